//! The life of an event: which state follows which, and what an event must say before people are invited to it.

use macro_rules_attribute::apply;

use crate::domain::{Code, Error, Fault, Instant, Lifecycle, words};

/// The stage of an event.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum EventStatus {
    /// A draft; people cannot register.
    Draft,
    /// Announced.
    Published,
    /// It will not take place.
    Cancelled,
    /// It took place.
    Completed,
}

impl Lifecycle for EventStatus {
    fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Published, Self::Cancelled],
            Self::Published => &[Self::Cancelled, Self::Completed],
            Self::Cancelled | Self::Completed => &[],
        }
    }
}

impl EventStatus {
    /// Whether anything of the event may still be changed.
    ///
    /// # Errors
    /// 409 `illegal_transition` once it was cancelled or completed.
    pub fn must_be_open(self) -> Result<(), Error> {
        if self.next().is_empty() { Err(self.stays()) } else { Ok(()) }
    }
}

/// When an event is, and when one can register for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// When the event begins.
    pub starts_at: Option<Instant>,
    /// When the event ends.
    pub ends_at: Option<Instant>,
    /// When registration opens; the default is at publication.
    pub registration_opens_at: Option<Instant>,
    /// When registration closes; the default is at the start.
    pub registration_closes_at: Option<Instant>,
    /// The last instant at which people can cancel for themselves.
    pub self_cancel_until: Option<Instant>,
}

impl Times {
    /// What contradicts itself, whatever the state: all of it at once.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut after = |pointer, later: Option<Instant>, earlier: Option<Instant>, what: &'static str| {
            if later.zip(earlier).is_some_and(|(later, earlier)| later <= earlier) {
                faults.push(Fault::new(pointer, "order", what));
            }
        };
        after("/ends_at", self.ends_at, self.starts_at, "must be after starts_at");
        let (opens, closes) = (self.registration_opens_at, self.registration_closes_at);
        after("/registration_closes_at", closes, opens, "must be after registration_opens_at");
        after("/registration_opens_at", self.starts_at, opens, "must be before starts_at");
        let mut not_after = |pointer, earlier: Option<Instant>, what: &'static str| {
            if earlier.zip(self.starts_at).is_some_and(|(earlier, start)| earlier > start) {
                faults.push(Fault::new(pointer, "order", what));
            }
        };
        not_after("/registration_closes_at", closes, "must not be after starts_at");
        not_after("/self_cancel_until", self.self_cancel_until, "must not be after starts_at");
        faults
    }

    /// What a start in the past is answered with.
    pub fn start_in_the_past(&self, now: Instant) -> Option<Fault> {
        let past = self.starts_at.is_some_and(|start| start <= now);
        past.then(|| Fault::new("/starts_at", "past", "must be in the future"))
    }

    /// What an event that people are invited to still lacks: its times, and a place.
    pub fn missing(&self, has_place: bool) -> Vec<Fault> {
        let needed = [
            ("/starts_at", self.starts_at.is_some()),
            ("/ends_at", self.ends_at.is_some()),
            ("/location/name", has_place),
        ];
        let missing = needed.into_iter().filter(|(_, there)| !there);
        missing
            .map(|(pointer, _)| Fault::new(pointer, "missing", "is required before the event is published"))
            .collect()
    }

    /// Whether the event is over, so that it can be completed.
    ///
    /// # Errors
    /// 409 `not_ended`.
    pub fn must_be_over(&self, now: Instant) -> Result<(), Error> {
        if self.ends_at.is_some_and(|end| end <= now) {
            return Ok(());
        }
        Err(Error::new(Code::NotEnded, "The event has not ended yet. Complete it after its end."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32) -> Instant {
        Instant::parse(&format!("2027-03-01T{hour:02}:00:00Z")).unwrap()
    }

    fn pointers(faults: &[Fault]) -> Vec<String> {
        faults
            .iter()
            .map(|fault| serde_json::to_value(fault).unwrap()["pointer"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn an_event_is_drafted_published_and_over_one_way_or_the_other() {
        use EventStatus::{Cancelled, Completed, Draft, Published};
        let all = <EventStatus as strum::VariantArray>::VARIANTS;
        let allowed: Vec<_> = all
            .iter()
            .flat_map(|&from| all.iter().map(move |&to| (from, to)))
            .filter(|(from, to)| from.go_to(*to).is_ok())
            .collect();
        assert_eq!(allowed, [(Draft, Published), (Draft, Cancelled), (Published, Cancelled), (Published, Completed)]);
        assert!(Draft.must_be_open().is_ok() && Completed.must_be_open().is_err());
    }

    #[test]
    fn times_in_the_wrong_order_are_told_all_at_once() {
        let wrong = Times {
            starts_at: Some(at(10)),
            ends_at: Some(at(10)),
            registration_opens_at: Some(at(12)),
            registration_closes_at: Some(at(11)),
            self_cancel_until: Some(at(13)),
        };
        let told = pointers(&wrong.faults());
        for pointer in ["/ends_at", "/registration_closes_at", "/registration_opens_at", "/self_cancel_until"] {
            assert!(told.iter().any(|known| known == pointer), "{pointer} in {told:?}");
        }
        let right = Times {
            starts_at: Some(at(10)),
            ends_at: Some(at(11)),
            registration_opens_at: Some(at(1)),
            registration_closes_at: Some(at(10)),
            self_cancel_until: Some(at(10)),
        };
        assert!(right.faults().is_empty() && Times::default().faults().is_empty());
    }

    #[test]
    fn an_invitation_says_when_and_where() {
        assert_eq!(pointers(&Times::default().missing(false)), ["/starts_at", "/ends_at", "/location/name"]);
        let times = Times { starts_at: Some(at(10)), ends_at: Some(at(11)), ..Times::default() };
        assert!(times.missing(true).is_empty());
        assert!(times.start_in_the_past(at(10)).is_some());
        assert!(times.start_in_the_past(at(9)).is_none());
        assert!(times.must_be_over(at(11)).is_ok());
        assert_eq!(times.must_be_over(at(10)).unwrap_err().code(), Code::NotEnded);
    }
}
