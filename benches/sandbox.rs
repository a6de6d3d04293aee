//! What the sandbox itself takes of a synchronisation's time: `cargo bench --bench sandbox`.
//!
//! A catalogue of a million assets; each answer is made from request to last byte, without a network in between.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tower::ServiceExt as _;
use unstale::{
    clock::{Clock, Timestamp},
    sandbox::{self, ips::IpsSandbox, library::Generated},
};

const COUNT: u32 = 1_000_000;

/// All that a catalogue keeps.
const FIELDS: &[&str] = &[
    "assetHandle",
    "type",
    "subType",
    "name",
    "fileName",
    "folder",
    "readyForPublish",
    "created",
    "lastModified",
];
/// What a sweep for deletions needs.
const LIGHT: &[&str] = &["assetHandle", "type", "subType", "name"];

/// A search with these elements after `includeSubfolders`.
fn search(children: &str, fields: &[&str], encoding: &str) -> Request<Body> {
    let (user, password) = sandbox::ACCOUNT;
    let fields: Vec<String> = fields
        .iter()
        .map(|field| format!("<items>assetArray/items/{field}</items>"))
        .collect();
    let fields = fields.concat();
    let envelope = format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Header>\
         <authHeader xmlns=\"http://www.scene7.com/IpsApi/xsd\"><user>{user}</user><password>{password}</password>\
         </authHeader></e:Header><e:Body><searchAssetsParam xmlns=\"http://www.scene7.com/IpsApi/xsd/2014-04-03\">\
         <companyHandle>c|6</companyHandle><includeSubfolders>true</includeSubfolders>{children}\
         <responseFieldArray><items>totalRows</items>{fields}</responseFieldArray>\
         </searchAssetsParam></e:Body></e:Envelope>"
    );
    Request::post("/scene7/services/IpsApiService")
        .header("content-type", "text/xml")
        .header("soapaction", "searchAssets")
        .header("accept-encoding", encoding)
        .body(Body::from(envelope))
        .expect("all parts are written here")
}

fn answers(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("the machine can run one");
    let clock = Clock::manual(Timestamp::from_micros(1_700_000_000_000_000));
    let library = Arc::new(Generated::new(COUNT, clock.clone()));
    clock.advance(Duration::from_hours(1));
    for number in 0..100 {
        assert!(library.replace(number * 9_973));
    }
    let ips = IpsSandbox::with_catalogue(&clock, library);
    let router = ips.router();
    let answer = |request: Request<Body>| {
        runtime.block_on(async {
            let Ok(response) = router.clone().oneshot(request).await;
            assert!(response.status().is_success());
            let body = to_bytes(response.into_body(), usize::MAX).await;
            body.expect("the body is made in memory").len()
        })
    };

    let page = |rows: u32, number: u32, sort: &str| {
        format!(
            "<recordsPerPage>{rows}</recordsPerPage><resultsPage>{number}</resultsPage><sortBy>{sort}</sortBy>"
        )
    };
    let changes = "<systemFieldConditionArray><items><field>LastModified</field><op>Between</op>\
                   <minDate>2023-11-14T22:13:20Z</minDate><maxDate>2030-01-01T00:00:00Z</maxDate></items>\
                   </systemFieldConditionArray>";
    let mut group = criterion.benchmark_group("a million assets");
    for (name, rows, children, fields, encoding) in [
        (
            "page 500 by creation",
            1_000,
            page(1_000, 500, "Created"),
            FIELDS,
            "identity",
        ),
        (
            "page 500 by creation, gzip",
            1_000,
            page(1_000, 500, "Created"),
            FIELDS,
            "gzip",
        ),
        (
            "page 500 by change",
            1_000,
            page(1_000, 500, "Modified"),
            FIELDS,
            "identity",
        ),
        (
            "page 50 of names by name",
            10_000,
            page(10_000, 50, "Name"),
            LIGHT,
            "identity",
        ),
        ("100 changes", 100, changes.to_owned(), FIELDS, "identity"),
    ] {
        group.throughput(Throughput::Elements(rows));
        group.bench_function(name, |bencher| {
            bencher.iter(|| answer(search(&children, fields, encoding)));
        });
    }
    group.finish();
}

criterion_group!(benches, answers);
criterion_main!(benches);
