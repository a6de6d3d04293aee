//! From the fields of a line to an asset or a preset, or to a sentence that says what is wrong with it. Pure.

use csv::ByteRecord;
use time::{
    Date, OffsetDateTime, PrimitiveDateTime,
    format_description::{BorrowedFormatItem, well_known::Rfc3339},
    macros::format_description,
};

use super::Kind;
use crate::{
    clock::Timestamp,
    domain::{Asset, LONGEST_KEY, Preset, type_of_extension},
};

/// Other fields are no longer, in bytes.
const LONGEST: usize = 4_000;

/// The columns of assets, the first of them required, and what each means.
pub const COLUMNS_OF_ASSETS: [(&str, &str); 7] = [
    (
        "id",
        "The asset’s ID in Dynamic Media, as it stands in its URLs. Required.",
    ),
    (
        "file_name",
        "The file that it came from, with its extension.",
    ),
    ("folder", "Its folder, such as Shop/Shoes."),
    (
        "type",
        "Its type, as Adobe spells it: Image, SpinSet, Pdf, Video. Without it, the extension of the file decides; without both, it is an image.",
    ),
    (
        "published",
        "yes or no (also true, false, 1, 0). Without it, yes.",
    ),
    (
        "changed_at",
        "When it was changed last: 2026-11-24, or 2026-11-24T18:30:00Z. Without it, the moment of the import, unless the line says nothing new.",
    ),
    (
        "created_at",
        "When it was made. Without it, what is known, or else the same as changed_at.",
    ),
];

/// The columns of presets, both required, and what each means.
pub const COLUMNS_OF_PRESETS: [(&str, &str); 2] = [
    (
        "name",
        "The preset’s name, without the dollar signs. Required.",
    ),
    (
        "modifier",
        "What it stands for, such as wid=150&hei=150. Required, and may be empty.",
    ),
];

/// What a good line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Row {
    Asset(Box<AssetLine>),
    Preset(Preset),
}

impl Row {
    /// What it is known by.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Asset(asset) => &asset.id,
            Self::Preset(preset) => &preset.name,
        }
    }
}

/// A line about an asset. What the file does not say is filled in, but for instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AssetLine {
    pub id: String,
    pub file_name: String,
    pub folder: String,
    pub asset_type: String,
    pub published: bool,
    pub changed_at: Option<Timestamp>,
    pub created_at: Option<Timestamp>,
}

impl AssetLine {
    /// Whether the file does not say when it was made or changed.
    pub(super) const fn leaves_an_instant(&self) -> bool {
        self.changed_at.is_none() || self.created_at.is_none()
    }

    /// Whether everything that the file says is so already.
    pub(super) fn says_what_is_known(&self, known: &Asset) -> bool {
        self.file_name == known.file_name
            && self.folder == known.folder
            && self.asset_type == known.asset_type
            && self.published == known.published
            && self.created_at.is_none_or(|at| at == known.created_at)
    }
}

/// Which column is where.
pub(super) struct Columns {
    kind: Kind,
    /// For each known column, in the order of its list, the place in a line.
    places: Vec<Option<usize>>,
    /// How many columns the header has.
    width: usize,
    unknown: Vec<String>,
}

const fn known(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Assets => &COLUMNS_OF_ASSETS,
        Kind::Presets => &COLUMNS_OF_PRESETS,
    }
}

impl Columns {
    /// Reads the header. The error says what is missing or twice in it.
    pub(super) fn read(kind: Kind, header: &ByteRecord) -> Result<Self, String> {
        let mut places = vec![None; known(kind).len()];
        let mut unknown = Vec::new();
        for (place, name) in header.iter().enumerate() {
            let name = String::from_utf8_lossy(name).trim().to_owned();
            let folded = name.to_lowercase().replace([' ', '-'], "_");
            let column = known(kind).iter().position(|(known, _)| *known == folded);
            match column.and_then(|column| places.get_mut(column)) {
                Some(Some(_)) => return Err(format!("The header has the column {folded} twice.")),
                Some(free) => *free = Some(place),
                None if name.is_empty() => {}
                None => unknown.push(name.chars().take(60).collect()),
            }
        }
        let required = match kind {
            Kind::Assets => 1,
            Kind::Presets => 2,
        };
        let missing = places[..required].iter().position(Option::is_none);
        if let Some(missing) = missing {
            return Err(format!(
                "The first line must name the columns, and {} is not among them. It reads: {}",
                known(kind)[missing].0,
                excerpt(header)
            ));
        }
        Ok(Self {
            kind,
            places,
            width: header.len(),
            unknown,
        })
    }

