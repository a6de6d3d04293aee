//! What each operation sends, to the byte.

use unstale::{
    clock::Timestamp,
    ips::{AssetSearch, CompanyKey, SortBy},
};

use super::{account, client, fixture, server::Server};

/// An answer that every operation understands as far as these tests go; nobody looks at it.
const ANYTHING: &str = "<a/>";

async fn sent(call: impl AsyncFnOnce(&str)) -> (String, String) {
    let server = Server::canned(200, ANYTHING).await;
    call(&server.base).await;
    let [request] = &server.seen()[..] else {
        panic!("not one request: {:?}", server.seen());
    };
    let action = request.headers["soapaction"].to_str().unwrap();
    let body = std::str::from_utf8(&request.body).unwrap();
    (action.to_owned(), body.to_owned())
}

/// Calls the operation and compares its message with a fixture.
macro_rules! sends {
    ($action:literal, $fixture:literal, |$client:ident, $account:ident| $call:expr) => {{
        let (action, body) = sent(async |base: &str| {
            let ($client, $account) = (client(), account(base));
            let _ = $call.await;
        })
        .await;
        assert_eq!(action, $action);
        let golden = fixture($fixture).replace("VERSION", env!("CARGO_PKG_VERSION"));
        assert_eq!(body, golden, "{}", $fixture);
    }};
}

const CATALOGUE: AssetSearch<'static> = AssetSearch {
    company_handle: "c|6",
    modified_between: None,
    sort: SortBy::Created,
    page: 3,
    per_page: 1_000,
    names_only: false,
};

#[tokio::test]
async fn who_the_account_is_is_asked_as_documented() {
    sends!(
        "checkLogin",
        "request-check-login.xml",
        |client, account| { client.check_login(&account, Some("c|6")) }
    );
    sends!(
        "getUserInfo",
        "request-get-user-info.xml",
        |client, account| { client.user_info(&account) }
    );
}

#[tokio::test]
async fn companies_are_asked_for_as_documented() {
    sends!(
        "getCompanyMembership",
        "request-get-company-membership.xml",
        |client, account| client.company_memberships(&account, Some("u|41|admin@example.com"))
    );
    sends!(
        "getCompanyMembership",
        "request-get-company-membership-own.xml",
        |client, account| client.company_memberships(&account, None)
    );
    sends!(
        "getCompanyInfo",
        "request-get-company-info.xml",
        |client, account| client.company_info(&account, CompanyKey::Name("Acme & Sons"))
    );
}

#[tokio::test]
async fn the_catalogue_is_asked_for_as_documented() {
    sends!(
        "searchAssets",
        "request-search-assets.xml",
        |client, account| { client.search_assets(&account, &CATALOGUE) }
    );
    let names = AssetSearch {
        sort: SortBy::Name,
        page: 1,
        per_page: 10_000,
        names_only: true,
        ..CATALOGUE
    };
    sends!(
        "searchAssets",
        "request-search-assets-names.xml",
        |client, account| client.search_assets(&account, &names)
    );
}

#[tokio::test]
async fn w17_an_increment_asks_for_a_range_that_loses_no_microsecond() {
    // 2026-11-24T10:00:00.123456Z to 11:00:00.456001Z.
    let from = Timestamp::from_micros(1_795_514_400_123_456);
    let to = Timestamp::from_micros(1_795_518_000_456_001);
    let increment = AssetSearch {
        modified_between: Some((from, to)),
        sort: SortBy::ModifiedDescending,
        page: 1,
        ..CATALOGUE
    };
    sends!(
        "searchAssets",
        "request-search-assets-w17.xml",
        |client, account| client.search_assets(&account, &increment)
    );
}

#[tokio::test]
async fn single_assets_are_asked_for_as_documented() {
    let names = ["shoe", "Größe & Form"].map(str::to_owned);
    sends!(
        "getAssetsByName",
        "request-get-assets-by-name.xml",
        |client, account| client.assets_by_name(&account, "c|6", &names)
    );
    sends!(
        "getAssociatedAssets",
        "request-get-associated-assets.xml",
        |client, account| client.associated_assets(&account, "c|6", "a|942")
    );
    sends!(
        "getAssetCounts",
        "request-get-asset-counts.xml",
        |client, account| client.asset_counts(&account, "c|6")
    );
}

#[tokio::test]
async fn folders_and_presets_are_asked_for_as_documented() {
    sends!(
        "getFolderTree",
        "request-get-folder-tree.xml",
        |client, account| { client.folder_tree(&account, "c|6") }
    );
    sends!(
        "getImageFormats",
        "request-get-image-formats.xml",
        |client, account| client.image_formats(&account, "c|6")
    );
}

#[tokio::test]
async fn settings_are_asked_for_and_changed_as_documented() {
    sends!(
        "getPropertySetTypes",
        "request-get-property-set-types.xml",
        |client, account| client.property_set_types(&account, None)
    );
    sends!(
        "getPropertySetTypes",
        "request-get-property-set-types-company.xml",
        |client, account| client.property_set_types(&account, Some("c|6"))
    );
    sends!(
        "getPropertySets",
        "request-get-property-sets.xml",
        |client, account| client.property_sets(&account, "pt|10801", "c|6")
    );
    sends!(
        "updatePropertySet",
        "request-update-property-set.xml",
        |client, account| client.update_property(
            &account,
            "ps|941",
            "application_cdn_invalidation_template",
            "<ID>\n<ID>?$product$&a=1",
        )
    );
}
