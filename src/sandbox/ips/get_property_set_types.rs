//! `getPropertySetTypes`: the sorts of property sets, global ones or those of a company.

use super::{
    answer::{Fault, group, leaf},
    context::{Context, Done},
    request::Request,
    settings::APPLICATION,
};

/// Handle, name, whose properties, and whether there may be several.
type SetType = (&'static str, &'static str, &'static str, bool);

const GLOBAL: [SetType; 2] = [
    ("pt|10790", "Adobe.SPS.UserSetting", "UserProperty", false),
    (
        "pt|10815",
        "Adobe.SPS.SavedSearch",
        "UserCompanyProperty",
        true,
    ),
];
const OF_COMPANY: SetType = ("pt|20417", "Snapshot.Workflow", "CompanyProperty", true);

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&["companyHandle"])?;
    let company_handle = request.text("companyHandle");
    let mut types = match &company_handle {
        None => GLOBAL.to_vec(),
        Some(handle) => {
            context.company_with(handle)?;
            vec![OF_COMPANY]
        }
    };
    if context.knobs.types_by_company == company_handle.is_some() {
        let (handle, name) = APPLICATION;
        types.push((handle, name, "CompanyProperty", false));
    }
    let multiple = if context.knobs.misspelt {
        "alllowMultiple"
    } else {
        "allowMultiple"
    };
    let mut children = String::new();
    group(&mut children, "typeArray", |xml| {
        for (handle, name, property_type, allow_multiple) in types {
            group(xml, "items", |xml| {
                leaf(xml, "typeHandle", handle);
                if let Some(company) = &company_handle {
                    leaf(xml, "companyHandle", company);
                }
                leaf(xml, "name", name);
                leaf(xml, "propertyType", property_type);
                leaf(xml, multiple, allow_multiple);
            });
        }
    });
    Ok(Done::answer(children))
}
