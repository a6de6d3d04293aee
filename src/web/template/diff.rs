//! Two texts, compared line by line.

use similar::{ChangeTag, TextDiff};

/// One line of a comparison.
pub struct DiffLine {
    pub class: &'static str,
    pub sign: char,
    pub text: String,
}

/// The lines of both texts, from the old to the new.
pub fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    // Without their line ends, or a line would differ from itself where the other text goes on after it.
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let diff = TextDiff::from_slices(&old, &new);
    let lines = diff.iter_all_changes().map(|change| {
        let (class, sign) = match change.tag() {
            ChangeTag::Equal => ("same", ' '),
            ChangeTag::Delete => ("del", '−'),
            ChangeTag::Insert => ("add", '+'),
        };
        DiffLine {
            class,
            sign,
            text: change.value().to_owned(),
        }
    });
    lines.collect()
}
