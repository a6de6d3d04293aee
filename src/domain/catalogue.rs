//! How far the reading of a company's catalogue is, and what is to be read next. The rules only: who reads, and from
//! where, is `ops::sync`'s affair.

use std::time::Duration;

use super::Notices;
use crate::clock::Timestamp;

/// Where nobody says otherwise, changes are asked for this often.
pub const SYNC_INTERVAL: Duration = Duration::from_mins(15);

/// So often the whole list of IDs is compared, because Adobe tells nobody what was deleted.
const SWEEP_INTERVAL: Duration = Duration::from_hours(24);

/// Changes are asked for from this long before the last reading: clocks differ, and what changes while it is read may be
/// missed.
const OVERLAP: Duration = Duration::from_mins(10);

/// After so many failures in a row a comparison of all IDs lets others go first.
const PATIENCE: u32 = 3;
/// The same of a reading of everything: it loses its place, for which an outage of an hour or two is no reason.
const PATIENCE_WITH_ALL: u32 = 8;

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingKind {
    /// Everything.
    Full,
    /// What changed since the last reading.
    Increment,
    /// The IDs of everything, to find what has vanished, and what slipped through.
    Sweep,
}

/// Where a catalogue is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueSource {
    /// The address of the API.
    pub endpoint: String,
    /// The company's handle there.
    pub handle: String,
    /// The account: another one may see other assets.
    pub email: String,
}

/// A part of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// All assets, by pages, in the order of their creation.
    Assets,
    /// What searching needs is built.
    Index,
    /// What changed meanwhile, or since the last reading.
    Increment,
    /// The IDs of all assets, by pages.
    Sweep,
    /// Known ones that were not among them are asked for by their IDs.
    Confirm,
    /// The folders.
    Folders,
    /// The image presets.
    Presets,
    /// The account's role, and the company's settings.
    Settings,
}

impl ReadingKind {
    /// What it consists of, in order.
    #[must_use]
    pub const fn steps(self) -> &'static [Step] {
        match self {
            Self::Full => &[
                Step::Assets,
                Step::Index,
                Step::Increment,
                Step::Confirm,
                Step::Folders,
                Step::Presets,
                Step::Settings,
            ],
            Self::Increment => &[Step::Increment, Step::Presets],
            Self::Sweep => &[
                Step::Sweep,
                Step::Confirm,
                Step::Folders,
                Step::Presets,
                Step::Settings,
            ],
        }
    }

    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Increment => "increment",
            Self::Sweep => "sweep",
        }
    }

    /// The kind with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Full, Self::Increment, Self::Sweep]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

impl Step {
    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assets => "assets",
            Self::Index => "index",
            Self::Increment => "increment",
            Self::Sweep => "sweep",
            Self::Confirm => "confirm",
            Self::Folders => "folders",
            Self::Presets => "presets",
            Self::Settings => "settings",
        }
    }

    /// The step with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [ReadingKind::Full, ReadingKind::Sweep]
            .into_iter()
            .flat_map(ReadingKind::steps)
            .copied()
            .find(|step| step.as_str() == word)
    }
}

/// Assets of the catalogue that Adobe lists no longer, too many to be taken away unasked: an account that lost its
/// permissions gets empty lists, not refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unlisted {
    /// How many are not listed.
    pub assets: u64,
    /// Of how many.
    pub of: u64,
}

impl Unlisted {
    /// So many may be gone from a small catalogue, as long as some are left.
    const FEW: u64 = 100;

    /// `None` where so few are missing that they were probably deleted: not all, and at most half or a hundred.
    #[must_use]
    pub const fn doubtful(assets: u64, of: u64) -> Option<Self> {
        let all = assets > 0 && assets >= of;
        let most = assets > Self::FEW && assets > of / 2;
        if all || most {
            Some(Self { assets, of })
        } else {
            None
        }
    }

