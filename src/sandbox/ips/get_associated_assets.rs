//! `getAssociatedAssets`: what holds an asset, and what it holds.

use super::{
    answer::Fault,
    asset::Columns,
    context::{Context, Done},
    fields::{Fields, is_asset_field},
    request::Request,
};
use crate::sandbox::library::Record;

const ARRAYS: [&str; 4] = [
    "containerArray",
    "memberArray",
    "ownerArray",
    "derivedArray",
];

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&[
        "companyHandle",
        "assetHandle",
        "responseFieldArray",
        "excludeFieldArray",
    ])?;
    let (company, _) = context.company(request)?;
    let handle = request.required("assetHandle")?;
    let number = Record::number_of(&handle)
        .filter(|&number| company.library.with_number(number).is_some())
        .ok_or_else(|| Fault::new(30_001, format!("Invalid asset handle {handle}")))?;
    let fields = Fields::read(request, |path| {
        ARRAYS.iter().any(|array| is_asset_field(path, array))
    })?;

    let around = company.library.around(number);
    let lists = [
        around.containers,
        around.members,
        around.owners,
        around.derived,
    ];
    let mut children = String::new();
    for (array, records) in ARRAYS.into_iter().zip(lists) {
        if !records.is_empty() {
            let columns = Columns::new(&fields, array, &company.root);
            columns.array(&mut children, array, &records, None);
        }
    }
    Ok(Done::answer(children))
}
