//! Reads a CSV file on a thread of its own and hands its lines on in pieces, as fast as they are taken and no faster.
//!
//! Comma, semicolon and tab are told apart by the header; a byte order mark is passed over. A line that never ends, such as
//! one with a lost quotation mark, is given up before it fills the memory.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

use csv::ByteRecord;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::{
    Kind,
    rows::{Columns, Row},
};

/// Lines that are handed on at once.
const PIECE: usize = 4_000;
/// Pieces that wait for whoever takes them.
const WAITING: usize = 2;
/// No line is longer, in bytes.
const LONGEST_LINE: usize = 1024 * 1024;
/// More lines than this are not read: of each, check keeps some bytes.
const MOST_LINES: u64 = 5_000_000;

/// A part of a file.
pub(super) enum Piece {
    /// The first line, once.
    Header {
        /// Columns that are passed over.
        unknown: Vec<String>,
    },
    /// Lines with their numbers: what each says, or what is wrong with it.
    Lines(Vec<(u64, Result<Row, String>)>),
    /// The file cannot be read on; nothing follows.
    Unusable(String),
}

/// Begins to read a file.
pub(super) fn pieces(source: impl Read + Send + 'static, kind: Kind) -> Receiver<Piece> {
    let (send, receive) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let unusable = match read(source, kind, &send) {
            Ok(()) | Err(Stopped::NobodyListens) => return,
            Err(Stopped::Unusable(sentence)) => sentence,
        };
        // Whoever does not listen any more need not be told.
        let _ = send.blocking_send(Piece::Unusable(unusable));
    });
    receive
}

enum Stopped {
    NobodyListens,
    Unusable(String),
}

impl<T> From<mpsc::error::SendError<T>> for Stopped {
    fn from(_: mpsc::error::SendError<T>) -> Self {
        Self::NobodyListens
    }
}

fn read(source: impl Read, kind: Kind, send: &Sender<Piece>) -> Result<(), Stopped> {
    let unusable = |sentence: &str| Stopped::Unusable(sentence.to_owned());
    let since_line = Rc::new(Cell::new(0));
    let mut source = Limited {
        source,
        since_line: Rc::clone(&since_line),
    };
    let head = first_bytes(&mut source).map_err(|error| broken(&error, 1))?;
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return Err(unusable(
            "The file is encoded as UTF-16. Save it as “CSV UTF-8” and try again.",
        ));
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).to_vec();
    let delimiter = delimiter(&head);
    let mut csv = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(io::Cursor::new(head).chain(source));

    let mut record = ByteRecord::new();
    let read_header = csv.read_byte_record(&mut record);
    if !read_header.map_err(|error| malformed(&error, 1))? {
        return Err(unusable("The file is empty."));
    }
    let columns = Columns::read(kind, &record).map_err(Stopped::Unusable)?;
    send.blocking_send(Piece::Header {
        unknown: columns.unknown().to_vec(),
    })?;

    let mut lines = Vec::with_capacity(PIECE);
    let mut count = 0;
    loop {
        since_line.set(0);
        let reached = csv.position().line();
        if !csv
            .read_byte_record(&mut record)
            .map_err(|error| malformed(&error, reached))?
        {
            break;
        }
        count += 1;
        if count > MOST_LINES {
            return Err(Stopped::Unusable(format!(
                "The file has more than {MOST_LINES} lines. Split it into several."
            )));
        }
        let line = record.position().map_or(reached, csv::Position::line);
        lines.push((line, columns.row(&record)));
        if lines.len() == PIECE {
            send.blocking_send(Piece::Lines(std::mem::replace(
                &mut lines,
                Vec::with_capacity(PIECE),
            )))?;
        }
    }
    send.blocking_send(Piece::Lines(lines))?;
    Ok(())
}

fn malformed(error: &csv::Error, line: u64) -> Stopped {
    match error.kind() {
        csv::ErrorKind::Io(error) => broken(error, line),
        _ => Stopped::Unusable(format!("Line {line} cannot be read: {error}.")),
    }
}

fn broken(error: &io::Error, line: u64) -> Stopped {
    Stopped::Unusable(if error.kind() == io::ErrorKind::FileTooLarge {
        format!(
            "Line {line} does not end within {} KB. Perhaps a quotation mark in it has no partner.",
            LONGEST_LINE / 1024
        )
    } else {
        format!("The file cannot be read at line {line}: {error}.")
    })
}

/// The beginning of a file, header included unless it is absurdly long.
fn first_bytes(source: &mut impl Read) -> io::Result<Vec<u8>> {
    const HEAD: u64 = 16 * 1024;
    let mut head = Vec::new();
    source.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// What parts the columns of the header: whichever of the three stands there most often, outside quotation marks.
fn delimiter(head: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                for (delimiter, count) in &mut counts {
                    *count += u32::from(*delimiter == byte);
                }
            }
        }
    }
    let [comma, others @ ..] = counts;
    others
        .into_iter()
        .fold(
            comma,
            |most, other| if other.1 > most.1 { other } else { most },
        )
        .0
}

/// Fails when a line does not end.
struct Limited<R> {
    source: R,
    /// Bytes since the last line ended, one buffer more or less.
    since_line: Rc<Cell<usize>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_line.get() > LONGEST_LINE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = self.source.read(buffer)?;
        self.since_line.set(self.since_line.get() + length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_what_parts_the_columns() {
        for (head, expected) in [
            ("id,file_name\na;b;c;d", b','),
            ("id;file_name;\"a,b,c,d\"\n", b';'),
            ("id\tfile_name", b'\t'),
            ("id", b','),
            ("", b','),
        ] {
            assert_eq!(delimiter(head.as_bytes()), expected, "{head}");
        }
    }

    async fn unusable(bytes: Vec<u8>) -> Option<String> {
        let mut pieces = pieces(io::Cursor::new(bytes), Kind::Assets);
        let mut last = None;
        while let Some(piece) = pieces.recv().await {
            last = match piece {
                Piece::Unusable(sentence) => Some(sentence),
                _ => None,
            };
        }
        last
    }

    #[tokio::test]
    async fn a_line_that_never_ends_is_given_up() {
        let mut bytes = b"id\nshoe\n\"".to_vec();
        bytes.extend(vec![b'x'; 8 * LONGEST_LINE]);
        let sentence = unusable(bytes).await.unwrap();
        assert!(sentence.starts_with("Line 3 does not end"), "{sentence}");
    }

    #[tokio::test]
    async fn another_encoding_says_how_to_save_the_file() {
        let sentence = unusable(b"\xff\xfei\0d\0".to_vec()).await.unwrap();
        assert!(sentence.contains("CSV UTF-8"), "{sentence}");
    }
}