    pub(super) fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Reads a line. The error is a sentence.
    pub(super) fn row(&self, record: &ByteRecord) -> Result<Row, String> {
        let extra = record
            .iter()
            .skip(self.width)
            .any(|field| !field.is_empty());
        if extra {
            return Err(format!(
                "It has {} columns and the header {}. A text that holds the separator stands in quotation marks.",
                record.len(),
                self.width
            ));
        }
        match self.kind {
            Kind::Assets => self.asset(record).map(Box::new).map(Row::Asset),
            Kind::Presets => self.preset(record).map(Row::Preset),
        }
    }

    fn asset(&self, record: &ByteRecord) -> Result<AssetLine, String> {
        let id = self.field(record, 0, LONGEST_KEY)?;
        if id.is_empty() {
            return Err("It has no id.".to_owned());
        }
        let file_name = self.field(record, 1, LONGEST)?;
        let folder = self.field(record, 2, LONGEST_KEY)?.trim_matches('/');
        let asset_type = match self.field(record, 3, 100)? {
            "" => usual_type(file_name),
            given => given,
        };
        Ok(AssetLine {
            id: id.to_owned(),
            file_name: file_name.to_owned(),
            folder: folder.to_owned(),
            asset_type: asset_type.to_owned(),
            published: yes(self.field(record, 4, 100)?)?,
            changed_at: instant("changed_at", self.field(record, 5, 100)?)?,
            created_at: instant("created_at", self.field(record, 6, 100)?)?,
        })
    }

    fn preset(&self, record: &ByteRecord) -> Result<Preset, String> {
        let name = self.field(record, 0, LONGEST_KEY)?;
        let name = name
            .strip_prefix('$')
            .and_then(|name| name.strip_suffix('$'))
            .unwrap_or(name);
        if name.is_empty() {
            return Err("It has no name.".to_owned());
        }
        Ok(Preset {
            name: name.to_owned(),
            modifier: self.field(record, 1, LONGEST)?.to_owned(),
        })
    }

    /// The text of a known column; empty where the file does not have it.
    fn field<'a>(
        &self,
        record: &'a ByteRecord,
        column: usize,
        longest: usize,
    ) -> Result<&'a str, String> {
        let name = known(self.kind)[column].0;
        let bytes = self.places[column].and_then(|place| record.get(place));
        let text = std::str::from_utf8(bytes.unwrap_or_default())
            .map_err(|_| {
                format!("Its {name} is not encoded as UTF-8. Save the file as “CSV UTF-8”.")
            })?
            .trim();
        if text.len() > longest {
            return Err(format!("Its {name} has more than {longest} bytes."));
        }
        if text.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
            return Err(format!(
                "Its {name} holds a line break or a character that cannot be read."
            ));
        }
        Ok(text)
    }
}

/// The type of an asset of which the file says nothing: most are images, and a file's extension knows better.
fn usual_type(file_name: &str) -> &'static str {
    match file_name.rsplit_once('.') {
        Some((_, extension)) => type_of_extension(extension),
        None => "Image",
    }
}

fn yes(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "" | "yes" | "true" | "1" | "y" => Ok(true),
        "no" | "false" | "0" | "n" => Ok(false),
        _ => Err(format!(
            "Its published is “{text}”, which is neither yes nor no."
        )),
    }
}

/// A date and a time without a zone, which then is UTC; the seconds may have a fraction.
const WITHOUT_ZONE: &[BorrowedFormatItem<'_>] = format_description!(
    version = 2,
    "[year]-[month]-[day][first [T][ ]][hour]:[minute]:[second][optional [.[subsecond]]]"
);
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

fn instant(column: &str, text: &str) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| PrimitiveDateTime::parse(text, WITHOUT_ZONE).map(PrimitiveDateTime::assume_utc))
        .or_else(|_| Date::parse(text, DAY).map(|day| day.midnight().assume_utc()))
        .map_err(|_| format!("Its {column} is “{text}”, which is no date such as 2026-11-24 or 2026-11-24T18:30:00Z."))?;
    let micros = read.unix_timestamp_nanos() / 1_000;
    Ok(i64::try_from(micros).ok().map(Timestamp::from_micros))
}

