//! The checks of one URL, or of one template line on behalf of all URLs that it forms.
//!
//! An encoded ID holds no character that any check looks for, so what is wrong with a line is found once and
//! said once, however many assets there are. Checks never change a URL; at most they offer another one.

use std::ops::Range;

use memchr::memchr;

use super::{
    UrlRoot,
    anatomy::{Anatomy, Service, anatomy},
    characters::oddities,
    hosts::Hosts,
    problem::{Place, Problem, ProblemKind, Severity},
};
use crate::domain::{DeliveryHost, GenericHosts, Site};

/// What replaces itself by an asset's ID.
pub(super) const PLACEHOLDER: &str = "<ID>";

/// What the checks found out about a URL besides its problems.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// The root that its path names.
    pub root: UrlRoot,
    /// Whether a purge of the URL up to `?` clears it.
    pub folds: bool,
    /// The number of its host; `None` when it has none.
    pub host: Option<usize>,
}

/// Checks URLs of one company.
pub(super) struct Linter<'a> {
    site: &'a Site,
    pub hosts: Hosts<'a>,
    pub problems: Vec<Problem>,
    head: Option<Head>,
}

/// What is checked: as it is written, the URL that it stands for, and where it is.
#[derive(Clone, Copy)]
struct Subject<'t> {
    written: &'t str,
    full: &'t str,
    place: Place,
}

/// The beginning of a URL, up to the slash after the root, in which nothing was wrong.
struct Head {
    text: String,
    /// Of a URL with an object and a query.
    shape: Shape,
}

impl Head {
    /// The shape of the URL that goes on like this.
    fn shape(&self, tail: &str) -> Shape {
        // There is no `#` in it, which would be a problem.
        let has_query = memchr(b'?', tail.as_bytes()).is_some_and(|object| object > 0);
        Shape {
            folds: self.shape.folds && has_query,
            ..self.shape
        }
    }
}

impl<'a> Linter<'a> {
    pub(super) fn new(
        site: &'a Site,
        hosts: &'a [DeliveryHost],
        generic: &'a GenericHosts,
    ) -> Self {
        Self {
            site,
            hosts: Hosts::new(hosts, generic, &site.publish_server),
            problems: Vec::new(),
            head: None,
        }
    }

    /// Checks a URL that is sent as it stands.
    pub(super) fn url(&mut self, url: &str, place: Place) -> Shape {
        // Most lists go on from the same origin and root, line after line.
        if let Some(head) = &self.head
            && let Some(tail) = url.strip_prefix(&head.text)
            && oddities(tail).is_empty()
        {
            return head.shape(tail);
        }
        let subject = Subject {
            written: url,
            full: url,
            place,
        };
        self.check(subject, url)
    }

    /// Checks a template line: `written` in the template, `full` with what is put in front of it, and `pieces`,
    /// what is left of that once the IDs are taken out.
    pub(super) fn pattern(
        &mut self,
        written: &str,
        full: &str,
        pieces: &[String],
        place: Place,
    ) -> Shape {
        let subject = Subject {
            written,
            full,
            place,
        };
        self.check(subject, &pieces.join("x"))
    }

    fn check(&mut self, subject: Subject<'_>, literal: &str) -> Shape {
        let before = self.problems.len();
        let mut shape = if let Some(parts) = anatomy(subject.full) {
            self.check_parts(subject, &parts)
        } else {
            let offer = completed(subject.written, self.site);
            self.report(subject.place, ProblemKind::NotHttp, offer);
            Shape {
                root: UrlRoot::Company,
                folds: false,
                host: None,
            }
        };
        self.check_characters(subject, literal);
        // What cannot be sent stays a row of its own, so that it can be seen and removed.
        shape.folds &= self.problems[before..]
            .iter()
            .all(|problem| problem.severity != Severity::Blocks);
        shape
    }

    fn check_parts(&mut self, subject: Subject<'_>, parts: &Anatomy<'_>) -> Shape {
        let before = self.problems.len();
        let number = self.hosts.meet(parts.origin);
        let base = self.hosts.facts(number).base;
        let mut shape = Shape {
            root: UrlRoot::Company,
            folds: base && parts.service == Service::Image,
            host: Some(number),
        };
        if self.check_host(subject, parts, number) {
            shape.root = self.check_root(subject, parts, number);
        }
        let head = &subject.full[..subject.full.len().min(parts.root.end + 1)];
        if self.problems.len() == before
            && parts.service != Service::Unknown
            && head.ends_with('/')
            && oddities(head).is_empty()
        {
            let text = head.to_owned();
            self.head = Some(Head { text, shape });
        }
        shape.folds &= parts.has_object && parts.has_query;
        shape
    }

