//! Every row of the table, with `Age` and `X-Cache` and without, and what may never be said.

use std::time::Duration;

use proptest::prelude::*;

use super::{
    Evidence,
    sighting::{
        Look, Sighting,
        testing::{seen, spoken},
    },
    verdict::{Doubt, Judgement, Looks, Purge, Verdict, judge},
};
use crate::clock::Timestamp;

const PURGE: Timestamp = Timestamp::from_micros(100_000_000);
const OLD: u8 = 1;
const NEW: u8 = 2;

fn verdict(before: Option<&Look>, after: &Look, origin: Option<&Look>) -> Judgement {
    judge(
        [Looks {
            before,
            after,
            origin,
        }],
        Purge::at(PURGE),
    )
}

/// The verdict on looks that all succeeded.
fn of(before: Option<Sighting>, after: Sighting, origin: Option<Sighting>) -> Verdict {
    let (before, origin) = (before.map(Ok), origin.map(Ok));
    verdict(before.as_ref(), &Ok(after), origin.as_ref()).verdict
}

fn with_status(status: u16, sighting: Sighting) -> Sighting {
    Sighting { status, ..sighting }
}

/// An answer from before the purge, of a host that speaks.
fn hit_before(picture: u8) -> Sighting {
    spoken(picture, 90, "TCP_HIT", 3_600)
}

/// The origin's answer through a host that speaks.
fn from_origin(picture: u8) -> Sighting {
    spoken(picture, 110, "TCP_MISS", 0)
}

