//! Searches: which assets, in which order, on which page, with which fields, and what is refused.

use std::time::Duration;

use unstale::sandbox::catalogue::CatalogueItem;

use super::{Lab, fields, list};

/// A condition on dates.
fn changed(op: &str, dates: &str) -> String {
    format!(
        "<systemFieldMatchMode>MatchAll</systemFieldMatchMode><systemFieldConditionArray><items>\
         <field>LastModified</field><op>{op}</op>{dates}</items></systemFieldConditionArray>"
    )
}

fn between(min: &str, max: &str) -> String {
    changed(
        "Between",
        &format!("<minDate>{min}</minDate><maxDate>{max}</maxDate>"),
    )
}

/// From the start of the clock on, 2023-11-14T22:13:20Z, written with another offset.
fn since_start() -> String {
    between("2023-11-14T23:13:20+01:00", "2030-01-01T00:00:00.000Z")
}

fn sorted(by: &str, direction: &str) -> String {
    format!("<sortBy>{by}</sortBy><sortDirection>{direction}</sortDirection>")
}

#[tokio::test]
async fn an_asset_is_told_with_all_that_a_catalogue_keeps() {
    let lab = Lab::new().await;
    let condition = "<systemFieldConditionArray><items><field>Name</field><op>Equals</op>\
                     <value>red shoe</value></items></systemFieldConditionArray>";
    let found = lab.search(condition).await;
    assert_eq!(found.text("totalRows"), "1");
    let children = found.children("assetArray/items");
    let value = |name: &str| {
        let mut found = children.iter().filter(|(known, _)| known == name);
        found.next().unwrap().1.clone()
    };
    for (name, expected) in [
        ("type", "Image"),
        ("name", "red shoe"),
        ("fileName", "red shoe.jpg"),
        ("folder", "dms7snapshot/shoes/"),
        ("readyForPublish", "true"),
        ("trashState", "NotInTrash"),
    ] {
        assert_eq!(value(name), expected, "{name}");
    }
    assert!(value("assetHandle").starts_with("a|"));
    assert!(value("created").as_str() < "2023-11");
    assert_eq!(value("created"), value("lastModified"));
    assert!(value("created").ends_with("-05:00"));
}