    /// Whether the path is worth a look.
    fn check_host(&mut self, subject: Subject<'_>, parts: &Anatomy<'_>, number: usize) -> bool {
        let Subject { written, place, .. } = subject;
        let host = self.hosts.facts(number).clone();
        if host.origin.is_none() {
            self.report(place, ProblemKind::NoHost, None);
            return false;
        }
        if host.open_api || parts.service == Service::OpenApi {
            self.report(place, ProblemKind::OpenApi, None);
            return false;
        }
        if !host.known {
            let origin = parts.origin.to_owned();
            self.report(place, ProblemKind::UnknownHost { origin }, None);
        }
        match parts.service {
            Service::Unknown if host.generic => {
                let offer = written
                    .contains("/is/static/")
                    .then(|| written.replacen("/is/static/", "/is/content/", 1));
                self.report(place, ProblemKind::NotDynamicMedia, offer);
            }
            Service::Unknown if host.check_root => self.report(place, ProblemKind::RuleSet, None),
            Service::Rendering => self.report(place, ProblemKind::Rendering, None),
            Service::ClassicVideo => self.report(place, ProblemKind::ClassicVideo, None),
            _ => {}
        }
        true
    }

    /// The root that the path names.
    fn check_root(&mut self, subject: Subject<'_>, parts: &Anatomy<'_>, number: usize) -> UrlRoot {
        let root = &subject.full[parts.root.clone()];
        let alias = self.site.alias.as_ref();
        if root != self.site.root && alias.is_some_and(|alias| alias.root == root) {
            return UrlRoot::Alias;
        }
        if root != self.site.root
            && self.hosts.facts(number).check_root
            && !matches!(parts.service, Service::Unknown | Service::Rendering)
        {
            self.report_root(subject, parts.root.clone());
        }
        UrlRoot::Company
    }

    fn report_root(&mut self, subject: Subject<'_>, at: Range<usize>) {
        let Subject {
            written,
            full,
            place,
        } = subject;
        let found = &full[at.clone()];
        let root = self.site.root.clone();
        if found.is_empty() || found.contains(PLACEHOLDER) {
            return self.report(place, ProblemKind::MissingRoot { root }, None);
        }
        let alias = self.site.alias.as_ref().map(|alias| &alias.root);
        let meant = [Some(&self.site.root), alias]
            .into_iter()
            .flatten()
            .find(|own| own.to_lowercase() == found.to_lowercase());
        // A line to which the site's own prefix was added cannot be corrected in the line.
        let offer = meant
            .filter(|_| written.get(at.clone()) == Some(found))
            .map(|own| format!("{}{own}{}", &written[..at.start], &written[at.end..]));
        let found = found.to_owned();
        self.report(place, ProblemKind::ForeignRoot { found, root }, offer);
    }

    fn check_characters(&mut self, subject: Subject<'_>, literal: &str) {
        let Subject { written, place, .. } = subject;
        for kind in oddities(literal) {
            let offer = match &kind {
                ProblemKind::Placeholder { found } if matches!(place, Place::Template { .. }) => {
                    Some(written.replace(found, PLACEHOLDER)).filter(|line| line != written)
                }
                ProblemKind::HtmlEntity => Some(written.replace("&amp;", "&")),
                ProblemKind::Fragment => written.split('#').next().map(str::to_owned),
                _ => None,
            };
            self.report(place, kind, offer);
        }
    }

    fn report(&mut self, place: Place, kind: ProblemKind, offer: Option<String>) {
        self.problems.push(Problem::new(place, kind, offer));
    }
}

/// The full address that somebody meant who left out its beginning.
fn completed(written: &str, site: &Site) -> Option<String> {
    if written.starts_with("//") {
        Some(format!("https:{written}"))
    } else if written.starts_with("/is/") {
        Some(format!("{}{written}", site.publish_server))
    } else {
        let (host, _) = written.split_once('/')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        (host.contains('.') && host.chars().all(plain)).then(|| format!("https://{written}"))
    }
}
