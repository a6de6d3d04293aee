//! `cdnCacheInvalidation` as Adobe describes it: one wrong URL, and the whole batch is refused.

use url::Url;

use super::{
    AnswerForm, IpsRole,
    answer::{Fault, leaf},
    context::{Context, Done},
    request::Request,
};

const LIMIT: usize = 1_000;
/// The seconds that Adobe's own example names.
const ESTIMATE: u32 = 5;
/// What stands before the company's root in a path.
const SERVICE_ROOTS: [&str; 6] = [
    "/is/image/",
    "/is/content/",
    "/is/agm/",
    "/ir/render/",
    "/e2/",
    "/hls-vod/",
];

pub(super) fn perform(context: &Context<'_>, request: &Request<'_, '_>) -> Result<Done, Fault> {
    request.demand_order(&["companyHandle", "urlArray"])?;
    request.demand_items("urlArray")?;
    let (company, role) = context.company(request)?;
    if role == IpsRole::IpsUser || context.knobs.no_permission {
        return Err(Fault::new(
            20_003,
            "No permission for cdnCacheInvalidation".to_owned(),
        ));
    }

    let urls = request.items("urlArray");
    if urls.is_empty() {
        return Err(Fault::new(30_003, "urlArray is empty".to_owned()));
    }
    if urls.len() > LIMIT {
        let reason = format!("urlArray has {} items, and may have {LIMIT}", urls.len());
        return Err(Fault::new(30_001, reason));
    }
    for url in &urls {
        check(url, &company.root)?;
    }
    let refuse = context.knobs.refuse.as_deref();
    if refuse.is_some_and(|text| urls.iter().any(|url| url.contains(text))) {
        return Err(Fault::new(30_001, "Invalid parameter".to_owned()));
    }
    Ok(done(context, &company.handle, urls))
}

/// A URL must be one, and carry the company's root after the service root.
fn check(url: &str, root: &str) -> Result<(), Fault> {
    let malformed = || Fault::new(30_001, format!("Invalid URL: {url}"));
    let http = Url::parse(url).is_ok_and(|parsed| matches!(parsed.scheme(), "http" | "https"));
    if !http || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(malformed());
    }
    // The raw text decides: `Url` would resolve dots and escape characters.
    let after_scheme = url.split_once("://").ok_or_else(malformed)?.1;
    let path_start = after_scheme
        .find('/')
        .filter(|&host_length| host_length > 0)
        .ok_or_else(malformed)?;
    let path = &after_scheme[path_start..];
    let mut roots = SERVICE_ROOTS.iter();
    let object = roots
        .find_map(|service| path.strip_prefix(service))
        .ok_or_else(malformed)?;
    let owner = object.split(['/', '?', '#']).next().unwrap_or_default();
    if owner != root {
        let reason = format!("Illegal company: the URL belongs to another company: {url}");
        return Err(Fault::new(20_006, reason));
    }
    Ok(())
}

fn done(context: &Context<'_>, company_handle: &str, mut urls: Vec<String>) -> Done {
    let mut children = String::new();
    match context.knobs.answer {
        AnswerForm::Handle => {
            let handle = format!("{company_handle}|{}", context.number);
            leaf(&mut children, "invalidationHandle", handle);
            leaf(&mut children, "estimatedSeconds", ESTIMATE);
        }
        AnswerForm::Counts => {
            leaf(&mut children, "successCount", urls.len());
            leaf(&mut children, "warningCount", 0);
            leaf(&mut children, "errorCount", 0);
        }
        form @ (AnswerForm::Partial | AnswerForm::PartialOfTwo) => {
            let refused = 1 + usize::from(form == AnswerForm::PartialOfTwo);
            let refused = urls.split_off(urls.len().saturating_sub(refused));
            leaf(&mut children, "successCount", urls.len());
            leaf(&mut children, "warningCount", 0);
            leaf(&mut children, "errorCount", refused.len());
            children.push_str("<errorDetailArray><items>");
            leaf(&mut children, "code", 30_001);
            leaf(
                &mut children,
                "reason",
                format!(
                    "Invalid URL: {}",
                    refused.first().map_or("", String::as_str)
                ),
            );
            children.push_str("</items></errorDetailArray>");
        }
    }
    Done {
        children,
        purge: urls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(url: &str) -> Option<i32> {
        check(url, "Acme").err().map(|fault| fault.code)
    }

    #[test]
    fn a_url_of_the_company_is_taken_in_every_service() {
        for url in [
            "https://h/is/image/Acme/shoe?$large$",
            "http://h:8080/is/content/Acme/films/shoe.mp4",
            "https://h/e2/Acme/shoe.mp4",
            "https://h/is/image/Acme/shoe:Large?scl=1&qlt=100",
            "https://h/is/image/Acme?layer=0",
        ] {
            assert_eq!(code(url), None, "{url}");
        }
    }

    #[test]
    fn a_foreign_url_is_illegal_and_another_thing_invalid() {
        for (url, expected) in [
            ("https://h/is/image/Other/shoe", 20_006),
            ("https://h/is/image/acme/shoe", 20_006),
            ("https://h/is/image/AcmeX/shoe", 20_006),
            ("https://h/is/image/Scene7SharedAssets/Acme", 20_006),
            ("https://h/is/image/%41cme/shoe", 20_006),
            ("https://h/is/image/x/../Acme/shoe", 20_006),
            ("https://h/Acme/shoe", 30_001),
            ("https://h", 30_001),
            ("https:///is/image/Acme/shoe", 30_001),
            ("ftp://h/is/image/Acme/shoe", 30_001),
            ("h/is/image/Acme/shoe", 30_001),
            ("https://h/is/image/Acme/red shoe", 30_001),
            ("", 30_001),
        ] {
            assert_eq!(code(url), Some(expected), "{url}");
        }
    }
}
