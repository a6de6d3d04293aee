//! A view of the picker that somebody shared: whoever else opens its address gets it in a draft of their own.

use super::{COMPANY, draft_with_urls, new_draft, next, numbered, settled, submit};
use crate::support::{app::TestApp, browser::encode};

/// A view, as an address has it.
const VIEW: &str = "?q=mug&class=image";

#[tokio::test]
async fn a_view_of_somebody_elses_draft_opens_in_a_draft_of_ones_own() {
    let app = TestApp::start().await;
    let author = app.editor().await;
    let draft = new_draft(&author).await;
    let view = author.get(&format!("{draft}/assets{VIEW}")).await;
    let listed = view.texts(".asset-row .asset-id");
    assert!(!listed.is_empty());

    let other = app.admin().await;
    let offer = other.open(&format!("{draft}/assets{VIEW}")).await;
    assert_eq!(offer.status, 200);
    assert!(!offer.body.contains(&draft), "{}", offer.body);
    let picker = other.submit_and_follow(&offer.form("main form")).await;
    assert_eq!(picker.texts(".asset-row .asset-id"), listed);
    assert_eq!(picker.form("#picker").value("q"), "mug");
    let own = picker.form("#picker").action;
    assert_ne!(own, format!("{draft}/assets"));
    assert_eq!(other.get(&format!("{own}?q=x")).await.status, 200);
    assert!(author.get(&own).await.status == 404, "it is theirs alone");
}

#[tokio::test]
async fn nothing_tells_whose_draft_a_shared_view_is_of_or_whether_there_is_one() {
    let app = TestApp::start().await;
    let author = app.editor().await;
    let open = new_draft(&author).await;
    let (submitted, details) = draft_with_urls(&author, &numbered(&app, 1)).await;
    let confirm = next(&author, &details).await;
    settled(&author, &submit(&author, &confirm).await).await;
    let nobodys = format!("{COMPANY}/invalidations/{}", app.clock.new_uuid());
    let other = app.admin().await;
    for draft in [&open, &submitted, &nobodys] {
        let to = other.get(&format!("{draft}/assets{VIEW}")).await.location();
        assert_eq!(to, format!("{COMPANY}/assets?q=mug&class=image"), "{draft}");
    }
    // The author of what was submitted comes by an old address too.
    let to = author.get(&format!("{submitted}/assets{VIEW}")).await;
    assert_eq!(to.location(), format!("{COMPANY}/assets?q=mug&class=image"));

    for (draft, page) in [
        (&open, "/assets"),
        (&open, "/assets?show=selected"),
        (&open, "/assets/paste?q=mug"),
        (&open, "/details?q=mug"),
        (&nobodys, "/assets"),
    ] {
        let answer = other.get(&format!("{draft}{page}")).await;
        assert_eq!(answer.status, 404, "{page}");
    }
    // A part of a page that is open.
    for (draft, status) in [(&open, 404), (&submitted, 409), (&nobodys, 404)] {
        let address = format!("{draft}/assets{VIEW}");
        let request = other.request(reqwest::Method::GET, &address);
        let answer = other.send(request.header("hx-request", "true")).await;
        assert_eq!(answer.status, status, "{draft}");
    }
    // Going back to a page that is not kept: htmx shows it as a whole.
    let address = format!("{submitted}/assets{VIEW}");
    let request = author.request(reqwest::Method::GET, &address);
    let request = request.header("hx-request", "true");
    let back = request.header("hx-history-restore-request", "true");
    assert_eq!(
        author.send(back).await.location(),
        format!("{COMPANY}/assets?q=mug&class=image")
    );
    let stranger = app.anonymous();
    for address in [
        format!("{open}/assets{VIEW}"),
        format!("{COMPANY}/assets{VIEW}"),
    ] {
        let to = stranger.get(&address).await.location();
        assert!(to.starts_with("/sign-in"), "{to}");
    }
    let made = stranger
        .post_body(&format!("{COMPANY}/assets{VIEW}"), encode(&[]))
        .await;
    assert_eq!(made.status, 401);
}