    /// What people read; numbers as `number` writes them.
    #[must_use]
    pub fn sentence(self, number: impl Fn(u64) -> String) -> String {
        let Self { assets, of } = self;
        let listed = match (assets, of) {
            (_, 1) => "no longer lists the only asset".to_owned(),
            _ if assets == of => format!("lists none of the {} assets", number(of)),
            _ => format!(
                "no longer lists {} of the {} assets",
                number(assets),
                number(of)
            ),
        };
        format!("Dynamic Media {listed} of the catalogue. Has the account still its permissions?")
    }
}

/// A company's catalogue, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent of each other, columns of one row"
)]
pub struct CatalogueSync {
    /// Where the company is connected now; `None` while it is not.
    pub source: Option<CatalogueSource>,
    /// Where everything, or all IDs, were read last, or are being read; `None` while nobody knows.
    pub read_from: Option<CatalogueSource>,
    /// What is being read, or was read last.
    pub kind: Option<ReadingKind>,
    /// Where the reading is; `None` when nothing is under way.
    pub step: Option<Step>,
    /// The next page of the step, from 1.
    pub page: u32,
    /// The page of the step that this next one was the same as, where an attempt has noticed it: the list repeats itself.
    pub same_as: Option<u32>,
    /// When the reading began.
    pub started_at: Option<Timestamp>,
    /// When it was begun or taken up again last, and what had been seen by then: its speed is reckoned from there.
    pub since_at: Option<Timestamp>,
    /// See [`CatalogueSync::since_at`].
    pub since_seen: u64,
    /// How many assets Adobe says there are, at most. Not to be relied on.
    pub total: Option<u64>,
    /// How many assets were read.
    pub seen: u64,
    /// How many of them were not known.
    pub added: u64,
    /// How many of them were known and differed.
    pub changed: u64,
    /// How many known ones are no longer there.
    pub vanished: u64,
    /// How many were left out, because they had no name, or one that cannot be kept.
    pub skipped: u64,
    /// When everything was read last.
    pub full_read_at: Option<Timestamp>,
    /// Up to here all changes are known.
    pub read_until: Option<Timestamp>,
    /// When the IDs were compared last.
    pub swept_at: Option<Timestamp>,
    /// When a reading was finished last.
    pub finished_at: Option<Timestamp>,
    /// What somebody asked for.
    pub wanted: Option<ReadingKind>,
    /// Whether it is stopped, by somebody or by itself.
    pub stopped: bool,
    /// Whether it stopped by itself, over what somebody has to mend, and nothing was read since: while it is stopped, nobody
    /// asks with this account.
    pub refused: bool,
    /// How often changes are asked for.
    pub interval: Duration,
    /// Adobe refuses to search by last change: sorted by it, the search is stopped early instead.
    pub by_modified: bool,
    /// How often in a row a reading failed.
    pub failures: u32,
    /// What could not be read, or was left out, when its step was read last. The reading went on without it.
    pub notices: Notices,
    /// What the last comparison with Adobe's list found missing and did not take away.
    pub unlisted: Option<Unlisted>,
    /// The next comparison may take away whatever is not listed: an administrator has said so, or connected it elsewhere.
    pub take_away: bool,
    /// Why the last attempt failed, in a sentence.
    pub problem: Option<String>,
    /// When that was.
    pub problem_at: Option<Timestamp>,
    /// Not to be tried before.
    pub retry_at: Option<Timestamp>,
    /// Somebody reads, and says so again before this.
    pub lease_until: Option<Timestamp>,
}

impl Default for CatalogueSync {
    fn default() -> Self {
        Self {
            source: None,
            read_from: None,
            kind: None,
            step: None,
            page: 1,
            same_as: None,
            started_at: None,
            since_at: None,
            since_seen: 0,
            total: None,
            seen: 0,
            added: 0,
            changed: 0,
            vanished: 0,
            skipped: 0,
            full_read_at: None,
            read_until: None,
            swept_at: None,
            finished_at: None,
            wanted: None,
            stopped: false,
            refused: false,
            interval: SYNC_INTERVAL,
            by_modified: false,
            failures: 0,
            notices: Notices::default(),
            unlisted: None,
            take_away: false,
            problem: None,
            problem_at: None,
            retry_at: None,
            lease_until: None,
        }
    }
}

