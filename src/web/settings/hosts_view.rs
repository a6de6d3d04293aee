//! What *Settings > Delivery hosts* shows: each host with its purge scope, where it comes from, and its last test.

use askama::Template;
use askama_web::WebTemplate;

use super::{Tabs, host_doubt::HostDoubt};
use crate::{
    app::App,
    domain::{Company, DeliveryHost, GenericHosts, HostOrigin, HostVerdict, PurgeScope},
    error::AppError,
    ops::hosts,
    store::{HostSetting, HostTest, Person, StayedOld, StoreError},
    web::{
        extract::InCompany,
        forms::showable,
        shell::Shell,
        view::{Moment, query_value},
    },
};

/// Samples that are offered.
const SAMPLES: i64 = 20;

/// Seconds between two looks of a browser without JavaScript, while a test is under way.
const REFRESH: u32 = 3;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "settings/hosts.html")]
pub struct HostsPage {
    shell: Shell,
    tabs: Tabs,
    hosts: Vec<HostView>,
    saved: bool,
    url: String,
    url_problem: Option<String>,
    patterns: String,
    patterns_problem: Option<String>,
    is_default: bool,
    samples: Vec<String>,
    connected: bool,
}

/// Asks before a host is removed.
#[derive(Template, WebTemplate)]
#[template(path = "settings/hosts_remove.html")]
pub struct RemovePage {
    shell: Shell,
    tabs: Tabs,
    origin: String,
}

/// How the test of one host stands, for htmx.
#[derive(Template)]
#[template(path = "settings/host_test.html")]
pub struct HostTestPart {
    tabs: Tabs,
    host: HostView,
}

/// One host.
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that do not depend on one another"
)]
struct HostView {
    /// Its place on the page, for ids.
    number: usize,
    origin: String,
    /// The origin inside a query.
    query: String,
    source: &'static str,
    is_publish_server: bool,
    is_shared: bool,
    base: bool,
    check_root: bool,
    problem: Option<String>,
    sample: String,
    testing: bool,
    test: Option<TestView>,
    doubt: Option<HostDoubt>,
}

struct TestView {
    class: &'static str,
    icon: &'static str,
    words: &'static str,
    note: String,
    asset: String,
    when: Moment,
    /// What the setting should be, when it is not that.
    advice: Option<&'static str>,
}

/// Where on the page a sentence stands.
pub enum Spot {
    /// At *Add*.
    Add,
    /// At a host.
    Host(HostOrigin),
    /// At the patterns.
    Generic,
}

/// What the person had typed or chosen.
pub enum Typed {
    /// Nothing that would be lost.
    Nothing,
    /// An address to add.
    Url(String),
    /// A host's settings.
    Host(DeliveryHost),
    /// A host's sample.
    Sample(HostOrigin, String),
    /// Patterns.
    Patterns(String),
}

impl HostsPage {
    /// Reads it all.
    pub async fn load(app: &App, person: &Person, at: &InCompany) -> Result<Self, AppError> {
        let company = &at.company;
        let settings = app.store.host_settings(company.id).await?;
        let generic = hosts::generic(&app.store, company).await?;
        let patterns = app.store.generic_hosts(company.id).await?;
        let samples = app.store.recent_images(company.id, SAMPLES).await?;
        let samples: Vec<String> = samples.into_iter().map(|asset| asset.id).collect();
        let stayed_old = stayed_old(app, company, &settings).await?;
        let views = settings.iter().enumerate();
        let hosts: Vec<HostView> = views
            .map(|(number, setting)| {
                view(app, company, &generic, number, setting)
                    .with_sample(samples.first())
                    .doubted(HostDoubt::of(setting, &stayed_old))
            })
            .collect();
        let testing = hosts.iter().any(|host| host.testing);
        Ok(Self {
            shell: Shell {
                refresh: testing.then_some(REFRESH),
                ..Shell::at("Settings", person, at)
            },
            tabs: Tabs::of(company, "hosts"),
            hosts,
            saved: false,
            url: String::new(),
            url_problem: None,
            is_default: patterns.is_none(),
            patterns: patterns.unwrap_or_else(|| GenericHosts::DEFAULT.to_owned()),
            patterns_problem: None,
            samples,
            connected: app.store.connection(company.id).await?.is_some(),
        })
    }

    /// The same page, which says that something was stored.
    pub fn after_saving(self, saved: bool) -> Self {
        Self { saved, ..self }
    }

