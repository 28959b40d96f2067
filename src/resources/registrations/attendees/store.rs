//! Reading the attendee list.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::super::model::{AccessRequirements, RegistrationStatus};
use super::super::requirements::store as requirements;
use super::super::store::registrations;
use super::counts;
use super::model::{Attendee, CateringCounts};
use crate::domain::{
    ContactField, ContactId, DisclosedField, DisclosureBatchId, DisclosureId, Error, EventId, Limit, ListPage,
    OrganisationId, RegistrationId,
};
use crate::platform::audit::{Action, Entry};
use crate::platform::db::{all_locked, among_ids};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx, unless_key_missing};
use crate::policy::assignments::{Profile, Window};
use crate::policy::sharing;
use crate::resources::contacts::model::Contact;
use crate::resources::contacts::sharing_refusals::store as sharing_refusals;
use crate::resources::contacts::store as contacts;
use crate::resources::disclosures::batches::model::{Batch, ReadOperation};
use crate::resources::disclosures::batches::store as batches;
use crate::resources::disclosures::store::{Implicit, disclose_shown};
use crate::resources::events::store::assigned::open_part;
use crate::resources::organisations::model::OrganisationKind;
use crate::resources::{events, organisations};

/// What one answer shows.
pub enum Shown {
    /// People, and the record of the showing.
    People(ListPage<Attendee, RegistrationId>, Option<DisclosureBatchId>),
    /// Numbers.
    Counts(CateringCounts),
}

/// A registration, and whose it is.
type Place = (RegistrationId, ContactId);

/// The members of people's data that the profile shows.
fn fields(profile: Profile) -> Vec<DisclosedField> {
    let requirements = (profile == Profile::Reception).then_some(DisclosedField::AccessRequirements);
    profile.fields().iter().map(DisclosedField::from).chain(requirements).collect()
}

/// The statuses of a registration with a place.
fn with_place() -> [&'static str; 2] {
    [RegistrationStatus::Confirmed, RegistrationStatus::Attended].map(<&str>::from)
}

/// A registration's own answer about sharing.
enum Answer {
    Venue,
    Partners,
}

/// The answer that decides whether an organisation of the kind sees a person. `None` where the contact's own refusals alone decide.
fn answer_for(kind: OrganisationKind) -> Option<Answer> {
    match kind {
        OrganisationKind::Venue => Some(Answer::Venue),
        OrganisationKind::EventPartner => Some(Answer::Partners),
        OrganisationKind::Council | OrganisationKind::ApprovedContractor | OrganisationKind::PublicAuthority => None,
    }
}

/// The registrations with a place at an event, newest first. Those for an organisation of a kind are the ones that share with it.
macro_rules! attending {
    ($event:expr, $kind:expr) => {{
        let query = registrations::table
            .filter(registrations::event_id.eq($event).and(registrations::status.eq_any(with_place())))
            .select((registrations::id, registrations::contact_id))
            .order(registrations::id.desc())
            .into_boxed();
        match $kind.and_then(answer_for) {
            Some(Answer::Venue) => query.filter(registrations::share_with_venue.eq(true)),
            Some(Answer::Partners) => query.filter(registrations::share_with_partners.eq(true)),
            None => query,
        }
    }};
}

fn page(
    tx: &mut ReadTx<'_>,
    event: EventId,
    kind: Option<OrganisationKind>,
    after: Option<RegistrationId>,
    limit: Limit,
) -> Result<ListPage<Place, RegistrationId>, Error> {
    let mut query = attending!(event, kind);
    if let Some(after) = after {
        query = query.filter(registrations::id.lt(after));
    }
    let rows: Vec<Place> = query.limit(limit.rows() + 1).load(tx.connection())?;
    Ok(ListPage::cut(rows, limit, |(id, _)| *id))
}

/// The people of a page who still have a place and share with the kind of organisation. Their registrations are locked: a
/// cancellation that follows finds the disclosures that the list makes, and recalls them.
fn still_attending(
    tx: &mut WriteTx<'_>,
    kind: OrganisationKind,
    places: &[Place],
) -> Result<HashSet<ContactId>, Error> {
    let ids: Vec<RegistrationId> = places.iter().map(|(id, _)| *id).collect();
    let still = registrations::table
        .filter(among_ids(registrations::id, &ids).and(registrations::status.eq_any(with_place())))
        .order(registrations::id)
        .select((registrations::contact_id, registrations::share_with_venue, registrations::share_with_partners));
    let still: Vec<(ContactId, bool, bool)> = all_locked!(tx.connection(), still)?;
    let shares = |&(_, venue, partners): &(ContactId, bool, bool)| match answer_for(kind) {
        Some(Answer::Venue) => venue,
        Some(Answer::Partners) => partners,
        None => true,
    };
    Ok(still.into_iter().filter(shares).map(|(contact, _, _)| contact).collect())
}

/// What people need, by their registrations. People whose key is missing or was destroyed are left out.
fn needs(tx: &mut ReadTx<'_>, places: &[Place]) -> Result<HashMap<RegistrationId, AccessRequirements>, Error> {
    let sealed = requirements::for_attendance(tx, places)?;
    let with_needs = || places.iter().filter(|(id, _)| sealed.contains_key(id));
    let owners: Vec<_> = with_needs().map(|(_, contact)| contact.uuid()).collect();
    let mut keys = tx.keys_of(&owners)?;
    let mut found = HashMap::new();
    for (id, contact) in with_needs() {
        let Some(key) = keys.remove(&contact.uuid()).map(unless_key_missing).transpose()?.flatten() else { continue };
        if let Some(sealed) = sealed.get(id) {
            found.insert(*id, sealed.open_with(&key, *id)?);
        }
    }
    Ok(found)
}

