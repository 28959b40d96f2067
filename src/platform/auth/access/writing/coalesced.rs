//! Writes that are done in one go with those that others ask for at the same time.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::super::super::Verified;
use super::super::super::permissions::Writes;
use super::super::{Access, admit};
use super::{House, keep_answer, record_refusal};
use crate::domain::Error;
use crate::platform::audit::store as audit;
use crate::platform::db::{Coalescer, Lane};
use crate::platform::http::{Created, Done, Resource};
use crate::platform::idempotency::{self, Keyed};
use crate::platform::transaction::{Context, Each, ManyTx, Noted, Party, ReadTx};

/// A command that is carried out for many callers at once, by whoever asks at the same time.
pub trait Coalesced: Send + Sync + 'static {
    /// What is made.
    type Made: Resource;

    /// Carries out what several callers ask for, at least one, and answers each in their order; the transaction knows them by
    /// their places. For whom it refuses, it must have written nothing.
    ///
    /// # Errors
    /// When the database fails: all is undone then, and each is carried out by itself.
    fn carry_out(tx: &mut ManyTx<'_, '_>, asked: &[&Self]) -> Result<Each<Self::Made>, Error>;
}

/// One caller's command.
struct Asked<C> {
    house: House,
    context: Context,
    token: Option<Arc<Verified>>,
    keyed: Option<Arc<Keyed>>,
    command: C,
}

type Gathering<C> = Coalescer<Asked<C>, Done<Created<<C as Coalesced>::Made>>>;
type Answer<C> = Result<Done<Created<<C as Coalesced>::Made>>, Error>;

/// Where commands gather, by their types.
#[derive(Default)]
pub(in super::super::super) struct Coalescers(RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Coalescers {
    fn of<C: Coalesced>(&self) -> Result<Arc<Gathering<C>>, Error> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<C>()).cloned();
        let coalescer = known.unwrap_or_else(|| {
            let mut coalescers = self.0.write().unwrap_or_else(PoisonError::into_inner);
            let new = || -> Arc<dyn Any + Send + Sync> { Arc::new(Coalescer::new(carry_out::<C>)) };
            coalescers.entry(TypeId::of::<C>()).or_insert_with(new).clone()
        });
        coalescer.downcast().map_err(|_| Error::internal("a coalescer of another command"))
    }
}

impl<P: Writes> Access<P> {
    /// As [`Access::create`], in one transaction with what others ask for meanwhile. Each is admitted, answered and recorded
    /// as if alone.
    ///
    /// # Errors
    /// As [`Access::write`].
    pub async fn create_with_others<C: Coalesced>(self, command: C) -> Answer<C> {
        let Self { house, context, token, keyed, .. } = self;
        let coalescer = house.0.coalescers.of::<C>()?;
        let asked = Asked { house: house.clone(), context: context.clone(), token, keyed, command };
        let written = house.0.database.write_with_others(coalescer, asked).await;
        if let Err(error) = &written {
            record_refusal::<P>(&house, context, error).await;
        }
        written
    }
}

/// Tells what concerns one caller from what undoes everything: the failures on our side.
fn own<T>(result: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match result {
        Err(error) if error.code().entry().status >= 500 => Err(error),
        result => Ok(result),
    }
}

/// Returns the caller's refusal, if any, before anything is done: a token that is no longer good, or an idempotency key that is
/// taken. A token is looked up once in this transaction, for all requests that carry it.
fn refused<C: Coalesced>(
    lane: &mut Lane,
    asked: &Asked<C>,
    admitted: &mut Vec<Arc<Verified>>,
) -> Result<Option<Error>, Error> {
    let token = asked.token.as_ref().filter(|token| !admitted.iter().any(|known| Arc::ptr_eq(known, token)));
    if let Err(error) = own(admit(&asked.house, lane, token.map(Arc::as_ref)))? {
        return Ok(Some(error));
    }
    admitted.extend(token.cloned());
    let Some(keyed) = &asked.keyed else { return Ok(None) };
    let mut noted = Noted::default();
    Ok(own(idempotency::claim(&mut ReadTx::new(lane, &asked.context, &mut noted), keyed))?.err())
}

fn carry_out<C: Coalesced>(lane: &mut Lane, asked: &[Asked<C>]) -> Result<Vec<Answer<C>>, Error> {
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

/// Carries the command out for those against whom nothing stands, writes down what was done, and keeps the answers of those
/// who sent an idempotency key.
fn all<C: Coalesced>(lane: &mut Lane, asked: &[&Asked<C>]) -> Result<Vec<Answer<C>>, Error> {
    let commands: Vec<&C> = asked.iter().map(|asked| &asked.command).collect();
    let mut parties: Vec<Party<'_>> =
        asked.iter().map(|asked| Party { context: &asked.context, noted: Noted::default() }).collect();
    let made = C::carry_out(&mut ManyTx::new(lane, &mut parties), &commands)?;
    let mut deeds = Vec::with_capacity(made.len());
    for (_, party) in made.iter().zip(&mut parties).filter(|(made, _)| made.is_ok()) {
        if party.noted.deeds.is_empty() {
            // What one caller wrote cannot be undone without the others'.
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
