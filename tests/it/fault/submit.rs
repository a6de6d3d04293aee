//! Somebody who submits invalidations to a server that may be dead at any moment.

use tokio::sync::watch;
use unstale::{
    clock::Clock,
    domain::{CompanyId, InvalidationId, Options, PersonId, PresetChoice, Revision},
    store::{Draft, Store},
};

use super::{
    INVALIDATIONS, MOST_URLS,
    person::Person,
    sabotage::{BAD, Random},
    server::Server,
};

/// What a person has confirmed.
pub struct Confirmed {
    pub id: InvalidationId,
    /// In order.
    pub urls: Vec<String>,
}

pub struct Submitter {
    person: Person,
    store: Store,
    company: CompanyId,
    author: PersonId,
    prefix: String,
    clock: Clock,
}

impl Submitter {
    pub async fn new(server: &Server, person: Person, clock: Clock) -> Self {
        let email = "editor@example.com".parse().unwrap();
        let (author, _) = server.store.person_by_email(&email).await.unwrap().unwrap();
        Self {
            person,
            store: server.store.clone(),
            company: server.company,
            author: author.id,
            prefix: format!("{}/is/image/dms7snapshot", server.sandbox.exact_url()),
            clock,
        }
    }

    /// Tells what it has submitted as it goes, and `None` when that is all.
    pub async fn submit_all(
        self,
        mut random: Random,
        submitted: watch::Sender<Vec<Option<InvalidationId>>>,
    ) -> Vec<Confirmed> {
        let mut all = Vec::new();
        for number in 0..INVALIDATIONS {
            // Many small ones, and some that take several requests.
            let count = match number % 4 {
                0 => 1 + random.below(MOST_URLS),
                1 => 1 + random.below(300),
                _ => 1 + random.below(10),
            };
            let bad = (number % 8 == 5 && count > 1).then(|| 1 + random.below(count - 1));
            let urls: Vec<String> = (0..count)
                .map(|url| {
                    let end = if bad == Some(url) { BAD } else { "" };
                    format!("{}/f{number:03}-{url:04}{end}", self.prefix)
                })
                .collect();
            let id = self.submit(&urls).await;
            submitted.send_modify(|list| list.push(Some(id)));
            all.push(Confirmed { id, urls });
            tokio::time::sleep(random.millis(1, 100)).await;
        }
        submitted.send_modify(|list| list.push(None));
        all
    }

    async fn submit(&self, urls: &[String]) -> InvalidationId {
        let draft = Draft {
            id: InvalidationId::from_uuid(self.clock.new_uuid()),
            company: self.company,
            author: self.author,
            options: Options {
                presets: false,
                template: false,
                alias: false,
                fold: false,
            },
            split: true,
            presets: PresetChoice::All,
            manual_urls: urls.join("\n"),
            version: 1,
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
        };
        self.store.create_draft(&draft).await.unwrap();
        let revision = Revision::of(urls.iter().map(String::as_str)).to_string();
        let path = format!("/c/dms7snapshot/invalidations/{}/confirm", draft.id);
        let fields = [("revision", revision.as_str()), ("do", "submit")];
        let answer = self.person.post(&path, &fields).await;
        // A first attempt may have been stored by a server that died before it could say so.
        assert!(
            matches!(answer.status().as_u16(), 303 | 409),
            "{}: {}",
            answer.status(),
            answer.text().await.unwrap_or_default()
        );
        draft.id
    }
}
