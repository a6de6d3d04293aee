//! Extractors: who asks, for which company, for which draft. A handler that has one need not test anything.

mod company;
mod draft;
mod form;
mod htmx;
mod person;
mod query;

pub use self::{
    company::{ImportPath, InCompany},
    draft::{InvalidationPath, MyDraft, NoDraft},
    form::Form,
    htmx::Htmx,
    person::{Admin, Editor, MaybePerson},
    query::{Fields, Query},
};
