//! The secure preview server: never evidence, and never asked before the verdict is known. Where the origin has nothing newer,
//! it may show that a newer version waits to be published.

use super::{Verifier, hosts::Hosts, look_of};
use crate::{
    domain::{CheckFormat, LookKind, origin_url},
    store::StoredLook,
};

impl Verifier {
    /// One look at what the preview server has in the place of a URL, by the request that the origin was asked with.
    /// `None` where there is no such server, or the origin is not asked either.
    pub(super) async fn look_at_preview(&self, url: &str, hosts: &Hosts) -> Option<StoredLook> {
        let random = self.clock.new_uuid().simple().to_string();
        let target = hosts.preview(&origin_url(url, &random)?)?;
        let probe = self.probe(&target, CheckFormat::Plain).await;
        Some(StoredLook {
            format: CheckFormat::Plain,
            kind: LookKind::Preview,
            at: self.clock.now(),
            look: look_of(&probe),
        })
    }
}
