//! The CDN invalidation template: its text, its limit, and what its editor says about it.
//!
//! What its lines form is decided in [`formation`](super::formation).

use super::{
    DeliveryHost, GenericHosts, Site,
    formation::{Problem, pattern},
};

/// At most this many characters: Unicode scalar values, each line end as one.
pub const TEMPLATE_LIMIT: usize = 2_500;

/// The text of a template: line ends are LF, everything else is as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateText(String);

/// The text cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// Beyond [`TEMPLATE_LIMIT`].
    #[error("the template is {over} characters too long; it may have {TEMPLATE_LIMIT}")]
    TooLong {
        /// By how many characters.
        over: usize,
    },
    /// A NUL character, which not every database can keep, or bytes that were no text.
    #[error(
        "the template holds characters that cannot be read (it may come from a file in another encoding); remove them, \
         shown as \u{fffd}"
    )]
    Unreadable,
}

impl TemplateText {
    /// Takes a text as a browser sends it.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        let over = characters(text).saturating_sub(TEMPLATE_LIMIT);
        if over > 0 {
            return Err(InvalidTemplate::TooLong { over });
        }
        if text.contains(['\0', char::REPLACEMENT_CHARACTER]) {
            return Err(InvalidTemplate::Unreadable);
        }
        Ok(Self(text.replace("\r\n", "\n").replace('\r', "\n")))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A template as Dynamic Media has it, made ready for our editor. Nothing is cut: the editor says what is too much.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignTemplate {
    /// The text, each line end an LF, without empty lines at its end.
    pub text: String,
    /// How many characters it has beyond [`TEMPLATE_LIMIT`].
    pub over: usize,
    /// Whether it had line ends that neither browsers nor Adobe write, such as U+2028: they are LFs now.
    pub odd_line_ends: bool,
}

impl ForeignTemplate {
    /// Takes the property's value.
    #[must_use]
    pub fn of(value: &str) -> Self {
        // A vertical tab, a form feed, NEXT LINE, and Unicode's two separators: all of them end a line somewhere.
        let odd = ['\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
        let text = value.replace("\r\n", "\n").replace('\r', "\n");
        let odd_line_ends = text.contains(odd);
        let text = text.replace(odd, "\n").trim_end().to_owned();
        Self {
            over: characters(&text).saturating_sub(TEMPLATE_LIMIT),
            odd_line_ends,
            text,
        }
    }

    /// Whether a template of ours says the same, empty lines at the end apart.
    #[must_use]
    pub fn says_the_same_as(&self, ours: &str) -> bool {
        self.text == Self::of(ours).text
    }
}

/// How many characters of the limit a text takes: Unicode scalar values, each line end as one.
#[must_use]
pub fn characters(text: &str) -> usize {
    text.chars().count() - text.matches("\r\n").count()
}

/// What is wrong with a template, for its editor: each problem has the place of its line. The worst comes first.
#[must_use]
pub fn check_template(
    text: &str,
    site: &Site,
    hosts: &[DeliveryHost],
    generic: &GenericHosts,
) -> Vec<Problem> {
    pattern::template_problems(text, site, hosts, generic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        PublishServer,
        formation::{Place, ProblemKind, Severity},
    };

    #[test]
    fn a_template_has_at_most_2500_characters() {
        let full = "ä".repeat(TEMPLATE_LIMIT);
        assert!(TemplateText::parse(&full).is_ok());
        let over = TemplateText::parse(&format!("{full}ab"));
        assert_eq!(over, Err(InvalidTemplate::TooLong { over: 2 }));
    }

    #[test]
    fn a_line_end_counts_once_however_it_is_written() {
        assert_eq!(characters("a\r\nb\nc\rd\n\r"), 9);
        let lines = "\r\n".repeat(TEMPLATE_LIMIT);
        let kept = TemplateText::parse(&lines).unwrap();
        assert_eq!(kept.as_str(), "\n".repeat(TEMPLATE_LIMIT));
    }

    #[test]
    fn all_but_line_ends_is_kept_to_the_byte() {
        let text = "\u{feff} <ID>?a \t\u{1}\n\n é e\u{301} ";
        assert_eq!(TemplateText::parse(text).unwrap().as_str(), text);
        for text in ["a\0", "a\u{fffd}"] {
            assert_eq!(TemplateText::parse(text), Err(InvalidTemplate::Unreadable));
        }
    }

    #[test]
    fn a_template_from_elsewhere_keeps_its_text_and_says_what_is_odd() {
        let foreign = ForeignTemplate::of("<ID>\r\n<ID>?a\u{2028}<ID>?b\r \n");
        assert_eq!(foreign.text, "<ID>\n<ID>?a\n<ID>?b");
        assert!(foreign.odd_line_ends);
        assert!(foreign.says_the_same_as("<ID>\n<ID>?a\n<ID>?b\n"));
        assert!(!foreign.says_the_same_as("<ID>\n<ID>?b\n<ID>?a"));

        let long = ForeignTemplate::of(&"x".repeat(TEMPLATE_LIMIT + 3));
        assert_eq!((long.over, long.odd_line_ends), (3, false));
        assert_eq!(long.text.len(), TEMPLATE_LIMIT + 3, "nothing is cut");
    }

    #[test]
    fn the_editor_hears_of_each_line() {
        let site = Site {
            publish_server: PublishServer::parse("https://h").unwrap(),
            root: "C".to_owned(),
            alias: None,
        };
        let text = "<ID>\n<ID>?a b\n\nhttps://h/is/image/c/<ID>";
        let generic = GenericHosts::parse(GenericHosts::DEFAULT).unwrap();
        let problems = check_template(text, &site, &[], &generic);
        let found: Vec<_> = problems.iter().map(|p| (p.severity, p.place)).collect();
        assert_eq!(
            found,
            [
                (Severity::Blocks, Place::Template { line: 2 }),
                (Severity::Blocks, Place::Template { line: 4 }),
            ]
        );
        assert!(
            matches!(&problems[1].kind, ProblemKind::ForeignRoot { found, .. } if found == "c")
        );
        assert_eq!(
            problems[1].offer.as_deref(),
            Some("https://h/is/image/C/<ID>")
        );
    }
}
