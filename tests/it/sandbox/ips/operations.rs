//! Every operation but the search: who may call it, and what it answers in which shape.

use std::time::Duration;

use unstale::sandbox::{
    self,
    ips::{FolderTreeForm, MembershipForm, UpdatedForm},
};

use super::{Answer, Lab, list};

const SHOP: &str = "<companyHandle>c|6</companyHandle>";

#[tokio::test]
async fn a_login_is_valid_or_not() {
    let lab = Lab::new().await;
    let (email, password) = sandbox::VIEWER_ACCOUNT;
    let login = |email: &str, password: &str| {
        format!("<email>{email}</email><password>{password}</password>")
    };
    let good = login(email, password);
    for (children, status) in [
        (good.clone(), "ValidLogin"),
        (format!("{SHOP}{good}"), "ValidLogin"),
        (login(email, "guess"), "InvalidLogin"),
        (login("nobody@snapshot.example", password), "InvalidLogin"),
    ] {
        let answer = lab.call("checkLogin", &children).await;
        assert_eq!(answer.text("status"), status, "{children}");
    }
    let call = lab.sandbox.ips().calls().remove(0);
    assert_eq!(call.text("email"), Some(email));
    assert_eq!(call.text("password"), None, "no password is kept");
}

#[tokio::test]
async fn an_expired_password_is_a_wrong_one_and_the_others_tell_when_they_expire() {
    let lab = Lab::new().await;
    let info = async |who| lab.call_as(who, "getUserInfo", "").await;
    assert_eq!(info(sandbox::EXPIRED_ACCOUNT).await.fault(), 10_001);
    let lasting = info(sandbox::ACCOUNT).await;
    assert_eq!(lasting.texts("passwordExpires"), [""; 0]);
    assert_eq!(lasting.text("role"), "IpsCompanyAdmin");
    assert_eq!(lasting.text("isIpsAdmin"), "false");
    assert!(lasting.text("userHandle").starts_with("u|"));

    let expiring = info(sandbox::EXPIRING_ACCOUNT).await;
    // The clock starts at 2023-11-14T22:13:20Z.
    assert_eq!(
        expiring.text("passwordExpires"),
        "2023-11-24T17:13:20.000-05:00"
    );
    lab.clock.advance(Duration::from_hours(10 * 24));
    assert_eq!(info(sandbox::EXPIRING_ACCOUNT).await.fault(), 10_001);
}

#[tokio::test]
async fn memberships_are_told_in_three_shapes_and_without_the_alias() {
    let lab = Lab::new().await;
    let of = async |who| lab.call_as(who, "getCompanyMembership", "").await;
    let names = |answer: &Answer, path| {
        let children = answer.children(path).into_iter();
        children.map(|(name, _)| name).collect::<Vec<_>>()
    };
    let nested = of(sandbox::TWO_COMPANIES_ACCOUNT).await;
    assert_eq!(nested.texts("companyHandle"), ["c|6", "c|12"]);
    assert_eq!(nested.texts("rootPath"), ["dms7snapshot/", "harbourhome/"]);
    assert_eq!(nested.texts("role"), ["IpsCompanyAdmin", "IpsUser"]);
    let expected = ["company", "role", "isActive"];
    assert_eq!(names(&nested, "membershipArray/items"), expected);

    let expected = ["companyHandle", "name", "rootPath", "expires"];
    lab.knobs(|knobs| knobs.membership = MembershipForm::Flat);
    let flat = of(sandbox::TWO_COMPANIES_ACCOUNT).await;
    assert_eq!(names(&flat, "membershipArray/items"), expected);
    lab.knobs(|knobs| knobs.membership = MembershipForm::CompanyArray);
    let old = of(sandbox::TWO_COMPANIES_ACCOUNT).await;
    assert_eq!(names(&old, "companyArray/items"), expected);

    let lost = of(sandbox::LOST_ACCOUNT).await;
    assert_eq!((lost.status.as_u16(), lost.texts("items")), (200, vec![]));
}

#[tokio::test]
async fn a_company_is_told_to_its_members_only() {
    let lab = Lab::new().await;
    let info = async |children: &str| lab.call("getCompanyInfo", children).await;
    let by_name = info("<companyName>Snapshot Outdoor</companyName>").await;
    assert_eq!(by_name.text("companyHandle"), "c|6");
    assert_eq!(by_name.text("rootPath"), "dms7snapshot/");
    let alias = info("<companyName>snapshot-alias</companyName>").await;
    assert_eq!(alias.text("companyHandle"), "c|7");
    for (children, code) in [
        ("<companyHandle>c|12</companyHandle>", 20_006),
        ("<companyHandle>c|99</companyHandle>", 20_000),
        ("<companyName>Nobody</companyName>", 20_000),
        ("", 30_002),
        (
            "<companyName>a</companyName><companyHandle>c|6</companyHandle>",
            30_003,
        ),
    ] {
        assert_eq!(info(children).await.fault(), code, "{children}");
    }
}

