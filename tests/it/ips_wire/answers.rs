//! The wire vectors W11 to W18: every shape in which Adobe answers a question, and what we make of it.

use time::{OffsetDateTime, macros::datetime};
use unstale::{
    clock::Timestamp,
    domain::Preset,
    ips::{
        AssetCount, AssetItem, AssetPage, AssetSearch, CompanyInfo, CompanyKey, IpsError,
        Membership, PropertySet, PropertySetType, SortBy, UserInfo,
    },
};

use super::{
    account, client, fixture,
    server::{Server, reply},
};

fn instant(at: OffsetDateTime) -> Timestamp {
    Timestamp::from_micros(i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap())
}

async fn answering(name: &str) -> Server {
    Server::canned(200, fixture(name)).await
}

fn page(number: u32) -> AssetSearch<'static> {
    AssetSearch {
        company_handle: "c|6",
        modified_between: None,
        sort: SortBy::Created,
        page: number,
        per_page: 1_000,
        names_only: false,
    }
}

async fn searched(body: &str) -> Result<AssetPage, IpsError> {
    let server = Server::canned(200, body.to_owned()).await;
    client()
        .search_assets(&account(&server.base), &page(1))
        .await
}

#[tokio::test]
async fn w11_property_sets_and_their_types() {
    let server = answering("w11-property-set-types.xml").await;
    let types = client()
        .property_set_types(&account(&server.base), None)
        .await;
    let expected = [
        ("pt|10800", "Adobe.SPS.UserSetting", Some(true)),
        ("pt|10801", "Adobe.SPS.ApplicationSetting", Some(false)),
        ("pt|10802", "Untold", None),
    ]
    .map(|(handle, name, allow_multiple)| PropertySetType {
        handle: handle.to_owned(),
        name: name.to_owned(),
        allow_multiple,
    });
    assert_eq!(types.unwrap(), expected);

    let server = answering("w11-property-sets.xml").await;
    let sets = client()
        .property_sets(&account(&server.base), "pt|10801", "c|6")
        .await;
    let properties = [
        (
            "application_server_prefix_published_test",
            "http://host:8080/is/image/",
        ),
        (
            "application_server_prefix_origin_test",
            "http://host2:8080/is/image",
        ),
        (
            "application_cdn_invalidation_template",
            "<ID>\n<ID>?$product$",
        ),
        ("application_test_server_context", ""),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(
        sets.unwrap(),
        [PropertySet {
            handle: "ps|941".to_owned(),
            properties: properties.to_vec(),
        }]
    );
}

#[tokio::test]
async fn w12_image_presets_with_a_name() {
    let preset = |name: &str, modifier: &str| Preset {
        name: name.to_owned(),
        modifier: modifier.to_owned(),
    };
    for (name, presets) in [
        (
            "w12-image-formats.xml",
            vec![
                preset("thumbnail", "wid=150&hei=150"),
                preset("!_s7product", ""),
            ],
        ),
        ("w12-no-image-formats.xml", vec![]),
    ] {
        let server = answering(name).await;
        let formats = client().image_formats(&account(&server.base), "c|6").await;
        assert_eq!(formats.unwrap(), presets);
    }
}

#[tokio::test]
async fn w13_memberships_in_three_shapes() {
    let expires = Some(instant(datetime!(2027-12-31 23:59:59.999 -08:00)));
    let company = |handle: &str, name: &str, root: &str, expires| CompanyInfo {
        handle: handle.to_owned(),
        name: name.to_owned(),
        root: root.to_owned(),
        expires,
    };
    let companies = [
        company("c|6", "Planetary Goods", "Planetary", expires),
        company("c|7", "Lunar", "Lunar", None),
    ];
    for (shape, told) in [("nested", true), ("flat", false), ("company-array", false)] {
        let server = answering(&format!("w13-membership-{shape}.xml")).await;
        let memberships = client()
            .company_memberships(&account(&server.base), None)
            .await
            .unwrap();
        let [planetary, lunar] = companies.clone();
        let role = |role: &str| told.then(|| role.to_owned());
        let expected = [
            Membership {
                company: planetary,
                role: role("IpsCompanyAdmin"),
                is_active: true,
            },
            Membership {
                company: lunar,
                role: role("IpsUser"),
                is_active: !told,
            },
        ];
        assert_eq!(memberships, expected, "{shape}");
    }
}

#[tokio::test]
async fn w14_folders_in_two_shapes() {
    for shape in ["tree", "list"] {
        let server = answering(&format!("w14-folders-{shape}.xml")).await;
        let mut folders = client()
            .folder_tree(&account(&server.base), "c|6")
            .await
            .unwrap();
        folders.sort_unstable();
        let expected = [
            "Planetary",
            "Planetary/hats",
            "Planetary/shoes",
            "Planetary/shoes/red & blue",
        ];
        assert_eq!(folders, expected, "{shape}");
    }
}

/// The page that the request asks for, of 2,500 assets.
fn catalogue(request: &str) -> String {
    let (_, rest) = request.split_once("<resultsPage>").unwrap();
    let (number, _) = rest.split_once('<').unwrap();
    let first = (number.parse::<usize>().unwrap() - 1) * 1_000;
    let rows = (first..2_500.min(first + 1_000))
        .map(|n| format!("<items><name>asset-{n}</name></items>"))
        .collect::<Vec<_>>()
        .concat();
    format!(
        "<searchAssetsReturn><totalRows>2500</totalRows><assetArray>{rows}</assetArray></searchAssetsReturn>"
    )
}

#[tokio::test]
async fn w15_pages_until_an_empty_one() {
    let server = Server::answering(|request| {
        reply(200, catalogue(std::str::from_utf8(&request.body).unwrap()))
    })
    .await;
    let mut names = Vec::new();
    for (number, rows) in [(1, 1_000), (2, 1_000), (3, 500), (4, 0)] {
        let page = client()
            .search_assets(&account(&server.base), &page(number))
            .await
            .unwrap();
        assert_eq!(page.total_rows, Some(2_500));
        assert_eq!(page.assets.len(), rows, "page {number}");
        names.extend(page.assets.into_iter().filter_map(|asset| asset.name));
    }
    assert!((0..2_500).all(|n| names[n] == format!("asset-{n}")));
}

#[tokio::test]
async fn w16_assets_with_little_and_with_much() {
    let page = searched(&fixture("w16-asset.xml")).await.unwrap();
    let expected = [
        AssetItem {
            handle: Some("a|581084652".to_owned()),
            name: Some("T533729".to_owned()),
            asset_type: "Image".to_owned(),
            last_modified: Some(instant(datetime!(2018-03-31 01:00:50.234 UTC))),
            ..AssetItem::default()
        },
        AssetItem {
            handle: Some("a|942".to_owned()),
            name: Some(" two  blanks Größe".to_owned()),
            asset_type: "AssetSet".to_owned(),
            file_name: "clip.mp4".to_owned(),
            folder: "Planetary/clips".to_owned(),
            ready_for_publish: Some(true),
            trashed: false,
            created: Some(instant(datetime!(2018-03-30 20:00:50 UTC))),
            // Without a zone: taken as UTC.
            last_modified: Some(instant(datetime!(2018-03-30 20:00:50.5 UTC))),
        },
    ];
    assert_eq!(page.total_rows, Some(2));
    assert_eq!(page.assets, expected);
}

#[tokio::test]
async fn an_asset_that_is_told_badly_spoils_no_other() {
    let page = searched(
        "<searchAssetsReturn><totalRows>lots</totalRows><assetArray>\
         <items/>\
         <items><name/><readyForPublish>maybe</readyForPublish><created>yesterday</created></items>\
         <items><name>Gro\u{308}\u{df}e</name><name2>x</name2><folder>/</folder></items>\
         </assetArray></searchAssetsReturn>",
    )
    .await
    .unwrap();
    let named = AssetItem {
        name: Some("Gro\u{308}\u{df}e".to_owned()),
        ..AssetItem::default()
    };
    assert_eq!(page.total_rows, None);
    assert_eq!(
        page.assets,
        [AssetItem::default(), AssetItem::default(), named]
    );
}

#[tokio::test]
async fn a_search_without_rows_is_an_empty_page() {
    for inside in [
        "",
        "<assetArray/>",
        "<totalRows/><assetArray xsi:nil='true'/>",
    ] {
        let body = format!("<searchAssetsReturn>{inside}</searchAssetsReturn>");
        assert_eq!(searched(&body).await, Ok(AssetPage::default()), "{inside}");
    }
}

#[tokio::test]
async fn w18_a_login_is_valid_or_invalid_and_nothing_else() {
    for (name, valid) in [("valid", true), ("invalid", false)] {
        let server = answering(&format!("w18-{name}-login.xml")).await;
        let login = client().check_login(&account(&server.base), None).await;
        assert_eq!(login, Ok(valid));
    }
    for status in ["", "<status/>", "<status>Perhaps</status>"] {
        let body = format!("<checkLoginReturn>{status}</checkLoginReturn>");
        let server = Server::canned(200, body).await;
        let login = client().check_login(&account(&server.base), None).await;
        assert!(
            matches!(login, Err(IpsError::Unexpected { .. })),
            "{login:?}"
        );
    }
}

#[tokio::test]
async fn a_user_has_a_role_and_a_password_that_ends() {
    let server = answering("user-info.xml").await;
    let user = client().user_info(&account(&server.base)).await.unwrap();
    let expected = UserInfo {
        handle: "u|41|admin@example.com".to_owned(),
        name: "Ada Byron".to_owned(),
        email: "admin@example.com".to_owned(),
        is_valid: true,
        is_ips_admin: false,
        role: Some("IpsCompanyAdmin".to_owned()),
        password_expires: Some(instant(datetime!(2027-01-01 00:00 UTC))),
    };
    assert_eq!(user, expected);

    let little = "<getUserInfoReturn><userInfo><userHandle>70|mail</userHandle>\
                  <defaultRole>IpsUser</defaultRole><lastName>Byron</lastName></userInfo></getUserInfoReturn>";
    let server = Server::canned(200, little).await;
    let user = client().user_info(&account(&server.base)).await.unwrap();
    assert_eq!(user.name, "Byron");
    assert_eq!(user.role.as_deref(), Some("IpsUser"));
    assert_eq!(user.password_expires, None);
}

#[tokio::test]
async fn a_company_has_a_root_without_its_slash() {
    let server = answering("company-info.xml").await;
    let company = client()
        .company_info(&account(&server.base), CompanyKey::Handle("c|6"))
        .await
        .unwrap();
    assert_eq!(company.root, "Planetary");
    assert_eq!(company.name, "Planetary Goods");
    assert_eq!(company.expires, None, "a date that cannot be read");
}

#[tokio::test]
async fn a_company_or_a_user_without_a_handle_is_no_answer() {
    let body = "<E><getCompanyInfoReturn><companyInfo><name>x</name></companyInfo></getCompanyInfoReturn></E>";
    let server = Server::canned(200, body).await;
    let company = client()
        .company_info(&account(&server.base), CompanyKey::Name("x"))
        .await;
    assert!(matches!(company, Err(IpsError::Unexpected { .. })));
    let body = "<E><getUserInfoReturn><userInfo/></getUserInfoReturn></E>";
    let server = Server::canned(200, body).await;
    let user = client().user_info(&account(&server.base)).await;
    assert!(matches!(user, Err(IpsError::Unexpected { .. })));
}

#[tokio::test]
async fn assets_are_counted_by_type() {
    let server = answering("asset-counts.xml").await;
    let counts = client().asset_counts(&account(&server.base), "c|6").await;
    let expected = [("Image", 2_500), ("Pdf", 0)].map(|(asset_type, count)| AssetCount {
        asset_type: asset_type.to_owned(),
        count,
    });
    assert_eq!(counts.unwrap(), expected);
}

#[tokio::test]
async fn associated_assets_are_told_apart_by_their_relation() {
    let server = answering("associated-assets.xml").await;
    let around = client()
        .associated_assets(&account(&server.base), "c|6", "a|942")
        .await
        .unwrap();
    let names = |assets: &[AssetItem]| {
        let names = assets.iter().filter_map(|asset| asset.name.clone());
        names.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&around.containers), "spin");
    assert_eq!(names(&around.members), "");
    assert_eq!(names(&around.owners), "clip");
    assert_eq!(names(&around.derived), "");
}

