//! A brake on bulk reading: about how many people a caller may read in an hour.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{KEYS, Ticks};
use crate::domain::{Clock, Code, Error};

const HOUR: Duration = Duration::from_hours(1);

/// A bucket of people for each caller, which fills again evenly within an hour.
///
/// An answer is counted when it is made, so that one answer may go beyond the limit: a page of a list, or an export. The
/// caller's next read then waits, an hour at most.
pub(super) struct PeopleLimit {
    per_hour: NonZeroU32,
    /// How much of an hour each person takes.
    each: Duration,
    /// When each caller's bucket is full again, on the monotonic clock.
    full_at: Mutex<HashMap<String, Duration>>,
    ticks: Ticks,
}

impl PeopleLimit {
    pub(super) fn new(per_hour: NonZeroU32, clock: &Clock) -> Self {
        let ticks = Ticks::new(clock);
        Self { per_hour, each: HOUR / per_hour.get(), full_at: Mutex::default(), ticks }
    }

    /// Takes people from a caller's bucket.
    ///
    /// # Errors
    /// 429 `reading_too_much` when the bucket is empty.
    pub(super) fn take(&self, caller: &str, people: usize) -> Result<(), Error> {
        self.change(caller, people, |taken| {
            let wait = (taken + self.each).saturating_sub(HOUR);
            if wait.is_zero() { Ok(()) } else { Err(self.refusal(wait)) }
        })
    }

    /// Takes people from a caller's bucket, even if it is empty.
    pub(super) fn add(&self, caller: &str, people: usize) {
        // Nothing is refused here.
        let _ = self.change(caller, people, |_| Ok(()));
    }

    /// Takes people from a bucket if `judge` allows it. `judge` gets how much of the hour is taken already.
    fn change(
        &self,
        caller: &str,
        people: usize,
        judge: impl FnOnce(Duration) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let now = self.ticks.elapsed();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() > KEYS {
            full_at.retain(|_, full| *full > now);
        }
        let taken = full_at.get(caller).map_or(Duration::ZERO, |full| full.saturating_sub(now));
        judge(taken)?;
        let people = u32::try_from(people).unwrap_or(u32::MAX);
        // Beyond the limit the caller waits for an hour at most.
        let taken = taken.saturating_add(self.each.saturating_mul(people)).min((2 * HOUR).saturating_sub(self.each));
        full_at.insert(caller.to_owned(), now + taken);
        Ok(())
    }

    fn refusal(&self, wait: Duration) -> Error {
        let (most, wait) = (self.per_hour, wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        let detail =
            format!("You have read about {most} people within the hour, which is the limit. Wait {wait} seconds.");
        Error::new(Code::ReadingTooMuch, detail).with(|p| p.retry_after = u32::try_from(wait).ok())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::{Hands, Instant};

    fn limit(per_hour: u32) -> (PeopleLimit, Hands) {
        let (clock, hands) = Clock::by_hand(Instant::parse("2026-11-24T10:00:00Z").unwrap());
        (PeopleLimit::new(NonZeroU32::new(per_hour).unwrap(), &clock), hands)
    }

    fn wait(limit: &PeopleLimit, caller: &str) -> Option<u32> {
        limit.take(caller, 1).err().and_then(|error| error.particulars().retry_after)
    }

    #[test]
    fn a_bucket_empties_and_fills_evenly() {
        let (limit, hands) = limit(60);
        assert!(limit.take("ada", 59).is_ok());
        assert_eq!((wait(&limit, "ada"), wait(&limit, "ada")), (None, Some(60)));
        assert_eq!(wait(&limit, "bob"), None, "each caller has its own");
        hands.advance(TimeDelta::seconds(59));
        assert_eq!(wait(&limit, "ada"), Some(1));
        hands.advance(TimeDelta::seconds(1));
        assert_eq!((wait(&limit, "ada"), wait(&limit, "ada")), (None, Some(60)));
        hands.advance(TimeDelta::hours(1));
        assert!(limit.take("ada", 60).is_ok());
    }

    #[test]
    fn one_answer_may_go_beyond_and_the_next_waits_an_hour_at_most() {
        let (limit, hands) = limit(60);
        assert!(limit.take("ada", 61).is_ok());
        assert_eq!(wait(&limit, "ada"), Some(120));
        limit.add("ada", 1_000_000);
        assert_eq!(wait(&limit, "ada"), Some(3600));
        hands.advance(TimeDelta::hours(1));
        assert_eq!((wait(&limit, "ada"), wait(&limit, "ada")), (None, Some(60)));
    }

    #[test]
    fn the_largest_limit_and_the_largest_answer_do_not_overflow() {
        let (limit, _) = limit(u32::MAX);
        for _ in 0..3 {
            limit.add("ada", usize::MAX);
        }
        assert_eq!(wait(&limit, "ada"), Some(3600));
    }
}
