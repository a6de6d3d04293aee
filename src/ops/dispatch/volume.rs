//! How many requests a company makes in a day, and when that is a reason to warn. It never holds anything back: Adobe
//! publishes no limit, but may switch the feature off for those who use it too much.

use std::time::Duration;

use super::Dispatcher;
use crate::{
    domain::{CompanyId, SEARCH_LIMIT},
    store::StoreError,
};

const DAY: Duration = Duration::from_hours(24);

/// The requests of the last 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// How many were made.
    pub made: u64,
    /// How many are still to be made for what was submitted, whenever that was.
    pub to_come: u64,
    /// How many are normal.
    pub normal: u64,
}

impl Dispatcher {
    /// How many requests a company has made, and is to make.
    pub async fn volume(&self, company: CompanyId) -> Result<Volume, StoreError> {
        let since = self.clock.now().minus(DAY);
        Ok(Volume {
            made: self.store.requests_since(company, since).await?,
            to_come: self.store.requests_to_come(company).await?,
            normal: self.config.daily,
        })
    }
}

impl Volume {
    /// What a person reads who is about to submit a list of so many requests, when that is too many.
    #[must_use]
    pub fn for_submit(self, more: usize) -> Option<String> {
        let all = self.made + self.to_come + more as u64;
        let sentences = format!("with this list it would be {all}, {}", self.advice());
        self.warning(
            all,
            &format!("{sentences} You can submit all the same; if it can wait, wait."),
        )
    }

    /// What a person reads who is about to have a bad URL looked for, when that may be too many.
    #[must_use]
    pub fn for_search(self) -> Option<String> {
        let all = self.made + self.to_come + u64::from(SEARCH_LIMIT.unsigned_abs());
        self.warning(
            all,
            &format!("with the search it may be {all}, {}", self.advice()),
        )
    }

    fn warning(self, all: u64, rest: &str) -> Option<String> {
        let made = match self.made {
            1 => "1 request".to_owned(),
            made => format!("{made} requests"),
        };
        let to_come = match self.to_come {
            0 => String::new(),
            1 => ", and 1 more is submitted and still to be made".to_owned(),
            more => format!(", and {more} more are submitted and still to be made"),
        };
        (all > self.normal).then(|| {
            format!(
                "In the last 24 hours Unstale has made {made} for this company{to_come}; {rest}"
            )
        })
    }

    fn advice(self) -> String {
        format!(
            "and up to {} are normal here. Adobe may switch the feature off for a company that uses it too much.",
            self.normal
        )
    }

    /// What administrators read when there were too many.
    #[must_use]
    pub fn for_admins(self) -> Option<String> {
        (self.made > self.normal).then(|| {
            format!(
                "In the last 24 hours Unstale has made {} requests for this company; up to {} are normal here \
                 (UNSTALE_DISPATCH_DAILY). Adobe may switch the feature off for a company that uses it too much.",
                self.made, self.normal
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_comes_when_it_is_more_than_normal() {
        let volume = Volume {
            made: 9,
            to_come: 0,
            normal: 10,
        };
        assert_eq!(volume.for_submit(1), None);
        let warning = volume.for_submit(2).unwrap();
        assert!(warning.contains("would be 11") && warning.contains("up to 10"));
        assert!(volume.for_search().unwrap().contains("may be 21"));
        let few = Volume {
            normal: 21,
            ..volume
        };
        assert_eq!(few.for_search(), None);
        assert_eq!(volume.for_admins(), None);
        let over = Volume { made: 11, ..volume };
        assert!(over.for_admins().unwrap().contains("11 requests"));
    }

    #[test]
    fn what_is_submitted_and_not_made_yet_counts_too() {
        let volume = Volume {
            made: 2,
            to_come: 8,
            normal: 10,
        };
        let warning = volume.for_submit(1).unwrap();
        assert!(
            warning.contains("has made 2 requests for this company, and 8 more are submitted"),
            "{warning}"
        );
        assert!(warning.contains("would be 11"), "{warning}");
        assert!(volume.for_search().unwrap().contains("may be 22"));
        assert_eq!(volume.for_admins(), None);
        let one = Volume {
            to_come: 1,
            ..volume
        };
        assert!(one.for_submit(8).unwrap().contains("1 more is submitted"));
    }
}
