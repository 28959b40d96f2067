//! When a message is tried again (RFC 5321 section 4.5.4.1).

use chrono::Duration;

use crate::domain::{Entropy, Instant};

/// How long a claimed message is left to the process that claimed it: longer than any delivery may take.
pub const LEASE: Duration = Duration::minutes(5);

/// How long a message is tried before it is given up.
pub const GIVE_UP_AFTER: Duration = Duration::days(5);

/// After so many attempts a message is given up as well: more than five days hold, unless the clock was wrong.
pub(super) const MOST_ATTEMPTS: i32 = 500;

/// How long a settled message stays to be looked at.
pub(super) const KEPT: Duration = Duration::days(30);

const FIRST: Duration = Duration::seconds(5);
const LONGEST: Duration = Duration::minutes(30);

/// Returns the latest instant that a lease or a pause which begins at `now` can name. What names a later one was written
/// by a clock that was ahead, and is due.
pub fn horizon(now: Instant) -> Instant {
    now.plus(LONGEST)
}

/// How long to wait after the `attempts`-th attempt: at most five seconds, doubling to at most half an hour, less up
/// to half of it at random, so that many messages do not come back at once.
pub fn pause(attempts: i32, entropy: &dyn Entropy) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(16);
    let full = (FIRST * (1 << doublings)).min(LONGEST);
    let mut random = [0; 4];
    entropy.fill(&mut random);
    let share = i64::from(u32::from_be_bytes(random) >> 16);
    let milliseconds = full.num_milliseconds();
    Duration::milliseconds(milliseconds - milliseconds / 2 * share / 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn the_pause_doubles_from_five_seconds_to_half_an_hour() {
        let longest = |attempts| pause(attempts, &Fixed(0)).num_seconds();
        assert_eq!([1, 2, 3, 9, 10, 1000].map(longest), [5, 10, 20, 1280, 1800, 1800]);
    }

    #[test]
    fn at_most_half_of_it_is_left_to_chance() {
        assert_eq!(pause(1, &Fixed(0xff)).num_milliseconds(), 2500);
        assert_eq!(pause(2, &Fixed(0xff)).num_milliseconds(), 5000);
    }
}
