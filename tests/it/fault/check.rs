//! Whether what the database says is what Adobe's stand-in saw.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex},
};

use unstale::{
    domain::{BatchState, CompanyId},
    sandbox::ips::IpsSandbox,
    store::{Batch, Store},
};

use super::submit::Confirmed;

/// What Adobe's stand-in received.
pub struct Received {
    ips: IpsSandbox,
    /// Every purge that was carried out.
    purged: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Received {
    pub fn by(ips: &IpsSandbox) -> Self {
        let purged: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
        let list = Arc::clone(&purged);
        ips.on_purge(move |urls| list.lock().unwrap().push(urls.to_vec()));
        Self {
            ips: ips.clone(),
            purged,
        }
    }
}

pub async fn are_final(store: &Store, company: CompanyId, confirmed: &[Confirmed]) -> bool {
    for one in confirmed {
        let batches = store.batches(company, one.id).await.unwrap();
        if !batches.iter().all(|batch| batch.state.is_final()) {
            return false;
        }
    }
    true
}

/// Fails where something is not so; counts states and changes.
pub async fn all_is_true(
    store: &Store,
    company: CompanyId,
    confirmed: &[Confirmed],
    received: &Received,
) -> BTreeMap<&'static str, usize> {
    let purged = received.purged.lock().unwrap().clone();
    let whole: HashSet<Vec<String>> = purged.iter().cloned().collect();
    let cleared: HashSet<&str> = purged.iter().flatten().map(String::as_str).collect();
    let mut refused: HashMap<Vec<String>, usize> = HashMap::new();
    let mut sent: HashSet<Vec<String>> = HashSet::new();
    for call in received.ips.calls() {
        if call.fault.is_some() {
            *refused.entry(call.urls.clone()).or_default() += 1;
        }
        sent.insert(call.urls);
    }

    let mut counts = BTreeMap::new();
    let mut batches_of_all = HashSet::new();
    for one in confirmed {
        let mut urls_of_all = Vec::new();
        let batches = store.batches(company, one.id).await.unwrap();
        assert!(!batches.is_empty(), "{} was confirmed and is lost", one.id);
        for batch in batches {
            let urls = store
                .batch_urls(company, batch.id, 0, i64::MAX)
                .await
                .unwrap();
            let urls: Vec<String> = urls.into_iter().map(|url| url.url).collect();
            *counts.entry(batch.state.as_str()).or_insert(0) += 1;
            is_true(&batch, &urls, &whole, &cleared, &refused);
            let mut state = BatchState::Waiting;
            for event in store.batch_events(company, batch.id).await.unwrap() {
                state = state.after(event.change).expect("each event is possible");
                *counts.entry(event.change.as_str()).or_insert(0) += 1;
            }
            assert_eq!(state, batch.state, "its events lead to where it stands");
            urls_of_all.extend(urls.iter().cloned());
            batches_of_all.insert(urls);
        }
        assert_eq!(
            urls_of_all, one.urls,
            "what was confirmed, no more and no less"
        );
    }
    for request in &sent {
        assert!(
            batches_of_all.contains(request),
            "a request of {} URLs was sent that nobody confirmed",
            request.len()
        );
    }
    counts
}

fn is_true(
    batch: &Batch,
    urls: &[String],
    whole: &HashSet<Vec<String>>,
    cleared: &HashSet<&str>,
    refused: &HashMap<Vec<String>, usize>,
) {
    let what = format!(
        "{:?} after {} attempts: {:?}",
        batch.state, batch.attempts, batch.failure
    );
    match batch.state {
        BatchState::Accepted => assert!(whole.contains(urls), "Adobe did not take it, {what}"),
        BatchState::Refused => {
            // Adobe may refuse the last one alone; then the rest was carried out, if there is any.
            let partly = urls
                .split_last()
                .is_some_and(|(_, rest)| rest.is_empty() || whole.contains(rest));
            assert!(
                partly || refused.contains_key(urls),
                "Adobe did not refuse it, {what}"
            );
        }
        BatchState::Failed => {}
        other => panic!("{other:?} is no end"),
    }
    if batch.cleared_nothing() {
        let some = urls.iter().find(|url| cleared.contains(url.as_str()));
        assert_eq!(some, None, "it says nothing was cleared, {what}");
    }
}
