//! `systemFieldConditionArray`: what the fields of an asset have to fit.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    answer::Fault,
    request::{Entry, Request},
};
use crate::{
    clock::Timestamp,
    sandbox::library::{Condition, DateField, DateRange, TextField, TextTest},
};

const ORDER: [&str; 13] = [
    "field",
    "op",
    "value",
    "boolVal",
    "longVal",
    "minLong",
    "maxLong",
    "doubleVal",
    "minDouble",
    "maxDouble",
    "dateVal",
    "minDate",
    "maxDate",
];

/// Fields that Adobe lists and the sandbox's assets do not have.
const NOT_HERE: [&str; 9] = [
    "Keywords",
    "Description",
    "Comments",
    "UserData",
    "Sku",
    "FileSize",
    "CreatedWith",
    "CreateUser",
    "LastModifyUser",
];

/// Reads all conditions; `no_last_modified` refuses the field that Adobe uses and does not list.
pub(super) fn read(
    request: &Request<'_, '_>,
    no_last_modified: Option<i32>,
) -> Result<Vec<Condition>, Fault> {
    let entries = request.entries("systemFieldConditionArray", &ORDER)?;
    let conditions = entries.iter().map(|entry| {
        let field = demand(entry, "field")?;
        let op = demand(entry, "op")?;
        if let ("LastModified", Some(code)) = (field, no_last_modified) {
            let reason = "LastModified is no field of an asset".to_owned();
            return Err(Fault::new(code, reason));
        }
        match field {
            "LastModified" => dates(entry, op).map(|r| Condition::Date(DateField::LastModified, r)),
            "Created" => dates(entry, op).map(|r| Condition::Date(DateField::Created, r)),
            "Name" => text(entry, op, TextField::Name),
            "FileName" => text(entry, op, TextField::FileName),
            field if NOT_HERE.contains(&field) => Err(Fault::new(
                30_000,
                format!("The sandbox does not know {field}"),
            )),
            field => Err(invalid(&format!("{field} is no field of an asset"))),
        }
    });
    conditions.collect()
}

/// Whole milliseconds, so the neighbours of an instant are one of them away.
fn dates(entry: &Entry<'_, '_>, op: &str) -> Result<DateRange, Fault> {
    const MILLI: i64 = 1_000;
    let first = Timestamp::from_micros(i64::MIN);
    let last = Timestamp::from_micros(i64::MAX);
    let moved = |at: Timestamp, by: i64| Timestamp::from_micros(at.as_micros() + by);
    let (min, max, outside) = match op {
        "Between" => (date(entry, "minDate")?, date(entry, "maxDate")?, false),
        "NotBetween" => (date(entry, "minDate")?, date(entry, "maxDate")?, true),
        _ => {
            let at = date(entry, "dateVal")?;
            match op {
                "Equals" => (at, at, false),
                "NotEquals" => (at, at, true),
                "LessThan" => (first, moved(at, -MILLI), false),
                "LessThanOrEquals" => (first, at, false),
                "GreaterThan" => (moved(at, MILLI), last, false),
                "GreaterThanOrEquals" => (at, last, false),
                _ => return Err(invalid(&format!("op cannot be {op} for a date"))),
            }
        }
    };
    Ok(DateRange { min, max, outside })
}

/// An `xsd:dateTime` with an offset.
fn date(entry: &Entry<'_, '_>, name: &str) -> Result<Timestamp, Fault> {
    let text = demand(entry, name)?;
    let instant = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| invalid(&format!("{name} is no date with an offset: {text}")))?;
    let micros = i64::try_from(instant.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX);
    Ok(Timestamp::from_micros(micros))
}

fn text(entry: &Entry<'_, '_>, op: &str, field: TextField) -> Result<Condition, Fault> {
    let test = match op {
        "Equals" => TextTest::Equals,
        "NotEquals" => TextTest::NotEquals,
        "Contains" => TextTest::Contains,
        "NotContains" => TextTest::NotContains,
        "StartsWith" => TextTest::StartsWith,
        "EndsWith" => TextTest::EndsWith,
        _ => return Err(invalid(&format!("op cannot be {op} for a text"))),
    };
    Ok(Condition::Text(
        field,
        test,
        demand(entry, "value")?.to_owned(),
    ))
}

fn demand<'a>(entry: &'a Entry<'_, '_>, name: &str) -> Result<&'a str, Fault> {
    let missing = || Fault::new(30_002, format!("A condition lacks its {name}"));
    entry.text(name).ok_or_else(missing)
}

fn invalid(reason: &str) -> Fault {
    Fault::new(30_001, reason.to_owned())
}
