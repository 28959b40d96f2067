//! Writing: the methods of an [`Access`] to a permission that writes.

use std::sync::Arc;

use super::admit::admit;
use super::erased::{self, Value, Write, WriteOnce};
use super::proof::Access;
use super::reading::looked;
use super::state::AppState;
use crate::domain::{Code, Error};
use crate::platform::audit::{Entry, EntryRow, Outcome, store as audit};
use crate::platform::auth::{Job, Verified, Writes};
use crate::platform::db::{Lane, Patience, Settled};
use crate::platform::http::{Created, Done, Found, Replayable, Resource};
use crate::platform::idempotency::{self, Kept, Keyed};
use crate::platform::transaction::{Context, Noted, ReadTx, Recorded, WriteTx};

impl<P: Writes> Access<P> {
    /// Writes, in a transaction on a writing lane. The same transaction stores the idempotency key, so that
    /// a key is stored exactly when its request was carried out. A request that changes nothing leaves
    /// nothing: the lane rolls it back with its key, and the caller can send it again.
    ///
    /// # Errors
    /// The closure's error, and then nothing was written; 401 and 503 as for reading; 409 when another
    /// process is carrying out the request with this idempotency key, or has just done so.
    pub async fn write<T: Replayable>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<Done<T>, Error> {
        let f = erased::write_once(f, self.keyed.is_some());
        erased::typed(self.writing().once(f, P::NAME).await?)
    }

    fn writing(self) -> Writing {
        let Self { state, context, token, keyed, .. } = self;
        Writing { state, context, token, keyed }
    }

    /// Writes one chunk of many rows, in a transaction of its own: the one use that does not consume a
    /// writing access. The chunks must be safe to repeat, because the idempotency key is stored after the
    /// last of them: [`Access::conclude`].
    ///
    /// # Errors
    /// As [`Access::write`]; the chunks before stay written.
    pub async fn chunk<T: Send + 'static>(
        &self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        erased::typed(self.again().writing().chunk(erased::write(f)).await?)
    }

    /// Ends a write in chunks: stores its response for the idempotency key. If that fails the caller still
    /// gets the response, because the chunks are safe to repeat.
    pub async fn conclude<T: Replayable>(&self, value: T) -> Done<T> {
        let Some(keyed) = self.keyed.clone() else { return Done::Fresh(value) };
        let (kept, done) = erased::kept_of(value);
        if let Err(error) = self.again().keep(move |tx| idempotency::keep(tx, &keyed, kept)).await {
            tracing::warn!(%error, "a response was not stored for its Idempotency-Key");
        }
        done
    }

    /// As [`Access::conclude`], for a streamed response: stores only that the write was carried out.
    pub async fn conclude_streamed(&self) {
        let Some(keyed) = self.keyed.clone() else { return };
        let keep = self.again().keep(move |tx| idempotency::keep(tx, &keyed, Kept::Body(None)));
        if let Err(error) = keep.await {
            tracing::warn!(%error, "a streamed response was not stored for its Idempotency-Key");
        }
    }

    /// Writes, and answers 201 with the new resource.
    ///
    /// # Errors
    /// As [`Access::write`].
    pub async fn create<T: Resource>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<Done<Created<T>>, Error> {
        self.write(move |tx| f(tx).map(|made| made.map(Created))).await
    }

    /// Writes, and answers 200 with the changed resource.
    ///
    /// # Errors
    /// As [`Access::write`].
    pub async fn change<T: Resource>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<Done<Found<T>>, Error> {
        self.write(move |tx| f(tx).map(|changed| changed.map(Found))).await
    }
}

impl Access<Job> {
    /// Writes on behalf of the service itself.
    ///
    /// # Errors
    /// The closure's error, and then nothing was written; 503 when no lane is free.
    pub async fn run<T: Send + 'static>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Self { state, context, .. } = self;
        let f = erased::write(f);
        let run = move |lane: &mut Lane| carried_out(lane, &context, &mut Noted::default(), f);
        erased::typed(state.0.parts.database.write_or_undo(Patience::Job, run).await?)
    }
}

