//! The letters about registrations: mail that belongs to the event, and no advertising (PECR regulation 22 does not ask
//! for consent to it, and it must stay so). Each tells what holds when it leaves, or is dropped.

use askama::Template;

use super::letter_kinds::{CONFIRMED, EVENT_CANCELLED, OFFERED, PROMOTED, WAITLISTED};
use super::model::{Registration, RegistrationStatus};
use super::store;
use crate::domain::{Error, RegistrationId, london_words};
use crate::platform::mail::{CalendarPart, Mail};
use crate::platform::outbox::{Claimed, Composed, Letter};
use crate::platform::transaction::WriteTx;
use crate::resources::contacts::store as contacts;
use crate::resources::events::model::{Event, EventStatus};
use crate::resources::events::{calendar, store as events};
use crate::resources::preferences::Foot;

/// The letters of this room.
pub const LETTERS: [&dyn Letter; 5] = [
    &RegistrationLetter { kind: CONFIRMED, told: News::Confirmed },
    &RegistrationLetter { kind: WAITLISTED, told: News::Waitlisted },
    &RegistrationLetter { kind: OFFERED, told: News::Offered },
    &RegistrationLetter { kind: PROMOTED, told: News::Promoted },
    &RegistrationLetter { kind: EVENT_CANCELLED, told: News::EventCancelled },
];

/// What a letter tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    Confirmed,
    Waitlisted,
    Offered,
    Promoted,
    EventCancelled,
}

impl News {
    /// The state of the registration without which the letter tells something that is not so.
    fn holds_while(self) -> RegistrationStatus {
        match self {
            Self::Confirmed | Self::Promoted => RegistrationStatus::Confirmed,
            Self::Waitlisted => RegistrationStatus::Waitlisted,
            Self::Offered => RegistrationStatus::Offered,
            Self::EventCancelled => RegistrationStatus::Cancelled,
        }
    }

    fn subject(self, title: &str) -> String {
        match self {
            Self::Confirmed => format!("You are registered: {title}"),
            Self::Waitlisted => format!("You are on the waiting list: {title}"),
            Self::Offered => format!("A place is free for you: {title}"),
            Self::Promoted => format!("You have a place now: {title}"),
            Self::EventCancelled => format!("Cancelled: {title}"),
        }
    }

    /// Whether the calendar follows it.
    fn is_for_calendars(self) -> bool {
        matches!(self, Self::Confirmed | Self::Promoted | Self::EventCancelled)
    }
}

/// What both forms of a letter are written from.
struct Told<'a> {
    news: News,
    subject: &'a str,
    event: &'a Event,
    starts: String,
    ends: String,
    position: i64,
    answer_by: String,
    foot: Foot<'a>,
}

#[derive(Template)]
#[template(path = "mail/registration.txt")]
struct Text<'a> {
    told: &'a Told<'a>,
    foot: &'a Foot<'a>,
}

#[derive(Template)]
#[template(path = "mail/registration.html")]
struct Html<'a> {
    told: &'a Told<'a>,
    foot: &'a Foot<'a>,
}

struct RegistrationLetter {
    kind: &'static str,
    told: News,
}

/// Why a letter is not to be sent any more.
fn moot(news: News, event: &Event, registration: &Registration, over: bool) -> Option<&'static str> {
    let takes_place = event.status == EventStatus::Published;
    if over {
        Some("event_over")
    } else if registration.status != news.holds_while() {
        Some(registration.status.into())
    } else if takes_place == (news == News::EventCancelled) {
        Some(event.status.into())
    } else {
        None
    }
}

impl Letter for RegistrationLetter {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn compose(&self, tx: &mut WriteTx<'_>, message: &Claimed) -> Result<Composed, Error> {
        let subject = message.subject.ok_or_else(|| Error::internal("a letter without its registration"))?;
        let registration = store::read(tx, RegistrationId::from_uuid(subject.uuid()))?;
        let event = events::read(tx, registration.event_id)?;
        let over = event.ends_at.is_some_and(|end| end <= tx.earliest());
        if let Some(reason) = moot(self.told, &event, &registration, over) {
            return Ok(Composed::Moot(reason));
        }
        // A person who was merged meanwhile gets the letter under the surviving contact.
        let contact = registration.contact_id;
        let addressee = match contacts::addressee(tx, contact)? {
            Ok(addressee) => addressee,
            Err(reason) => return Ok(Composed::Moot(reason)),
        };
        let calendar = if self.told.is_for_calendars() {
            let entry = calendar::of(tx, event.id)?;
            Some(CalendarPart { method: entry.method, object: entry.object })
        } else {
            None
        };
        let foot = Foot::mint(tx, contact, &addressee.mark)?;
        let subject = self.told.subject(event.title.as_str());
        let told = Told {
            news: self.told,
            subject: &subject,
            event: &event,
            starts: event.starts_at.map(london_words).unwrap_or_default(),
            ends: event.ends_at.map(london_words).unwrap_or_default(),
            position: registration.position.unwrap_or_default(),
            answer_by: registration.offer_expires_at.map(london_words).unwrap_or_default(),
            foot,
        };
        let (text, html) = (Text { told: &told, foot: &told.foot }, Html { told: &told, foot: &told.foot });
        let (text, html) = (
            text.render().map_err(|error| Error::internal(error))?,
            html.render().map_err(|error| Error::internal(error))?,
        );
        Ok(Composed::Mail(Mail { to: addressee.email, subject, text, html, unsubscribe_url: None, calendar }))
    }
}