impl CatalogueSync {
    /// What is to be read now, if anything: first everything, where the company is elsewhere now; then what was interrupted;
    /// but a comparison, or a re-reading, that fails again and again keeps nobody from the changes.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Option<ReadingKind> {
        let older =
            |at: Option<Timestamp>, than: Duration| at.is_none_or(|at| at.plus(than) <= now);
        if self.stopped || self.retry_at.is_some_and(|at| at > now) {
            return None;
        }
        if self.is_elsewhere() {
            return Some(ReadingKind::Full);
        }
        // By what is known, not by when a reading ended: a comparison tells of no changes.
        let changes_are_due = older(self.read_until.max(self.full_read_at), self.interval);
        if self.step.is_some() {
            let may_wait = self
                .patience()
                .is_some_and(|patience| self.failures >= patience);
            return if may_wait && (self.wanted.is_some() || changes_are_due) {
                self.wanted.or(Some(ReadingKind::Increment))
            } else {
                self.kind
            };
        }
        // Of a catalogue that was read before Unstale kept where, nobody knows whose it is.
        let is_of_nobody = self.source.is_some() && self.read_from.is_none();
        if self.full_read_at.is_none() || is_of_nobody {
            return Some(ReadingKind::Full);
        }
        if self.wanted.is_some() {
            return self.wanted;
        }
        let by_another = self.source.is_some() && self.source != self.read_from;
        if by_another || older(self.swept_at.max(self.full_read_at), SWEEP_INTERVAL) {
            return Some(ReadingKind::Sweep);
        }
        changes_are_due.then_some(ReadingKind::Increment)
    }

    /// After how many failures in a row others go first. Never where the catalogue is of no use without what is under way:
    /// nothing, or another region's assets, would be there.
    const fn patience(&self) -> Option<u32> {
        match self.kind {
            Some(ReadingKind::Sweep) => Some(PATIENCE),
            Some(ReadingKind::Full) if self.full_read_at.is_some() && !self.take_away => {
                Some(PATIENCE_WITH_ALL)
            }
            Some(ReadingKind::Full | ReadingKind::Increment) | None => None,
        }
    }

    /// Whether what was read is another region's, or another company's: no place in it, and no asset, holds.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        let places = self.read_from.as_ref().zip(self.source.as_ref());
        places.is_some_and(|(read, now)| {
            (&read.endpoint, &read.handle) != (&now.endpoint, &now.handle)
        })
    }

    /// Whether somebody is reading.
    #[must_use]
    pub fn is_leased(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }

    /// Begins a reading, or goes on with the one that was interrupted.
    pub fn begin(&mut self, kind: ReadingKind, now: Timestamp) {
        // What may take away now, and was held back before, is past its comparison.
        let is_compared = matches!(
            self.step,
            Some(Step::Folders | Step::Presets | Step::Settings)
        );
        let is_over = is_compared && self.take_away && self.unlisted.is_some();
        // Whoever reads everything compares all IDs as well.
        let is_larger = |under_way: ReadingKind| match under_way {
            ReadingKind::Full => kind != ReadingKind::Full,
            ReadingKind::Sweep => kind == ReadingKind::Increment,
            ReadingKind::Increment => false,
        };
        let gives_way = self.step.and(self.kind).filter(|it| is_larger(*it));
        if self.step.is_none() || self.kind != Some(kind) || self.is_elsewhere() || is_over {
            // Changes alone do not tell what this account sees.
            let read_from = match kind {
                ReadingKind::Increment => self.read_from.take(),
                ReadingKind::Full | ReadingKind::Sweep => self.source.clone(),
            };
            if self.is_elsewhere() {
                self.notices = Notices::default();
            }
            *self = Self {
                read_from,
                kind: Some(kind),
                step: kind.steps().first().copied(),
                page: 1,
                same_as: None,
                started_at: Some(now),
                total: None,
                seen: 0,
                added: 0,
                changed: 0,
                vanished: 0,
                skipped: 0,
                // Once a day it is tried again.
                by_modified: self.by_modified && kind == ReadingKind::Increment,
                ..self.clone()
            };
        }
        self.since_at = Some(now);
        self.since_seen = self.seen;
        self.wanted = gives_way;
    }

    /// Adobe refuses to search by last change, perhaps in the middle of it: the changes are read from their first page in
    /// the other order, and counted anew where they are all that is read.
    pub fn read_changes_by_modified(&mut self) {
        self.by_modified = true;
        self.page = 1;
        self.same_as = None;
        if self.kind == Some(ReadingKind::Increment) {
            (self.seen, self.since_seen, self.skipped) = (0, 0, 0);
        }
    }

    /// Goes on with the next page of the step.
    pub fn next_page(&mut self) {
        self.page = self.page.saturating_add(1);
        self.recovered();
    }

    /// Goes on with the next step, or ends the reading when there is none.
    pub fn next_step(&mut self, now: Timestamp) {
        let Some(kind) = self.kind else { return };
        let mut rest = kind.steps().iter().copied();
        rest.find(|step| Some(*step) == self.step);
        self.step = rest.next();
        self.page = 1;
        self.recovered();
        if self.step.is_some() {
            return;
        }
        self.finished_at = Some(now);
        match kind {
            ReadingKind::Full => {
                self.full_read_at = Some(now);
                self.read_until = self.started_at;
                // What went away while it was read has shifted pages, and may have hidden others.
                if self.total.is_some_and(|total| total != self.seen) {
                    self.wanted = Some(ReadingKind::Sweep);
                }
            }
            ReadingKind::Increment => self.read_until = self.started_at,
            ReadingKind::Sweep => self.swept_at = Some(now),
        }
    }

    /// From when on changes are asked for.
    #[must_use]
    pub fn changes_from(&self) -> Timestamp {
        let known = match self.kind {
            Some(ReadingKind::Full) => self.started_at,
            _ => self.read_until,
        };
        known.map_or(Timestamp::from_micros(0), |at| at.minus(OVERLAP))
    }

    /// Keeps why an attempt failed, and when the next may be made: later each time.
    pub fn fail(&mut self, problem: String, now: Timestamp) {
        const FIRST: Duration = Duration::from_mins(1);
        const LAST: Duration = Duration::from_hours(1);
        let pause = FIRST.saturating_mul(1 << self.failures.min(10)).min(LAST);
        self.failures = self.failures.saturating_add(1);
        self.retry_at = Some(now.plus(pause));
        self.problem = Some(problem);
        self.problem_at = Some(now);
    }

    /// Assets a second, of the attempt that is under way.
    #[must_use]
    pub fn rate(&self, now: Timestamp) -> Option<u64> {
        let millis = now.since(self.since_at?).as_millis();
        let read = u128::from(self.seen.saturating_sub(self.since_seen));
        u64::try_from((read * 1_000).checked_div(millis)?).ok()
    }

    /// How long the pages that are left will take, while assets are read and Adobe tells how many there are.
    #[must_use]
    pub fn time_left(&self, now: Timestamp) -> Option<Duration> {
        let left = self.total?.saturating_sub(self.seen);
        let rate = self.rate(now).filter(|rate| *rate > 0)?;
        matches!(self.step?, Step::Assets | Step::Sweep).then(|| Duration::from_secs(left / rate))
    }

    fn recovered(&mut self) {
        self.refused = false;
        self.same_as = None;
        self.failures = 0;
        self.retry_at = None;
        self.problem = None;
        self.problem_at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn ago(minutes: u64) -> Timestamp {
        NOW.minus(Duration::from_mins(minutes))
    }

    fn read() -> CatalogueSync {
        CatalogueSync {
            full_read_at: Some(ago(60)),
            read_until: Some(ago(5)),
            finished_at: Some(ago(5)),
            ..CatalogueSync::default()
        }
    }

    #[test]
    fn everything_is_read_first_then_changes_and_once_a_day_the_ids() {
        assert_eq!(CatalogueSync::default().due(NOW), Some(ReadingKind::Full));
        assert_eq!(read().due(NOW), None);
        let waiting = CatalogueSync {
            read_until: Some(ago(15)),
            ..read()
        };
        assert_eq!(waiting.due(NOW), Some(ReadingKind::Increment));
        let day = CatalogueSync {
            full_read_at: Some(ago(24 * 60)),
            ..read()
        };
        assert_eq!(day.due(NOW), Some(ReadingKind::Sweep));
        let swept = CatalogueSync {
            swept_at: Some(ago(60)),
            ..day
        };
        assert_eq!(swept.due(NOW), None);
    }

    #[test]
    fn changes_are_read_by_every_interval_that_there_is() {
        const STEP: Duration = Duration::from_mins(5);
        for minutes in [5, 15, 60, 6 * 60, 24 * 60, 7 * 24 * 60] {
            let interval = Duration::from_mins(minutes);
            let mut sync = CatalogueSync {
                interval,
                ..CatalogueSync::default()
            };
            let (mut now, mut increments) = (NOW, 0);
            for _ in 0..21 * 24 * 12 {
                now = now.plus(STEP);
                let Some(kind) = sync.due(now) else { continue };
                increments += u64::from(kind == ReadingKind::Increment);
                sync.begin(kind, now);
                while sync.step.is_some() {
                    sync.next_step(now);
                }
            }
            let expected = 21 * 24 * 60 / minutes;
            assert!(
                increments >= expected * 9 / 10 - 1 && increments <= expected,
                "every {minutes} minutes: {increments} of {expected}"
            );
        }
    }

    #[test]
    fn a_comparison_that_fails_again_and_again_lets_changes_go_first_and_comes_after_them() {
        let mut sync = read();
        sync.begin(ReadingKind::Sweep, NOW);
        sync.page = 7;
        for _ in 0..3 {
            assert_eq!(sync.due(NOW), Some(ReadingKind::Sweep));
            sync.fail(String::new(), NOW);
            sync.retry_at = None;
        }
        assert_eq!(sync.due(NOW), Some(ReadingKind::Sweep), "no change is due");
        let later = NOW.plus(SYNC_INTERVAL);
        assert_eq!(sync.due(later), Some(ReadingKind::Increment));
        sync.begin(ReadingKind::Increment, later);
        while sync.step.is_some() {
            sync.next_step(later);
        }
        assert_eq!(sync.due(later), Some(ReadingKind::Sweep));
    }

    #[test]
    fn a_re_reading_that_fails_again_and_again_lets_others_go_first_and_comes_after_them() {
        let failed = |sync: CatalogueSync| CatalogueSync {
            kind: Some(ReadingKind::Full),
            step: Some(Step::Confirm),
            failures: 8,
            ..sync
        };
        let later = NOW.plus(SYNC_INTERVAL);
        for wanted in [None, Some(ReadingKind::Increment), Some(ReadingKind::Sweep)] {
            let mut sync = failed(read());
            sync.wanted = wanted;
            let sooner = CatalogueSync {
                failures: 7,
                ..sync.clone()
            };
            assert_eq!(sooner.due(later), Some(ReadingKind::Full), "{wanted:?}");
            let first = wanted.unwrap_or(ReadingKind::Increment);
            assert_eq!(sync.due(later), Some(first));
            sync.begin(first, later);
            while sync.step.is_some() {
                sync.next_step(later);
            }
            assert_eq!(sync.due(later), Some(ReadingKind::Full), "{wanted:?}");
        }
        for first in [
            CatalogueSync::default(),
            CatalogueSync {
                take_away: true,
                ..read()
            },
        ] {
            assert_eq!(failed(first).due(later), Some(ReadingKind::Full));
        }
    }

    #[test]
    fn what_was_interrupted_comes_before_what_is_wanted() {
        let mut sync = read();
        sync.begin(ReadingKind::Sweep, NOW);
        sync.wanted = Some(ReadingKind::Full);
        assert_eq!(sync.due(NOW), Some(ReadingKind::Sweep));
        sync.step = None;
        assert_eq!(sync.due(NOW), Some(ReadingKind::Full));
    }

    #[test]
    fn a_comparison_that_was_held_back_is_made_when_it_may_take_away() {
        for (step, page) in [(Step::Sweep, 7), (Step::Confirm, 7), (Step::Presets, 1)] {
            let mut sync = CatalogueSync {
                kind: Some(ReadingKind::Sweep),
                step: Some(step),
                page: 7,
                take_away: true,
                unlisted: Some(Unlisted { assets: 10, of: 10 }),
                ..read()
            };
            sync.begin(ReadingKind::Sweep, NOW);
            assert_eq!(sync.page, page, "{step:?}");
        }
    }

    #[test]
    fn another_region_or_company_is_read_from_the_start_and_another_account_compared() {
        let at = |endpoint: &str, handle: &str, email: &str| {
            Some(CatalogueSource {
                endpoint: endpoint.to_owned(),
                handle: handle.to_owned(),
                email: email.to_owned(),
            })
        };
        for (source, due) in [
            (at("a", "c|1", "x"), None),
            (None, None),
            (at("a", "c|1", "y"), Some(ReadingKind::Sweep)),
            (at("b", "c|1", "x"), Some(ReadingKind::Full)),
            (at("a", "c|2", "x"), Some(ReadingKind::Full)),
        ] {
            let mut sync = CatalogueSync {
                read_from: at("a", "c|1", "x"),
                source: source.clone(),
                ..read()
            };
            assert_eq!(sync.due(NOW), due, "{source:?}");
            let Some(kind) = due else { continue };
            sync.begin(kind, NOW);
            sync.page = 7;
            sync.begin(kind, NOW);
            assert_eq!(sync.page, 7, "once begun, it goes on");
            sync.step = None;
            assert_eq!(sync.due(NOW), None, "{source:?}");
        }
        let of_nobody = CatalogueSync {
            source: at("a", "c|1", "x"),
            ..read()
        };
        assert_eq!(of_nobody.due(NOW), Some(ReadingKind::Full));
        let mut sync = CatalogueSync {
            full_read_at: None,
            ..of_nobody
        };
        sync.begin(ReadingKind::Full, NOW);
        sync.page = 7;
        sync.source = at("a", "c|1", "y");
        sync.begin(ReadingKind::Full, NOW);
        assert_eq!(sync.page, 7, "another account goes on");
        sync.source = at("b", "c|1", "y");
        assert_eq!(sync.due(NOW), Some(ReadingKind::Full));
        sync.begin(ReadingKind::Full, NOW);
        assert_eq!(sync.page, 1);
    }

    #[test]
    fn nothing_is_due_while_it_is_stopped_or_has_just_failed() {
        let stopped = CatalogueSync {
            stopped: true,
            wanted: Some(ReadingKind::Full),
            ..read()
        };
        assert_eq!(stopped.due(NOW), None);
        let mut failed = CatalogueSync::default();
        failed.fail("refused".to_owned(), NOW);
        assert_eq!(failed.due(NOW), None);
        assert_eq!(
            failed.due(NOW.plus(Duration::from_mins(1))),
            Some(ReadingKind::Full)
        );
    }

    #[test]
    fn the_pause_after_a_failure_grows_to_an_hour_and_ends_with_a_success() {
        let mut sync = CatalogueSync::default();
        sync.begin(ReadingKind::Full, NOW);
        let pauses: Vec<u64> = (0..9)
            .map(|_| {
                sync.fail(String::new(), NOW);
                sync.retry_at.unwrap().since(NOW).as_secs() / 60
            })
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        sync.next_page();
        assert_eq!((sync.retry_at, sync.failures), (None, 0));
    }

    #[test]
    fn a_reading_goes_through_its_steps_and_then_is_finished() {
        let mut sync = CatalogueSync::default();
        sync.begin(ReadingKind::Full, NOW);
        let mut steps = Vec::new();
        while let Some(step) = sync.step {
            steps.push(step);
            sync.next_page();
            sync.next_step(NOW.plus(Duration::from_secs(9)));
        }
        assert_eq!(steps, ReadingKind::Full.steps());
        assert_eq!(sync.read_until, Some(NOW), "the start, not the end");
        assert_eq!(sync.full_read_at, Some(NOW.plus(Duration::from_secs(9))));
        assert_eq!(sync.wanted, None);
    }

    #[test]
    fn a_full_reading_that_saw_another_number_than_adobe_tells_is_followed_by_a_sweep() {
        let mut sync = CatalogueSync::default();
        sync.begin(ReadingKind::Full, NOW);
        (sync.total, sync.seen) = (Some(10), 9);
        while sync.step.is_some() {
            sync.next_step(NOW);
        }
        assert_eq!(sync.due(NOW), Some(ReadingKind::Sweep));
    }

    #[test]
    fn a_reading_that_is_taken_up_again_keeps_its_place_and_reckons_its_speed_anew() {
        let mut sync = CatalogueSync::default();
        sync.begin(ReadingKind::Full, NOW);
        (sync.page, sync.seen, sync.total) = (7, 6_000, Some(16_000));
        let later = NOW.plus(Duration::from_hours(5));
        sync.begin(ReadingKind::Full, later);
        assert_eq!((sync.page, sync.started_at), (7, Some(NOW)));
        sync.seen = 8_000;
        let now = later.plus(Duration::from_secs(4));
        assert_eq!(sync.rate(now), Some(500));
        assert_eq!(sync.time_left(now), Some(Duration::from_secs(16)));
    }

    #[test]
    fn a_search_by_last_change_that_was_refused_is_tried_again_with_the_next_comparison() {
        let mut sync = read();
        sync.begin(ReadingKind::Increment, NOW);
        (sync.page, sync.seen) = (3, 2_000);
        sync.read_changes_by_modified();
        assert_eq!((sync.page, sync.seen), (1, 0));
        for (kind, by_modified) in [
            (ReadingKind::Increment, true),
            (ReadingKind::Sweep, false),
            (ReadingKind::Increment, false),
        ] {
            sync.step = None;
            sync.begin(kind, NOW);
            assert_eq!(sync.by_modified, by_modified, "{kind:?}");
        }
    }

    #[test]
    fn only_what_would_take_away_most_of_a_catalogue_is_doubtful() {
        for (assets, of, doubtful) in [
            (0, 0, false),
            (0, 2_500, false),
            (1, 1, true),
            (99, 100, false),
            (100, 120, false),
            (101, 120, true),
            (1_250, 2_500, false),
            (1_251, 2_500, true),
            (2_500, 2_500, true),
        ] {
            let found = Unlisted::doubtful(assets, of);
            assert_eq!(found.is_some(), doubtful, "{assets} of {of}");
        }
        let told = |assets, of| Unlisted { assets, of }.sentence(|number| number.to_string());
        assert!(
            told(1, 1)
                .starts_with("Dynamic Media no longer lists the only asset of the catalogue.")
        );
        assert!(
            told(9, 9).starts_with("Dynamic Media lists none of the 9 assets of the catalogue.")
        );
        assert!(
            told(200, 300).starts_with("Dynamic Media no longer lists 200 of the 300 assets of")
        );
    }

    #[test]
    fn words_come_back() {
        for kind in [
            ReadingKind::Full,
            ReadingKind::Increment,
            ReadingKind::Sweep,
        ] {
            assert_eq!(ReadingKind::from_word(kind.as_str()), Some(kind));
            for step in kind.steps() {
                assert_eq!(Step::from_word(step.as_str()), Some(*step));
            }
        }
    }
}
