//! What a confirmation link says that was used already.

use diesel::prelude::*;

use super::super::model::State;
use super::super::purposes::called;
use super::{Row, consent_decisions, consents, decisions};
use crate::domain::{DecisionId, Error, Instant, day_words, london_date};
use crate::platform::transaction::ReadTx;
use crate::resources::contacts::store as contacts;
use crate::resources::notices;

/// Says when the mailbox confirmed a decision, and what holds now. A link that was sent to another mailbox than the contact has
/// now, and the link of a contact whose data is restricted or erased, says that it was used and no more.
///
/// # Errors
/// Internal when a stored decision is damaged.
pub(super) fn in_words(tx: &mut ReadTx<'_>, decision: DecisionId, mark: &[u8]) -> Result<String, Error> {
    const USED: &str = "This link has been used already, and works once.";
    let grant = decisions::row(tx, decision)?;
    let purpose = grant.purpose()?;
    let contact = contacts::facts(tx, grant.contact_id)?;
    // An erased contact has no address.
    let is_theirs = contact.is_some_and(|facts| facts.mark.as_deref() == Some(mark) && facts.restriction.is_none());
    let beneath = consent_decisions::consent_id.eq(grant.consent_id);
    let confirmed = consent_decisions::table.filter(beneath.and(consent_decisions::confirms.eq(decision)));
    let confirmed: Option<Instant> =
        confirmed.select(consent_decisions::recorded_at).first(tx.connection()).optional()?;
    let Some(confirmed) = confirmed.filter(|_| is_theirs) else { return Ok(USED.to_owned()) };
    let now = tx.now();
    let changes = notices::store::material_changes(tx, now)?;
    let consent: Row = consents::table.find(grant.consent_id).select(Row::as_select()).first(tx.connection())?;
    let holds = match consent.consent(&changes, now)?.state {
        State::Given => "That is still so: we may send it to you.",
        State::Withdrawn => "It was stopped after that: we do not send it to you.",
        State::Pending => {
            "We have asked you again since: we send it to you only if you confirm by the link in our newest email."
        }
        State::Stale => "Our privacy notice has changed since: we ask you again before we send it to you.",
        State::Expired => "That no longer holds: we do not send it to you.",
    };
    let day = day_words(london_date(confirmed));
    Ok(format!("{USED} On {day} you confirmed that you want {}. {holds}", called(purpose)))
}
