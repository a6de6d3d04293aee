//! Who may call the sandbox's IPS endpoint, and for which companies. Nothing here opens anything outside this machine.

use std::{sync::Arc, time::Duration};

use super::{
    Origin,
    catalogue::{self, ALIAS_HANDLE, ALIAS_ROOT, COMPANY_HANDLE, ROOT},
    ips::{IpsAccount, IpsCompany, IpsConfig, IpsRole},
    library::{Generated, Library},
};
use crate::{
    clock::{Clock, Timestamp},
    domain::Preset,
};

/// A company administrator of the shop: e-mail address and password, as in all that follow.
pub const ACCOUNT: (&str, &str) = ("unstale@snapshot.example", "sandbox-only");
/// May look at the shop's assets, but not purge.
pub const VIEWER_ACCOUNT: (&str, &str) = ("viewer@snapshot.example", "sandbox-only");
/// A company administrator of the shop whose password ends ten days after the start.
pub const EXPIRING_ACCOUNT: (&str, &str) = ("expiring@snapshot.example", "sandbox-only");
/// A company administrator of the shop whose password ended a day before the start.
pub const EXPIRED_ACCOUNT: (&str, &str) = ("expired@snapshot.example", "sandbox-only");
/// A company administrator of the shop, and a viewer of the second company.
pub const TWO_COMPANIES_ACCOUNT: (&str, &str) = ("agency@snapshot.example", "sandbox-only");
/// An account that belongs to no company.
pub const LOST_ACCOUNT: (&str, &str) = ("lost@snapshot.example", "sandbox-only");

/// Handle, name and root of the second company.
pub const SECOND_COMPANY: (&str, &str, &str) = ("c|12", "Harbour Home", "harbourhome");

/// How many assets the second company has: two pages and a half.
const SECOND_COUNT: u32 = 2_500;

const DAY: Duration = Duration::from_hours(24);

/// The template that the shop's company has at Adobe: the one of the documentation's worked example.
#[must_use]
pub fn template(exact_url: &str) -> String {
    let other_scheme = exact_url.replacen("http://", "https://", 1);
    format!(
        "<ID>\n<ID>?$pdp-main$\n<ID>?scl=1&qlt=100\n{other_scheme}/is/image/{ROOT}/<ID>\n{exact_url}/is/content/{ROOT}/gspdf"
    )
}

/// The shop with its alias, the second company, and everybody who may call.
pub(super) fn config(
    clock: &Clock,
    origin: &Arc<Origin>,
    exact_url: &str,
    preview_url: &str,
) -> IpsConfig {
    let library: Arc<dyn Library> = Arc::<Origin>::clone(origin);
    let shop = shop(library, exact_url, preview_url);
    IpsConfig {
        clock: clock.clone(),
        accounts: accounts(clock.now()),
        companies: vec![
            shop.clone(),
            alias(shop),
            second(clock, exact_url, preview_url),
        ],
    }
}

/// One administrator and one company with these assets, called and set up as the shop's.
pub(super) fn config_of(clock: &Clock, library: Arc<dyn Library>) -> IpsConfig {
    let mut accounts = accounts(clock.now());
    accounts.truncate(1);
    IpsConfig {
        clock: clock.clone(),
        accounts,
        companies: vec![shop(
            library,
            "https://images.snapshot.example",
            "https://preview.snapshot.example",
        )],
    }
}

fn accounts(now: Timestamp) -> Vec<IpsAccount> {
    let account = |(email, password)| IpsAccount::new(email, password);
    let of_shop = |who, role| account(who).member_of(COMPANY_HANDLE, role);
    let admin = IpsRole::IpsCompanyAdmin;
    vec![
        of_shop(ACCOUNT, admin),
        of_shop(VIEWER_ACCOUNT, IpsRole::IpsUser),
        of_shop(EXPIRING_ACCOUNT, admin).expiring(now.plus(10 * DAY)),
        of_shop(EXPIRED_ACCOUNT, admin).expiring(now.minus(DAY)),
        of_shop(TWO_COMPANIES_ACCOUNT, admin).member_of(SECOND_COMPANY.0, IpsRole::IpsUser),
        account(LOST_ACCOUNT),
    ]
}

fn shop(library: Arc<dyn Library>, exact_url: &str, preview_url: &str) -> IpsCompany {
    IpsCompany {
        name: "Snapshot Outdoor".to_owned(),
        presets: catalogue::presets(),
        settings: settings(exact_url, preview_url, &template(exact_url)),
        library,
        ..IpsCompany::new(COMPANY_HANDLE, ROOT)
    }
}

fn alias(shop: IpsCompany) -> IpsCompany {
    IpsCompany {
        alias_of: Some(shop.handle),
        presets: shop.presets,
        library: shop.library,
        ..IpsCompany::new(ALIAS_HANDLE, ALIAS_ROOT)
    }
}

fn second(clock: &Clock, exact_url: &str, preview_url: &str) -> IpsCompany {
    let (handle, name, root) = SECOND_COMPANY;
    let preset = |name: &str, modifier: &str| Preset {
        name: name.to_owned(),
        modifier: modifier.to_owned(),
    };
    IpsCompany {
        name: name.to_owned(),
        presets: vec![
            preset("teaser", "wid=320"),
            preset("zoom", "wid=2000&qlt=95"),
        ],
        settings: settings(exact_url, preview_url, "<ID>?$teaser$"),
        library: Arc::new(Generated::new(SECOND_COUNT, clock.clone())),
        ..IpsCompany::new(handle, root)
    }
}

/// The application settings of a company, in no order that would help: whoever updates one must leave the others.
fn settings(server: &str, preview: &str, template: &str) -> Vec<(String, String)> {
    let published = format!("{server}/is/image/");
    let preview = format!("{preview}/");
    let settings = [
        ("application_name", "Dynamic Media Classic"),
        ("application_default_view", "grid"),
        ("application_job_notification", "true"),
        (
            "application_server_prefix_origin",
            "http://origin.snapshot.example/is/image",
        ),
        ("application_server_prefix_published", &published),
        ("application_test_server_context", &preview),
        ("application_cdn_invalidation_template", template),
        ("application_show_unpublished_url", "false"),
        ("application_ios_streaming_server", ""),
        (
            "application_video_progressive_server",
            "http://video.snapshot.example/is/content",
        ),
        ("application_upload_overwrite", "asset_name_only"),
        ("application_color_profile", "sRGB IEC61966-2.1"),
        ("application_naming_convention", "[A-Za-z0-9_-]+ & <blanks>"),
        ("application_trash_days", "7"),
        ("application_test_and_target_server", ""),
        ("application_locale", "de-AT"),
    ];
    let owned = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    owned.into()
}
