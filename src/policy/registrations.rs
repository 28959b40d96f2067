//! The life of a registration for an event: which state follows which, who gets a place, who waits, and until when an
//! offer stands.

use super::events::{EventStatus, Times};
use crate::domain::{Calendar, Code, Error, Instant, Lifecycle, words};

/// The stage of a registration.
#[apply(words!)]
#[derive(strum::VariantArray)]
pub enum RegistrationStatus {
    /// They have a place.
    Confirmed,
    /// They wait for one.
    Waitlisted,
    /// A place is held for them until they answer, or the offer expires.
    Offered,
    /// The person declined the offered place.
    Declined,
    /// The offer ran out, or the event ended while they waited.
    Expired,
    /// Cancelled, by the person or with the event.
    Cancelled,
    /// The person attended.
    Attended,
    /// The person did not attend.
    NoShow,
    /// No check-ins were recorded, so the attendance is unknown.
    AttendanceUnknown,
}

use RegistrationStatus::{
    AttendanceUnknown, Attended, Cancelled, Confirmed, Declined, Expired, NoShow, Offered, Waitlisted,
};
use macro_rules_attribute::apply;

impl Lifecycle for RegistrationStatus {
    fn next(self) -> &'static [Self] {
        match self {
            Confirmed => &[Cancelled, Attended, NoShow, AttendanceUnknown],
            Waitlisted => &[Confirmed, Offered, Expired, Cancelled],
            Offered => &[Confirmed, Declined, Expired, Cancelled],
            // A scanner that was offline may tell after the event's completion that they came, or that others did.
            NoShow => &[Attended],
            AttendanceUnknown => &[Attended, NoShow],
            Declined | Expired | Cancelled | Attended => &[],
        }
    }
}

impl RegistrationStatus {
    /// The live states, in which a person comes, may come, or waits: one registration for each person and
    /// event.
    pub const LIVE: [Self; 3] = [Confirmed, Offered, Waitlisted];

    /// Whether it is one of those.
    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }

    /// The state at `now`: an offer that has run out is expired, even before the row says so.
    #[must_use]
    pub fn at(self, now: Instant, offer_expires_at: Option<Instant>) -> Self {
        let run_out = offer_expires_at.is_some_and(|until| until <= now);
        if self == Offered && run_out { Expired } else { self }
    }

    /// Of two registrations of one person for one event, the better comes first.
    pub fn rank(self) -> usize {
        Self::LIVE.iter().position(|&live| live == self).unwrap_or(Self::LIVE.len())
    }

    /// Whether the offer of a place can be answered.
    ///
    /// # Errors
    /// 409 `offer_expired` for one that has run out; 409 `illegal_transition` where there is none.
    pub fn must_be_offered(self, offer_expires_at: Option<Instant>) -> Result<(), Error> {
        match self {
            Offered => Ok(()),
            Expired if offer_expires_at.is_some() => {
                let detail = "The offer has expired, and the service offers the place to others. Register again to \
                              join the waiting list.";
                Err(Error::new(Code::OfferExpired, detail))
            }
            other => Err(other.stays()),
        }
    }
}

/// Whether people can register for an event.
///
/// # Errors
/// 409 `registration_closed`: it is not published, registration has not opened yet, or has closed.
pub fn must_be_open(event: EventStatus, times: &Times, now: Instant) -> Result<(), Error> {
    let detail = match event {
        EventStatus::Draft => "The event is not published yet.",
        EventStatus::Cancelled => "The event was cancelled.",
        EventStatus::Completed => "The event has taken place.",
        EventStatus::Published if times.registration_opens_at.is_some_and(|opens| now < opens) => {
            "Registration has not opened yet; the event says when it does."
        }
        EventStatus::Published if has_closed(times, now) => "Registration has closed.",
        EventStatus::Published => return Ok(()),
    };
    Err(Error::new(Code::RegistrationClosed, detail))
}

/// Whether registration has closed: at the time that the event says, and at its start in any case.
fn has_closed(times: &Times, now: Instant) -> bool {
    [times.registration_closes_at, times.starts_at].into_iter().flatten().any(|closes| closes <= now)
}

