//! The switches that make the endpoint misbehave, and a catalogue that changes while it is read.

use std::sync::Arc;

use axum::body::to_bytes;
use futures_util::StreamExt as _;
use unstale::sandbox::{
    self,
    catalogue::CatalogueItem,
    ips::{Instead, Only, TotalRows},
};

use super::{Lab, fields, request, send};

const MEBIBYTE: usize = 1024 * 1024;

fn page(number: u32) -> String {
    format!(
        "<recordsPerPage>50</recordsPerPage><resultsPage>{number}</resultsPage><sortBy>Created</sortBy>\
         <sortDirection>Ascending</sortDirection>"
    )
}

#[tokio::test]
async fn conditions_on_the_last_change_can_be_refused() {
    let lab = Lab::new().await;
    let condition = "<systemFieldConditionArray><items><field>LastModified</field><op>Between</op>\
                     <minDate>2020-01-01T00:00:00Z</minDate><maxDate>2030-01-01T00:00:00Z</maxDate>\
                     </items></systemFieldConditionArray>";
    assert_eq!(lab.search(condition).await.status, 200);
    lab.knobs(|knobs| knobs.search.no_last_modified = Some(30_001));
    assert_eq!(lab.search(condition).await.fault(), 30_001);
    assert_eq!(lab.search("<sortBy>Modified</sortBy>").await.status, 200);
}

#[tokio::test]
async fn totals_can_lie_or_be_left_out() {
    let lab = Lab::new().await;
    lab.knobs(|knobs| knobs.search.total_rows = TotalRows::Says(9_999));
    assert_eq!(lab.search(&page(1)).await.text("totalRows"), "9999");
    lab.knobs(|knobs| knobs.search.total_rows = TotalRows::Absent);
    let absent = lab.search(&page(1)).await;
    assert_eq!(absent.texts("totalRows"), [""; 0]);
    assert_eq!(absent.texts("name").len(), 50);
}

#[tokio::test]
async fn a_page_can_repeat_for_ever() {
    let lab = Lab::new().await;
    lab.knobs(|knobs| knobs.search.repeats = Some(2..=2));
    let first = lab.names(&page(1)).await;
    let second = lab.names(&page(2)).await;
    assert_ne!(first, second);
    assert_eq!(lab.names(&page(70)).await, second);
    lab.knobs(|knobs| knobs.search.repeats = Some(1..=2));
    assert_eq!(lab.names(&page(69)).await, first);
    assert_eq!(lab.names(&page(70)).await, second);
}

#[tokio::test]
async fn a_row_can_lack_its_name_and_two_names_can_differ_in_case_only() {
    let lab = Lab::new().await;
    lab.knobs(|knobs| knobs.search.nameless_row = Some(3));
    let rows = lab.search(&page(1)).await;
    assert_eq!(rows.texts("assetHandle").len(), 50);
    assert_eq!(rows.texts("name").len(), 49);

    lab.knobs(|knobs| knobs.search.nameless_row = None);
    let origin = lab.sandbox.origin();
    assert!(origin.add(CatalogueItem::image("Backpack", "backpacks")));
    assert!(!origin.add(CatalogueItem::image("backpack", "shoes")));
    let names = lab.names("<sortBy>Name</sortBy>").await;
    for name in ["backpack", "Backpack"] {
        assert_eq!(names.iter().filter(|known| *known == name).count(), 1);
    }
}

#[tokio::test]
async fn the_catalogue_can_change_between_two_pages() {
    let lab = Lab::new().await;
    let before = lab.names(&page(2)).await;
    let oldest = lab.names(&page(1)).await.remove(0);
    let origin = Arc::clone(lab.sandbox.origin());
    lab.sandbox.ips().on_page(move |page| {
        if page == 2 {
            origin.remove(&oldest);
        }
    });
    let after = lab.names(&page(2)).await;
    assert_eq!(after[..49], before[1..], "one asset slips through");
}

#[tokio::test]
async fn one_operation_or_the_pages_from_one_on_can_meet_a_fault() {
    let lab = Lab::new().await;
    let shop = "<companyHandle>c|6</companyHandle>";
    lab.knobs(|knobs| {
        knobs.fault = Some(20_009);
        knobs.only = Some(Only::Operation("getImageFormats"));
    });
    assert_eq!(lab.call("getImageFormats", shop).await.fault(), 20_009);
    assert_eq!(lab.call("getAssetCounts", shop).await.status, 200);
    lab.knobs(|knobs| {
        knobs.fault = Some(30_000);
        knobs.only = Some(Only::FromPage(3));
    });
    let pages = [1, 2, 3, 4].map(page);
    let mut statuses = Vec::new();
    for page in &pages {
        statuses.push(lab.search(page).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 500, 500]);
    assert_eq!(lab.call("getImageFormats", shop).await.status, 200);
}