#[test]
#[expect(clippy::too_many_lines, reason = "the table, row by row")]
fn with_headers_every_row_of_the_table_holds() {
    let fetched = |picture| spoken(picture, 110, "TCP_MISS", 0);
    let stored_anew = |picture| spoken(picture, 110, "TCP_HIT", 5);
    let kept = |picture| spoken(picture, 110, "TCP_HIT", 3_620);
    let repeats = |picture, at| spoken(picture, at, "TCP_MISS", 500);
    let missed_before = |picture| spoken(picture, 90, "TCP_MISS", 0);
    for (name, before, after, origin, expected) in [
        (
            "A = O, A ≠ B",
            Some(hit_before(OLD)),
            fetched(NEW),
            Some(from_origin(NEW)),
            Verdict::Live,
        ),
        (
            "no O, A ≠ B",
            Some(hit_before(OLD)),
            fetched(NEW),
            None,
            Verdict::Live,
        ),
        (
            "B a miss, A = O",
            Some(missed_before(NEW)),
            stored_anew(NEW),
            Some(from_origin(NEW)),
            Verdict::Live,
        ),
        (
            "no B, A = O",
            None,
            stored_anew(NEW),
            Some(from_origin(NEW)),
            Verdict::Live,
        ),
        (
            "A as O, both said to be misses",
            Some(missed_before(NEW)),
            fetched(NEW),
            Some(from_origin(NEW)),
            Verdict::CouldNotCheck,
        ),
        (
            "A = O = B, each copy with the word that it came with",
            Some(repeats(OLD, 90)),
            repeats(OLD, 110),
            Some(from_origin(OLD)),
            Verdict::NothingNewer,
        ),
        (
            "A = B, older, by a cache that passes over the query",
            Some(repeats(OLD, 90)),
            repeats(OLD, 110),
            Some(repeats(OLD, 110)),
            Verdict::StillOld,
        ),
        (
            "4xx after",
            Some(hit_before(OLD)),
            with_status(403, fetched(9)),
            None,
            Verdict::Gone,
        ),
        (
            "4xx after, and at O",
            Some(hit_before(OLD)),
            with_status(404, fetched(9)),
            Some(with_status(404, from_origin(9))),
            Verdict::Gone,
        ),
        (
            "A = O = B",
            Some(hit_before(OLD)),
            stored_anew(OLD),
            Some(from_origin(OLD)),
            Verdict::NothingNewer,
        ),
        (
            "A = B ≠ O, kept",
            Some(hit_before(OLD)),
            kept(OLD),
            Some(from_origin(NEW)),
            Verdict::StillOld,
        ),
        (
            "A = B ≠ O, entered anew",
            Some(hit_before(OLD)),
            fetched(OLD),
            Some(from_origin(NEW)),
            Verdict::CachedAgain,
        ),
        (
            "A = B, O no longer delivers",
            Some(hit_before(OLD)),
            kept(OLD),
            Some(with_status(404, from_origin(9))),
            Verdict::StillOld,
        ),
        (
            "A = B, entered anew, O no longer delivers",
            Some(hit_before(OLD)),
            fetched(OLD),
            Some(with_status(410, from_origin(9))),
            Verdict::CachedAgain,
        ),
        (
            "A = B, older, O refuses the look",
            Some(hit_before(OLD)),
            kept(OLD),
            Some(with_status(403, from_origin(9))),
            Verdict::StillOld,
        ),
        (
            "A = B, entered anew, O refuses the look",
            Some(hit_before(OLD)),
            fetched(OLD),
            Some(with_status(400, from_origin(9))),
            Verdict::CouldNotCheck,
        ),
        (
            "A ≠ B, O refuses the look",
            Some(hit_before(OLD)),
            fetched(NEW),
            Some(with_status(403, from_origin(9))),
            Verdict::Live,
        ),
        (
            "A ≠ B, O no longer delivers",
            Some(hit_before(OLD)),
            fetched(NEW),
            Some(with_status(404, from_origin(9))),
            Verdict::CouldNotCheck,
        ),
        (
            "no B, O refuses the look",
            None,
            kept(OLD),
            Some(with_status(403, from_origin(9))),
            Verdict::CouldNotCheck,
        ),
        (
            "4xx after, O refuses the look",
            Some(hit_before(OLD)),
            with_status(403, fetched(9)),
            Some(with_status(403, from_origin(9))),
            Verdict::Gone,
        ),
        (
            "no O, A = B, older",
            Some(hit_before(OLD)),
            kept(OLD),
            None,
            Verdict::StillOld,
        ),
        (
            "no O, A = B, entered anew",
            Some(hit_before(OLD)),
            fetched(OLD),
            None,
            Verdict::CouldNotCheck,
        ),
        (
            "O had by the edge, A ≠ B",
            Some(hit_before(OLD)),
            fetched(NEW),
            Some(spoken(NEW, 110, "TCP_HIT", 0)),
            Verdict::Live,
        ),
        (
            "O had by the edge, A = B, older",
            Some(hit_before(OLD)),
            kept(OLD),
            Some(spoken(OLD, 110, "TCP_HIT", 3_620)),
            Verdict::StillOld,
        ),
        (
            "A ≠ B, A ≠ O",
            Some(hit_before(OLD)),
            fetched(3),
            Some(from_origin(NEW)),
            Verdict::CouldNotCheck,
        ),
        (
            "no B, A ≠ O",
            None,
            kept(OLD),
            Some(from_origin(NEW)),
            Verdict::StillOld,
        ),
        (
            "nothing but A",
            None,
            kept(OLD),
            None,
            Verdict::CouldNotCheck,
        ),
    ] {
        assert_eq!(of(before, after, origin), expected, "{name}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "the table, row by row")]
fn without_headers_every_row_of_the_table_holds() {
    let (before, after) = (|picture| seen(picture, 90), |picture| seen(picture, 110));
    for (name, before, after, origin, expected) in [
        (
            "A ≠ B, A as O",
            Some(before(OLD)),
            after(NEW),
            Some(after(NEW)),
            Verdict::Live,
        ),
        (
            "no O, A ≠ B",
            Some(before(OLD)),
            after(NEW),
            None,
            Verdict::Live,
        ),
        (
            "4xx after",
            Some(before(OLD)),
            with_status(404, after(9)),
            None,
            Verdict::Gone,
        ),
        (
            "4xx after, and at O",
            Some(before(OLD)),
            with_status(404, after(9)),
            Some(with_status(404, after(9))),
            Verdict::Gone,
        ),
        (
            "4xx after, O delivers",
            Some(before(OLD)),
            with_status(404, after(9)),
            Some(after(NEW)),
            Verdict::CouldNotCheck,
        ),
        (
            "A = B, O no longer delivers",
            Some(before(OLD)),
            after(OLD),
            Some(with_status(404, after(9))),
            Verdict::StillOld,
        ),
        (
            "A = B, O forbids it",
            Some(before(OLD)),
            after(OLD),
            Some(with_status(403, after(9))),
            Verdict::StillOld,
        ),
        (
            "A = B, O refuses the look",
            Some(before(OLD)),
            after(OLD),
            Some(with_status(400, after(9))),
            Verdict::CouldNotCheck,
        ),
        (
            "A ≠ B, O refuses the look",
            Some(before(OLD)),
            after(NEW),
            Some(with_status(400, after(9))),
            Verdict::Live,
        ),
        (
            "A ≠ B, O no longer delivers",
            Some(before(OLD)),
            after(NEW),
            Some(with_status(410, after(9))),
            Verdict::CouldNotCheck,
        ),
        (
            "no B, O refuses the look",
            None,
            after(OLD),
            Some(with_status(403, after(9))),
            Verdict::CouldNotCheck,
        ),
        (
            "A ≠ B, A ≠ O",
            Some(before(OLD)),
            after(3),
            Some(after(NEW)),
            Verdict::CouldNotCheck,
        ),
        (
            "no B, A ≠ O",
            None,
            after(OLD),
            Some(after(NEW)),
            Verdict::StillOld,
        ),
        (
            "nothing but A",
            None,
            after(OLD),
            None,
            Verdict::CouldNotCheck,
        ),
        (
            "A = B ≠ O",
            Some(before(OLD)),
            after(OLD),
            Some(after(NEW)),
            Verdict::StillOld,
        ),
        (
            "A = B, O may be the edge's",
            Some(before(OLD)),
            after(OLD),
            Some(after(OLD)),
            Verdict::CouldNotCheck,
        ),
        (
            "no O, A = B",
            Some(before(OLD)),
            after(OLD),
            None,
            Verdict::CouldNotCheck,
        ),
        (
            "no B, A as O",
            None,
            after(NEW),
            Some(after(NEW)),
            Verdict::CouldNotCheck,
        ),
        (
            "never delivered",
            Some(with_status(403, before(9))),
            with_status(403, after(9)),
            None,
            Verdict::CouldNotCheck,
        ),
    ] {
        assert_eq!(of(before, after, origin), expected, "{name}");
    }
}

#[test]
fn what_only_the_host_still_delivers_is_said_so() {
    let (before, spoke) = (Ok(seen(OLD, 90)), Ok(hit_before(OLD)));
    for status in [404, 410] {
        let gone = Ok(with_status(status, seen(9, 110)));
        for (before, after) in [
            (Some(&before), seen(OLD, 110)),
            (Some(&before), seen(NEW, 110)),
            (Some(&spoke), spoken(OLD, 110, "TCP_MISS", 0)),
            (None, seen(OLD, 110)),
        ] {
            let doubt = verdict(before, &Ok(after), Some(&gone)).doubt;
            assert_eq!(doubt, Some(Doubt::OnlyAtHost), "{status}");
        }
    }
    // What is not known to be gone is not said to be.
    for (status, doubt) in [(403, Doubt::Forbidden), (400, Doubt::Unproven)] {
        let refused = Ok(with_status(status, seen(9, 110)));
        let judged = verdict(Some(&before), &Ok(seen(OLD, 110)), Some(&refused));
        assert_eq!(judged.doubt, Some(doubt), "{status}");
    }
}

#[test]
fn an_age_alone_shows_that_the_origin_was_asked() {
    let aged = |picture, at, age: u64| Sighting {
        evidence: Evidence::read([], Some(&age.to_string())),
        ..seen(picture, at)
    };
    let nothing_newer = of(
        Some(aged(OLD, 90, 600)),
        aged(OLD, 120, 630),
        Some(aged(OLD, 120, 0)),
    );
    assert_eq!(nothing_newer, Verdict::NothingNewer);
    let cached_again = of(
        Some(aged(OLD, 90, 600)),
        aged(OLD, 120, 9),
        Some(aged(NEW, 120, 0)),
    );
    assert_eq!(cached_again, Verdict::CachedAgain);
}

#[test]
fn time_outs_and_refusals_are_no_verdict() {
    let before = Ok(hit_before(OLD));
    let silent: Look = Err("it did not answer in time".to_owned());
    let judged = verdict(Some(&before), &silent, None);
    assert_eq!(judged.verdict, Verdict::CouldNotCheck);
    assert!(judged.doubt.unwrap().to_string().contains("in time"));
    for status in [302, 401, 429, 500, 503] {
        let after = Ok(with_status(status, seen(NEW, 110)));
        let judged = verdict(Some(&before), &after, None);
        assert_eq!(judged.doubt, Some(Doubt::Refused(status)));
    }
    // A refusal before the purge is no picture to compare with.
    let refused = with_status(503, seen(9, 90));
    assert_eq!(
        of(Some(refused), seen(NEW, 110), None),
        Verdict::CouldNotCheck
    );
    let neither = with_status(403, seen(9, 110));
    let never = of(Some(with_status(403, seen(9, 90))), neither, None);
    assert_eq!(never, Verdict::CouldNotCheck);
}

#[test]
fn one_old_format_is_not_hidden_by_others_that_are_new() {
    let (old, origin) = (Ok(hit_before(OLD)), Ok(from_origin(NEW)));
    let missed_before = Ok(spoken(NEW, 90, "TCP_MISS", 0));
    let new = Ok(spoken(NEW, 110, "TCP_HIT", 5));
    let kept = Ok(spoken(OLD, 110, "TCP_HIT", 3_620));
    let live = Looks {
        before: Some(&old),
        after: &new,
        origin: Some(&origin),
    };
    let still_old = Looks {
        after: &kept,
        ..live
    };
    assert_eq!(
        judge([live, still_old], Purge::at(PURGE)).verdict,
        Verdict::StillOld
    );
    assert_eq!(judge([live, live], Purge::at(PURGE)).verdict, Verdict::Live);
    assert_eq!(judge([], Purge::at(PURGE)).verdict, Verdict::NotChecked);
    let unchanged = Looks {
        before: Some(&missed_before),
        ..live
    };
    assert_eq!(
        judge([unchanged, live], Purge::at(PURGE)).verdict,
        Verdict::Live
    );
}

#[test]
fn a_format_that_was_not_seen_before_does_not_make_live_what_has_nothing_newer() {
    let (before, origin) = (Ok(hit_before(OLD)), Ok(from_origin(OLD)));
    let missed_before = Ok(spoken(OLD, 90, "TCP_MISS", 0));
    let after = Ok(spoken(OLD, 110, "TCP_HIT", 5));
    let nothing_newer = Looks {
        before: Some(&before),
        after: &after,
        origin: Some(&origin),
    };
    let not_seen = Looks {
        before: None,
        ..nothing_newer
    };
    let missed = Looks {
        before: Some(&missed_before),
        ..nothing_newer
    };
    let (new, new_origin) = (Ok(spoken(NEW, 110, "TCP_HIT", 5)), Ok(from_origin(NEW)));
    let changed = Looks {
        before: Some(&before),
        after: &new,
        origin: Some(&new_origin),
    };
    for (name, formats, expected) in [
        (
            "B missing",
            vec![nothing_newer, not_seen],
            Verdict::NothingNewer,
        ),
        (
            "B a miss",
            vec![missed, nothing_newer],
            Verdict::NothingNewer,
        ),
        ("no B in any format", vec![not_seen, missed], Verdict::Live),
        (
            "another format changed",
            vec![nothing_newer, not_seen, changed],
            Verdict::Live,
        ),
    ] {
        let judged = judge(formats.clone(), Purge::at(PURGE));
        assert_eq!(judged.verdict, expected, "{name}");
        let reversed = judge(formats.into_iter().rev(), Purge::at(PURGE));
        assert_eq!(reversed, judged, "{name}, in whatever order");
    }
}

#[test]
fn live_is_final_at_once_and_the_others_only_after_ten_minutes() {
    let window = Duration::from_mins(10);
    let (early, late) = (PURGE.plus(Duration::from_secs(1)), PURGE.plus(window));
    for verdict in Verdict::ALL {
        assert_eq!(
            verdict.is_final(PURGE, window, early),
            verdict.is_live(),
            "{verdict:?}"
        );
        assert!(verdict.is_final(PURGE, window, late));
        assert_eq!(Verdict::from_word(verdict.as_str()), Some(verdict));
    }
}

fn any_sighting() -> impl Strategy<Value = Sighting> {
    (
        1..4_u8,
        prop::sample::select(vec![200_u16, 200, 200, 302, 403, 404, 429, 500]),
        prop::option::of(prop::sample::select(vec![
            "TCP_HIT",
            "TCP_MISS",
            "TCP_REFRESH_HIT",
        ])),
        prop::option::of(0..200_u64),
        any::<bool>(),
        80..130_i64,
    )
        .prop_map(|(picture, status, x_cache, age, large, at)| {
            let age = age.map(|age| age.to_string());
            Sighting {
                status,
                hash: (!large).then_some([picture; 32]),
                etag: Some(format!("\"{picture}\"")),
                evidence: Evidence::read(x_cache, age.as_deref()),
                ..seen(picture, at)
            }
        })
}

fn any_look() -> impl Strategy<Value = Look> {
    prop_oneof![
        9 => any_sighting().prop_map(Ok),
        1 => Just(Err("no answer".to_owned())),
    ]
}

proptest! {
    #[test]
    fn live_is_said_only_where_something_else_than_before_or_the_origins_picture_was_seen(
        before in prop::option::of(any_look()),
        after in any_look(),
        origin in prop::option::of(any_look()),
    ) {
        let judged = verdict(before.as_ref(), &after, origin.as_ref());
        let a = after.as_ref().ok();
        let b = before.as_ref().and_then(|look| look.as_ref().ok()).filter(|b| !b.says_nothing());
        let o = origin.as_ref().and_then(|look| look.as_ref().ok());
        let differs = a.zip(b).is_some_and(|(a, b)| a.same_as(b) == Some(false));
        let proven = a.zip(o).is_some_and(|(a, o)| o.is_from_origin(a) && a.same_picture_as(o) == Some(true));
        match judged.verdict {
            Verdict::Live => {
                prop_assert!(a.unwrap().is_delivered());
                prop_assert!(differs || proven);
            }
            Verdict::Gone => prop_assert!(!a.unwrap().is_delivered() && b.unwrap().is_delivered()),
            Verdict::NothingNewer => prop_assert!(proven && !differs),
            Verdict::StillOld | Verdict::CachedAgain => prop_assert!(!differs && !proven),
            Verdict::CouldNotCheck => prop_assert!(judged.doubt.is_some()),
            Verdict::NotChecked => prop_assert!(false, "it was looked at"),
        }
    }

    #[test]
    fn no_header_turns_what_is_not_live_into_live_but_by_showing_the_origins_picture(
        before in any_sighting(),
        after in any_sighting(),
    ) {
        // Without O, `Age` and `X-Cache` of A and B change nothing about *live*.
        let silent = |sighting: &Sighting| Sighting { evidence: Evidence::default(), ..sighting.clone() };
        let quiet = of(Some(silent(&before)), silent(&after), None);
        let spoken = of(Some(before), after, None);
        prop_assert_eq!(quiet.is_live(), spoken.is_live());
    }
}
