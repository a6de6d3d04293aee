//! The property sets: every company has one with its application settings, and updates stay.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::IpsCompany;

/// The type of the application settings.
pub(super) const APPLICATION: (&str, &str) = ("pt|10801", "Adobe.SPS.ApplicationSetting");

/// The number of the first company's set.
const FIRST_SET: usize = 941;

/// Every set, by its handle.
pub(super) struct Settings(Mutex<HashMap<String, Set>>);

/// The application settings of one company.
#[derive(Clone)]
pub(super) struct Set {
    pub handle: String,
    pub company_handle: String,
    pub properties: Vec<(String, String)>,
}

impl Settings {
    pub fn new(companies: &[IpsCompany]) -> Self {
        let sets = companies.iter().enumerate().map(|(place, company)| {
            let set = Set {
                handle: format!("ps|{}", FIRST_SET + place),
                company_handle: company.handle.clone(),
                properties: company.settings.clone(),
            };
            (set.handle.clone(), set)
        });
        Self(Mutex::new(sets.collect()))
    }

    /// The set with this handle.
    pub fn get(&self, handle: &str) -> Option<Set> {
        let sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sets.get(handle).cloned()
    }

    /// The set of a company.
    pub fn of(&self, company_handle: &str) -> Option<Set> {
        let sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sets = sets.values();
        sets.find(|set| set.company_handle == company_handle)
            .cloned()
    }

    /// Sets properties; with `replace` all others are gone.
    pub fn update(&self, handle: &str, properties: Vec<(String, String)>, replace: bool) {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(set) = sets.get_mut(handle) else {
            return;
        };
        if replace {
            set.properties.clear();
        }
        for (name, value) in properties {
            match set.properties.iter_mut().find(|(known, _)| *known == name) {
                Some(property) => property.1 = value,
                None => set.properties.push((name, value)),
            }
        }
    }
}
