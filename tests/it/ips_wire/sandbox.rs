//! The client against the sandbox's endpoint: the two were written apart and must agree.

use std::sync::{Arc, Mutex};

use unstale::{
    clock::Clock,
    domain::{FailureKind, Receipt},
    ips::{Account, IpsError},
    sandbox::ips::{
        AnswerForm, Instead, IpsAccount, IpsCompany, IpsConfig, IpsRole, IpsSandbox, Knobs,
    },
};

use super::{PASSWORD, account, client, server::Server};

pub fn config() -> IpsConfig {
    let person = |email: &str, role| {
        let person = IpsAccount::new(email, PASSWORD);
        person.member_of("c|6", role).member_of("c|7", role)
    };
    IpsConfig {
        clock: Clock::system(),
        accounts: vec![
            person("admin@example.com", IpsRole::IpsCompanyAdmin),
            person("viewer@example.com", IpsRole::IpsUser),
        ],
        companies: vec![
            IpsCompany::new("c|6", "Acme"),
            IpsCompany::new("c|7", "AcmeAlias"),
        ],
    }
}

struct Lab {
    sandbox: IpsSandbox,
    cleared: Arc<Mutex<Vec<String>>>,
    server: Server,
}

impl Lab {
    async fn new() -> Self {
        let sandbox = IpsSandbox::new(config());
        let cleared: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = cleared.clone();
        sandbox.on_purge(move |urls| log.lock().unwrap().extend_from_slice(urls));
        let server = Server::of(sandbox.router()).await;
        Self {
            sandbox,
            cleared,
            server,
        }
    }

    async fn with(turn: impl FnOnce(&mut Knobs)) -> Self {
        let lab = Self::new().await;
        lab.sandbox.knobs(turn);
        lab
    }

    fn account(&self) -> Account {
        account(&self.server.base)
    }

    async fn purge(&self, handle: &str, urls: &[String]) -> Result<Receipt, IpsError> {
        client()
            .cdn_cache_invalidation(&self.account(), handle, urls)
            .await
    }

    fn cleared(&self) -> Vec<String> {
        self.cleared.lock().unwrap().clone()
    }
}

fn shoes(count: usize) -> Vec<String> {
    (0..count)
        .map(|n| format!("https://h.example/is/image/Acme/shoe{n}?scl=1&qlt=100"))
        .collect()
}

fn code(result: Result<Receipt, IpsError>) -> Option<i32> {
    result.unwrap_err().failure().code
}

#[tokio::test]
async fn a_thousand_urls_go_through_unchanged_and_in_order() {
    let lab = Lab::new().await;
    let urls = shoes(1_000);
    let receipt = lab.purge("c|6", &urls).await.unwrap();
    assert_eq!(receipt.handle.as_deref(), Some("c|6|1"));
    assert_eq!(receipt.estimated_seconds, Some(5));
    assert_eq!(lab.cleared(), urls);
    let [call] = &lab.sandbox.calls()[..] else {
        panic!("not one call");
    };
    assert_eq!(call.operation, "cdnCacheInvalidation");
    assert_eq!(call.company_handle.as_deref(), Some("c|6"));
    assert_eq!(call.urls, urls);
    assert_eq!(call.fault, None);
}

#[tokio::test]
async fn no_url_and_a_thousand_and_one_are_refused() {
    let lab = Lab::new().await;
    assert_eq!(code(lab.purge("c|6", &shoes(1_001)).await), Some(30_001));
    let none = lab.purge("c|6", &[]).await.unwrap_err().failure();
    assert_eq!((none.kind, none.code), (FailureKind::Fault, Some(30_003)));
    assert_eq!(lab.cleared(), [""; 0]);
}

#[tokio::test]
async fn one_foreign_url_fails_the_whole_batch_and_is_named() {
    let lab = Lab::new().await;
    let mut urls = shoes(3);
    urls.insert(1, "https://h.example/is/image/Other/a?b=1&c=<x>".to_owned());
    let error = lab.purge("c|6", &urls).await.unwrap_err();
    assert_eq!(error.failure().code, Some(20_006));
    assert_eq!(error.failure().kind, FailureKind::BadUrl);
    assert_eq!(error.named_url(&urls), Some(&*urls[1]));
    assert_eq!(lab.cleared(), [""; 0]);
}

#[tokio::test]
async fn what_is_no_url_is_refused_and_named() {
    let lab = Lab::new().await;
    let urls = ["not a url".to_owned()];
    let error = lab.purge("c|6", &urls).await.unwrap_err();
    assert_eq!(error.failure().code, Some(30_001));
    assert_eq!(error.named_url(&urls), Some("not a url"));
}

#[tokio::test]
async fn an_alias_is_cleared_with_its_own_handle_only() {
    let lab = Lab::new().await;
    let urls = ["https://h.example/is/image/AcmeAlias/shoe".to_owned()];
    assert_eq!(code(lab.purge("c|6", &urls).await), Some(20_006));
    assert!(lab.purge("c|7", &urls).await.is_ok());
    assert_eq!(lab.cleared(), urls);
}

