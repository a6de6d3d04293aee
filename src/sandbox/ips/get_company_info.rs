//! `getCompanyInfo`: a company by handle or by name.

use super::{
    IpsCompany,
    answer::{Fault, date_leaf, group, leaf},
    context::{Context, Done},
    request::Request,
};
use crate::clock::Timestamp;

/// `2101-02-01T07:00:00Z`: no company of the sandbox ends before.
const EXPIRES: Timestamp = Timestamp::from_micros(4_136_857_200_000_000);

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&["companyHandle", "companyName", "imsOrgId"])?;
    let company = match (request.text("companyHandle"), request.text("companyName")) {
        (Some(handle), _) => context.company_with(&handle)?.0,
        (None, Some(name)) => {
            let mut companies = context.config.companies.iter();
            let company = companies
                .find(|company| company.name == name)
                .ok_or_else(|| Fault::new(20_000, format!("Invalid company {name}")))?;
            context.member(company)?.0
        }
        (None, None) => {
            let reason = "companyHandle or companyName is missing".to_owned();
            return Err(Fault::new(30_002, reason));
        }
    };
    let mut children = String::new();
    group(&mut children, "companyInfo", |xml| {
        write(xml, company, !context.knobs.no_roots);
    });
    Ok(Done::answer(children))
}

/// Adds what there is to tell of a company, its root among it or not.
pub(super) fn write(xml: &mut String, company: &IpsCompany, with_root: bool) {
    leaf(xml, "companyHandle", &company.handle);
    leaf(xml, "name", &company.name);
    if with_root {
        leaf(xml, "rootPath", format!("{}/", company.root));
    } else {
        leaf(xml, "rootPath", "");
    }
    date_leaf(xml, "expires", EXPIRES);
}
