//! What a reading left out, in sentences: those of a step stand until that step is read again.

use std::collections::BTreeMap;

use super::Step;

/// Sentences by the step that they are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notices(BTreeMap<Step, String>);

impl Notices {
    /// Says something more about a step, once.
    pub fn add(&mut self, step: Step, sentence: &str) {
        let said = self.0.entry(subject(step)).or_default();
        if said.contains(sentence) {
            return;
        }
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(sentence);
    }

    /// Forgets what was said about a step.
    pub fn clear(&mut self, step: Step) {
        self.0.remove(&subject(step));
    }

    /// All of it, for people.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        let said: Vec<&str> = self.0.values().map(String::as_str).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// What the database keeps: a line for each step, its word in front.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        let line = |(step, said): (&Step, &String)| {
            format!("{} {}", step.as_str(), said.replace(['\n', '\r'], " "))
        };
        let lines: Vec<String> = self.0.iter().map(line).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// The same read again. A line without such a word was kept by an older version: it stands until the next comparison.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let mut notices = Self::default();
        for line in text.lines() {
            let known = line
                .split_once(' ')
                .and_then(|(word, said)| Some((Step::from_word(word)?, said)));
            let (step, said) = known.unwrap_or((Step::Settings, line));
            notices.add(step, said);
        }
        notices
    }
}

/// All assets and all IDs are one list: who reads it once more, in whichever way, knows better.
const fn subject(step: Step) -> Step {
    match step {
        Step::Sweep => Step::Assets,
        step => step,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_step_stands_until_it_is_read_again() {
        let mut notices = Notices::default();
        assert_eq!((notices.told(), notices.to_text()), (None, None));
        notices.add(Step::Folders, "No folders.");
        notices.add(Step::Assets, "One is left out.");
        notices.add(Step::Sweep, "One is left out.");
        notices.add(Step::Folders, "One\nis too long.");
        let told = "One is left out. No folders. One is too long.";
        let kept = Notices::from_text(&notices.to_text().unwrap());
        assert_eq!(kept.told().as_deref(), Some(told));
        notices.clear(Step::Sweep);
        notices.clear(Step::Presets);
        assert_eq!(
            notices.told().as_deref(),
            Some("No folders. One\nis too long.")
        );
    }

    #[test]
    fn what_an_older_version_kept_is_told_until_the_next_comparison() {
        let mut notices = Notices::from_text("The folders could not be read.");
        let told = notices.told();
        assert_eq!(told.as_deref(), Some("The folders could not be read."));
        notices.clear(Step::Settings);
        assert_eq!(notices.told(), None);
    }
}
