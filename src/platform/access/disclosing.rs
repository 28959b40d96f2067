//! Disclosing: how a contractor reads about people.
//!
//! Such a read is one write transaction, also under a permission that only reads. It checks the token, makes the disclosures that
//! the read implies, records whose data the organisation was shown, and has the audit entry of the look. A read that is not
//! recorded shows nothing: the lane rolls it back, and the caller gets an error
//! ([decision 40](../../../docs/decisions/0040-recipients-read-by-disclosure.md)).

use std::sync::Arc;

use super::admit::{admit, caller_key};
use super::erased::{self, Value, Write};
use super::proof::Access;
use super::reading::{Brake, looked};
use super::state::AppState;
use super::writing::{carried_out, record_refusal};
use crate::domain::{Error, OrganisationId, Scope};
use crate::platform::auth::{Permission, Verified};
use crate::platform::db::{Lane, Patience, Settled};
use crate::platform::transaction::{Context, Noted, Recorded, WriteTx};

impl<P: Permission> Access<P> {
    /// Returns the organisation for which a contractor reads; `None` for staff and the council, who read with
    /// [`Access::read`].
    pub fn recipient(&self) -> Option<OrganisationId> {
        match self.context.scope {
            Scope::Organisation(organisation) => Some(organisation),
            Scope::All => None,
        }
    }

    /// Reads about people for an organisation, and records what it was shown, in one transaction.
    ///
    /// # Errors
    /// As [`Access::read`]; internal when `f` shows people without [`WriteTx::disclosing`].
    pub async fn disclose<T: Send + 'static>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        erased::typed(self.recipient_read().run(erased::write(f), Brake::Refuses, P::NAME).await?)
    }

    /// As [`Access::disclose`], for the first page of a stream.
    ///
    /// # Errors
    /// As [`Access::disclose`].
    pub async fn disclose_page<T: Send + 'static>(
        &self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.again().disclose(f).await
    }

    /// As [`Access::next_page`], for an organisation: a further page of a stream, which the limit on people counts and
    /// never cuts.
    ///
    /// # Errors
    /// As [`Access::disclose`], but never 429.
    pub async fn disclose_next_page<T: Send + 'static>(
        &self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        erased::typed(self.again().recipient_read().run(erased::write(f), Brake::Counts, P::NAME).await?)
    }

    fn recipient_read(self) -> RecipientRead {
        let Self { state, context, token, .. } = self;
        RecipientRead { state, context, token }
    }
}

/// What a recipient's read takes from an access.
struct RecipientRead {
    state: AppState,
    context: Context,
    token: Option<Arc<Verified>>,
}

impl RecipientRead {
    async fn run(self, f: Write, brake: Brake, permission: &'static str) -> Result<Value, Error> {
        let Self { state, context, token } = self;
        if context.scope == Scope::All {
            return Err(Error::internal("a disclosure to a caller that reads for no organisation"));
        }
        let braked = state.0.parts.limits.limits_people().then(|| caller_key(&context));
        let (inner, refused_context) = (state.clone(), context.clone());
        let run = move |lane: &mut Lane| {
            admit(&inner, lane, token.as_deref())?;
            let mut noted = Noted::default();
            let settled = carried_out(lane, &context, &mut noted, f)?;
            let people = noted.disclosed.unwrap_or_default();
            if let Some(caller) = braked.filter(|_| people > 0) {
                // Before the commit, so that a refused read is rolled back with its record.
                inner.0.parts.limits.people(&caller, people, brake == Brake::Counts)?;
            }
            Ok(match settled {
                Settled::Keep(value) => Settled::Keep((value, Vec::new(), people)),
                Settled::Undo(value) => Settled::Undo((value, looked(noted, &context), people)),
            })
        };
        match state.0.parts.database.write_or_undo(Patience::Request, run).await {
            Ok((value, looks, people)) => {
                if people > 0 {
                    state.0.metrics.callers().people_read(people);
                }
                state.note_looks(looks).await.map(|()| value)
            }
            Err(error) => {
                record_refusal(&state, refused_context, permission, &error).await;
                Err(error)
            }
        }
    }
}