#[tokio::test]
async fn a_viewer_may_look_and_not_purge() {
    let lab = Lab::new().await;
    let who = sandbox::VIEWER_ACCOUNT;
    let counts = lab.call_as(who, "getAssetCounts", SHOP).await;
    assert_eq!(counts.status, 200);
    let url = "http://h.example/is/image/dms7snapshot/backpack";
    let purge = format!("{SHOP}{}", list("urlArray", &[url]));
    let refused = lab.call_as(who, "cdnCacheInvalidation", &purge).await;
    assert_eq!(refused.fault(), 20_003);
    let accepted = lab.call("cdnCacheInvalidation", &purge).await;
    assert_eq!(accepted.status, 200);
}

#[tokio::test]
async fn assets_are_found_by_their_exact_names() {
    let lab = Lab::new().await;
    let find = async |names: &[&str]| {
        let children = format!("{SHOP}{}", list("nameArray", names));
        lab.call("getAssetsByName", &children).await
    };
    let names = [
        "backpack",
        "Backpack",
        "Größe",
        "Tea &amp; Co &lt;limited&gt;",
        "nobody",
    ];
    let found = find(&names).await;
    assert_eq!(
        found.texts("name"),
        ["backpack", "Größe", "Tea & Co <limited>"]
    );
    let handles = found.texts("assetHandle");
    assert!(handles.iter().all(|handle| handle.starts_with("a|")));

    let none = lab.call("getAssetsByName", SHOP).await;
    assert_eq!(none.fault(), 30_002);
    assert_eq!(find(&["x"; 1_001]).await.fault(), 30_001);
}

#[tokio::test]
async fn a_set_tells_its_members_and_a_picture_its_sets() {
    let lab = Lab::new().await;
    let handle = async |name: &str| {
        let children = format!("{SHOP}{}", list("nameArray", &[name]));
        let found = lab.call("getAssetsByName", &children).await;
        found.text("assetHandle")
    };
    let around = async |handle: &str, rest: &str| {
        let children = format!("{SHOP}<assetHandle>{handle}</assetHandle>{rest}");
        lab.call("getAssociatedAssets", &children).await
    };
    let spin = around(&handle("spinset").await, "").await;
    let names = spin.texts("name");
    assert!(names.contains(&"spinset-01".to_owned()), "{names:?}");
    assert!(names.contains(&"backpack-mixed".to_owned()), "{names:?}");
    assert_eq!(spin.children("memberArray").len(), 24);
    assert_eq!(spin.children("containerArray").len(), 1);

    let only = list("responseFieldArray", &["containerArray/items/name"]);
    let picture = around(&handle("storm-shell-hood").await, &only).await;
    let expected = ("name".to_owned(), "storm-shell-set".to_owned());
    assert_eq!(picture.children("containerArray/items"), [expected]);

    let rendition = around(&handle("glacier-film-0x480-800k").await, "").await;
    assert_eq!(rendition.children("ownerArray").len(), 1);
    assert_eq!(around("a|1", "").await.fault(), 30_001);
    assert_eq!(around("942", "").await.fault(), 30_001);
}

#[tokio::test]
async fn folders_come_in_two_shapes_and_as_deep_as_asked_for() {
    let lab = Lab::new().await;
    let tree = async |rest: &str| lab.call("getFolderTree", &format!("{SHOP}{rest}")).await;
    assert!(lab.sandbox.origin().move_to("backpack", "backpacks/winter"));
    let all = tree("<depth>-1</depth>").await;
    let paths = all.texts("path");
    assert_eq!(paths[0], "dms7snapshot/");
    for path in ["dms7snapshot/shoes/", "dms7snapshot/backpacks/winter/"] {
        assert!(paths.contains(&path.to_owned()), "{paths:?}");
    }
    assert_eq!(all.children("folders")[1].0, "path");
    let top = tree("<depth>0</depth>").await;
    assert_eq!(top.texts("path"), ["dms7snapshot/"]);
    let level = tree("<depth>1</depth>").await;
    assert_eq!(level.texts("path").len(), paths.len() - 1);
    let below = tree("<folderPath>dms7snapshot/backpacks/</folderPath><depth>-1</depth>").await;
    assert_eq!(
        below.texts("path"),
        ["dms7snapshot/backpacks/", "dms7snapshot/backpacks/winter/"]
    );
    assert_eq!(tree("").await.fault(), 30_002);
    let unknown = tree("<folderPath>dms7snapshot/none/</folderPath><depth>-1</depth>").await;
    assert_eq!(unknown.fault(), 30_001);

    lab.knobs(|knobs| knobs.folder_tree = FolderTreeForm::Items);
    let items = tree("<depth>-1</depth>").await;
    assert_eq!(items.children("folders/items")[1].1, "dms7snapshot/");
    assert_eq!(items.texts("path"), paths);
}

