//! `getAssetsByName`: the assets with exactly these names; what is not there is left out.

use super::{
    answer::Fault,
    asset::Columns,
    context::{Context, Done},
    fields::{Fields, is_asset_field},
    request::Request,
};

/// As many as a page of a search has.
const LIMIT: usize = 1_000;

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&[
        "companyHandle",
        "accessUserHandle",
        "accessGroupHandle",
        "nameArray",
        "assetTypeArray",
        "excludeAssetTypeArray",
        "assetSubTypeArray",
        "strictSubTypeCheck",
        "responseFieldArray",
        "excludeFieldArray",
    ])?;
    let (company, _) = context.company(request)?;
    let names = request
        .optional_items("nameArray")?
        .filter(|names| !names.is_empty())
        .ok_or_else(|| Fault::new(30_002, "nameArray is missing".to_owned()))?;
    if names.len() > LIMIT {
        let reason = format!("nameArray has {} items, and may have {LIMIT}", names.len());
        return Err(Fault::new(30_001, reason));
    }
    if let Some(refused) = &context.knobs.search.refused_name
        && names.iter().any(|name| name == refused)
    {
        return Err(Fault::new(30_001, "a name is not accepted".to_owned()));
    }
    let types = request.optional_items("assetTypeArray")?;
    let fields = Fields::read(request, |path| is_asset_field(path, "assetArray"))?;
    let mut records = Vec::new();
    for name in &names {
        records.extend(company.library.with_name(name));
    }
    if let Some(types) = types {
        records.retain(|record| types.iter().any(|known| known == record.asset_type));
    }
    if !context.knobs.search.trash_by_name {
        records.retain(|record| !record.trashed);
    }
    if context.knobs.search.blind {
        records.clear();
    }
    let mut children = String::new();
    let columns = Columns::new(&fields, "assetArray", &company.root);
    columns.array(&mut children, "assetArray", &records, None);
    Ok(Done::answer(children))
}
