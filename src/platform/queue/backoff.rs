//! The pause between two attempts.

use chrono::Duration;

use crate::domain::Entropy;

/// Pauses that double from attempt to attempt, up to a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest pause after the first attempt.
    pub first: Duration,
    /// The longest pause after any attempt.
    pub longest: Duration,
}

impl Backoff {
    /// Returns the pause after the `attempts`-th failed attempt. Up to half of it is cut off at random, so that many
    /// items that failed together are not tried together again.
    pub fn pause(self, attempts: u32, entropy: &dyn Entropy) -> Duration {
        let doublings = attempts.saturating_sub(1).min(16);
        let full = (self.first * (1 << doublings)).min(self.longest);
        let mut random = [0; 4];
        entropy.fill(&mut random);
        let share = i64::from(u32::from_be_bytes(random) >> 16);
        let milliseconds = full.num_milliseconds();
        Duration::milliseconds(milliseconds - milliseconds / 2 * share / 0xffff)
    }
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

    const BACKOFF: Backoff = Backoff { first: Duration::seconds(5), longest: Duration::minutes(30) };

    #[test]
    fn the_pause_doubles_up_to_its_bound() {
        let longest = |attempts| BACKOFF.pause(attempts, &Fixed(0)).num_seconds();
        assert_eq!([0, 1, 2, 3, 9, 10, 1000, u32::MAX].map(longest), [5, 5, 10, 20, 1280, 1800, 1800, 1800]);
    }

    #[test]
    fn at_most_half_of_it_is_left_to_chance() {
        assert_eq!(BACKOFF.pause(1, &Fixed(0xff)).num_milliseconds(), 2500);
        assert_eq!(BACKOFF.pause(2, &Fixed(0xff)).num_milliseconds(), 5000);
    }
}
