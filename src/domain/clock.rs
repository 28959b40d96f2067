//! The clock that is passed in: the wall clock for the law's times, and a monotonic clock for everything that is only
//! measured. The wall clock can jump; the monotonic clock cannot.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{Duration, Utc};

use super::Instant;

/// A change of the wall clock against the monotonic clock up to this is drift, more is a jump. In microseconds.
const DRIFT: i64 = 5_000_000;

/// How long after a jump several times are possible: the operator has an hour to set a wrong clock right. In microseconds.
const DOUBT: i64 = 3_600_000_000;

/// What the clock shows at one moment.
///
/// For an hour after a jump of the wall clock, two times are possible: the wall clock's, and the time it would show without
/// the jump. The same goes for as long as another clock, such as the database's, shows another time. What is deleted for
/// good waits for the earliest time, and nothing has happened after the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock's time.
    pub now: Instant,
    /// The earliest of the possible times; `now` when there is no doubt.
    pub earliest: Instant,
    /// The latest of the possible times; `now` when there is no doubt.
    pub latest: Instant,
}

impl From<Instant> for Reading {
    /// A reading without doubt.
    fn from(now: Instant) -> Self {
        Self { now, earliest: now, latest: now }
    }
}

/// Several times are possible. An offset is how far a wall clock is ahead of the monotonic clock, in microseconds.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    /// The lowest offset that a clock has shown.
    low: i64,
    /// The highest.
    high: i64,
    /// The offset before the first jump.
    before: i64,
    /// When the last jump was noticed, on the monotonic clock, in microseconds.
    noticed: i64,
}

/// The course of the wall clock against the monotonic clock.
#[derive(Debug)]
struct Course {
    /// The offset of the wall clock when it was last read.
    offset: i64,
    doubt: Option<Doubt>,
}

fn are_near(one: i64, other: i64) -> bool {
    one.saturating_sub(other).saturating_abs() <= DRIFT
}

impl Course {
    /// Takes a reading of the wall clock into account, and returns the lowest and the highest offset that are possible.
    fn follow(&mut self, offset: i64, elapsed: i64) -> (i64, i64) {
        if !are_near(offset, self.offset) {
            match self.doubt {
                Some(doubt) if are_near(offset, doubt.before) => self.doubt = None,
                _ => self.consider(offset, elapsed),
            }
        } else if self.doubt.is_some_and(|doubt| elapsed.saturating_sub(doubt.noticed) >= DOUBT) {
            self.doubt = None;
        }
        self.offset = offset;
        self.doubt.map_or((offset, offset), |doubt| (doubt.low.min(offset), doubt.high.max(offset)))
    }

    /// Takes into account that a clock shows another offset than the wall clock did.
    fn consider(&mut self, offset: i64, elapsed: i64) {
        let known = self.offset;
        let Doubt { low, high, before, .. } =
            self.doubt.unwrap_or(Doubt { low: known, high: known, before: known, noticed: elapsed });
        self.doubt = Some(Doubt { low: low.min(offset), high: high.max(offset), before, noticed: elapsed });
    }
}

struct Source {
    wall: Box<dyn Fn() -> Instant + Send + Sync>,
    elapsed: Box<dyn Fn() -> std::time::Duration + Send + Sync>,
    /// The wall clock's time when the monotonic clock began.
    began: Instant,
    /// Where the database's clock began, if it is turned with this one.
    database: Option<Instant>,
    course: Mutex<Course>,
}

/// Tells the time. The one clock of a running service; tests pass one that they turn by hand.
#[derive(Clone)]
pub struct Clock(Arc<Source>);

fn micros(elapsed: std::time::Duration) -> i64 {
    i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX)
}

impl Clock {
    /// A clock that asks `wall` for the time, and `elapsed` for how long it has run. `elapsed` never decreases.
    pub fn new(
        wall: impl Fn() -> Instant + Send + Sync + 'static,
        elapsed: impl Fn() -> std::time::Duration + Send + Sync + 'static,
    ) -> Self {
        Self::beside(None, wall, elapsed)
    }

