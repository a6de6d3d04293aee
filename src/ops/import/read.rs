//! Reads a CSV file on a thread of its own and hands its lines on in pieces, as fast as they are taken and no faster.
//!
//! Comma, semicolon and tab are told apart by the header; a byte order mark is passed over. A lost quotation mark makes one
//! record of many lines: each of them is a bad one, and a record that never ends is given up before it fills the memory.

mod lines;

use std::io::{self, Read};

use csv::ByteRecord;
use tokio::sync::mpsc::{self, Receiver, Sender};

use self::lines::{LONGEST, Lines, Place};
use super::{
    Kind,
    rows::{Columns, Row},
};

/// Lines that are handed on at once.
const PIECE: usize = 4_000;
/// Pieces that wait for whoever takes them.
const WAITING: usize = 2;
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
    let mut source = source;
    let head = first_bytes(&mut source).map_err(|error| broken(&error, 1))?;
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return Err(unusable(
            "The file is encoded as UTF-16. Save it as “CSV UTF-8” and try again.",
        ));
    }
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head).to_vec();
    let delimiter = delimiter(&head);
    let mut csv = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(Lines::new(io::Cursor::new(head).chain(source)));

    let mut record = ByteRecord::new();
    let read_header = csv.read_byte_record(&mut record);
    if !read_header.map_err(|error| malformed(&error, 1))? {
        return Err(unusable("The file is empty."));
    }
    if let Some(why) = Place::of(&record, &csv).trouble() {
        return Err(Stopped::Unusable(format!("The first line: {why}")));
    }
    let columns = Columns::read(kind, &record).map_err(Stopped::Unusable)?;
    send.blocking_send(Piece::Header {
        unknown: columns.unknown().to_vec(),
    })?;

    let mut lines = Vec::with_capacity(PIECE);
    let mut count = 0;
    loop {
        csv.get_mut().begin_record();
        let reached = csv.position().line();
        if !csv
            .read_byte_record(&mut record)
            .map_err(|error| malformed(&error, reached))?
        {
            break;
        }
        let place = Place::of(&record, &csv);
        for line in place.first..=place.last {
            count += 1;
            if count > MOST_LINES {
                return Err(Stopped::Unusable(format!(
                    "The file has more than {MOST_LINES} lines. Split it into several."
                )));
            }
            let row = match place.trouble() {
                None => columns.row(&record),
                Some(why) if line == place.first => Err(why),
                Some(_) => Err(format!("It was read as a part of line {}.", place.first)),
            };
            lines.push((line, row));
            if lines.len() == PIECE {
                let full = std::mem::replace(&mut lines, Vec::with_capacity(PIECE));
                send.blocking_send(Piece::Lines(full))?;
            }
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
            LONGEST / 1024
        )
    } else {
        format!("The file cannot be read at line {line}: {error}.")
    })
}

/// What some programs put before a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

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
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    // Empty lines may stand before the header.
    for &byte in head.iter().skip_while(|byte| matches!(byte, b'\n' | b'\r')) {
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

    /// The bad lines of a file: numbers and reasons. And how many are good.
    async fn bad(text: &str) -> (Vec<(u64, String)>, u64) {
        let mut pieces = pieces(io::Cursor::new(text.to_owned()), Kind::Assets);
        let (mut bad, mut good) = (Vec::new(), 0);
        while let Some(piece) = pieces.recv().await {
            match piece {
                Piece::Header { .. } => {}
                Piece::Lines(lines) => {
                    for (line, row) in lines {
                        match row {
                            Ok(_) => good += 1,
                            Err(why) => bad.push((line, why)),
                        }
                    }
                }
                Piece::Unusable(sentence) => panic!("{sentence}"),
            }
        }
        (bad, good)
    }

    #[tokio::test]
    async fn lines_have_the_numbers_that_an_editor_shows_whatever_ends_them() {
        let text = "\nid,published\n\na,yes\n\n\n\nb,maybe\nc,yes\nd,perhaps";
        for (ends, parts) in [("\n", ","), ("\r\n", ";"), ("\r", "\t"), ("\n", ";")] {
            for last in ["", ends] {
                let text = text.replace('\n', ends).replace(',', parts) + last;
                let (bad, good) = bad(&text).await;
                let lines: Vec<u64> = bad.into_iter().map(|(line, _)| line).collect();
                assert_eq!((lines, good), (vec![8, 10], 2), "{text:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_lost_quotation_mark_costs_no_line_that_is_not_told() {
        let head = "id,folder\n\na,Shop\n\n";
        for (rest, first, last, good) in [
            ("b,\"Shop\nc,Shop\n\"d\",Shop\ne,Shop\n", 5, 7, 2),
            ("b,\"Shop\nc,Shop\nd,Shop\n", 5, 7, 1),
            ("b,\"Shop\nc,Shop\nd,Shop", 5, 7, 1),
            ("b,\"Shop\n\n\n", 5, 7, 1),
            ("b,\"Shop\n", 5, 5, 1),
            ("b,\"Shop", 5, 5, 1),
        ] {
            for ends in ["\n", "\r\n", "\r"] {
                let text = [head, rest].concat().replace('\n', ends);
                let (bad, found) = bad(&text).await;
                let lines: Vec<u64> = bad.iter().map(|(line, _)| *line).collect();
                let expected: Vec<u64> = (first..=last).collect();
                assert_eq!((lines, found), (expected, good), "{text:?}: {bad:?}");
                assert!(bad[0].1.contains("no partner"), "{bad:?}");
                for (_, why) in &bad[1..] {
                    assert_eq!(why, "It was read as a part of line 5.");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_header_without_an_end_makes_a_file_unusable() {
        let sentence = unusable(b"id,\"folder\na,Shop\nb,Shop\n".to_vec()).await;
        let sentence = sentence.unwrap();
        assert!(sentence.contains("goes on to line 3"), "{sentence}");
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
        bytes.extend(vec![b'x'; 8 * LONGEST]);
        let sentence = unusable(bytes).await.unwrap();
        assert!(sentence.starts_with("Line 3 does not end"), "{sentence}");
    }

    #[tokio::test]
    async fn another_encoding_says_how_to_save_the_file() {
        let sentence = unusable(b"\xff\xfei\0d\0".to_vec()).await.unwrap();
        assert!(sentence.contains("CSV UTF-8"), "{sentence}");
    }
}