/// How a line begins, for a sentence.
fn excerpt(record: &ByteRecord) -> String {
    let text = record
        .iter()
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join(", ");
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: Kind, header: &[&str], fields: &[&str]) -> Result<Row, String> {
        let columns = Columns::read(kind, &ByteRecord::from(header.to_vec())).unwrap();
        columns.row(&ByteRecord::from(fields.to_vec()))
    }

    fn asset(header: &[&str], fields: &[&str]) -> Result<AssetLine, String> {
        row(Kind::Assets, header, fields).map(|row| match row {
            Row::Asset(asset) => *asset,
            Row::Preset(preset) => panic!("{preset:?}"),
        })
    }

    #[test]
    fn columns_come_in_any_order_and_case_and_unknown_ones_are_named() {
        let header = ByteRecord::from(vec!["Folder", "colour", "ID", "File name"]);
        let columns = Columns::read(Kind::Assets, &header).unwrap();
        assert_eq!(columns.unknown(), ["colour"]);
        let line = asset(
            &["Folder", "colour", "ID", "File name"],
            &["/Shop/Größe/", "red", " shoe ", "shoe.tif"],
        );
        let line = line.unwrap();
        assert_eq!(
            (&*line.id, &*line.folder, &*line.file_name),
            ("shoe", "Shop/Größe", "shoe.tif")
        );
        assert_eq!((&*line.asset_type, line.published), ("Image", true));
    }

    #[test]
    fn a_header_that_lacks_a_column_or_has_one_twice_is_refused() {
        let error = |kind, header: &[&str]| {
            Columns::read(kind, &ByteRecord::from(header.to_vec()))
                .err()
                .unwrap()
        };
        assert!(error(Kind::Assets, &["name", "=x"]).contains("id is not among them"));
        assert!(error(Kind::Presets, &["name"]).contains("modifier is not among them"));
        assert!(error(Kind::Assets, &["id", "ID"]).contains("the column id twice"));
    }

    #[test]
    fn a_type_that_is_not_given_follows_from_the_file() {
        let header = ["id", "file_name", "type"];
        for (file, given, expected) in [
            ("shoe.JPG", "", "Image"),
            ("guide.pdf", "", "Pdf"),
            ("letter.docx", "", "Word"),
            ("odd.xyz", "", ""),
            ("", "", "Image"),
            ("shoe.jpg", "SpinSet", "SpinSet"),
        ] {
            assert_eq!(
                asset(&header, &["a", file, given]).unwrap().asset_type,
                expected,
                "{file}"
            );
        }
    }

    #[test]
    fn instants_are_read_with_and_without_a_zone() {
        let at = |text: &str| instant("changed_at", text).map(|at| at.map(Timestamp::as_micros));
        let noon = Ok(Some(1_795_521_600_000_000));
        for text in [
            "2026-11-24T12:00:00Z",
            "2026-11-24T13:00:00+01:00",
            "2026-11-24 12:00:00",
            "2026-11-24T12:00:00.0",
        ] {
            assert_eq!(at(text), noon, "{text}");
        }
        assert_eq!(at("2026-11-24"), Ok(Some(1_795_478_400_000_000)));
        assert_eq!(at(""), Ok(None));
        assert!(at("24.11.2026").is_err());
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        let header = ["id", "published", "changed_at"];
        for (fields, sentence) in [
            (&["", "yes"][..], "no id"),
            (&["a", "perhaps"], "neither yes nor no"),
            (&["a", "yes", "soon"], "no date"),
            (&["a", "yes", "", "more"], "4 columns and the header 3"),
            (&["a\nb"], "line break"),
            (&["a\0b"], "cannot be read"),
        ] {
            let error = asset(&header, fields).unwrap_err();
            assert!(error.contains(sentence), "{fields:?}: {error}");
        }
        let long = "x".repeat(1_001);
        assert!(asset(&header, &[&long]).unwrap_err().contains("1000 bytes"));
        let columns = Columns::read(Kind::Assets, &ByteRecord::from(vec!["id"])).unwrap();
        let latin1 = ByteRecord::from(vec![&b"Gr\xf6\xdfe"[..]]);
        assert!(columns.row(&latin1).unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn a_preset_may_have_its_dollar_signs() {
        for name in ["PLP", "$PLP$"] {
            let preset = row(
                Kind::Presets,
                &["name", "modifier"],
                &[name, "wid=450&hei=450"],
            );
            let expected = Preset {
                name: "PLP".to_owned(),
                modifier: "wid=450&hei=450".to_owned(),
            };
            assert_eq!(preset, Ok(Row::Preset(expected)));
        }
    }
}
