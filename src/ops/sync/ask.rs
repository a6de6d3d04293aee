//! One ID that a search does not find, asked for while somebody looks on. Searches rest on many a text that is no ID, and
//! pages are loaded again, so an answer counts for a minute: Adobe is not asked for the same ID sooner.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::OnceCell;

use super::Syncer;
use crate::{
    clock::Timestamp,
    domain::{Asset, Company, CompanyId},
    store::StoreError,
};

/// For so long an answer counts.
const LASTS: Duration = Duration::from_mins(1);

/// What there is to say about an ID.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The catalogue has it, perhaps only now.
    Found(Vec<Asset>),
    /// Dynamic Media does not know it either.
    Unknown,
    /// It could not be asked, for the reason in this sentence.
    NotAsked(String),
}

type Place = Arc<OnceCell<Answer>>;

/// What was asked for lately by this process; another node may ask once more. It holds a minute's questions, no more.
#[derive(Debug, Default)]
pub(super) struct Asked(Mutex<HashMap<(CompanyId, String), (Timestamp, Place)>>);

impl Asked {
    /// Where the answer stands, or will: whoever asks for the same meanwhile waits for the one answer.
    fn place(&self, company: CompanyId, id: &str, now: Timestamp) -> Place {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|_, (at, _)| now.since(*at) < LASTS);
        let (_, place) = asked
            .entry((company, id.to_owned()))
            .or_insert_with(|| (now, Place::default()));
        Arc::clone(place)
    }
}

impl Syncer {
    /// Whether an ID that is not found may be asked for. Not where the reading is stopped: by somebody who wants Adobe
    /// left alone, or because Adobe did not take the account.
    pub async fn may_ask(&self, company: &Company, id: &str) -> Result<bool, StoreError> {
        Ok(self.store.connection(company.id).await?.is_some()
            && self.stopped(company.id).await?.is_none()
            && self.known(company.id, id).await?.is_empty())
    }

    /// Asks Adobe for the asset with exactly this ID, unless the catalogue has it or Adobe was asked within the last minute.
    pub async fn ask(&self, company: &Company, id: &str) -> Result<Answer, StoreError> {
        let known = self.known(company.id, id).await?;
        if !known.is_empty() {
            return Ok(Answer::Found(known));
        }
        if let Some(stopped) = self.stopped(company.id).await? {
            return Ok(Answer::NotAsked(stopped.sentence()));
        }
        let place = self.asked.place(company.id, id, self.clock.now());
        let answer = place.get_or_try_init(|| async {
            Ok(match self.look_up(company, &[id.to_owned()]).await {
                Ok(found) if found.is_empty() => Answer::Unknown,
                Ok(found) => Answer::Found(found),
                Err(error) => Answer::NotAsked(error.sentence()?),
            })
        });
        answer.await.cloned()
    }

    /// The asset in the catalogue, wherever a search may look; not one that Dynamic Media had once.
    async fn known(&self, company: CompanyId, id: &str) -> Result<Vec<Asset>, StoreError> {
        let mut known = self.store.assets_by_id(company, &[id.to_owned()]).await?;
        known.retain(|asset| asset.vanished_at.is_none());
        Ok(known)
    }
}
