//! *Settings* of a company, for administrators: connection, delivery hosts, presets, catalogue, import. One file a page.

mod account_form;
pub mod catalogue;
pub mod connect;
pub mod connection;
mod connection_view;
mod host_doubt;
pub mod hosts;
mod hosts_view;
pub mod import;
pub mod presets;
pub mod site;
pub mod upload;

use axum::response::Redirect;

use crate::{
    domain::Company,
    web::{
        extract::{Admin, InCompany},
        view::company_path,
    },
};

/// The tabs above each page of the settings.
#[derive(Debug)]
pub struct Tabs {
    /// The start of their addresses.
    pub base: String,
    /// Which one is open: the last part of its address.
    pub open: &'static str,
}

impl Tabs {
    /// The tabs of a company, with one of them open.
    pub fn of(company: &Company, open: &'static str) -> Self {
        Self {
            base: format!("{}/settings", company_path(company)),
            open,
        }
    }
}

/// The settings begin with the connection.
pub async fn first(Admin(_): Admin, at: InCompany) -> Redirect {
    Redirect::to(&format!(
        "{}/settings/connection",
        company_path(&at.company)
    ))
}
