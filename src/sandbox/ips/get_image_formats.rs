//! `getImageFormats`: the image presets.

use super::{
    answer::{Fault, group, leaf},
    context::{Context, Done},
    request::Request,
};

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&["companyHandle"])?;
    let (company, _) = context.company(request)?;
    let mut children = String::new();
    group(&mut children, "imageFormatArray", |xml| {
        let presets = company.presets.iter();
        let seen = presets.filter(|_| !context.knobs.search.blind);
        for (number, preset) in (1..).zip(seen) {
            group(xml, "items", |xml| {
                leaf(xml, "imageFormatHandle", format!("if|{number}"));
                leaf(xml, "name", &preset.name);
                leaf(xml, "urlModifier", &preset.modifier);
            });
        }
    });
    Ok(Done::answer(children))
}
