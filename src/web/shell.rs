//! What every page has around it: the bar at the top, the person, the company, the addresses of styles and scripts.

use super::{
    extract::InCompany,
    static_files::{self, Assets},
};
use crate::{
    domain::{Company, Role},
    store::Person,
};

/// The frame of a page, as the layout's template wants it.
#[derive(Debug)]
pub struct Shell {
    /// The tab's title, without the product's name.
    pub title: String,
    /// Who is signed in.
    pub person: Option<Person>,
    /// The company of this page.
    pub company: Option<Company>,
    /// The other companies, for the switcher.
    pub others: Vec<Company>,
    /// Styles and scripts.
    pub assets: &'static Assets,
    /// Seconds after which a browser without JavaScript loads the page again.
    pub refresh: Option<u32>,
}

impl Shell {
    /// The frame of a page for everybody.
    pub fn public(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            person: None,
            company: None,
            others: Vec::new(),
            assets: static_files::assets(),
            refresh: None,
        }
    }

    /// The frame of a page for somebody, outside any company.
    pub fn of(title: &str, person: &Person) -> Self {
        Self {
            person: Some(person.clone()),
            ..Self::public(title)
        }
    }

    /// The name of one of these companies; with its slug where another one has the same name.
    pub fn name_of(&self, company: &Company) -> String {
        let mut others = self.others.iter().chain(&self.company);
        let has_namesake = others.any(|it| it.id != company.id && it.name == company.name);
        if has_namesake {
            format!("{} ({})", company.name, company.slug)
        } else {
            company.name.clone()
        }
    }

    /// Whether the person may open the settings.
    pub fn is_admin(&self) -> bool {
        let person = self.person.as_ref();
        person.is_some_and(|person| person.role == Role::Admin)
    }

    /// The frame of a company's page.
    pub fn at(title: &str, person: &Person, at: &InCompany) -> Self {
        Self {
            others: at
                .all
                .iter()
                .filter(|company| company.id != at.company.id)
                .cloned()
                .collect(),
            company: Some(at.company.clone()),
            ..Self::of(title, person)
        }
    }
}
