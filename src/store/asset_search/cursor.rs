//! The place after one asset in a list, as text for an address.

use std::{fmt, str::FromStr};

use uuid::Uuid;

use super::{AssetSort, stage::Order};
use crate::domain::AssetKey;

/// The place after one asset. Its text holds `0-9`, `a-f`, `-` and `.` only, and so can stand in any URL as it is. It
/// belongs to no company: wherever it is used, it only says where in that list to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetCursor {
    /// The order of the list; a place in another order is none in this one.
    pub(super) sort: AssetSort,
    /// The stage of the search.
    pub(super) rank: u8,
    pub(super) at: Place,
    pub(super) key: AssetKey,
}

/// What the list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Name(String),
    Changed(i64),
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a list of assets")]
pub struct InvalidCursor;

impl fmt::Display for AssetCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sort = match self.sort {
            AssetSort::Relevance => 0,
            AssetSort::Name => 1,
            AssetSort::Changed => 2,
        };
        write!(f, "{sort}{}.{}.", self.rank, self.key)?;
        match &self.at {
            Place::Name(name) => f.write_str(&hex::encode(name)),
            Place::Changed(micros) => f.write_str(&hex::encode(micros.to_be_bytes())),
        }
    }
}

impl FromStr for AssetCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let mut parts = text.split('.');
        let (Some(head), Some(key), Some(place), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidCursor);
        };
        let (sort, rank) = match head {
            "00" => (AssetSort::Relevance, 0),
            "01" => (AssetSort::Relevance, 1),
            "02" => (AssetSort::Relevance, 2),
            "10" => (AssetSort::Name, 0),
            "20" => (AssetSort::Changed, 0),
            _ => return Err(InvalidCursor),
        };
        let key = Uuid::try_parse(key).map_err(|_| InvalidCursor)?;
        let bytes = hex::decode(place).map_err(|_| InvalidCursor)?;
        let at = match sort.order() {
            Order::Name => {
                let name = String::from_utf8(bytes).map_err(|_| InvalidCursor)?;
                if name.contains('\0') {
                    return Err(InvalidCursor);
                }
                Place::Name(name)
            }
            Order::Changed => {
                let bytes = bytes.try_into().map_err(|_| InvalidCursor)?;
                Place::Changed(i64::from_be_bytes(bytes))
            }
        };
        Ok(Self {
            sort,
            rank,
            at,
            key: AssetKey::from_uuid(key),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(sort: AssetSort, at: Place) -> AssetCursor {
        AssetCursor {
            sort,
            rank: 0,
            at,
            key: AssetKey::from_uuid(Uuid::from_u128(7)),
        }
    }

    #[test]
    fn a_cursor_survives_its_text_whatever_the_place() {
        let names = ["", "shoe", "größe 100%_\\'\"?&#/", "👟\u{202e}"];
        let names = names.map(|name| cursor(AssetSort::Relevance, Place::Name(name.to_owned())));
        let times =
            [i64::MIN, -1, 0, i64::MAX].map(|at| cursor(AssetSort::Changed, Place::Changed(at)));
        for cursor in names.into_iter().chain(times) {
            let text = cursor.to_string();
            assert_eq!(text.parse(), Ok(cursor), "{text}");
            assert!(
                text.bytes()
                    .all(|b| b.is_ascii_hexdigit() || b == b'-' || b == b'.'),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_cursor_is_an_error() {
        let key = Uuid::from_u128(7);
        for text in [
            String::new(),
            ".".to_owned(),
            "10.x.00".to_owned(),
            format!("10.{key}"),
            format!("99.{key}.61"),
            format!("11.{key}.61"),
            format!("10.{key}.0"),
            format!("10.{key}.zz"),
            format!("10.{key}.+1"),
            format!("10.{key}.ff"),
            format!("10.{key}.00"),
            format!("10.{key}.é"),
            format!("10.{key}.61.61"),
            format!("20.{key}.61"),
            format!("20.{key}."),
        ] {
            assert_eq!(text.parse::<AssetCursor>(), Err(InvalidCursor), "{text}");
        }
    }
}
