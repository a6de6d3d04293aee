//! `getCompanyMembership`: the companies that the account belongs to, in one of three shapes.

use super::{
    MembershipForm,
    answer::{Fault, group, leaf},
    context::{Context, Done},
    get_company_info,
    request::Request,
};

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&["userHandle"])?;
    context.own_handle(request)?;
    let companies = context.config.companies.iter();
    let own = companies.filter(|company| company.alias_of.is_none());
    let memberships = own.filter_map(|company| context.member(company).ok());

    let with_roots = !context.knobs.no_roots && !context.knobs.no_roots_in_memberships;
    let form = context.knobs.membership;
    let array = match form {
        MembershipForm::CompanyArray => "companyArray",
        MembershipForm::Nested | MembershipForm::Flat => "membershipArray",
    };
    let mut children = String::new();
    group(&mut children, array, |xml| {
        for (company, role) in memberships {
            group(xml, "items", |xml| {
                if form == MembershipForm::Nested {
                    group(xml, "company", |xml| {
                        get_company_info::write(xml, company, with_roots);
                    });
                    leaf(xml, "role", role.name());
                    leaf(xml, "isActive", true);
                } else {
                    get_company_info::write(xml, company, with_roots);
                }
            });
        }
    });
    Ok(Done::answer(children))
}
