//! What only an [`Access`] to a permission that writes can do.

use super::admit::admit;
use super::proof::{Access, looked};
use super::state::AppState;
use crate::domain::{Code, Error};
use crate::platform::audit::{Entry, EntryRow, Outcome, store as audit};
use crate::platform::auth::{Job, Permission, Writes};
use crate::platform::db::{Lane, Patience, Settled};
use crate::platform::http::{Created, Done, Found, Replayable, Resource};
use crate::platform::idempotency::{self, Kept, KeptBody, Keyed};
use crate::platform::transaction::{Context, Noted, ReadTx, Recorded, WriteTx};

impl<P: Writes> Access<P> {
    /// Writes, in a transaction on a writing lane. What is kept for an idempotency key is inserted in the same transaction, so
    /// that a key is remembered exactly when its request was carried out. A request that had nothing to do leaves nothing: the
    /// lane rolls it back, its key included, and it can be sent again.
    ///
    /// # Errors
    /// What the closure fails with, in which case nothing was written; 401 and 503 as for reading; 409 when another process
    /// is carrying out the request with this idempotency key, or has just done so.
    pub async fn write<T: Replayable>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<Done<T>, Error> {
        let Self { state, context, token, keyed, .. } = self;
        let (inner, refused_context) = (state.clone(), context.clone());
        let write = move |lane: &mut Lane| {
            admit(&inner, lane, token.as_deref())?;
            let mut noted = Noted::default();
            if let Some(keyed) = &keyed {
                idempotency::claim(&mut ReadTx::new(lane, &context, &mut noted), keyed)?;
            }
            Ok(match (carried_out(lane, &context, &mut noted, f)?, keyed) {
                (Settled::Keep(value), Some(keyed)) => {
                    let done = keep_answer(&mut ReadTx::new(lane, &context, &mut noted), &keyed, value)?;
                    Settled::Keep((done, Vec::new()))
                }
                (Settled::Keep(value), None) => Settled::Keep((Done::Fresh(value), Vec::new())),
                (Settled::Undo(value), _) => Settled::Undo((Done::Fresh(value), looked(noted, &context))),
            })
        };
        let written = match state.0.database.write_or_undo(Patience::Request, write).await {
            Ok((done, looks)) => state.note_looks(looks).await.map(|()| done),
            Err(error) => Err(error),
        };
        if let Err(error) = &written {
            record_refusal::<P>(&state, refused_context, error).await;
        }
        written
    }

    /// Writes one chunk of many rows, in a transaction of its own: the one use for which a writing access is not spent. The
    /// chunks must be safe to write again, because an idempotency key is remembered after the last of them:
    /// [`Access::conclude`].
    ///
    /// # Errors
    /// As [`Access::write`]; the chunks before stay written.
    pub async fn chunk<T: Send + 'static>(
        &self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Self { state, context, token, .. } = self.again();
        let inner = state.clone();
        let run = move |lane: &mut Lane| {
            admit(&inner, lane, token.as_deref())?;
            carried_out(lane, &context, &mut Noted::default(), f)
        };
        state.0.database.write_or_undo(Patience::Chunk, run).await
    }

    /// Ends a write in chunks: keeps its answer for the idempotency key. Where that fails the answer is given all the same,
    /// because its chunks are safe to write again.
    pub async fn conclude<T: Replayable>(&self, value: T) -> Done<T> {
        let Some(keyed) = self.keyed.clone() else { return Done::Fresh(value) };
        let (kept, done) = kept_of(value);
        if let Err(error) = self.again().keep(move |tx| idempotency::keep(tx, &keyed, kept)).await {
            tracing::warn!(%error, "an answer was not kept for its Idempotency-Key");
        }
        done
    }

    /// As [`Access::conclude`], for an answer that was streamed: that the write was carried out is remembered, and nothing of
    /// the answer.
    pub async fn conclude_streamed(&self) {
        let Some(keyed) = self.keyed.clone() else { return };
        let keep = self.again().keep(move |tx| idempotency::keep(tx, &keyed, Kept::Body(None)));
        if let Err(error) = keep.await {
            tracing::warn!(%error, "a streamed answer was not remembered for its Idempotency-Key");
        }
    }

    /// Writes, and answers 201 with what was made.
    ///
    /// # Errors
    /// As [`Access::write`].
    pub async fn create<T: Resource>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<Done<Created<T>>, Error> {
        self.write(move |tx| f(tx).map(|made| made.map(Created))).await
    }

    /// Writes, and answers 200 with the resource as it is afterwards.
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
    /// What the closure fails with, in which case nothing was written; 503 when no lane is free.
    pub async fn run<T: Send + 'static>(
        self,
        f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let context = self.context;
        let run = move |lane: &mut Lane| carried_out(lane, &context, &mut Noted::default(), f);
        self.state.0.database.write_or_undo(Patience::Job, run).await
    }
}

/// Carries a write out, and writes down what it did. What wrote nothing down is to be undone.
fn carried_out<T>(
    lane: &mut Lane,
    context: &Context,
    noted: &mut Noted,
    f: impl FnOnce(WriteTx<'_>) -> Result<Recorded<T>, Error>,
) -> Result<Settled<T>, Error> {
    let value = f(WriteTx::new(ReadTx::new(lane, context, noted)))?.into_inner();
    if noted.deeds.is_empty() {
        return Ok(Settled::Undo(value));
    }
    audit::append_all(&mut lane.connection, &noted.deeds)?;
    Ok(Settled::Keep(value))
}

/// Keeps the answer to a write for its idempotency key.
pub(super) fn keep_answer<T: Replayable>(tx: &mut ReadTx<'_>, keyed: &Keyed, value: T) -> Result<Done<T>, Error> {
    let (kept, done) = kept_of(value);
    idempotency::keep(tx, keyed, kept)?;
    Ok(done)
}

/// What is kept of an answer, and the answer. It is rendered only where its body is kept.
fn kept_of<T: Replayable>(value: T) -> (Kept, Done<T>) {
    if let Some(kept) = Kept::of(value.replay()) {
        return (kept, Done::Fresh(value));
    }
    let answer = value.into_answer();
    (Kept::Body(KeptBody::of(&answer)), Done::Rendered(answer))
}

/// Records a refusal of the law: its transaction was rolled back, so that this is done afterwards.
pub(super) async fn record_refusal<P: Permission>(state: &AppState, context: Context, error: &Error) {
    // A 403 is recorded with every other, so many a minute.
    if !error.is_refusal() || matches!(error.code(), Code::SamePerson | Code::PersonRequired) {
        return;
    }
    let entry = Entry::new(P::NAME);
    let outcome = Outcome::Refused(error.code().entry().name);
    let row = EntryRow::new(entry, outcome, &context.actor, context.mint.id(context.time.now), context.time.now);
    let append = move |lane: &mut Lane| audit::append(&mut lane.connection, &row);
    let recorded = state.0.database.write(Patience::Request, append).await;
    if let Err(error) = recorded {
        tracing::error!(%error, "a refusal could not be recorded");
    }
}