#[tokio::test]
async fn only_the_fields_that_were_asked_for_come() {
    let lab = Lab::new().await;
    let names = |path_of: Vec<(String, String)>| {
        path_of
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    let page = "<recordsPerPage>1</recordsPerPage>";
    let two = fields(&["name", "lastModified"]);
    let found = lab.search(&format!("{page}{two}")).await;
    assert_eq!(names(found.children("")), ["assetArray"]);
    assert_eq!(
        names(found.children("assetArray/items")),
        ["name", "lastModified"]
    );
    let found = lab
        .search(&format!("{page}{}", fields(&["totalRows"])))
        .await;
    assert_eq!(names(found.children("")), ["totalRows"]);
    let all_but = list(
        "excludeFieldArray",
        &["totalRows", "assetArray/items/folder"],
    );
    let found = lab.search(&format!("{page}{all_but}")).await;
    let shown = names(found.children("assetArray/items"));
    assert!(shown.contains(&"name".to_owned()) && !shown.contains(&"folder".to_owned()));
    assert_eq!(names(found.children("")), ["assetArray"]);
    let unknown = lab.search(&fields(&["nmae"])).await;
    assert_eq!(unknown.fault(), 30_001);
}

#[tokio::test]
async fn pages_follow_each_other_and_end_with_an_empty_one() {
    let lab = Lab::new().await;
    let total = lab.sandbox.origin().assets().len();
    let mut all = Vec::new();
    let mut sizes = Vec::new();
    for page in 1..=4 {
        let found = lab
            .search(&format!(
                "<recordsPerPage>90</recordsPerPage><resultsPage>{page}</resultsPage>{}",
                sorted("Created", "Ascending")
            ))
            .await;
        assert_eq!(found.text("totalRows"), total.to_string());
        sizes.push(found.texts("name").len());
        all.extend(found.texts("created"));
    }
    assert_eq!(sizes, [90, 90, total - 180, 0]);
    assert!(all.is_sorted());

    let call = lab.sandbox.ips().calls().remove(1);
    assert_eq!(
        (call.page(), call.text("sortBy")),
        (Some(2), Some("Created"))
    );
    assert_eq!(call.company_handle.as_deref(), Some("c|6"));
}

#[tokio::test]
async fn sizes_and_numbers_of_pages_have_their_limits() {
    let lab = Lab::new().await;
    let light = fields(&["totalRows", "name", "assetHandle", "type", "subType"]);
    let heavier = fields(&["totalRows", "name", "folder"]);
    for (rows, page, fields, fault) in [
        (1_000, 1, "", None),
        (1_001, 1, "", Some(30_001)),
        (1_001, 1, heavier.as_str(), Some(30_001)),
        (10_000, 1, light.as_str(), None),
        (10_001, 1, light.as_str(), Some(30_001)),
        (10, 0, "", Some(30_001)),
        (0, 1, "", Some(30_001)),
    ] {
        let children = format!(
            "<recordsPerPage>{rows}</recordsPerPage><resultsPage>{page}</resultsPage>{fields}"
        );
        let answer = lab.search(&children).await;
        match fault {
            Some(code) => assert_eq!(answer.fault(), code, "{children}"),
            None => assert_eq!(answer.status, 200, "{}", answer.body),
        }
    }
}

#[tokio::test]
async fn an_increment_finds_what_was_replaced_added_renamed_or_moved_and_nothing_else() {
    let lab = Lab::new().await;
    let origin = lab.sandbox.origin();
    assert_eq!(lab.names(&since_start()).await, [""; 0]);
    lab.clock.advance(Duration::from_mins(1));
    lab.sandbox.publish("spinset");
    lab.clock.advance(Duration::from_mins(1));
    assert!(origin.add(CatalogueItem::image("fresh", "shoes")));
    lab.clock.advance(Duration::from_mins(1));
    assert!(origin.rename("backpack", "rucksack"));
    lab.clock.advance(Duration::from_mins(1));
    assert!(origin.move_to("logo", "brand/old"));
    assert!(origin.remove("gspdf"));

    let by_change = format!("{}{}", since_start(), sorted("Modified", "Ascending"));
    let expected = ["spinset", "fresh", "rucksack", "logo"];
    assert_eq!(lab.names(&by_change).await, expected);
    let backwards = sorted("Modified", "Descending");
    let newest = lab.names(&backwards).await;
    assert!(newest.iter().take(4).eq(expected.iter().rev()));
    let everything = lab.names("").await;
    assert!(!everything.contains(&"gspdf".to_owned()));
    assert!(!everything.contains(&"backpack".to_owned()));

    // Both ends are included: 22:14:20 is the minute of the first change.
    let exact = between("2023-11-14T22:14:20Z", "2023-11-14T22:14:20Z");
    assert_eq!(lab.names(&exact).await, ["spinset"]);
    let later = changed("GreaterThan", "<dateVal>2023-11-14T22:14:20Z</dateVal>");
    assert_eq!(lab.names(&later).await.len(), 3);
    let replaced = lab.search(&exact).await;
    assert!(replaced.text("created") < replaced.text("lastModified"));
}

#[tokio::test]
async fn searches_are_narrowed_by_publish_state_type_folder_and_trash() {
    let lab = Lab::new().await;
    let total = lab.names("").await.len();
    let marked = "<publishState>MarkedForPublish</publishState>";
    assert_eq!(lab.names(marked).await.len(), total - 5);
    let unmarked = "<publishState>NotMarkedForPublish</publishState>";
    assert_eq!(lab.names(unmarked).await.len(), 5);
    let pdf = list("assetTypeArray", &["Pdf", "Word"]);
    assert_eq!(lab.search(&pdf).await.texts("type").len(), 7);

    assert!(lab.sandbox.origin().trash("logo", true));
    assert_eq!(lab.names("").await.len(), total - 1);
    let trash = "<trashState>InTrash</trashState>";
    assert_eq!(lab.names(trash).await, ["logo"]);
    let emptied = "<trashState>InEmptiedTrash</trashState>";
    assert_eq!(lab.names(emptied).await, [""; 0]);

    let below = async |folder: &str, subfolders: bool| {
        let children = format!(
            "<companyHandle>c|6</companyHandle><folder>{folder}</folder>\
             <includeSubfolders>{subfolders}</includeSubfolders>"
        );
        lab.call("searchAssets", &children).await
    };
    assert_eq!(below("dms7snapshot/", false).await.texts("name"), [""; 0]);
    let hats = below("dms7snapshot/hats/", false).await.texts("folder");
    assert_eq!(hats.len(), 9);
    assert!(hats.iter().all(|folder| folder == "dms7snapshot/hats/"));
    assert_eq!(below("elsewhere/", true).await.fault(), 30_001);
}

#[tokio::test]
async fn the_order_by_name_is_that_of_the_bytes() {
    let lab = Lab::new().await;
    let names = lab.names(&sorted("Name", "Ascending")).await;
    assert!(names.is_sorted());
    assert_eq!(names[0], "Größe");
    let mut backwards = lab.names(&sorted("Name", "Descending")).await;
    backwards.reverse();
    assert_eq!(backwards, names);
}

#[tokio::test]
async fn what_is_not_documented_is_refused() {
    let lab = Lab::new().await;
    for (children, code) in [
        ("<sortBy>Colour</sortBy>", 30_001),
        ("<sortDirection>Up</sortDirection>", 30_001),
        ("<trashState>Gone</trashState>", 30_001),
        ("<resultsPage>two</resultsPage>", 30_003),
        (
            "<resultsPage>1</resultsPage><recordsPerPage>9</recordsPerPage>",
            30_003,
        ),
        (
            "<assetTypeArray><type>Image</type></assetTypeArray>",
            30_003,
        ),
        ("<sort>Name</sort>", 30_003),
        ("<folder>dms7snapshot/</folder>", 30_003),
        (&between("yesterday", "2030-01-01T00:00:00Z"), 30_001),
        (
            &between("2023-01-01T00:00:00", "2030-01-01T00:00:00Z"),
            30_001,
        ),
        (
            &changed("Between", "<minDate>2023-01-01T00:00:00Z</minDate>"),
            30_002,
        ),
        (
            &changed("Near", "<dateVal>2023-01-01T00:00:00Z</dateVal>"),
            30_001,
        ),
        (&changed("Equals", "<dateVal/><value/>"), 30_003),
    ] {
        assert_eq!(lab.search(children).await.fault(), code, "{children}");
    }
    let company = "<companyHandle>c|6</companyHandle>";
    let missing = lab.call("searchAssets", company).await;
    assert_eq!(missing.fault(), 30_002);
    let all = "<includeSubfolders>true</includeSubfolders>";
    for (handle, code) in [("c|12", 20_006), ("c|99", 20_000)] {
        let children = format!("<companyHandle>{handle}</companyHandle>{all}");
        let answer = lab.call("searchAssets", &children).await;
        assert_eq!(answer.fault(), code);
    }
}
