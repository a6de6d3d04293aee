//! Whether what the database says is what Adobe's stand-in saw.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex},
};

use unstale::{
    domain::{BatchState, CompanyId},
    sandbox::ips::{Call, IpsSandbox},
    store::{Batch, Store, Taken},
};

use super::{sabotage::BAD, submit::Confirmed};

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

/// Whether all URLs of accepted batches that were looked at before are looked at again, or have been.
pub async fn looks_have_begun(
    store: &Store,
    company: CompanyId,
    confirmed: &[Confirmed],
) -> Result<usize, String> {
    let mut begun = 0;
    for one in confirmed {
        let batches = store.batches(company, one.id).await.unwrap();
        let mut accepted = HashSet::new();
        for batch in batches.iter().filter(|it| it.state == BatchState::Accepted) {
            let urls = store.batch_urls(company, batch.id, 0, i64::MAX).await;
            accepted.extend(urls.unwrap().into_iter().map(|url| url.url));
        }
        let checks = store.checks(company, one.id).await.unwrap();
        for check in checks.iter().filter(|it| accepted.contains(&it.sent_url)) {
            if check.purged_at.is_none() {
                return Err(format!("nobody looks at {} of {}", check.url, one.id));
            }
            begun += 1;
        }
    }
    Ok(begun)
}

/// What Adobe's stand-in did, sorted out.
struct Done {
    /// The requests that it took.
    whole: HashSet<Vec<String>>,
    /// The URLs that it took, whether it cleared them or not.
    taken: HashSet<String>,
    /// The URLs that it cleared.
    cleared: HashSet<String>,
    /// The requests that it refused.
    refused: HashSet<Vec<String>>,
    /// Every request, with how often it came.
    sent: HashMap<Vec<String>, usize>,
}

impl Done {
    fn by(received: &Received) -> Self {
        let purged = received.purged.lock().unwrap().clone();
        let calls = received.ips.calls();
        let accepted = calls.iter().filter_map(|call| call.accepted.clone());
        let whole: HashSet<Vec<String>> = accepted.filter(|urls| !urls.is_empty()).collect();
        // With a fault, or with an answer that refuses each of its URLs.
        let is_refused = |call: &&Call| {
            call.fault.is_some() || call.accepted.as_ref().is_some_and(Vec::is_empty)
        };
        let refused = calls.iter().filter(is_refused);
        let mut sent = HashMap::new();
        for call in &calls {
            *sent.entry(call.urls.clone()).or_insert(0) += 1;
        }
        Self {
            cleared: purged.iter().flatten().cloned().collect(),
            taken: whole.iter().flatten().cloned().collect(),
            whole,
            refused: refused.map(|call| call.urls.clone()).collect(),
            sent,
        }
    }
}

/// Fails where something is not so; counts states and changes.
pub async fn all_is_true(
    store: &Store,
    company: CompanyId,
    confirmed: &[Confirmed],
    received: &Received,
) -> BTreeMap<&'static str, usize> {
    let done = Done::by(received);
    let mut counts = BTreeMap::new();
    let mut batches_of_all = HashSet::new();
    // The batch of each URL, how often each batch was taken to be sent, and those that were searched.
    let (mut batch_of, mut taken_of) = (HashMap::new(), HashMap::new());
    let mut searched = HashSet::new();
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
            is_true(&batch, &urls, &done);
            if let Some(search) = batch.search() {
                let found = search
                    .bad
                    .places()
                    .any(|place| nth(&urls, place).ends_with(BAD));
                *counts.entry("found").or_insert(0) += usize::from(found);
                searched.insert(batch.id);
            }
            batch_of.extend(urls.iter().map(|url| (url.clone(), batch.id)));
            let mut state = BatchState::Waiting;
            let mut taken = 0;
            for event in store.batch_events(company, batch.id).await.unwrap() {
                state = state.after(event.change).expect("each event is possible");
                taken += usize::from(state == BatchState::Sending);
                *counts.entry(event.change.as_str()).or_insert(0) += 1;
            }
            assert_eq!(state, batch.state, "its events lead to where it stands");
            taken_of.insert(batch.id, taken);
            urls_of_all.extend(urls.iter().cloned());
            batches_of_all.insert(urls);
        }
        assert_eq!(
            urls_of_all, one.urls,
            "what was confirmed, no more and no less"
        );
    }
    let mut received_of = HashMap::new();
    for (request, times) in &done.sent {
        let of: HashSet<_> = request.iter().map(|url| batch_of.get(url)).collect();
        let of = match Vec::from_iter(of)[..] {
            [Some(batch)] if batches_of_all.contains(request) || searched.contains(batch) => batch,
            _ => panic!(
                "a request of {} URLs was sent that nobody confirmed",
                request.len()
            ),
        };
        *received_of.entry(of).or_insert(0) += times;
    }
    // A kill may come before the request; never does a request come without its event, whole or in part.
    for (batch, received) in received_of {
        let taken = taken_of[batch];
        assert!(received <= taken, "{received} requests, {taken} events");
    }
    let bad = done.cleared.iter().find(|url| url.ends_with(BAD));
    assert_eq!(bad, None, "Adobe refuses it always");
    counts
}

/// The URL at that place, from 1.
fn nth(urls: &[String], place: i64) -> &str {
    &urls[usize::try_from(place).unwrap() - 1]
}

fn is_true(batch: &Batch, urls: &[String], done: &Done) {
    let what = format!(
        "{:?} after {} attempts: {:?}",
        batch.state, batch.attempts, batch.failure
    );
    // A part of it that was answered was sent by itself, and is true by itself.
    for probe in &batch.probes {
        let part: Vec<String> = probe
            .part
            .places()
            .map(|place| nth(urls, place).to_owned())
            .collect();
        let answered = if probe.is_accepted() {
            &done.whole
        } else {
            &done.refused
        };
        assert!(answered.contains(&part), "{probe:?} is not true, {what}");
    }
    if let Some(taken) = Taken::of(batch) {
        let told = (1..)
            .zip(urls)
            .filter(|(place, url)| taken.holds(*place, url));
        let lie = told
            .map(|(_, url)| url)
            .find(|url| !done.taken.contains(*url));
        assert_eq!(lie, None, "Adobe did not take it, {what}");
    }
    match (batch.state, batch.search()) {
        (BatchState::Accepted, Some(search)) => {
            assert_eq!(
                search.sent.len(),
                batch.url_count,
                "not all of it was taken, {what}"
            );
        }
        (BatchState::Accepted, None) => {
            assert!(done.whole.contains(urls), "Adobe did not take it, {what}");
        }
        (BatchState::Refused, None) => {
            // Adobe may refuse the last one or two alone; then the rest was carried out, if there is any.
            let partly = (1..=2).any(|refused| {
                let rest = &urls[..urls.len().saturating_sub(refused)];
                rest.is_empty() || done.whole.contains(rest)
            });
            assert!(
                partly || done.refused.contains(urls),
                "Adobe did not refuse it, {what}"
            );
        }
        (BatchState::Refused, Some(_)) | (BatchState::Failed, _) => {}
        (other, _) => panic!("{other:?} is no end"),
    }
    if batch.cleared_nothing() {
        let some = urls.iter().find(|url| done.cleared.contains(*url));
        assert_eq!(some, None, "it says nothing was cleared, {what}");
    }
}
