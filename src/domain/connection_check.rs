//! *Test connection*: its steps, and what came of each.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// A step of the test, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckStep {
    /// Something that speaks as Adobe does answers at the address.
    Reached,
    /// E-mail address and password are right, and may be used.
    SignedIn,
    /// The account belongs to the company.
    CompanyFound,
    /// Its role there allows purges.
    MayPurge,
    /// It is known what public URLs start with.
    PublishServer,
    /// Assets can be listed.
    CatalogueReadable,
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckOutcome {
    /// As it should be.
    Ok,
    /// It works, and somebody should look at it.
    Warned,
    /// It does not work.
    Failed,
    /// A step that it needs failed.
    NotTried,
}

/// One step, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedStep {
    /// Which.
    pub step: CheckStep,
    /// What came of it.
    pub outcome: CheckOutcome,
    /// What was seen, as a sentence; empty for a step that was not tried.
    pub sentence: String,
    /// What to do; empty where there is nothing to do.
    pub advice: String,
}

/// What a test of a connection saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// All steps, in their order.
    pub steps: Vec<CheckedStep>,
    /// When the test ended.
    pub at: Timestamp,
}

impl CheckStep {
    /// All of them, in their order.
    pub const ALL: [Self; 6] = [
        Self::Reached,
        Self::SignedIn,
        Self::CompanyFound,
        Self::MayPurge,
        Self::PublishServer,
        Self::CatalogueReadable,
    ];

    /// The step as a heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Reached => "Address reached",
            Self::SignedIn => "Signed in",
            Self::CompanyFound => "Company found",
            Self::MayPurge => "May purge",
            Self::PublishServer => "Publish server found",
            Self::CatalogueReadable => "Catalogue readable",
        }
    }
}

impl CheckOutcome {
    /// The outcome in a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warned => "look at this",
            Self::Failed => "failed",
            Self::NotTried => "not tried",
        }
    }
}

impl CheckReport {
    /// The steps that were taken, completed by those that were not.
    #[must_use]
    pub fn of(taken: &[CheckedStep], at: Timestamp) -> Self {
        let steps = CheckStep::ALL.map(|step| {
            let taken = taken.iter().find(|it| it.step == step);
            taken.cloned().unwrap_or(CheckedStep {
                step,
                outcome: CheckOutcome::NotTried,
                sentence: String::new(),
                advice: String::new(),
            })
        });
        Self {
            steps: steps.into(),
            at,
        }
    }

    /// Whether no step failed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.steps
            .iter()
            .all(|it| matches!(it.outcome, CheckOutcome::Ok | CheckOutcome::Warned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_stops_names_the_steps_it_did_not_try_and_has_not_passed() {
        let reached = CheckedStep {
            step: CheckStep::Reached,
            outcome: CheckOutcome::Ok,
            sentence: "An answer came.".to_owned(),
            advice: String::new(),
        };
        let report = CheckReport::of(&[reached], Timestamp::from_micros(7));
        assert_eq!(report.steps.len(), 6);
        assert_eq!(report.steps[1].outcome, CheckOutcome::NotTried);
        assert!(!report.passed());
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<CheckReport>(&text).unwrap(), report);
    }
}
