//! `updatePropertySet`: sets some properties. With `replaceProperties` all others are gone, as at Adobe.

use super::{
    answer::Fault,
    context::{Context, Done},
    request::Request,
};

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&["setHandle", "replaceProperties", "propertyArray"])?;
    let handle = request.required("setHandle")?;
    let set = context
        .settings
        .get(&handle)
        .ok_or_else(|| Fault::new(30_001, format!("Invalid property set {handle}")))?;
    context.company_with(&set.company_handle)?;
    let replace = request.flag("replaceProperties")?.unwrap_or_default();
    if !request.has("propertyArray") {
        return Err(Fault::new(30_002, "propertyArray is missing".to_owned()));
    }
    let mut properties = Vec::new();
    for entry in request.entries("propertyArray", &["name", "value"])? {
        let (Some(name), Some(value)) = (entry.text("name"), entry.text("value")) else {
            let reason = "A property lacks its name or its value".to_owned();
            return Err(Fault::new(30_002, reason));
        };
        properties.push((name.to_owned(), value.to_owned()));
    }
    if !context.knobs.drop_updates {
        context.settings.update(&handle, properties, replace);
    }
    Ok(Done::default())
}