#[tokio::test]
async fn presets_and_counts_are_the_companys_own() {
    let lab = Lab::new().await;
    let presets = lab.call("getImageFormats", SHOP).await;
    assert_eq!(
        presets.texts("name"),
        ["PLP", "large", "pdp-main", "product", "thumbnail"]
    );
    assert_eq!(presets.texts("urlModifier")[0], "wid=450&hei=450&qlt=85");
    let second = "<companyHandle>c|12</companyHandle>";
    let who = sandbox::TWO_COMPANIES_ACCOUNT;
    let other = lab.call_as(who, "getImageFormats", second).await;
    assert_eq!(other.texts("name"), ["teaser", "zoom"]);

    let counts = lab.call("getAssetCounts", SHOP).await.texts("count");
    let sum: usize = counts.iter().map(|n| n.parse::<usize>().unwrap()).sum();
    assert_eq!(sum, lab.sandbox.origin().assets().len());
}

/// The properties of the shop's set.
async fn properties(lab: &Lab) -> Vec<(String, String)> {
    let children = "<typeHandle>pt|10801</typeHandle><primaryOwnerHandle>c|6</primaryOwnerHandle>";
    let sets = lab.call("getPropertySets", children).await;
    assert_eq!(sets.text("setHandle"), "ps|941");
    let values = sets.texts("value");
    sets.texts("name").into_iter().zip(values).collect()
}

fn update(replace: &str, name: &str, value: &str) -> String {
    format!(
        "<setHandle>ps|941</setHandle>{replace}<propertyArray><items><name>{name}</name>\
         <value>{value}</value></items></propertyArray>"
    )
}

#[tokio::test]
async fn the_type_of_the_settings_is_global_or_the_companys_and_its_flag_may_be_misspelt() {
    let lab = Lab::new().await;
    let has = |answer: &Answer| {
        let names = answer.texts("name");
        names.contains(&"Adobe.SPS.ApplicationSetting".to_owned())
    };
    let types = async |children: &str| lab.call("getPropertySetTypes", children).await;
    let global = types("").await;
    assert!(has(&global));
    assert!(global.texts("typeHandle").contains(&"pt|10801".to_owned()));
    assert_eq!(global.texts("allowMultiple").len(), 3);
    assert!(!has(&types(SHOP).await));
    lab.knobs(|knobs| {
        knobs.types_by_company = true;
        knobs.misspelt = true;
    });
    assert!(!has(&types("").await));
    let own = types(SHOP).await;
    assert!(has(&own));
    assert_eq!(own.texts("alllowMultiple").len(), 2);
}

#[tokio::test]
async fn an_update_changes_one_property_and_a_replacing_one_wipes_all_others() {
    let lab = Lab::new().await;
    let before = properties(&lab).await;
    let value = |properties: &[(String, String)], name: &str| {
        let mut found = properties.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.clone())
    };
    let template = "application_cdn_invalidation_template";
    let exact = lab.sandbox.exact_url();
    assert!(before.len() > 12);
    assert_eq!(
        value(&before, "application_server_prefix_published"),
        Some(format!("{exact}/is/image/"))
    );
    assert_eq!(value(&before, template), Some(sandbox::template(exact)));

    let careful = "<replaceProperties>false</replaceProperties>";
    let text = "&lt;ID&gt;\n&lt;ID&gt;?a&amp;b";
    let children = update(careful, template, text);
    let done = lab.call("updatePropertySet", &children).await;
    assert_eq!(done.children(""), []);
    let after = properties(&lab).await;
    assert_eq!(after.len(), before.len());
    assert_eq!(value(&after, template).as_deref(), Some("<ID>\n<ID>?a&b"));

    let wiping = "<replaceProperties>true</replaceProperties>";
    let children = update(wiping, template, "x");
    lab.call("updatePropertySet", &children).await;
    let left = [(template.to_owned(), "x".to_owned())];
    assert_eq!(properties(&lab).await, left);
}

#[tokio::test]
async fn an_update_is_answered_with_little_or_nothing_and_may_be_lost() {
    let lab = Lab::new().await;
    let set = async |children: &str| lab.call("updatePropertySet", children).await;
    lab.knobs(|knobs| knobs.updated = UpdatedForm::EmptyBody);
    let answer = set(&update("", "a", "1")).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.body.contains("Return"), "{}", answer.body);
    lab.knobs(|knobs| knobs.updated = UpdatedForm::Nothing);
    let answer = set(&update("", "b", "2")).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
    lab.knobs(|knobs| knobs.drop_updates = true);
    set(&update("", "c", "3")).await;
    let settings = lab.sandbox.ips().settings("c|6");
    let has = |name: &str| settings.iter().any(|(known, _)| known == name);
    assert_eq!([has("a"), has("b"), has("c")], [true, true, false]);

    let flag = "<replaceProperties>maybe</replaceProperties>";
    let unknown = "<setHandle>ps|1</setHandle><propertyArray/>";
    for (children, code) in [
        (unknown.to_owned(), 30_001),
        ("<setHandle>ps|941</setHandle>".to_owned(), 30_002),
        (update(flag, "a", "1"), 30_003),
        (update("", "a", "1").replace("ps|941", "ps|943"), 20_006),
    ] {
        assert_eq!(set(&children).await.fault(), code, "{children}");
    }
}
