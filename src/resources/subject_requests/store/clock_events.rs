//! The events that the clocks of requests depend on.

use std::collections::HashMap;

use diesel::prelude::*;

use super::subject_request_steps as steps;
use crate::domain::{Error, SubjectRequestId};
use crate::platform::transaction::ReadTx;
use crate::policy::clock::{ClockEvent, ClockEventKind};

/// What the clocks of some requests depend on, in the order recorded.
pub(crate) fn events_of(
    tx: &mut ReadTx<'_>,
    requests: &[SubjectRequestId],
) -> Result<HashMap<SubjectRequestId, Vec<ClockEvent>>, Error> {
    let rows: Vec<(SubjectRequestId, String, chrono::NaiveDate, bool)> = steps::table
        .filter(steps::request_id.eq_any(requests))
        .order(steps::id)
        .select((steps::request_id, steps::kind, steps::happened_on, steps::sufficient))
        .load(tx.connection())?;
    let mut events: HashMap<_, Vec<_>> = HashMap::new();
    for (request, kind, on, sufficient) in rows {
        if let Ok(kind) = kind.parse::<ClockEventKind>() {
            events.entry(request).or_default().push(ClockEvent { kind, on, sufficient });
        }
    }
    Ok(events)
}
