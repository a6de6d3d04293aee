//! `checkLogin`: whether an e-mail address and a password fit together.

use super::{
    answer::{Fault, leaf},
    context::{Context, Done},
    request::Request,
};

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&["companyHandle", "email", "password"])?;
    let email = request.required("email")?;
    let password = request.required("password")?;
    let now = context.config.clock.now();
    let mut accounts = context.config.accounts.iter();
    let account = accounts.find(|account| account.signs_in(&email, &password, now));
    let valid = match request.text("companyHandle") {
        None => account.is_some(),
        Some(handle) => {
            let (company, _) = context.company_with(&handle)?;
            account.is_some_and(|account| account.role_in(company).is_some())
        }
    };
    let mut children = String::new();
    leaf(
        &mut children,
        "status",
        if valid { "ValidLogin" } else { "InvalidLogin" },
    );
    Ok(Done::answer(children))
}
