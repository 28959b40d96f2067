//! When an issuer is asked for its keys: from time to time, and at most once a minute for an unknown `kid`. A caller that
//! makes up a new `kid` for each request costs the issuer one connection a minute. All times are the monotonic clock's.

use std::time::Duration;

/// How long keys are good for when their issuer does not say.
const UNSAID: Duration = Duration::from_mins(15);
/// The shortest that they are, whatever it says.
const SHORTEST: Duration = Duration::from_mins(5);
/// The longest: so long at most a withdrawn key is in force. A token lives no longer either.
const LONGEST: Duration = Duration::from_hours(1);
/// How long after a failure it is tried again.
const AFTER_FAILURE: Duration = Duration::from_mins(1);
/// The same while there are no keys at all, so that an issuer that starts beside the service is soon found.
const WITHOUT_KEYS: Duration = Duration::from_secs(5);
/// How long after a fetch for an unknown `kid` there is another.
const FOR_UNKNOWN: Duration = Duration::from_mins(1);

/// What was done when, and what follows from it.
#[derive(Debug, Default)]
pub(super) struct Pace {
    tried: Option<(Duration, Duration)>,
    asked: Option<Duration>,
}

impl Pace {
    /// Returns whether to fetch the keys now.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        self.tried.is_none_or(|(at, good_for)| now.saturating_sub(at) >= good_for)
    }

    /// Whether they may be fetched for an unknown `kid`; if so, notes that they are.
    pub(super) fn may_ask(&mut self, now: Duration) -> bool {
        let may = self.asked.is_none_or(|at| now.saturating_sub(at) >= FOR_UNKNOWN);
        if may {
            self.asked = Some(now);
        }
        may
    }

    /// Keys were fetched at `now`; their issuer says that they are good for `max_age`.
    pub(super) fn fetched(&mut self, now: Duration, max_age: Option<Duration>) {
        let good_for = max_age.map_or(UNSAID, |age| age.clamp(SHORTEST, LONGEST));
        self.tried = Some((now, good_for));
    }

    /// A fetch at `now` brought nothing; `any` tells whether there are keys from before.
    pub(super) fn failed(&mut self, now: Duration, any: bool) {
        self.tried = Some((now, if any { AFTER_FAILURE } else { WITHOUT_KEYS }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The service has run for a while.
    const START: Duration = Duration::from_hours(9);

    fn after(seconds: u64) -> Duration {
        START + Duration::from_secs(seconds)
    }

    #[test]
    fn the_keys_are_fetched_at_the_start_and_when_they_are_old() {
        let minutes = |minutes: u64| Some(Duration::from_mins(minutes));
        for (said, kept) in [(None, 15), (minutes(0), 5), (minutes(4), 5), (minutes(30), 30), (minutes(6000), 60)] {
            let mut pace = Pace::default();
            assert!(pace.is_due(START));
            pace.fetched(START, said);
            assert!(!pace.is_due(after(60 * kept - 1)) && pace.is_due(after(60 * kept)), "{said:?}");
        }
    }

    #[test]
    fn after_a_failure_it_is_tried_again_sooner() {
        let mut pace = Pace::default();
        for (any, seconds) in [(false, 5), (true, 60)] {
            pace.failed(START, any);
            assert!(!pace.is_due(after(seconds - 1)) && pace.is_due(after(seconds)));
        }
    }

    #[test]
    fn an_unknown_kid_is_asked_for_once_a_minute() {
        let mut pace = Pace::default();
        pace.fetched(START, None);
        let asked: Vec<u64> = (0..=180).filter(|second| pace.may_ask(after(*second))).collect();
        assert_eq!(asked, [0, 60, 120, 180]);
        assert!(!pace.is_due(after(181)), "asking does not make them due");
    }
}
