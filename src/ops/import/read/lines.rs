//! A file whose every line ends with one line feed, whatever ended it, and which lines a record took: so lines have the
//! numbers that an editor shows.

use std::io::{self, Read};

use csv::ByteRecord;

/// No record is longer, in bytes, one buffer more or less.
pub(super) const LONGEST: usize = 1024 * 1024;

/// The file, and after it one empty line: only a record that does not end takes that too. Fails when a record is too long.
pub(super) struct Lines<R> {
    source: R,
    /// The last byte of the file that was read.
    last: u8,
    /// The line feeds that are still to follow, once the file has ended.
    closing: Option<usize>,
    /// Bytes handed out.
    given: u64,
    /// Bytes handed out since the record began.
    since_record: usize,
}

impl<R> Lines<R> {
    pub fn new(source: R) -> Self {
        Self {
            source,
            last: b'\n',
            closing: None,
            given: 0,
            since_record: 0,
        }
    }

    /// Says that a record was taken, and another one begins.
    pub fn begin_record(&mut self) {
        self.since_record = 0;
    }

    fn close(&mut self, buffer: &mut [u8]) -> usize {
        let is_ended = matches!(self.last, b'\n' | b'\r');
        let closing = self.closing.unwrap_or(if is_ended { 1 } else { 2 });
        let length = closing.min(buffer.len());
        buffer[..length].fill(b'\n');
        self.closing = Some(closing - length);
        length
    }

    /// One line feed for each end of a line; tells how long it is then.
    fn unify(&mut self, bytes: &mut [u8]) -> usize {
        let mut length = 0;
        for place in 0..bytes.len() {
            let byte = bytes[place];
            let before = std::mem::replace(&mut self.last, byte);
            if byte == b'\n' && before == b'\r' {
                continue;
            }
            bytes[length] = if byte == b'\r' { b'\n' } else { byte };
            length += 1;
        }
        length
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_record > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut length = 0;
        while length == 0 {
            let read = self.source.read(buffer)?;
            if read == 0 {
                length = self.close(buffer);
                break;
            }
            length = self.unify(&mut buffer[..read]);
        }
        self.given += length as u64;
        self.since_record += length;
        Ok(length)
    }
}

/// The lines that a record took.
pub(super) struct Place {
    pub first: u64,
    pub last: u64,
    /// Whether a quotation mark is still open at the end of the file.
    is_open: bool,
}

impl Place {
    /// Of the record that was read last.
    pub fn of<R: Read>(record: &ByteRecord, csv: &csv::Reader<Lines<R>>) -> Self {
        let (lines, after) = (csv.get_ref(), csv.position());
        let is_open = lines.closing == Some(0) && after.byte() == lines.given;
        let breaks = record.as_slice().iter().filter(|byte| **byte == b'\n');
        let breaks = breaks.count() as u64;
        // After one that ended, the next line is reached; an open one has taken the empty line at the end as well.
        let last = after.line() - if is_open { 2 } else { 1 };
        let first = after.line() - breaks - u64::from(!is_open);
        Self {
            first,
            last,
            is_open,
        }
    }

    /// Why it is no line: a sentence.
    pub fn trouble(&self) -> Option<String> {
        if self.last > self.first {
            Some(format!(
                "It goes on to line {}. Perhaps a quotation mark in it has no partner; a text with a line break cannot be imported.",
                self.last
            ))
        } else if self.is_open {
            Some("A quotation mark in it has no partner.".to_owned())
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file reads like, a few bytes at a time.
    fn read(text: &str, at_once: usize) -> String {
        let mut lines = Lines::new(text.as_bytes());
        let (mut all, mut buffer) = (Vec::new(), vec![0; at_once]);
        loop {
            match lines.read(&mut buffer).unwrap() {
                0 => return String::from_utf8(all).unwrap(),
                length => all.extend_from_slice(&buffer[..length]),
            }
        }
    }

    #[test]
    fn each_line_ends_with_one_line_feed_and_an_empty_line_closes_the_file() {
        for at_once in [1, 2, 3, 100] {
            for (text, expected) in [
                ("", "\n"),
                ("a", "a\n\n"),
                ("a\r\n\r\nb\r\n", "a\n\nb\n\n"),
                ("a\r\rb\r", "a\n\nb\n\n"),
                ("a\n\nb", "a\n\nb\n\n"),
                ("a\n\r\nb", "a\n\nb\n\n"),
            ] {
                assert_eq!(read(text, at_once), expected, "{text:?} by {at_once}");
            }
        }
    }
}
