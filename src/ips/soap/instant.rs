//! Instants as XML Schema's `dateTime` writes them.

use time::{
    Date, OffsetDateTime, PrimitiveDateTime, format_description::well_known::Iso8601,
    macros::format_description,
};

use crate::clock::Timestamp;

/// The instant of a `dateTime`. Without a zone it is taken as UTC: the schema leaves the zone open then, and Adobe has
/// servers in several. A day alone is its beginning. Fractions finer than a microsecond are cut off.
pub(in crate::ips) fn parse(text: &str) -> Option<Timestamp> {
    let with_zone = OffsetDateTime::parse(text, &Iso8601::DEFAULT);
    let instant = with_zone
        .or_else(|_| {
            let local = PrimitiveDateTime::parse(text, &Iso8601::DEFAULT)?;
            Ok(local.assume_utc())
        })
        .or_else(|_: time::error::Parse| {
            let day = Date::parse(text, &Iso8601::DEFAULT)?;
            Ok::<_, time::error::Parse>(day.midnight().assume_utc())
        })
        .ok()?;
    let micros = instant.unix_timestamp_nanos().div_euclid(1_000);
    i64::try_from(micros).ok().map(Timestamp::from_micros)
}

/// Which way an instant goes when it falls between two milliseconds.
#[derive(Clone, Copy)]
pub(in crate::ips) enum Round {
    /// To the one before.
    Down,
    /// To the one after.
    Up,
}

const MILLI: i64 = 1_000;
/// The years 1 to 9999, which every reader of XML Schema knows.
const FIRST: i64 = -62_135_596_800_000_000;
const LAST: i64 = 253_402_300_799_999_000;

/// A `dateTime` with milliseconds, as Adobe writes them itself, and the offset of UTC.
pub(in crate::ips) fn write(instant: Timestamp, round: Round) -> String {
    let micros = instant.as_micros().clamp(FIRST, LAST);
    let up = match round {
        Round::Down => 0,
        Round::Up => MILLI - 1,
    };
    let whole = Timestamp::from_micros((micros + up).div_euclid(MILLI) * MILLI);
    whole
        .to_utc()
        .format(format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]+00:00"
        ))
        .expect("an instant of these years can be written")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    fn micros(instant: OffsetDateTime) -> i64 {
        i64::try_from(instant.unix_timestamp_nanos() / 1_000).unwrap()
    }

    #[test]
    fn every_form_of_a_date_is_read() {
        let expected = micros(datetime!(2018-03-31 01:00:50.234 UTC));
        for text in [
            "2018-03-30T20:00:50.234-05:00",
            "2018-03-31T01:00:50.234Z",
            "2018-03-31T01:00:50.234",
            "2018-03-31T01:00:50.234000000+00:00",
            "2018-03-31T06:30:50.2340005+05:30",
        ] {
            assert_eq!(parse(text).unwrap().as_micros(), expected, "{text}");
        }
        let whole = micros(datetime!(2018-03-31 01:00:50 UTC));
        assert_eq!(parse("2018-03-31T01:00:50Z").unwrap().as_micros(), whole);
        let day = micros(datetime!(2018-03-31 00:00 UTC));
        assert_eq!(parse("2018-03-31").unwrap().as_micros(), day);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "yesterday",
            "2018-02-30T00:00:00Z",
            "2018-03-31T25:00:00Z",
            "1522458050234",
            "2018-03-31T01:00:50Q",
            "99999999999999-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_range_is_written_so_that_nothing_falls_out_of_it() {
        let instant = Timestamp::from_micros(micros(datetime!(2018-03-31 01:00:50.234567 UTC)));
        for (round, text) in [
            (Round::Down, "2018-03-31T01:00:50.234+00:00"),
            (Round::Up, "2018-03-31T01:00:50.235+00:00"),
        ] {
            assert_eq!(write(instant, round), text);
        }
        for (micros, text) in [
            (-1, "1969-12-31T23:59:59.999+00:00"),
            (i64::MIN, "0001-01-01T00:00:00.000+00:00"),
            (i64::MAX, "9999-12-31T23:59:59.999+00:00"),
        ] {
            assert_eq!(write(Timestamp::from_micros(micros), Round::Down), text);
        }
        assert_eq!(
            write(Timestamp::from_micros(i64::MAX), Round::Up),
            "9999-12-31T23:59:59.999+00:00"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(micros in FIRST..=LAST) {
            let instant = Timestamp::from_micros(micros);
            let before = parse(&write(instant, Round::Down)).unwrap();
            let after = parse(&write(instant, Round::Up)).unwrap();
            prop_assert!(before <= instant && instant <= after);
            prop_assert!(after.as_micros() - before.as_micros() <= MILLI);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}", digits in "[-+0-9TZ:.W ]{0,40}") {
            let _ = parse(&text);
            let _ = parse(&digits);
        }
    }
}