#[tokio::test]
async fn account_role_and_company_are_checked() {
    let lab = Lab::new().await;
    let urls = shoes(1);
    assert_eq!(code(lab.purge("c|8", &urls).await), Some(20_000));

    let mut wrong = lab.account();
    wrong.password = "guess".into();
    let error = client()
        .cdn_cache_invalidation(&wrong, "c|6", &urls)
        .await
        .unwrap_err();
    let failure = error.failure();
    assert_eq!(
        (failure.kind, failure.code),
        (FailureKind::Account, Some(10_001))
    );

    let mut viewer = lab.account();
    viewer.email = "viewer@example.com".to_owned();
    let error = client()
        .cdn_cache_invalidation(&viewer, "c|6", &urls)
        .await
        .unwrap_err();
    let failure = error.failure();
    assert_eq!(
        (failure.kind, failure.code),
        (FailureKind::Permission, Some(20_003))
    );

    lab.sandbox.knobs(|knobs| knobs.no_permission = true);
    assert_eq!(code(lab.purge("c|6", &urls).await), Some(20_003));
    let faults: Vec<_> = lab.sandbox.calls().iter().map(|call| call.fault).collect();
    assert_eq!(
        faults,
        [Some(20_000), Some(10_001), Some(20_003), Some(20_003)]
    );
}

#[tokio::test]
async fn all_documented_answers_are_understood() {
    for answer in [AnswerForm::Handle, AnswerForm::Counts] {
        for soap12 in [false, true] {
            let lab = Lab::with(|knobs| {
                knobs.answer = answer;
                knobs.soap12 = soap12;
            })
            .await;
            let receipt = lab.purge("c|6", &shoes(2)).await.unwrap();
            assert_eq!(receipt.handle.is_some(), answer == AnswerForm::Handle);
            assert_eq!(lab.cleared().len(), 2);
        }
    }
}

#[tokio::test]
async fn faults_are_understood_with_any_status_and_envelope() {
    for soap12 in [false, true] {
        for status in [None, Some(200), Some(500), Some(403)] {
            let lab = Lab::with(|knobs| {
                knobs.soap12 = soap12;
                knobs.fault_status = status;
            })
            .await;
            assert_eq!(code(lab.purge("c|9", &shoes(1)).await), Some(20_000));
        }
    }
}

#[tokio::test]
async fn a_partial_answer_clears_the_rest_and_names_the_url() {
    let lab = Lab::with(|knobs| knobs.answer = AnswerForm::Partial).await;
    let urls = shoes(4);
    let error = lab.purge("c|6", &urls).await.unwrap_err();
    assert!(
        matches!(
            error,
            IpsError::Partial {
                accepted: Some(3),
                refused: 1,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(error.named_url(&urls), Some(&*urls[3]));
    assert_eq!(lab.cleared(), urls[..3]);
}

#[tokio::test]
async fn spoilt_answers_are_failures_and_only_the_page_stops_the_purge() {
    for (instead, kind, cleared) in [
        (Instead::Html, FailureKind::Unexpected, 0),
        (Instead::Truncated, FailureKind::Unexpected, 1),
        (Instead::Empty, FailureKind::Unexpected, 1),
        (Instead::Closed, FailureKind::TimedOut, 1),
        (Instead::Cut, FailureKind::TimedOut, 1),
    ] {
        let lab = Lab::with(|knobs| knobs.instead = Some(instead)).await;
        let error = lab.purge("c|6", &shoes(1)).await.unwrap_err();
        assert_eq!(error.failure().kind, kind, "{instead:?}: {error:?}");
        assert_eq!(lab.cleared().len(), cleared, "{instead:?}");
        assert_eq!(lab.sandbox.calls().len(), 1, "nothing is tried twice");
    }
}

#[tokio::test]
async fn a_dropped_purge_is_accepted_and_clears_nothing() {
    let lab = Lab::with(|knobs| knobs.drop_purges = true).await;
    assert!(lab.purge("c|6", &shoes(1)).await.is_ok());
    assert_eq!(lab.cleared(), [""; 0]);
}

#[tokio::test]
async fn a_held_request_is_recorded_and_waits_until_it_is_let_go() {
    let lab = Lab::with(|knobs| knobs.hold = true).await;
    let urls = shoes(1);
    let observe = async {
        assert_eq!(lab.sandbox.wait_for_calls(1).await.len(), 1);
        assert_eq!(lab.cleared(), [""; 0]);
        lab.sandbox.knobs(|knobs| knobs.hold = false);
    };
    let (receipt, ()) = tokio::join!(lab.purge("c|6", &urls), observe);
    assert!(receipt.is_ok());
    assert_eq!(lab.cleared(), urls);
}