#[tokio::test]
async fn assets_that_are_not_there_or_in_the_trash_are_left_out() {
    let body = "<getAssetsByNameReturn><assetArray><items><name>shoe</name><trashState>NotInTrash</trashState></items><items><name>hat</name><trashState>InTrash</trashState></items></assetArray></getAssetsByNameReturn>";
    let server = Server::canned(200, body).await;
    let names = ["shoe", "hat"].map(str::to_owned);
    let assets = client()
        .assets_by_name(&account(&server.base), "c|6", &names)
        .await
        .unwrap();
    assert_eq!(assets.len(), 1);
    assert_eq!(assets[0].name.as_deref(), Some("shoe"));
}

async fn updated(status: u16, body: &str) -> Result<(), IpsError> {
    let server = Server::canned(status, body.to_owned()).await;
    client()
        .update_property(&account(&server.base), "ps|941", "name", "value")
        .await
}

#[tokio::test]
async fn an_update_is_done_when_adobe_answers_nothing() {
    let envelope = |inside: &str| format!("<E><Body>{inside}</Body></E>");
    for (status, body) in [
        (200, String::new()),
        (202, String::new()),
        (200, envelope("")),
        (200, envelope("<updatePropertySetReturn/>")),
    ] {
        assert_eq!(updated(status, &body).await, Ok(()), "{status} {body}");
    }
}

#[tokio::test]
async fn an_update_is_not_done_when_adobe_refuses_or_somebody_else_answers() {
    let fault = fixture("w5-fault.xml");
    for status in [200, 500] {
        let error = updated(status, &fault).await.unwrap_err();
        assert!(matches!(error, IpsError::Fault(_)), "{error:?}");
    }
    for (status, body) in [
        (200, fixture("w10-maintenance.html")),
        (200, "OK".to_owned()),
        (200, "<E><Body><somethingElse/></Body></E>".to_owned()),
        (500, String::new()),
        (404, "<E><Body/></E>".to_owned()),
    ] {
        let error = updated(status, &body).await.unwrap_err();
        assert!(matches!(error, IpsError::Unexpected { .. }), "{error:?}");
    }
}