    fn beside(
        database: Option<Instant>,
        wall: impl Fn() -> Instant + Send + Sync + 'static,
        elapsed: impl Fn() -> std::time::Duration + Send + Sync + 'static,
    ) -> Self {
        let began = wall().plus(-Duration::microseconds(micros(elapsed())));
        let course = Mutex::new(Course { offset: began.micros(), doubt: None });
        Self(Arc::new(Source { wall: Box::new(wall), elapsed: Box::new(elapsed), began, database, course }))
    }

    /// The machine's own clocks.
    pub fn system() -> Self {
        let started = std::time::Instant::now();
        #[expect(clippy::disallowed_methods, reason = "the one place where the system's wall clock is read")]
        Self::new(|| Instant::from(Utc::now()), move || started.elapsed())
    }

    /// A clock that stands at `start` until its hands are moved. The database's clock starts with it, and moves when time
    /// passes, but not when the wall clock is stepped.
    pub fn by_hand(start: Instant) -> (Self, Hands) {
        let hands = Hands { start, passed: Arc::default(), stepped: Arc::default() };
        (hands.clock(), hands)
    }

    /// The wall clock's time.
    pub fn now(&self) -> Instant {
        (self.0.wall)()
    }

    /// How long the clock has run. It never decreases, whatever the wall clock does: for limits, timeouts and pacing.
    pub fn elapsed(&self) -> std::time::Duration {
        (self.0.elapsed)()
    }

    /// The time that the wall clock would show if it had never been set since the start.
    pub fn steady(&self) -> Instant {
        self.0.began.plus(self.passed())
    }

    /// The database's time, given what its clock shows: the same, unless this clock is turned by hand.
    pub fn database(&self, shown: Instant) -> Instant {
        self.0.database.map_or(shown, |began| began.plus(self.passed()))
    }

    fn passed(&self) -> Duration {
        Duration::microseconds(micros(self.elapsed()))
    }

    /// The wall clock's time, and the bounds within which the true time lies.
    pub fn read(&self) -> Reading {
        let (now, elapsed) = (self.now(), micros(self.elapsed()));
        let (low, high) = self.course().follow(now.micros().saturating_sub(elapsed), elapsed);
        let at = |offset: i64| Instant::from_micros(offset.saturating_add(elapsed)).unwrap_or(now);
        Reading { now, earliest: at(low), latest: at(high) }
    }