    /// The same page, with why something was not done, and what was typed.
    pub fn refused(mut self, spot: Spot, sentence: String, typed: Typed) -> Self {
        match typed {
            Typed::Nothing => {}
            Typed::Url(url) => self.url = showable(&url),
            Typed::Patterns(patterns) => self.patterns = showable(&patterns),
            Typed::Host(typed) => {
                if let Some(host) = self.host(&typed.origin) {
                    host.base = typed.scope == PurgeScope::Base;
                    host.check_root = typed.check_root;
                }
            }
            Typed::Sample(origin, sample) => {
                if let Some(host) = self.host(&origin) {
                    host.sample = showable(&sample);
                }
            }
        }
        match spot {
            Spot::Add => self.url_problem = Some(sentence),
            Spot::Generic => self.patterns_problem = Some(sentence),
            Spot::Host(origin) => match self.host(&origin) {
                Some(host) => host.problem = Some(sentence),
                None => self.url_problem = Some(sentence),
            },
        }
        self
    }

    fn host(&mut self, origin: &HostOrigin) -> Option<&mut HostView> {
        self.hosts
            .iter_mut()
            .find(|host| host.origin == origin.as_str())
    }
}

impl RemovePage {
    /// Puts it together.
    pub fn new(person: &Person, at: &InCompany, origin: &HostOrigin) -> Self {
        Self {
            shell: Shell::at("Settings", person, at),
            tabs: Tabs::of(&at.company, "hosts"),
            origin: origin.to_string(),
        }
    }
}

impl HostTestPart {
    /// Reads it; `None` when the host is gone.
    pub async fn load(
        app: &App,
        at: &InCompany,
        origin: &HostOrigin,
    ) -> Result<Option<Self>, AppError> {
        let company = &at.company;
        let settings = app.store.host_settings(company.id).await?;
        let generic = hosts::generic(&app.store, company).await?;
        let mut settings = settings.iter().enumerate();
        let found = settings.find(|(_, setting)| setting.host.origin == *origin);
        Ok(found.map(|(number, setting)| Self {
            tabs: Tabs::of(company, "hosts"),
            host: view(app, company, &generic, number, setting),
        }))
    }
}

impl HostView {
    /// Offers the sample of the last test again, or else the picture that was changed last.
    fn with_sample(self, newest: Option<&String>) -> Self {
        let last = self.test.as_ref().map(|test| test.asset.clone());
        Self {
            sample: last.or(newest.cloned()).unwrap_or_default(),
            ..self
        }
    }

    fn doubted(self, doubt: Option<HostDoubt>) -> Self {
        Self { doubt, ..self }
    }
}

/// Where no host is `base`, nothing is covered.
async fn stayed_old(
    app: &App,
    company: &Company,
    settings: &[HostSetting],
) -> Result<Vec<StayedOld>, StoreError> {
    let base = |setting: &HostSetting| setting.host.scope == PurgeScope::Base;
    if settings.iter().any(base) {
        app.store.stayed_old(company.id).await
    } else {
        Ok(Vec::new())
    }
}

fn view(
    app: &App,
    company: &Company,
    generic: &GenericHosts,
    number: usize,
    setting: &HostSetting,
) -> HostView {
    let origin = &setting.host.origin;
    let is_publish_server = hosts::is_publish_server(company, origin);
    let scope = setting.host.scope;
    let since = setting.testing_since;
    HostView {
        number,
        origin: origin.to_string(),
        query: query_value(origin.as_str()),
        source: hosts::source(company, setting),
        is_publish_server,
        is_shared: generic.matches(origin),
        base: scope == PurgeScope::Base,
        check_root: setting.host.check_root,
        problem: None,
        sample: String::new(),
        testing: since.is_some_and(|since| !app.host_tester.is_abandoned(since)),
        test: setting.test.as_ref().map(|test| test_view(test, scope)),
        doubt: None,
    }
}

fn test_view(test: &HostTest, scope: PurgeScope) -> TestView {
    let (class, icon) = match test.verdict {
        HostVerdict::Turned => ("ok", "check"),
        HostVerdict::NotTurned => ("neutral", "info"),
        HostVerdict::CannotTell => ("warn", "warning"),
    };
    TestView {
        class,
        icon,
        words: test.verdict.words(),
        note: test.note.clone(),
        asset: test.asset.clone(),
        when: test.at.into(),
        advice: test.verdict.advice(scope),
    }
}
