//! What a mailbox has agreed to, and what it decides by its link.

use super::allowances::store as allowances;
use super::links;
use super::model::{About, ConfirmationRequired, Decide, Preference, Preferences};
use crate::domain::{ContactId, Error, Purpose};
use crate::platform::audit::{Action, Entry};
use crate::platform::http::{FormOrJson, Unjudged};
use crate::platform::transaction::{ReadTx, Recorded, WriteTx};
use crate::resources::consents::model::{Answer, Method, RecordDecision, State, Wording};
use crate::resources::consents::purposes::plain_english;
use crate::resources::consents::store as consents;
use crate::resources::contacts::sharing_refusals::store as sharing_refusals;
use crate::resources::contacts::store as contacts;
use crate::resources::organisations::model::OrganisationKind;
use crate::resources::suppressions;

/// Who records what is decided here.
const RECORDED_BY: &str = "link:preferences";

/// What came of a decision.
pub(super) enum Decided {
    /// It holds.
    Done(Preferences),
    /// It held already.
    Unchanged(Preferences),
    /// The mailbox is asked to confirm it.
    Waits(ConfirmationRequired),
}

/// What the mailbox has agreed to. Changes nothing: mail scanners follow links.
///
/// # Errors
/// As [`links::open`].
pub(super) fn show(tx: &mut ReadTx<'_>, token: &str) -> Result<Preferences, Error> {
    let contact = links::open(tx, token)?;
    tx.look(Entry::new(Action::PreferencesRead).contact(contact));
    preferences(tx, contact)
}

fn preferences(tx: &mut ReadTx<'_>, contact: ContactId) -> Result<Preferences, Error> {
    let states = consents::states(tx, contact)?.into_iter();
    let consents = states.filter_map(|(purpose, state)| {
        let words = plain_english(purpose)?;
        Some(Preference {
            purpose,
            state,
            meaning: words.meaning,
            wording: words.wording,
            grant_needs_confirmation: true,
        })
    });
    let known = contacts::facts(tx, contact)?;
    let restricted = known.is_some_and(|known| known.restriction.is_some());
    let sharing_refusals = sharing_refusals::of(tx, contact)?;
    Ok(Preferences { consents: consents.collect(), sharing_refusals, restricted })
}

/// Records a decision of the mailbox about one purpose or one kind of recipient. A no takes effect at once. A yes waits until
/// the mailbox confirms it, because a link can be passed on. A repeat of the present state changes
/// nothing.
///
/// # Errors
/// As [`links::open`]; then those of the body; 422 for a purpose that takes no consent; 423 for the yes of a person whose
/// data is restricted.
pub(super) fn decide(
    mut tx: WriteTx<'_>,
    token: &str,
    body: Unjudged<FormOrJson<Decide>>,
) -> Result<Recorded<(About, Decided)>, Error> {
    let first_look = links::open(&mut tx, token)?;
    contacts::lock(&mut tx, first_look)?;
    // Locked from here on: the address could have changed, or the contact been merged.
    let contact = links::open(&mut tx, token)?;
    let FormOrJson(decide) = body.judge()?;
    let about = decide.about().ok_or_else(|| Error::internal("a decision whose members do not fit"))?;
    let decided = match about {
        About::Consent(purpose, answer) => consent(tx, contact, (purpose, answer), decide.wording),
        About::Sharing(kind, true) => refuse(tx, contact, kind),
        About::Sharing(kind, false) => allow(tx, contact, kind),
    };
    decided.map(|recorded| recorded.map(|decided| (about, decided)))
}

/// The response to a yes that waits.
const WAITS: Decided = Decided::Waits(ConfirmationRequired { state: State::Pending, confirmation_required: true });

/// Ends the transaction of a decision that holds already.
fn unchanged(mut tx: WriteTx<'_>, contact: ContactId) -> Result<Recorded<Decided>, Error> {
    let unchanged = Decided::Unchanged(preferences(&mut tx, contact)?);
    tx.unchanged(Some(Entry::new(Action::PreferencesRead).contact(contact)), unchanged)
}

/// Refuses sharing with a kind of recipient, at once.
fn refuse(mut tx: WriteTx<'_>, contact: ContactId, kind: OrganisationKind) -> Result<Recorded<Decided>, Error> {
    match allowances::refuse(&mut tx, contact, kind)? {
        None => unchanged(tx, contact),
        Some(entry) => {
            let decided = Decided::Done(preferences(&mut tx, contact)?);
            tx.record(entry, decided)
        }
    }
}

/// Asks the mailbox to confirm that sharing with a kind of recipient is allowed again.
fn allow(mut tx: WriteTx<'_>, contact: ContactId, kind: OrganisationKind) -> Result<Recorded<Decided>, Error> {
    let known = contacts::facts(&mut tx, contact)?.ok_or_else(Error::not_found)?;
    if !allowances::ask(&mut tx, &known, kind)? {
        return unchanged(tx, contact);
    }
    let entry = Entry::new(Action::PreferencesUse).contact(contact).with("recipient_kind", <&str>::from(kind));
    tx.record(entry, WAITS)
}

/// Records a decision about one purpose.
fn consent(
    mut tx: WriteTx<'_>,
    contact: ContactId,
    (purpose, decision): (Purpose, Answer),
    wording: Option<Wording>,
) -> Result<Recorded<Decided>, Error> {
    if holds(&mut tx, contact, purpose, decision)? {
        return unchanged(tx, contact);
    }
    let own = || plain_english(purpose).and_then(|words| Wording::try_from(words.wording.to_owned()).ok());
    let recorded = RecordDecision {
        contact_id: contact,
        purpose,
        decision,
        method: Method::WebForm,
        wording: wording.or_else(own).filter(|_| decision == Answer::Given),
        locale: None,
        notice_version: None,
        evidence_ref: None,
        occurred_at: None,
    };
    consents::record_by_link(&mut tx, &recorded, RECORDED_BY)?;
    let decided = match decision {
        Answer::Given => WAITS,
        Answer::Withdrawn => Decided::Done(preferences(&mut tx, contact)?),
    };
    let entry = Entry::new(Action::PreferencesUse).contact(contact).with("purpose", purpose.as_str());
    tx.record(entry, decided)
}

/// Whether what is decided holds already. A yes does not where the address bears a suppression mark, which only a new
/// confirmation lifts.
fn holds(tx: &mut ReadTx<'_>, contact: ContactId, purpose: Purpose, decision: Answer) -> Result<bool, Error> {
    let states = consents::states(tx, contact)?;
    let state = states.into_iter().find(|(known, _)| *known == purpose).and_then(|(_, state)| state);
    match decision {
        Answer::Withdrawn => Ok(state == Some(State::Withdrawn)),
        Answer::Given if state == Some(State::Given) => {
            let mark = contacts::facts(tx, contact)?.and_then(|known| known.mark).unwrap_or_default();
            Ok(!suppressions::store::is_suppressed(tx, &mark, purpose)?)
        }
        Answer::Given => Ok(false),
    }
}