/// What a write takes from an access.
struct Writing {
    state: AppState,
    context: Context,
    token: Option<Arc<Verified>>,
    keyed: Option<Arc<Keyed>>,
}

impl Writing {
    /// Runs `f`, and keeps its answer for the idempotency key. A refusal is recorded under the name of the permission.
    async fn once(self, f: WriteOnce, permission: &'static str) -> Result<Value, Error> {
        let Self { state, context, token, keyed } = self;
        let (inner, refused_context) = (state.clone(), context.clone());
        let write = move |lane: &mut Lane| {
            admit(&inner, lane, token.as_deref())?;
            let mut noted = Noted::default();
            if let Some(keyed) = &keyed {
                idempotency::claim(&mut ReadTx::new(lane, &context, &mut noted), keyed)?;
            }
            Ok(match carried_out(lane, &context, &mut noted, f)? {
                Settled::Keep((kept, value)) => {
                    if let (Some(keyed), Some(kept)) = (&keyed, kept) {
                        idempotency::keep(&mut ReadTx::new(lane, &context, &mut noted), keyed, kept)?;
                    }
                    Settled::Keep((value, Vec::new()))
                }
                Settled::Undo((_, value)) => Settled::Undo((value, looked(noted, &context))),
            })
        };
        let written = match state.0.parts.database.write_or_undo(Patience::Request, write).await {
            Ok((value, looks)) => state.note_looks(looks).await.map(|()| value),
            Err(error) => Err(error),
        };
        if let Err(error) = &written {
            record_refusal(&state, refused_context, permission, error).await;
        }
        written
    }

    /// Runs `f` as one chunk of a longer write.
    async fn chunk(self, f: Write) -> Result<Value, Error> {
        let Self { state, context, token, .. } = self;
        let inner = state.clone();
        let run = move |lane: &mut Lane| {
            admit(&inner, lane, token.as_deref())?;
            carried_out(lane, &context, &mut Noted::default(), f)
        };
        state.0.parts.database.write_or_undo(Patience::Chunk, run).await
    }
}

/// Runs a write and inserts its audit entries. A write without an entry is rolled back.
///
/// # Errors
/// The closure's error; internal when it shows people to an organisation without recording it.
pub(super) fn carried_out<T>(
    lane: &mut Lane,
    context: &Context,
    noted: &mut Noted,
    f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error>,
) -> Result<Settled<T>, Error> {
    let value = f(WriteTx::new(ReadTx::new(lane, context, noted)))?.into_inner();
    noted.must_be_disclosed(context.scope)?;
    if noted.deeds.is_empty() {
        return Ok(Settled::Undo(value));
    }
    audit::append_all(&mut lane.connection, &noted.deeds)?;
    Ok(Settled::Keep(value))
}

/// Stores the response to a write for its idempotency key.
pub(super) fn keep_answer<T: Replayable>(tx: &mut ReadTx<'_>, keyed: &Keyed, value: T) -> Result<Done<T>, Error> {
    let (kept, done) = erased::kept_of(value);
    idempotency::keep(tx, keyed, kept)?;
    Ok(done)
}

/// Records a refusal of the law: its transaction was rolled back, so that this is done afterwards.
pub(super) async fn record_refusal(state: &AppState, context: Context, permission: &'static str, error: &Error) {
    // A 403 is recorded with the others, up to a number each minute.
    if !error.is_refusal() || matches!(error.code(), Code::SamePerson | Code::PersonRequired) {
        return;
    }
    let entry = Entry::refused(permission);
    let outcome = Outcome::Refused(error.code().entry().name);
    let row =
        EntryRow::new(entry, outcome, &context.actor, context.services.mint.id(context.time.now), context.time.now);
    let append = move |lane: &mut Lane| audit::append(&mut lane.connection, &row);
    let recorded = state.0.parts.database.write(Patience::Request, append).await;
    if let Err(error) = recorded {
        tracing::error!(%error, "a refusal could not be recorded");
    }
}
