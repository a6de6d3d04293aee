//! The template here and the one at Dynamic Media, for pages and command line alike: *Import* takes theirs, *Push to
//! Dynamic Media* gives ours. Neither goes through when one of the two is another than the person saw.

use tracing::warn;

use super::{AccountError, Connector, PushError, Trouble};
use crate::{
    clock::Timestamp,
    domain::{Company, ForeignTemplate, PersonId, Revision, TemplateText},
    store::StoreError,
};

/// Both templates, as they are known.
#[derive(Debug)]
pub struct BothTemplates {
    /// What was saved here last; empty while nothing was.
    pub ours: String,
    /// Its version, 0 while none was saved.
    pub version: i32,
    /// What stands at Dynamic Media.
    pub theirs: ForeignTemplate,
    /// When that was read.
    pub read_at: Timestamp,
}

/// What the person saw: the version of ours, and the text of theirs. It may have been read anew since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenTemplates {
    /// See [`BothTemplates::version`].
    pub version: i32,
    /// Of [`BothTemplates::theirs`].
    pub theirs: Revision,
}

/// Why nothing was exchanged.
#[derive(Debug)]
pub enum NotExchanged {
    /// One of the two is another than the person saw.
    Changed,
    /// There is nothing to take or to give: theirs was never read, or ours never saved.
    Nothing,
    /// What happened, and what to do.
    Trouble(Trouble),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for NotExchanged {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Changed,
            error => Self::Store(error),
        }
    }
}

impl BothTemplates {
    /// What somebody has seen who saw these.
    #[must_use]
    pub fn seen(&self) -> SeenTemplates {
        SeenTemplates {
            version: self.version,
            theirs: Revision::of(self.theirs.text.lines()),
        }
    }
}

impl Connector {
    /// Both templates; `None` while theirs was never read.
    pub async fn both_templates(
        &self,
        company: &Company,
    ) -> Result<Option<BothTemplates>, StoreError> {
        let state = self.store.connection_state(company.id).await?;
        let Some(theirs) = state.and_then(|state| state.template) else {
            return Ok(None);
        };
        let ours = self.store.template(company.id).await?;
        let (ours, version) = ours.map_or((String::new(), 0), |ours| (ours.text, ours.version));
        Ok(Some(BothTemplates {
            ours,
            version,
            theirs: ForeignTemplate::of(&theirs.text),
            read_at: theirs.read_at,
        }))
    }

    /// Saves the template of Dynamic Media as a new version; returns its number.
    pub async fn import_template(
        &self,
        company: &Company,
        seen: SeenTemplates,
        author: PersonId,
    ) -> Result<i32, NotExchanged> {
        let both = self.as_seen(company, &seen).await?;
        let text = TemplateText::parse(&both.theirs.text).map_err(|error| {
            NotExchanged::Trouble(Trouble {
                sentence: format!("It cannot be saved as it stands: {error}."),
                advice: "Correct it at Dynamic Media, or type the template here.".to_owned(),
            })
        })?;
        let now = self.clock.now();
        let saved = self
            .store
            .save_template(company.id, text.as_str(), author, seen.version, now);
        Ok(saved.await?)
    }

    /// Puts our template to Dynamic Media and reads it back.
    pub async fn push_template(
        &self,
        company: &Company,
        seen: SeenTemplates,
    ) -> Result<(), NotExchanged> {
        let both = self.as_seen(company, &seen).await?;
        // Only what was saved here can be pushed: an empty text would wipe out theirs.
        if both.version == 0 {
            return Err(NotExchanged::Nothing);
        }
        let put = self.put_template(company, &both.ours, &both.theirs.text);
        put.await.map_err(|error| {
            warn!(company = %company.id, %error, "the template could not be pushed to Dynamic Media");
            NotExchanged::of(error)
        })
    }

    async fn as_seen(
        &self,
        company: &Company,
        seen: &SeenTemplates,
    ) -> Result<BothTemplates, NotExchanged> {
        let both = self.both_templates(company).await?;
        let both = both.ok_or(NotExchanged::Nothing)?;
        if both.seen() == *seen {
            Ok(both)
        } else {
            Err(NotExchanged::Changed)
        }
    }
}

impl NotExchanged {
    fn of(error: PushError) -> Self {
        let (sentence, advice) = match error {
            PushError::ChangedThere => return Self::Changed,
            PushError::Store(error) | PushError::Account(AccountError::Store(error)) => {
                return Self::Store(error);
            }
            PushError::Ips(error) => return Self::Trouble(Trouble::of(&error)),
            PushError::NotHeld => (
                "Dynamic Media answered without an error, but another text stands there now."
                    .to_owned(),
                "Try again. If it stays so, change it in Dynamic Media’s own general settings.",
            ),
            PushError::NoSettings => (
                "Dynamic Media has no settings for this company that could hold a template."
                    .to_owned(),
                "Save its general settings once at Dynamic Media, then test the connection here.",
            ),
            PushError::Account(error) => (
                format!("The stored account cannot be used: {error}."),
                "Type it again in Settings, Connection.",
            ),
        };
        Self::Trouble(Trouble {
            sentence,
            advice: advice.to_owned(),
        })
    }
}
