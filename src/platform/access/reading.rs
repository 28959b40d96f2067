//! One read: admitted, run on a reading lane, braked and recorded.

use std::sync::Arc;

use super::admit::{admit_once, caller_key};
use super::erased::{Read, Value};
use super::state::AppState;
use crate::domain::Error;
use crate::platform::audit::{Entry, EntryRow, Outcome};
use crate::platform::auth::Verified;
use crate::platform::transaction::{Context, Noted, ReadTx};

/// What happens to a read that shows more people than the caller may read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Brake {
    /// The read is refused.
    Refuses,
    /// The people are counted, and the caller's next read is refused.
    Counts,
}

/// What a read takes from an access.
pub(super) struct Reading {
    pub(super) state: AppState,
    pub(super) context: Context,
    pub(super) token: Option<Arc<Verified>>,
}

impl Reading {
    /// Runs `f`. What it looked at is recorded before its value is returned.
    ///
    /// # Errors
    /// What `f` fails with; 401 when the token is revoked or its organisation not active; 429 `reading_too_much`; 503 when no
    /// lane is free in time.
    pub(super) async fn run(self, f: Read, brake: Brake) -> Result<Value, Error> {
        let Self { state, context, token } = self;
        let is_caller = context.actor.caller().is_some();
        let braked = (is_caller && state.0.parts.limits.limits_people()).then(|| caller_key(&context));
        let (inner, came) = (state.clone(), state.0.moments.now());
        let (value, looks, people) = state
            .0
            .parts
            .database
            .read(move |lane| {
                admit_once(&inner, lane, token.as_deref(), came)?;
                let mut noted = Noted::default();
                let value = f(&mut ReadTx::new(lane, &context, &mut noted))?;
                if noted.unsealed && noted.looks.is_empty() {
                    return Err(Error::internal("personal data was read without an audit entry"));
                }
                noted.must_be_disclosed(context.scope)?;
                let people: usize = noted.looks.iter().map(Entry::people_shown).sum();
                Ok((value, looked(noted, &context), people))
            })
            .await?;
        if is_caller && people > 0 {
            if let Some(caller) = braked {
                state.0.parts.limits.people(&caller, people, brake == Brake::Counts)?;
            }
            state.0.metrics.callers().people_read(people);
        }
        state.note_looks(looks).await?;
        Ok(value)
    }
}

/// The audit entries of what a transaction looked at.
pub(super) fn looked(noted: Noted, context: &Context) -> Vec<EntryRow> {
    let row = |entry| {
        EntryRow::new(
            entry,
            Outcome::Looked,
            &context.actor,
            context.services.mint.id(context.time.now),
            context.time.now,
        )
    };
    noted.looks.into_iter().map(row).collect()
}
