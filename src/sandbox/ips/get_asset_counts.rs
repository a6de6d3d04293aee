//! `getAssetCounts`: how many assets of each type there are.

use super::{
    answer::{Fault, group, leaf},
    context::{Context, Done},
    request::Request,
};

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&["companyHandle"])?;
    let (company, _) = context.company(request)?;
    let mut children = String::new();
    group(&mut children, "countArray", |xml| {
        for (asset_type, count) in company.library.counts() {
            group(xml, "items", |xml| {
                leaf(xml, "assetType", asset_type);
                leaf(xml, "count", count);
            });
        }
    });
    Ok(Done::answer(children))
}
