//! The handler of the attendee list.

use super::model::{Attendee, AttendeeFilter, CateringCounts};
use super::store::{self, Shown};
use crate::domain::{Error, EventId, RegistrationId};
use crate::platform::access::Access;
use crate::platform::auth::AttendeesRead;
use crate::platform::http::{Answer, ById, DisclosedList, Listing, Op, Plain, Reply};

/// List the people who attend an event
///
/// Newest registration first: the people with a place, and after the event those who came. Each organisation that is assigned
/// to the event sees what its profile shows, while its assignment lasts:
///
/// - `reception`: the registration, the name, the employer, and what the person needs in order to take part;
/// - `venue_security`: the name;
/// - `partner`: the name and the employer;
/// - `catering`: how many people have each dietary requirement, and no people.
///
/// The first read of a person makes a disclosure, which ends with the assignment. The list leaves out people whose data is
/// restricted, people who refuse to share data with this kind of organisation, and people whose registration does not share with
/// it: `sharing.venue` for venues, `sharing.event_partners` for event partners. IEWM's staff see all attendees, as a reception does.
#[utoipa::path(get, path = "/v1/events/{id}/attendees", operation_id = "list_attendees")]
pub async fn list(
    access: Access<AttendeesRead>,
    asked: Listing<AttendeeFilter, RegistrationId>,
    ById(event): ById<EventId>,
) -> Result<Attendees, Error> {
    let Listing { filter, page } = asked;
    let (after, limit) = (page.after(), page.limit());
    let shown = match access.recipient() {
        None => access.read(move |tx| store::for_staff(tx, event, after, limit)).await?,
        Some(own) => access.disclose(move |tx| store::disclosed(tx, event, own, filter.profile, after, limit)).await?,
    };
    Ok(match shown {
        Shown::People(people, batch) => Attendees::People(DisclosedList::new(page.turn(people), batch)),
        Shown::Counts(counts) => Attendees::Counts(Plain(counts)),
    })
}

/// The list as it is sent.
pub enum Attendees {
    /// A page of people.
    People(DisclosedList<Attendee>),
    /// Numbers, for a caterer.
    Counts(Plain<CateringCounts>),
}

impl Reply for Attendees {
    fn into_answer(self) -> Answer {
        match self {
            Self::People(page) => page.into_answer(),
            Self::Counts(counts) => counts.into_answer(),
        }
    }

    fn describe(op: &mut Op<'_>) {
        let counts = op.schema::<CateringCounts>();
        DisclosedList::<Attendee>::describe_or(op, counts);
    }
}
