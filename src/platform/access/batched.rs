//! Batched writes: commands of several simultaneous callers run together.

use std::sync::Arc;

use super::admit::admit;
use super::proof::Access;
use super::state::AppState;
use super::writing::{keep_answer, record_refusal};
use crate::domain::Error;
use crate::platform::audit::store as audit;
use crate::platform::auth::{Verified, Writes};
use crate::platform::db::{Batcher, Lane};
use crate::platform::http::{Created, Done, Resource};
use crate::platform::idempotency::{self, Keyed};
use crate::platform::transaction::{Context, Each, ManyTx, Noted, Party, ReadTx};

/// A command that a lane runs in one batch with those that other callers send at the same time.
pub trait Batched: Send + Sync + 'static {
    /// The new resource.
    type Made: Resource;

    /// Runs the commands of several callers, at least one, and returns a result for each in order; the
    /// transaction identifies them by their places. It must write nothing for a command that it refuses.
    ///
    /// # Errors
    /// A database error: everything is rolled back, and each command runs by itself.
    fn carry_out(tx: &mut ManyTx<'_, '_>, asked: &[&Self]) -> Result<Each<Self::Made>, Error>;
}

/// One caller's command.
struct Asked<C> {
    state: AppState,
    context: Context,
    token: Option<Arc<Verified>>,
    keyed: Option<Arc<Keyed>>,
    command: C,
}

type Pending<C> = Batcher<Asked<C>, Done<Created<<C as Batched>::Made>>>;
type Answer<C> = Result<Done<Created<<C as Batched>::Made>>, Error>;

impl<P: Writes> Access<P> {
    /// As [`Access::create`], in one transaction with the commands of other callers. Each is admitted,
    /// answered and recorded as if alone.
    ///
    /// # Errors
    /// As [`Access::write`].
    pub async fn create_batched<C: Batched>(self, command: C) -> Answer<C> {
        let Self { state, context, token, keyed, .. } = self;
        let batcher = state.0.batchers.of::<C, Pending<C>>(|| Batcher::new(carry_out::<C>))?;
        let asked = Asked { state: state.clone(), context: context.clone(), token, keyed, command };
        let written = state.0.parts.database.write_batched(batcher, asked).await;
        if let Err(error) = &written {
            record_refusal(&state, context, P::NAME, error).await;
        }
        written
    }
}

/// Separates one caller's refusal from failures on our side, which roll everything back.
fn own<T>(result: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match result {
        Err(error) if error.code().entry().status >= 500 => Err(error),
        result => Ok(result),
    }
}

/// Returns the caller's rejection or stored idempotent response, if any: a token that is no longer
/// valid, or an idempotency key in use. It looks a token up once in this transaction, for all requests
/// that carry it.
fn refused<C: Batched>(
    lane: &mut Lane,
    asked: &Asked<C>,
    admitted: &mut Vec<Arc<Verified>>,
) -> Result<Option<Error>, Error> {
    let token = asked.token.as_ref().filter(|token| !admitted.iter().any(|known| Arc::ptr_eq(known, token)));
    if let Err(error) = own(admit(&asked.state, lane, token.map(Arc::as_ref)))? {
        return Ok(Some(error));
    }
    admitted.extend(token.cloned());
    let Some(keyed) = &asked.keyed else { return Ok(None) };
    let mut noted = Noted::default();
    Ok(own(idempotency::claim(&mut ReadTx::new(lane, &asked.context, &mut noted), keyed))?.err())
}

fn carry_out<C: Batched>(lane: &mut Lane, asked: &[Asked<C>]) -> Result<Vec<Answer<C>>, Error> {
    let mut admitted = Vec::new();
    let mut settled = Vec::with_capacity(asked.len());
    for asked in asked {
        settled.push(refused(lane, asked, &mut admitted)?.map(Err));
    }
    let open: Vec<&Asked<C>> =
        asked.iter().zip(&settled).filter(|(_, settled)| settled.is_none()).map(|(asked, _)| asked).collect();
    let mut done = if open.is_empty() { Vec::new() } else { all(lane, &open)? }.into_iter();
    let missing = || Error::internal("an answer for each caller");
    settled.into_iter().map(|settled| settled.or_else(|| done.next()).ok_or_else(missing)).collect()
}

/// Runs the commands of the callers that were not refused, writes the audit entries, and keeps the answers of those that sent
/// an idempotency key.
fn all<C: Batched>(lane: &mut Lane, asked: &[&Asked<C>]) -> Result<Vec<Answer<C>>, Error> {
    let commands: Vec<&C> = asked.iter().map(|asked| &asked.command).collect();
    let mut parties: Vec<Party<'_>> =
        asked.iter().map(|asked| Party { context: &asked.context, noted: Noted::default() }).collect();
    let made = C::carry_out(&mut ManyTx::new(lane, &mut parties), &commands)?;
    let mut deeds = Vec::with_capacity(made.len());
    for (_, party) in made.iter().zip(&mut parties).filter(|(made, _)| made.is_ok()) {
        if party.noted.deeds.is_empty() {
            // One caller's changes cannot be rolled back without the others'.
            return Err(Error::internal("a write for several callers without an entry for each"));
        }
        deeds.append(&mut party.noted.deeds);
    }
    audit::append_all(&mut lane.connection, &deeds)?;
    let mut answers = Vec::with_capacity(made.len());
    for ((made, asked), party) in made.into_iter().zip(asked).zip(parties) {
        let Party { context, mut noted } = party;
        answers.push(match (own(made)?, &asked.keyed) {
            (Err(error), _) => Err(error),
            (Ok(made), None) => Ok(Done::Fresh(Created(made.into_inner()))),
            (Ok(made), Some(keyed)) => {
                let made = Created(made.into_inner());
                Ok(keep_answer(&mut ReadTx::new(lane, context, &mut noted), keyed, made)?)
            }
        });
    }
    Ok(answers)
}