    /// Takes the time that another clock shows for possible, for an hour. A difference of up to 5 seconds is none.
    pub fn consider(&self, shown: Instant) {
        let elapsed = micros(self.elapsed());
        let (now, shown) = (self.now().micros().saturating_sub(elapsed), shown.micros().saturating_sub(elapsed));
        let mut course = self.course();
        course.follow(now, elapsed);
        if !are_near(now, shown) {
            course.consider(shown, elapsed);
        }
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.0.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The hands of a clock made by [`Clock::by_hand`].
#[derive(Clone)]
pub struct Hands {
    start: Instant,
    /// How much time has passed, in microseconds.
    passed: Arc<AtomicU64>,
    /// By how much the wall clock was stepped in all, in microseconds.
    stepped: Arc<AtomicI64>,
}

impl Hands {
    /// Another clock with these hands, as a process that starts anew reads them.
    pub fn clock(&self) -> Clock {
        let (own, passed) = (self.clone(), self.passed.clone());
        let elapsed = move || std::time::Duration::from_micros(passed.load(Ordering::SeqCst));
        Clock::beside(Some(self.start), move || own.wall(), elapsed)
    }

    /// The hands of another machine, whose wall clock is ahead by a span, or behind. Time passes on both at once.
    #[must_use]
    pub fn apart(&self, ahead: Duration) -> Self {
        let other = Self { stepped: Arc::new(AtomicI64::new(self.stepped.load(Ordering::SeqCst))), ..self.clone() };
        other.step(ahead);
        other
    }

    fn wall(&self) -> Instant {
        let passed = i64::try_from(self.passed.load(Ordering::SeqCst)).unwrap_or(i64::MAX);
        let moved = passed.saturating_add(self.stepped.load(Ordering::SeqCst));
        self.start.plus(Duration::microseconds(moved))
    }

    /// Lets time pass: both clocks move. A negative span moves nothing.
    pub fn advance(&self, span: Duration) {
        let span = span.num_microseconds().and_then(|span| u64::try_from(span).ok());
        self.passed.fetch_add(span.unwrap_or(0), Ordering::SeqCst);
    }

    /// Lets time pass until `instant`. A wall clock that is past it is set back.
    pub fn set(&self, instant: Instant) {
        let span = instant.to_chrono() - self.wall().to_chrono();
        if span < Duration::zero() {
            self.step(span);
        }
        self.advance(span);
    }

    /// Moves the wall clock alone, forward or back, as an operator or NTP does.
    pub fn step(&self, span: Duration) {
        self.stepped.fetch_add(span.num_microseconds().unwrap_or(0), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> (Clock, Hands) {
        Clock::by_hand(Instant::parse("2026-11-24T10:00:00Z").unwrap())
    }

    /// How far the bounds are from the wall clock, in seconds.
    fn doubt(clock: &Clock) -> (i64, i64) {
        let Reading { now, earliest, latest } = clock.read();
        let from = |bound: Instant| (bound.micros() - now.micros()) / 1_000_000;
        (from(earliest), from(latest))
    }

    #[test]
    fn a_step_of_the_wall_clock_does_not_move_the_monotonic_clock() {
        let (clock, hands) = clock();
        hands.advance(Duration::seconds(5));
        for step in [-30, -90, -3600, 31_536_000, -31_536_000] {
            hands.step(Duration::seconds(step));
            assert_eq!(clock.elapsed().as_secs(), 5);
            assert_eq!(clock.steady().to_string(), "2026-11-24T10:00:05.000000Z");
        }
        hands.advance(Duration::seconds(-5));
        assert_eq!(clock.elapsed().as_secs(), 5);
    }

    #[test]
    fn time_that_passes_leaves_no_doubt_and_neither_does_drift() {
        let (clock, hands) = clock();
        for _ in 0..100 {
            hands.advance(Duration::days(40));
            hands.step(Duration::seconds(4));
            assert_eq!(doubt(&clock), (0, 0));
        }
    }

    #[test]
    fn for_an_hour_after_a_jump_both_times_are_possible() {
        for (step, expected) in [(-6, (0, 6)), (-90, (0, 90)), (-3600, (0, 3600)), (31_536_000, (-31_536_000, 0))] {
            let (clock, hands) = clock();
            hands.step(Duration::seconds(step));
            assert_eq!(doubt(&clock), expected);
            hands.advance(Duration::seconds(3599));
            assert_eq!(doubt(&clock), expected);
            hands.advance(Duration::seconds(1));
            assert_eq!(doubt(&clock), (0, 0), "the new time is believed");
        }
    }

    #[test]
    fn a_clock_that_is_set_right_again_within_the_hour_leaves_no_doubt() {
        let (clock, hands) = clock();
        hands.step(Duration::days(365));
        assert_eq!(doubt(&clock), (-31_536_000, 0));
        hands.advance(Duration::minutes(50));
        hands.step(Duration::days(-365));
        assert_eq!(doubt(&clock), (0, 0));
    }

    #[test]
    fn another_jump_begins_another_hour() {
        let (clock, hands) = clock();
        hands.step(Duration::hours(2));
        assert_eq!(doubt(&clock), (-7200, 0));
        hands.advance(Duration::minutes(50));
        hands.step(Duration::hours(-3));
        assert_eq!(doubt(&clock), (0, 10_800), "before and after the first jump");
        hands.advance(Duration::minutes(50));
        assert_eq!(doubt(&clock), (0, 10_800));
        hands.advance(Duration::minutes(10));
        assert_eq!(doubt(&clock), (0, 0));
    }

    #[test]
    fn another_clock_that_differs_is_taken_for_possible() {
        let (clock, hands) = clock();
        clock.consider(clock.now().plus(Duration::seconds(5)));
        assert_eq!(doubt(&clock), (0, 0));
        clock.consider(clock.now().plus(Duration::minutes(-10)));
        clock.consider(clock.now().plus(Duration::seconds(6)));
        assert_eq!(doubt(&clock), (-600, 6));
        hands.advance(Duration::hours(1));
        assert_eq!(doubt(&clock), (0, 0));
    }
}