/// The rows of the list, in the order of `places`. The people who are not in `disclosures` are left out, unless it is `None`.
fn rows(
    tx: &mut ReadTx<'_>,
    profile: Profile,
    places: &[Place],
    disclosures: Option<&HashMap<ContactId, DisclosureId>>,
) -> Result<Vec<(ContactId, Attendee)>, Error> {
    let is_shown = |(_, contact): &&Place| disclosures.is_none_or(|made| made.contains_key(contact));
    let places: Vec<Place> = places.iter().filter(is_shown).copied().collect();
    let people: Vec<ContactId> = places.iter().map(|(_, contact)| *contact).collect();
    let people: HashMap<ContactId, Contact> =
        contacts::in_use(tx, &people)?.into_iter().map(|contact| (contact.id, contact)).collect();
    let receives = profile == Profile::Reception;
    let mut needs = if receives { needs(tx, &places)? } else { HashMap::new() };
    let employer = profile.fields().contains(ContactField::Organisation);
    let row = |(id, contact): Place| {
        let person = people.get(&contact)?;
        let attendee = Attendee {
            registration_id: receives.then_some(id),
            name: person.name.clone()?,
            organisation: person.organisation.clone().filter(|_| employer),
            access_requirements: needs.remove(&id),
            disclosure_id: disclosures.and_then(|made| made.get(&contact)).copied(),
        };
        Some((contact, attendee))
    };
    Ok(places.into_iter().filter_map(row).collect())
}

/// The list as IEWM's staff see it.
///
/// # Errors
/// 404 when there is no such event.
pub fn for_staff(
    tx: &mut ReadTx<'_>,
    event: EventId,
    after: Option<RegistrationId>,
    limit: Limit,
) -> Result<Shown, Error> {
    events::store::read(tx, event)?;
    let ListPage { items, next } = page(tx, event, None, after, limit)?;
    let shown = rows(tx, Profile::Reception, &items, None)?;
    tx.look(Entry::new(Action::AttendeesList).subject(event).listing(shown.len()));
    Ok(Shown::People(ListPage { items: shown.into_iter().map(|(_, row)| row).collect(), next }, None))
}

/// The list as an organisation sees it: discloses the people that it shows, and records the showing.
///
/// # Errors
/// As [`open_part`].
pub fn disclosed(
    mut tx: WriteTx<'_>,
    event: EventId,
    own: OrganisationId,
    profile: Option<Profile>,
    after: Option<RegistrationId>,
    limit: Limit,
) -> Result<Recorded<Shown>, Error> {
    let part = open_part(&mut tx, event, own, |known| profile.is_none_or(|asked| asked == known))?;
    let kind = organisations::store::read(&mut tx, own)?.kind;
    if part.profile == Profile::Catering {
        return counted(tx, event, kind);
    }
    let look = Entry::new(Action::AttendeesList).subject(event).with("profile", <&str>::from(part.profile));
    let ListPage { items, next } = page(&mut tx, event, Some(kind), after, limit)?;
    let people: Vec<ContactId> = items.iter().map(|(_, contact)| *contact).collect();
    let Window { starts_at, ends_at } = part.window;
    let implicit = Implicit {
        terms: &part.terms,
        purpose: part.profile.purpose(),
        fields: &fields(part.profile),
        window: Some(sharing::Window { event, starts_at, ends_at }),
    };
    let listed = |tx: &mut WriteTx<'_>| still_attending(tx, kind, &items);
    let made = disclose_shown(&mut tx, &implicit, &people, listed)?;
    let made: HashMap<ContactId, DisclosureId> = made.into_iter().collect();
    let (people, items): (Vec<ContactId>, Vec<Attendee>) =
        rows(&mut tx, part.profile, &items, Some(&made))?.into_iter().unzip();
    let batch = Batch {
        event: Some(event),
        purpose: Some(part.profile.purpose()),
        ..Batch::of(tx.new_id(), ReadOperation::Attendees, people)
    };
    let shown = Shown::People(ListPage { items, next }, batch.shown());
    batches::finish(tx, &batch, look, shown)
}

/// The numbers for a caterer. They are about no person, so that nothing is disclosed.
fn counted(mut tx: WriteTx<'_>, event: EventId, kind: OrganisationKind) -> Result<Recorded<Shown>, Error> {
    let places: Vec<Place> = attending!(event, Some(kind)).load(tx.connection())?;
    let people: Vec<ContactId> = places.iter().map(|(_, contact)| *contact).collect();
    let refusing = sharing_refusals::refusing_among(&mut tx, &people, kind)?;
    let places: Vec<Place> = places.into_iter().filter(|(_, contact)| !refusing.contains(contact)).collect();
    let counts = counts::count(needs(&mut tx, &places)?.into_values().collect());
    let look = Entry::new(Action::AttendeesList).subject(event).with("profile", <&str>::from(Profile::Catering));
    let none = Batch::of(tx.new_id(), ReadOperation::Attendees, Vec::new());
    batches::finish(tx, &none, look, Shown::Counts(counts))
}
