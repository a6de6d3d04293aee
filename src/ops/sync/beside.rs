//! What stands beside the assets: folders, presets, the company's settings. The catalogue does not wait for them: what
//! cannot be read, or cannot be kept, is said.

use super::{
    convert,
    pages::Turn,
    reading::{Reading, Source},
    trouble::ReadingError,
};
use crate::{
    domain::{Company, ReadingKind, Step},
    ips::{FaultKind, IpsError},
    ops::presets,
};

impl Reading<'_> {
    /// One of those steps.
    pub(super) async fn beside(
        &mut self,
        step: Step,
        source: &Source,
    ) -> Result<Turn, ReadingError> {
        match step {
            Step::Folders => {
                let read = self.folders(source).await;
                self.unless_signed_out_or_away("folders", read)?;
            }
            Step::Presets => {
                let read = self.presets(source).await;
                self.unless_signed_out_or_away("presets", read)?;
                // What was allowed is used up. An increment takes nothing away.
                if self.sync.take_away && self.sync.kind != Some(ReadingKind::Increment) {
                    let store = &self.syncer.store;
                    store.end_taking_away(self.company, self.lease).await?;
                    self.sync.take_away = false;
                }
            }
            _ => {
                let connector = &self.syncer.connector;
                let unread = connector.refresh(&source.account, &source.company).await?;
                if let Some(why) = unread {
                    self.could_not_be_read("settings", &why);
                }
            }
        }
        Ok(Turn::Done)
    }

    async fn folders(&mut self, source: &Source) -> Result<(), ReadingError> {
        let ips = &self.syncer.ips;
        let folders = ips.folder_tree(&source.account, &source.handle).await?;
        let (folders, left_out) = convert::folders(folders);
        let store = &self.syncer.store;
        let is_emptied = folders.is_empty() && !store.known_folders(self.company).await?.is_empty();
        if is_emptied && !self.sync.take_away {
            self.leave_out(Some(lists_none("folders", &source.company)));
        } else {
            store.put_folders(self.company, &folders).await?;
        }
        self.leave_out(left_out);
        Ok(())
    }

    async fn presets(&mut self, source: &Source) -> Result<(), ReadingError> {
        let ips = &self.syncer.ips;
        let read = ips.image_formats(&source.account, &source.handle).await?;
        let (kept, left_out) = presets::keepable(read);
        let (store, now) = (&self.syncer.store, self.syncer.clock.now());
        let is_emptied = presets::is_emptied(store, self.company, &kept).await?;
        if is_emptied && !self.sync.take_away {
            self.leave_out(Some(lists_none("presets", &source.company)));
        } else {
            store.put_presets(self.company, &kept, now).await?;
        }
        self.leave_out(presets::left_out(left_out));
        Ok(())
    }

    /// Where Adobe refuses it, sends what cannot be read, or nothing, what was known stays, and that is said. Where it takes
    /// the account no longer, or cannot be reached at all, the whole reading waits.
    fn unless_signed_out_or_away(
        &mut self,
        what: &str,
        read: Result<(), ReadingError>,
    ) -> Result<(), ReadingError> {
        match read {
            Err(ReadingError::Ips(error)) if !is_signed_out(&error) && !is_away(&error) => {
                tracing::warn!(company = %self.company, %error, "the {what} of a company could not be read; the reading goes on without them");
                self.could_not_be_read(what, &ReadingError::Ips(error).sentence());
                Ok(())
            }
            read => read,
        }
    }

    fn could_not_be_read(&mut self, what: &str, why: &str) {
        self.say(&format!(
            "The {what} could not be read, so what was known of them stays. {why}"
        ));
    }

    /// Says what a step does without, and lets the log know.
    pub(super) fn leave_out(&mut self, sentence: Option<String>) {
        if let Some(sentence) = sentence {
            tracing::warn!(company = %self.company, seen = self.sync.seen, total = self.sync.total, skipped = self.sync.skipped, sentence, "not everything of a catalogue is kept");
            self.say(&sentence);
        }
    }

    /// Says something about the step that is under way.
    pub(super) fn say(&mut self, sentence: &str) {
        if let Some(step) = self.sync.step {
            self.sync.notices.add(step, sentence);
        }
    }
}

/// An account that lost its permissions gets empty lists, not refusals.
pub(in crate::ops) fn lists_none(what: &str, company: &Company) -> String {
    format!(
        "Dynamic Media lists no {what}, so what was known of them stays. Has the account still its permissions? If they were deleted there, `unstale sync {} --take-away` takes them away.",
        company.slug
    )
}

fn is_signed_out(error: &IpsError) -> bool {
    matches!(error, IpsError::Fault(fault) if fault.kind == FaultKind::Authentication)
}

fn is_away(error: &IpsError) -> bool {
    matches!(error, IpsError::Unreachable { .. })
}