/// The reason why a free place is not offered to the waiting list.
#[apply(words!)]
pub enum WhyNoOffer {
    /// The event is not, or no longer, to take place.
    NotPublished,
    /// The event has begun.
    Started,
    /// Registration has closed.
    RegistrationClosed,
    /// Until when an offer would stand cannot be told: the table of bank holidays does not reach so far.
    CalendarExhausted,
    /// The first person on the list is restricted, so the data may not be used now (Article 18).
    Restricted,
    /// Nothing stands in the way any more, since an offer has just expired, a restriction was lifted or the table of bank
    /// holidays reaches further: the place goes to the next within a minute.
    OfferExpired,
}

/// The reason why the waiting list gets no place at `now`, however many are free.
pub fn why_no_offer(event: EventStatus, times: &Times, now: Instant) -> Option<WhyNoOffer> {
    if event != EventStatus::Published {
        Some(WhyNoOffer::NotPublished)
    } else if times.starts_at.is_some_and(|start| start <= now) {
        Some(WhyNoOffer::Started)
    } else if has_closed(times, now) {
        Some(WhyNoOffer::RegistrationClosed)
    } else {
        None
    }
}

/// Until when an offer stands that is made at `now`: so many working hours, and never past the start of the event;
/// `None` where the table of bank holidays ends before either.
pub fn offer_until(calendar: &Calendar, now: Instant, hours: i32, starts_at: Option<Instant>) -> Option<Instant> {
    let hours = u32::try_from(hours).unwrap_or(0);
    match (calendar.add_working_hours(now, hours), starts_at) {
        (Ok(until), Some(start)) => Some(until.min(start)),
        (Ok(until), None) => Some(until),
        // The hours run past the table, and so past whatever lies within it.
        (Err(_), Some(start)) if crate::domain::london_date(start) <= calendar.covers_until() => Some(start),
        (Err(_), _) => None,
    }
}

/// How many places of an event are taken or held, and how many people wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Those who have a place.
    pub confirmed: i32,
    /// Those for whom one is held until they answer.
    pub offered: i32,
    /// Those who wait.
    pub waitlisted: i32,
}

impl Places {
    /// How many places are free; `None` for as many as come.
    pub fn available(&self, capacity: Option<i32>) -> Option<i32> {
        capacity.map(|capacity| (capacity - self.confirmed - self.offered).max(0))
    }

    /// By how many places the event is overbooked, since its capacity was lowered.
    pub fn overbooked_by(&self, capacity: Option<i32>) -> i32 {
        capacity.map_or(0, |capacity| (self.confirmed + self.offered - capacity).max(0))
    }

    /// How many of those who wait can have a place.
    pub fn due(&self, capacity: Option<i32>) -> i32 {
        self.available(capacity).map_or(self.waitlisted, |free| free.min(self.waitlisted))
    }

    /// What a new registration gets: a place, or one in the waiting list. It cannot overtake a waiting
    /// registration that `is_next` and could get the free place.
    ///
    /// # Errors
    /// 409 `event_full` where there is neither.
    pub fn for_newcomer(&self, capacity: Option<i32>, list: bool, is_next: bool) -> Result<RegistrationStatus, Error> {
        let free = self.available(capacity).is_none_or(|free| free > 0);
        match (free && !is_next, list) {
            (true, _) => Ok(Confirmed),
            (false, true) => Ok(Waitlisted),
            (false, false) => Err(Error::new(Code::EventFull, "The event is full, and it has no waiting list.")),
        }
    }

    /// Counts `number` registrations that come into, go out of or change their state.
    pub fn count(&mut self, from: Option<RegistrationStatus>, to: Option<RegistrationStatus>, number: i32) {
        for (status, number) in [(from, -number), (to, number)] {
            match status {
                Some(Confirmed) => self.confirmed += number,
                Some(Offered) => self.offered += number,
                Some(Waitlisted) => self.waitlisted += number,
                _ => {}
            }
        }
    }
}

/// How far apart the numbers of the waiting list stand, so that others fit between.
pub const GAP: i64 = 1 << 32;

/// The number between the one who is overtaken and the one before, if any; `None` when none is left between them.
pub fn number_before(overtaken: i64, before: Option<i64>) -> Option<i64> {
    match before {
        None => Some(overtaken - GAP),
        Some(before) => {
            let middle = before + (overtaken - before) / 2;
            (middle > before && middle < overtaken).then_some(middle)
        }
    }
}

#[cfg(test)]
mod tests;
