//! The pages over real HTTP, as browsers without JavaScript and htmx ask for them: what people see, what is stored,
//! and what Adobe's stand-in receives.

mod ask;
mod bad_urls;
mod by_hand;
mod checks;
mod checks_asked;
mod checks_in_trouble;
mod confirm;
mod details;
mod drafts;
mod filters;
mod flow;
mod folders;
mod freshness;
mod from_nothing;
mod headers;
mod history;
mod host_doubt;
mod hosts;
mod import;
mod odd_addresses;
mod outcome;
mod paste;
mod picker;
mod presets;
mod preview_server;
mod raw_host;
mod restart;
mod roles;
mod select_all;
mod sending;
mod session;
mod sets;
mod settings;
mod shared;
mod template;
mod thumbnails;
mod verdicts;

use std::time::Duration;

use crate::support::{
    app::TestApp,
    browser::{Answer, Browser},
};

/// The company's pages start with this.
const COMPANY: &str = "/c/dms7snapshot";

/// Why reading stopped, after [`refuse_the_account`].
const REFUSED: &str = "Adobe refused the account.";

/// The reading is stopped, as it is when Adobe has refused the account.
async fn refuse_the_account(app: &TestApp) {
    let company = app.company().await.id;
    app.app.store.refuse_sync(company).await.unwrap();
    app.execute("update catalogue_sync set problem = 'Adobe refused the account.', problem_at = 1")
        .await;
}

/// Starts a draft; its pages start with what is returned.
async fn new_draft(browser: &Browser) -> String {
    let start = browser.open("/invalidations/new").await;
    let to = browser.submit(&start.form("main form")).await.location();
    to.strip_suffix("/details").unwrap().to_owned()
}

/// A draft with these lines in Add URL and nothing else ticked, and its Add Details.
pub async fn draft_with_urls(browser: &Browser, urls: &str) -> (String, Answer) {
    let draft = new_draft(browser).await;
    let page = browser.get(&format!("{draft}/details")).await;
    let form = page.form("#details").without("template").set("urls", urls);
    let page = browser.submit_and_follow(&form.press("do", "count")).await;
    (draft, page)
}

/// Selects an asset by its exact ID in the picker, and comes back to Add Details.
async fn pick(browser: &Browser, draft: &str, id: &str) -> Answer {
    let query = crate::support::browser::encode(&[("q", id)]);
    let picker = browser.get(&format!("{draft}/assets?{query}")).await;
    let names = picker.texts(".asset-row .asset-id");
    let keys = picker.attributes(".asset-row input[name=asset]", "value");
    let (_, key) = names
        .iter()
        .zip(&keys)
        .find(|(name, _)| *name == id)
        .unwrap_or_else(|| panic!("no {id} among {names:?}"));
    let form = picker.form("#picker").and("asset", key).press("do", "add");
    browser.submit_and_follow(&form).await
}

/// Goes on from Add Details to Confirm.
pub async fn next(browser: &Browser, details: &Answer) -> Answer {
    browser
        .submit_and_follow(&details.form("#details").press("do", "next"))
        .await
}

/// Presses Submit on Confirm; the address of the outcome.
pub async fn submit(browser: &Browser, confirm: &Answer) -> String {
    let form = confirm.form("#confirm").press("do", "submit");
    browser.submit(&form).await.location()
}

/// The URLs that Confirm lists, in its order.
fn listed(confirm: &Answer) -> Vec<String> {
    confirm.texts("#list > .url-list > .url-row:not(.is-removed) > .url-body > .url-text")
}

/// The URLs that Confirm lists as removed.
fn removed(confirm: &Answer) -> Vec<String> {
    confirm.texts("#list .url-row.is-removed .url-text")
}

/// The outcome once nothing more is on its way. The server is asked again and again, as a browser does.
pub async fn settled(browser: &Browser, outcome: &str) -> Answer {
    let settled = async {
        loop {
            let page = browser.get(outcome).await;
            assert_eq!(page.status, 200, "{}", page.body);
            if !page.has("#progress[hx-trigger='every 1s']") {
                return page;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), settled)
        .await
        .expect("the outcome becomes final")
}

/// The URLs of each request that Adobe's stand-in received.
fn sent(app: &TestApp) -> Vec<Vec<String>> {
    app.ips()
        .calls()
        .into_iter()
        .map(|call| call.urls)
        .collect()
}

/// Numbered URLs of the company, one a line.
fn numbered(app: &TestApp, count: usize) -> String {
    (0..count)
        .map(|number| app.exact(&format!("n{number:05}\n")))
        .collect()
}
