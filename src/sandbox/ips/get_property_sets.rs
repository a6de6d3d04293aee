//! `getPropertySets`: the sets of one sort that an owner has. The sandbox keeps application settings only.

use super::{
    answer::{Fault, group, leaf},
    context::{Context, Done},
    request::Request,
    settings::APPLICATION,
};

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&["typeHandle", "primaryOwnerHandle", "secondaryOwnerHandle"])?;
    let type_handle = request.required("typeHandle")?;
    if !type_handle.starts_with("pt|") {
        let reason = format!("Invalid property set type {type_handle}");
        return Err(Fault::new(30_001, reason));
    }
    let owner = request.required("primaryOwnerHandle")?;
    let (company, _) = context.company_with(&owner)?;
    let application = type_handle == APPLICATION.0;
    let set = application.then(|| context.settings.of(&company.handle));
    let mut children = String::new();
    group(&mut children, "setArray", |xml| {
        let Some(set) = set.flatten() else { return };
        group(xml, "items", |xml| {
            leaf(xml, "setHandle", &set.handle);
            leaf(xml, "typeHandle", &type_handle);
            group(xml, "propertyArray", |xml| {
                for (name, value) in &set.properties {
                    group(xml, "items", |xml| {
                        leaf(xml, "name", name);
                        leaf(xml, "value", value);
                    });
                }
            });
        });
    });
    Ok(Done::answer(children))
}
