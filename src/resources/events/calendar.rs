//! An event as calendars take it (RFC 5545).

use icalendar::{Calendar as Object, Component, EventLike, EventStatus as Told, Property};

use super::model::{Event, EventStatus};
use super::store;
use crate::domain::{Code, Error, EventId, Identity, Instant};
use crate::platform::http::MediaType;
use crate::platform::transaction::ReadTx;

/// The media type.
pub(super) struct Calendar;

impl MediaType for Calendar {
    const NAME: &'static str = "text/calendar; charset=utf-8";
}

/// An event's calendar object.
pub struct Entry {
    /// What calendars do with it: `PUBLISH` or `CANCEL` (RFC 5546).
    pub method: &'static str,
    /// The object.
    pub object: String,
}

/// The event's calendar object.
///
/// # Errors
/// 404 when there is none; 409 `not_published` for a draft, and for one that was cancelled before it said when it was.
pub fn of(tx: &mut ReadTx<'_>, id: EventId) -> Result<Entry, Error> {
    let event = store::read(tx, id)?;
    let told = match event.status {
        EventStatus::Draft => None,
        EventStatus::Cancelled => Some(Told::Cancelled),
        EventStatus::Published | EventStatus::Completed => Some(Told::Confirmed),
    };
    let (Some(told), Some(starts_at), Some(ends_at)) = (told, event.starts_at, event.ends_at) else {
        let detail = "The event was not published, so it has no calendar file.";
        return Err(Error::new(Code::NotPublished, detail));
    };
    let method = if told == Told::Cancelled { "CANCEL" } else { "PUBLISH" };
    let object = object(&event, (told, method), (starts_at, ends_at), tx.identity(), tx.now());
    Ok(Entry { method, object })
}

fn host(public_url: &str) -> &str {
    let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

fn object(
    event: &Event,
    (told, method): (Told, &str),
    (starts_at, ends_at): (Instant, Instant),
    identity: &Identity,
    now: Instant,
) -> String {
    let mut organizer = Property::new("ORGANIZER", format!("mailto:{}", identity.controller.email));
    // The library quotes the value, which cannot contain a quote itself (RFC 5545, 3.2).
    organizer.add_parameter("CN", &identity.controller.name.replace('"', "'"));
    let mut entry = icalendar::Event::new();
    entry
        .append_property(organizer.done())
        .uid(&format!("{}@{}", event.id, host(&identity.public_url)))
        .sequence(u32::try_from(event.version).unwrap_or(0))
        .timestamp(now.to_chrono())
        .starts(starts_at.to_chrono())
        .ends(ends_at.to_chrono())
        .summary(event.title.as_str())
        .description(event.description.as_str())
        .status(told);
    if let Some(place) = &event.location {
        let address = place.address.as_ref().map(|address| format!(", {}", address.as_str().replace('\n', ", ")));
        entry.location(&format!("{}{}", place.name.as_str(), address.unwrap_or_default()));
        // A reader of the cancellation may have been on the waiting list, and has no use for the online
        // address.
        if let Some(url) = place.online_url.as_ref().filter(|_| told != Told::Cancelled) {
            entry.url(url);
        }
    }
    let mut calendar = Object::new();
    calendar.append_property(Property::new("METHOD", method));
    calendar.push(entry.done());
    calendar.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_from_the_address() {
        assert_eq!(host("https://iewm.example/x"), "iewm.example");
        assert_eq!(host("http://127.0.0.1:8080"), "127.0.0.1");
    }
}
