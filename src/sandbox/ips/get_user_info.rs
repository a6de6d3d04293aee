//! `getUserInfo`: who the account is. The sandbox tells nobody about others.

use std::time::Duration;

use super::{
    OddUser,
    answer::{Fault, date_leaf, group, leaf},
    context::{Context, Done},
    request::Request,
};

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&["userHandle", "email"])?;
    context.own_handle(request)?;
    let account = context.account;
    if let Some(email) = request.text("email")
        && email != account.email
    {
        return Err(Fault::new(20_007, format!("Illegal request user {email}")));
    }
    let odd = context.knobs.odd_user;
    let a_minute_ago = context.config.clock.now().minus(Duration::from_mins(1));
    let expires = match odd {
        Some(OddUser::PasswordOver) => Some(a_minute_ago),
        _ => account.password_expires,
    };
    let mut children = String::new();
    group(&mut children, "userInfo", |xml| {
        leaf(xml, "userHandle", context.user_handle());
        leaf(xml, "firstName", "Toni");
        leaf(xml, "lastName", "Muster");
        leaf(xml, "email", &account.email);
        leaf(xml, "isValid", odd != Some(OddUser::NotValid));
        leaf(xml, "isIpsAdmin", account.is_ips_admin());
        if let Some((_, role)) = account.memberships.first() {
            leaf(xml, "defaultRole", role.name());
            leaf(xml, "role", role.name());
        }
        if let Some(expires) = expires {
            date_leaf(xml, "passwordExpires", expires);
        }
    });
    Ok(Done::answer(children))
}
