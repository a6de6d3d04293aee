//! The modifiers of a request: what it wants of a picture.

use percent_encoding::percent_decode_str;

use super::{catalogue, picture::Wish};

/// The modifiers that change what is delivered; all others are passed over.
#[derive(Debug, Default)]
pub(super) struct Modifiers {
    pub(super) wish: Wish,
    pub(super) req: Option<String>,
}

impl Modifiers {
    /// Reads a query. Of several equal modifiers the last one counts, a preset's included.
    pub(super) fn read(query: &str) -> Self {
        let mut found = Self::default();
        for part in query.split('&') {
            let part = decode(part).unwrap_or_default();
            let preset = part
                .strip_prefix('$')
                .and_then(|name| name.strip_suffix('$'))
                .and_then(catalogue::preset_modifiers);
            for modifier in preset.unwrap_or(&part).split('&') {
                found.take(modifier);
            }
        }
        found
    }

    fn take(&mut self, modifier: &str) {
        let (name, value) = modifier.split_once('=').unwrap_or((modifier, ""));
        let wish = &mut self.wish;
        match name.to_ascii_lowercase().as_str() {
            "wid" => wish.width = value.parse().ok().or(wish.width),
            "hei" => wish.height = value.parse().ok().or(wish.height),
            "scl" => wish.scale = value.parse().ok().or(wish.scale),
            "req" => self.req = Some(value.to_ascii_lowercase()),
            _ => {}
        }
    }
}

/// The text that was percent-encoded; `None` where it is no UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    percent_decode_str(text)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}
