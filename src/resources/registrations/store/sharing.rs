//! What becomes of the disclosures at an event when a person shares less, or does not come.

use super::Row;
use crate::domain::{Error, EventId};
use crate::platform::transaction::WriteTx;
use crate::policy::sharing::RecallCause;
use crate::resources::disclosures::store::{Recall, recall};
use crate::resources::organisations::model::OrganisationKind;

/// Recalls what organisations received of a person at the event, if the person shared with their kind before and does not any
/// longer. The person's contact is locked.
///
/// # Errors
/// When the disclosures cannot be written.
pub(super) fn follow_change(tx: &mut WriteTx<'_>, before: (bool, bool), after: &Row) -> Result<(), Error> {
    let (partners, venue) = before;
    let ended = [
        (partners && !after.share_with_partners, OrganisationKind::EventPartner),
        (venue && !after.share_with_venue, OrganisationKind::Venue),
    ];
    let kinds: Vec<_> = ended.into_iter().filter_map(|(ended, kind)| ended.then_some(kind)).collect();
    if kinds.is_empty() {
        // Without kinds, all would be recalled.
        return Ok(());
    }
    let which = Recall::Event { event: after.event_id, ids: vec![after.contact_id], kinds };
    recall(tx, &which, RecallCause::SharingWithdrawn).map(drop)
}

/// Recalls what any organisation received of people at the event, because they do not come: it needs their data no longer (UK GDPR
/// Article 5(1)(c)).
///
/// # Errors
/// When the disclosures cannot be written.
pub(super) fn follow_cancellation(tx: &mut WriteTx<'_>, event: EventId, rows: &[Row]) -> Result<(), Error> {
    let ids = rows.iter().map(|row| row.contact_id).collect();
    recall(tx, &Recall::Event { event, ids, kinds: Vec::new() }, RecallCause::RegistrationCancelled).map(drop)
}
