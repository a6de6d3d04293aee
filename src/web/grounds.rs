//! What was seen of a URL since its purge, format by format, in sentences.

use crate::{
    domain::{CheckFormat, Comparison, LookKind, Looks},
    store::StoredLook,
};

/// One sentence where all formats showed the same, else one for each; `None` when nobody looked after the purge.
pub fn of(looks: &[StoredLook]) -> Option<String> {
    let seen = by_format(looks);
    let (_, first) = seen.first()?;
    if seen.iter().all(|(_, sentence)| sentence == first) {
        return Some(first.clone());
    }
    let each = seen.iter().map(|(format, sentence)| {
        let format = match format {
            CheckFormat::Plain => "As it is",
            CheckFormat::Webp => "As WebP",
            CheckFormat::Avif => "As AVIF",
        };
        format!("{format}: {sentence}")
    });
    Some(each.collect::<Vec<_>>().join(" "))
}

/// The same only where the formats differ, so that one verdict does not tell what was seen.
pub fn where_formats_differ(looks: &[StoredLook]) -> Option<String> {
    let seen = by_format(looks);
    let all_same = seen.windows(2).all(|pair| pair[0].1 == pair[1].1);
    if all_same { None } else { of(looks) }
}

fn by_format(looks: &[StoredLook]) -> Vec<(CheckFormat, String)> {
    let seen = CheckFormat::ALL
        .into_iter()
        .filter_map(|format| Some((format, sentence(looks, format)?)));
    seen.collect()
}

/// `None` when nobody looked in that format after the purge.
fn sentence(looks: &[StoredLook], format: CheckFormat) -> Option<String> {
    let find = |kind| {
        let mut of_format = looks.iter().filter(|look| look.format == format);
        of_format
            .find(|look| look.kind == kind)
            .map(|look| &look.look)
    };
    let after = find(LookKind::After)?;
    let compared = Comparison::of(&Looks {
        before: find(LookKind::Before),
        after,
        origin: find(LookKind::Origin),
    });
    Some(match compared {
        Err(why) => format!("No answer: {why}."),
        Ok(seen) if !seen.is_delivered => {
            format!("Nothing is delivered (HTTP {}).", seen.status)
        }
        Ok(seen) => {
            let before = match seen.as_before {
                Some(true) if seen.was_fetched_before => {
                    "The same as before the purge, when the cache held no copy"
                }
                Some(true) => "The same as before the purge",
                Some(false) => "Another picture than before the purge",
                None => "Not compared with one from before the purge",
            };
            let origin = match seen.as_origin {
                Some(true) => "; it is what Dynamic Media has",
                Some(false) => "; it is not what Dynamic Media has",
                None => "",
            };
            format!("{before}{origin}.")
        }
    })
}
