//! What *Settings > Connection* shows, in words.

use crate::{
    clock::Timestamp,
    domain::{
        AccountFacts, CheckOutcome, CheckReport, Company, MayPurge, PasswordLife, PublishServer,
        ValueSource, formation::entries,
    },
    ops::connection::{self, Region},
    store::{CompanySettings, Connection, ConnectionState},
    web::view::{Moment, counted},
};

/// The account, and what is known of it.
pub struct ConnectionView {
    /// The region's name; empty for an address of one's own.
    pub region: &'static str,
    pub endpoint: String,
    /// The password travels in plain text.
    pub is_plain: bool,
    pub email: String,
    /// Who that is; empty while it is not known.
    pub name: String,
    /// The company as Dynamic Media calls it.
    pub company_name: String,
    pub root: String,
    pub handle: String,
    pub role: String,
    pub may_not_purge: bool,
    pub password: PasswordView,
    pub template: Option<TemplateView>,
    pub report: Option<ReportView>,
}

/// The template that stands at Dynamic Media.
pub struct TemplateView {
    /// How many lines.
    pub lines: String,
    pub read: Moment,
}

/// How long the password lasts.
pub enum PasswordView {
    /// Without an end that anybody knows of.
    NoEnd,
    /// Until then.
    Until(Moment),
    /// Not for long.
    Soon(Moment),
    /// No longer.
    Over(Moment),
}

/// What the last test saw.
pub struct ReportView {
    pub at: Moment,
    pub passed: bool,
    pub steps: Vec<StepView>,
}

pub struct StepView {
    pub title: &'static str,
    /// A class of the style sheet.
    pub class: &'static str,
    pub icon: &'static str,
    pub word: &'static str,
    pub sentence: String,
    pub advice: String,
}

/// The servers and the alias, as fields.
pub struct SiteFields {
    pub typed: SiteValues,
    /// What stood in the fields before somebody typed.
    pub shown: SiteValues,
    pub publish_source: Option<SourceView>,
    pub preview_source: Option<SourceView>,
}

/// What stands in the fields.
#[derive(Clone)]
pub struct SiteValues {
    pub publish_server: String,
    /// Where it was found; empty when it was typed.
    pub publish_server_property: String,
    pub preview_server: String,
    pub alias_root: String,
    pub alias_handle: String,
    pub clear_alias: bool,
}

/// Where a value comes from.
pub struct SourceView {
    pub words: String,
    pub at: Moment,
}

impl ConnectionView {
    /// Puts it into words.
    pub fn new(
        company: &Company,
        stored: &Connection,
        state: ConnectionState,
        now: Timestamp,
    ) -> Self {
        let facts = state.facts.as_ref();
        let unknown = || "unknown".to_owned();
        Self {
            region: Region::of(&stored.endpoint).map_or("", |region| region.name),
            is_plain: connection::travels_in_plain(&stored.endpoint),
            endpoint: stored.endpoint.clone(),
            email: stored.email.clone(),
            name: facts.map(|facts| facts.name.clone()).unwrap_or_default(),
            company_name: facts
                .map_or_else(|| company.name.clone(), |facts| facts.company_name.clone()),
            root: company.root.clone().unwrap_or_else(unknown),
            handle: company.handle.clone().unwrap_or_else(unknown),
            role: facts.map_or_else(unknown, role),
            may_not_purge: facts.is_some_and(|facts| facts.may_purge() == MayPurge::No),
            password: facts.map_or(PasswordView::NoEnd, |facts| password(facts, now)),
            template: state.template.map(|template| TemplateView {
                lines: counted(entries(&template.text).count() as u64, "line"),
                read: template.read_at.into(),
            }),
            report: state.report.map(ReportView::from),
        }
    }
}

fn role(facts: &AccountFacts) -> String {
    match (&facts.role, facts.is_ips_admin) {
        (Some(role), false) => role.clone(),
        (Some(role), true) => format!("{role}, administrator of Adobe’s"),
        (None, true) => "administrator of Adobe’s".to_owned(),
        (None, false) => "unknown: Adobe does not tell it".to_owned(),
    }
}

fn password(facts: &AccountFacts, now: Timestamp) -> PasswordView {
    let Some(end) = facts.password_expires else {
        return PasswordView::NoEnd;
    };
    match facts.password(now) {
        PasswordLife::Lasts => PasswordView::Until(end.into()),
        PasswordLife::EndsSoon { .. } => PasswordView::Soon(end.into()),
        PasswordLife::Over => PasswordView::Over(end.into()),
    }
}

impl From<CheckReport> for ReportView {
    fn from(report: CheckReport) -> Self {
        Self {
            at: report.at.into(),
            passed: report.passed(),
            steps: report
                .steps
                .into_iter()
                .map(|step| {
                    let (class, icon) = look(step.outcome);
                    StepView {
                        title: step.step.title(),
                        class,
                        icon,
                        word: step.outcome.word(),
                        sentence: step.sentence,
                        advice: step.advice,
                    }
                })
                .collect(),
        }
    }
}

fn look(outcome: CheckOutcome) -> (&'static str, &'static str) {
    match outcome {
        CheckOutcome::Ok => ("ok", "check-circle"),
        CheckOutcome::Warned => ("warn", "warning"),
        CheckOutcome::Failed => ("bad", "error"),
        CheckOutcome::NotTried => ("", "clock"),
    }
}

impl SiteFields {
    /// As they are stored.
    pub fn new(company: &Company, settings: &CompanySettings) -> Self {
        let text = |server: Option<&PublishServer>| server.map(ToString::to_string);
        let alias = company.alias.clone();
        let (alias_root, alias_handle) = alias.map(|it| (it.root, it.handle)).unwrap_or_default();
        let property = match &settings.publish_server_source {
            Some(ValueSource::Found { property, .. }) => property.clone(),
            Some(ValueSource::Typed { .. }) | None => String::new(),
        };
        let stored = SiteValues {
            publish_server: text(company.publish_server.as_ref()).unwrap_or_default(),
            publish_server_property: property,
            preview_server: text(settings.preview_server.as_ref()).unwrap_or_default(),
            alias_root,
            alias_handle,
            clear_alias: settings.clear_alias,
        };
        let source = |source: &Option<ValueSource>| source.as_ref().map(SourceView::from);
        Self {
            typed: stored.clone(),
            shown: stored,
            publish_source: source(&settings.publish_server_source),
            preview_source: source(&settings.preview_server_source),
        }
    }
}

impl From<&ValueSource> for SourceView {
    fn from(source: &ValueSource) -> Self {
        match source {
            ValueSource::Found { property, at } => Self {
                words: format!("Found in Dynamic Media, property {property}"),
                at: (*at).into(),
            },
            ValueSource::Typed { by, at } => Self {
                words: format!("Typed here by {by}"),
                at: (*at).into(),
            },
        }
    }
}