#[tokio::test]
async fn a_page_can_hang_until_it_is_let_go() {
    let lab = Lab::new().await;
    lab.knobs(|knobs| {
        knobs.hold = true;
        knobs.only = Some(Only::FromPage(2));
    });
    assert_eq!(lab.names(&page(1)).await.len(), 50);
    let let_go = async {
        lab.sandbox.ips().wait_for_calls(2).await;
        lab.knobs(|knobs| knobs.hold = false);
    };
    let second = page(2);
    let (names, ()) = tokio::join!(lab.names(&second), let_go);
    assert_eq!(names.len(), 50);
}

#[tokio::test]
async fn a_bomb_is_small_on_the_wire_and_a_huge_answer_never_seems_to_end() {
    let lab = Lab::new().await;
    let children = format!(
        "<companyHandle>c|6</companyHandle><includeSubfolders>true</includeSubfolders>{}",
        page(1)
    );
    let search = async |encoding: &'static str| {
        let mut request = request(sandbox::ACCOUNT, "searchAssets", &children);
        let encoding = encoding.parse().unwrap();
        request.headers_mut().insert("accept-encoding", encoding);
        send(lab.sandbox.ips().router(), request).await
    };
    lab.knobs(|knobs| knobs.instead = Some(Instead::Bomb));
    let bomb = search("gzip").await;
    assert_eq!(bomb.headers()["content-encoding"], "gzip");
    let mut pieces = bomb.into_body().into_data_stream();
    let first = pieces.next().await.unwrap().unwrap();
    assert!(first.starts_with(&[0x1f, 0x8b]));

    for (instead, piece) in [(Instead::Bomb, "  "), (Instead::Huge, "<items><name>")] {
        lab.knobs(|knobs| knobs.instead = Some(instead));
        let mut pieces = search("identity").await.into_body().into_data_stream();
        let start = pieces.next().await.unwrap().unwrap();
        assert!(start.ends_with(b">"), "{start:?}");
        let mut length = 0;
        while length < 64 * MEBIBYTE {
            let next = pieces.next().await.unwrap().unwrap();
            assert!(next.starts_with(piece.as_bytes()));
            length += next.len();
        }
    }
}

#[tokio::test]
async fn an_answer_can_bring_entities() {
    let lab = Lab::new().await;
    let children = format!("{}{}", page(1), fields(&["name"]));
    for (instead, mark) in [
        (Instead::Entities, "<!ENTITY e9 "),
        (Instead::ExternalEntity, "SYSTEM \"file:"),
    ] {
        lab.knobs(|knobs| knobs.instead = Some(instead));
        let answer = lab.search(&children).await;
        assert!(answer.body.contains(mark), "{}", answer.body);
        assert!(answer.body.contains("<name>"), "it is an answer otherwise");
        assert!(roxmltree::Document::parse(&answer.body).is_err());
    }
}

#[tokio::test]
async fn switches_of_old_reach_the_reading_operations_too() {
    let lab = Lab::new().await;
    lab.knobs(|knobs| knobs.instead = Some(Instead::Html));
    assert!(lab.search("").await.body.starts_with("<!DOCTYPE html>"));
    lab.knobs(|knobs| knobs.instead = Some(Instead::Truncated));
    assert!(!lab.search("").await.body.contains("</soapenv:Envelope>"));
    lab.knobs(|knobs| {
        knobs.instead = None;
        knobs.soap12 = true;
        knobs.fault_status = Some(200);
    });
    let fault = lab.search("<sortBy>Colour</sortBy>").await;
    assert_eq!(
        (fault.status.as_u16(), fault.texts("code")),
        (200, vec!["30001".to_owned()])
    );
    assert!(
        fault
            .body
            .contains("http://www.w3.org/2003/05/soap-envelope")
    );

    lab.knobs(|knobs| knobs.instead = Some(Instead::Closed));
    let response = send(
        lab.sandbox.ips().router(),
        request(sandbox::ACCOUNT, "getUserInfo", ""),
    );
    assert!(
        to_bytes(response.await.into_body(), MEBIBYTE)
            .await
            .is_err()
    );
}
