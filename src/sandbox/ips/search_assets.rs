//! `searchAssets`: a page of a company's assets.

use super::{
    TotalRows,
    answer::{Fault, leaf},
    asset::{Columns, folder_below},
    conditions,
    context::{Context, Done},
    fields::{Fields, is_asset_field},
    request::Request,
};
use crate::sandbox::library::{Query, Sort};

const ORDER: [&str; 28] = [
    "companyHandle",
    "accessUserHandle",
    "accessGroupHandle",
    "folder",
    "includeSubfolders",
    "publishState",
    "trashState",
    "conditionMatchMode",
    "keywordArray",
    "systemFieldMatchMode",
    "systemFieldConditionArray",
    "tagMatchMode",
    "tagConditionArray",
    "metadataMatchMode",
    "metadataConditionArray",
    "assetTypeArray",
    "excludeAssetTypeArray",
    "assetSubTypeArray",
    "strictSubTypeCheck",
    "excludeByproducts",
    "excludeByproductArray",
    "projectHandle",
    "recordsPerPage",
    "resultsPage",
    "sortBy",
    "sortDirection",
    "responseFieldArray",
    "excludeFieldArray",
];

/// What the sandbox could not answer truly.
const NOT_HERE: [&str; 8] = [
    "accessGroupHandle",
    "keywordArray",
    "tagConditionArray",
    "metadataConditionArray",
    "assetSubTypeArray",
    "excludeByproductArray",
    "projectHandle",
    "accessUserHandle",
];

/// The fields that allow pages of [`LIGHT_PAGE`].
const LIGHT: [&str; 5] = [
    "totalRows",
    "assetArray/items/name",
    "assetArray/items/assetHandle",
    "assetArray/items/type",
    "assetArray/items/subType",
];
const PAGE: usize = 1_000;
const LIGHT_PAGE: usize = 10_000;

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&ORDER)?;
    if let Some(element) = NOT_HERE.iter().find(|element| request.has(element)) {
        let reason = format!("The sandbox does not know {element}");
        return Err(Fault::new(30_000, reason));
    }
    let (company, _) = context.company(request)?;
    let fields = Fields::read(request, |path| {
        path == "totalRows" || is_asset_field(path, "assetArray")
    })?;
    let mut query = query(context, request, &company.root)?;
    page(&mut query, context, request, &fields)?;

    let mut found = company.library.search(&query);
    if context.knobs.search.blind {
        found.total = 0;
        found.records.clear();
    }
    let mut children = String::new();
    if fields.shows("totalRows") {
        match context.knobs.search.total_rows {
            TotalRows::True => leaf(&mut children, "totalRows", found.total),
            TotalRows::Says(total) => leaf(&mut children, "totalRows", total),
            TotalRows::Absent => {}
        }
    }
    let nameless = context.knobs.search.nameless_row;
    let columns = Columns::new(&fields, "assetArray", &company.root);
    columns.array(&mut children, "assetArray", &found.records, nameless);
    Ok(Done::answer(children))
}

/// What is searched for, in which order.
fn query(context: &Context<'_>, request: &Request<'_, '_>, root: &str) -> Result<Query, Fault> {
    let subfolders = request.flag("includeSubfolders")?;
    let subfolders =
        subfolders.ok_or_else(|| Fault::new(30_002, "includeSubfolders is missing".to_owned()))?;
    let folder = match request.text("folder") {
        None => String::new(),
        Some(path) => folder_below(root, &path)
            .ok_or_else(|| Fault::new(30_001, format!("Invalid folder {path}")))?
            .to_owned(),
    };
    let trash = [("NotInTrash", 0), ("InTrash", 1), ("InEmptiedTrash", 2)];
    let trash = one_of(request, "trashState", &trash)?.unwrap_or(0);
    let publish = [("MarkedForPublish", true), ("NotMarkedForPublish", false)];
    let modes = [("MatchAll", false), ("MatchAny", true)];
    let sorts = [
        ("Created", Sort::Created),
        ("Modified", Sort::Modified),
        ("Name", Sort::Name),
        ("AssetType", Sort::AssetType),
    ];
    let directions = [("Ascending", false), ("Descending", true)];
    // Nothing is kept of what was thrown away for good, so no type is searched for.
    let types = match trash {
        2 => Some(vec![String::new()]),
        _ => request.optional_items("assetTypeArray")?,
    };
    let excluded = request.optional_items("excludeAssetTypeArray")?;
    Ok(Query {
        folder,
        subfolders,
        published: one_of(request, "publishState", &publish)?,
        trashed: trash == 1,
        types: types.unwrap_or_default(),
        excluded_types: excluded.unwrap_or_default(),
        conditions: conditions::read(request, context.knobs.search.no_last_modified)?,
        any: one_of(request, "systemFieldMatchMode", &modes)?.unwrap_or(false),
        sort: one_of(request, "sortBy", &sorts)?.unwrap_or_default(),
        descending: one_of(request, "sortDirection", &directions)?.unwrap_or(false),
        ..Query::default()
    })
}

/// Which page: at most 1,000 assets, or 10,000 of those that take little room.
fn page(
    query: &mut Query,
    context: &Context<'_>,
    request: &Request<'_, '_>,
    fields: &Fields,
) -> Result<(), Fault> {
    let limit = if fields.only(&LIGHT) {
        LIGHT_PAGE
    } else {
        PAGE
    };
    let positive = |name: &str, default: usize| match request.integer(name)? {
        None => Ok(default),
        Some(number) => usize::try_from(number)
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| Fault::new(30_001, format!("{name} must be at least 1"))),
    };
    let rows = positive("recordsPerPage", limit)?;
    if rows > limit {
        let reason = format!("recordsPerPage is {rows}, and may be {limit}");
        return Err(Fault::new(30_001, reason));
    }
    let rows = rows.min(context.knobs.search.largest_page.unwrap_or(rows));
    let mut page = positive("resultsPage", 1)?;
    if let Some(pages) = &context.knobs.search.repeats {
        let [first, last] = [*pages.start(), *pages.end()].map(|page| page as usize);
        if page > last {
            page = first + (page - first) % (last - first + 1);
        }
    }
    query.offset = (page - 1).saturating_mul(rows);
    query.limit = rows;
    Ok(())
}

/// The value that a word of the schema stands for.
fn one_of<T: Copy>(
    request: &Request<'_, '_>,
    name: &str,
    words: &[(&str, T)],
) -> Result<Option<T>, Fault> {
    let Some(text) = request.text(name) else {
        return Ok(None);
    };
    match words.iter().find(|(word, _)| *word == text) {
        Some((_, value)) => Ok(Some(*value)),
        None => Err(Fault::new(30_001, format!("{name} cannot be {text}"))),
    }
}
