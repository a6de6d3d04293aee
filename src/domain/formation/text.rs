//! Reading texts that people type or paste: one entry per line.

use std::iter;

use memchr::memchr2_iter;

const BOM: char = '\u{feff}';

/// The entries of a text with the numbers of their lines, counted from 1. Lines end with LF, CRLF or CR; blanks
/// around an entry and a byte-order mark at the very start do not count, and blank lines vanish.
pub fn entries(text: &str) -> impl Iterator<Item = (u32, &str)> {
    lines(text.strip_prefix(BOM).unwrap_or(text))
        .zip(1..)
        .map(|(line, number)| (number, line.trim()))
        .filter(|(_, line)| !line.is_empty())
}

/// The text without the first line that holds an entry. The other lines stay as they are, blank ones too.
#[must_use]
pub fn without_entry(text: &str, entry: &str) -> String {
    let mut found = false;
    let kept = lines(text.strip_prefix(BOM).unwrap_or(text)).filter(|line| {
        let is_first = !found && line.trim() == entry;
        found |= is_first;
        !is_first
    });
    kept.collect::<Vec<_>>().join("\n")
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut ends = memchr2_iter(b'\n', b'\r', text.as_bytes());
    let mut start = Some(0);
    iter::from_fn(move || {
        let from = start?;
        let Some(end) = ends.next() else {
            start = None;
            return Some(&text[from..]);
        };
        let is_crlf = text.as_bytes()[end..].starts_with(b"\r\n") && ends.next().is_some();
        start = Some(end + if is_crlf { 2 } else { 1 });
        Some(&text[from..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_an_entry_leaves_the_other_lines_as_they_are() {
        assert_eq!(without_entry("a\r\n b \n\nc", "a"), " b \n\nc");
        assert_eq!(without_entry("a\r b\rb\rc", "b"), "a\nb\nc");
        assert_eq!(without_entry("\u{feff}a\nb", "a"), "b");
        assert_eq!(without_entry("a\nb", "c"), "a\nb");
    }

    fn read(text: &str) -> Vec<(u32, &str)> {
        entries(text).collect()
    }

    #[test]
    fn lines_end_with_lf_crlf_or_cr_and_keep_their_numbers() {
        assert_eq!(
            read("a\nb\r\nc\rd\r\r\n\n e\t\n"),
            [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (7, "e")]
        );
    }

    #[test]
    fn a_byte_order_mark_counts_only_inside_the_text() {
        assert_eq!(read("\u{feff}a\n\u{feff}b"), [(1, "a"), (2, "\u{feff}b")]);
        assert_eq!(read("\u{feff}"), []);
    }
}
