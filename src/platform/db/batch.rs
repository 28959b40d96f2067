//! Writing: one transaction for all closures that wait, a savepoint for each, one commit, then all
//! the answers. On SQLite this is group commit; a group of one is an ordinary transaction.
//!
//! On SQLite the data keys live in a file of their own, and two files in WAL mode do not commit
//! atomically together. So new keys are committed before the group that needs them, and destroyed
//! ones after the group that gave them up. A key made for what was not committed is taken back; one
//! left over by a crash opens nothing. The next start destroys the keys of the erased again.

use std::collections::HashMap;

use diesel::connection::TransactionManager;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use uuid::Uuid;

use super::connection::{ConnectionError, Use, open_vault_file};
use super::lanes::Ticket;
use super::{AnyConnection, Target, dialect};
use crate::domain::{Error, Instant};

type Transactions = <AnyConnection as diesel::Connection>::TransactionManager;

/// A closure on its way to the writing lane.
pub(super) type WriteJob = Box<dyn FnOnce(&mut Lane) -> Outcome + Send>;

/// What a closure wants: its changes kept or undone, and the answer sent once that is settled.
pub(super) struct Outcome {
    pub(super) keep: bool,
    pub(super) reply: Box<dyn FnOnce(Result<(), Error>)>,
}

/// A connection and what belongs to the transaction on it.
pub(in crate::platform) struct Lane {
    pub(in crate::platform) connection: AnyConnection,
    /// Keys made or destroyed, where they live in a file of their own.
    pub(in crate::platform) keys: Option<KeyChanges>,
    /// The last error was one that a broken connection makes.
    pub(super) suspect: bool,
}

impl Lane {
    pub(super) fn new(connection: AnyConnection, target: &Target, purpose: Use) -> Result<Self, ConnectionError> {
        let keys = match target {
            Target::Sqlite { vault, .. } if purpose == Use::Writing => Some(KeyChanges::new(open_vault_file(vault)?)),
            _ => None,
        };
        Ok(Self { connection, keys, suspect: false })
    }
}

/// A wrapped data key as the vault's file keeps it.
#[derive(Clone)]
pub(in crate::platform) struct KeyRow {
    pub(in crate::platform) owner: Uuid,
    pub(in crate::platform) master_key: Vec<u8>,
    pub(in crate::platform) wrapped: Vec<u8>,
    pub(in crate::platform) made_at: Instant,
}

/// Changes to the vault's file that wait for the group's commit.
pub(in crate::platform) struct KeyChanges {
    file: SqliteConnection,
    made: Vec<KeyRow>,
    by_owner: HashMap<Uuid, usize>,
    destroyed: Vec<Uuid>,
}

impl KeyChanges {
    fn new(file: SqliteConnection) -> Self {
        Self { file, made: Vec::new(), by_owner: HashMap::new(), destroyed: Vec::new() }
    }

    /// A key that the group has made and not yet committed.
    pub(in crate::platform) fn made(&self, owner: Uuid) -> Option<&KeyRow> {
        self.by_owner.get(&owner).and_then(|&at| self.made.get(at))
    }

    /// Adds a key.
    pub(in crate::platform) fn make(&mut self, key: KeyRow) {
        self.by_owner.insert(key.owner, self.made.len());
        self.made.push(key);
    }

    /// Destroys a key once the group has committed.
    pub(in crate::platform) fn destroy(&mut self, owner: Uuid) {
        self.destroyed.push(owner);
    }

    fn mark(&self) -> (usize, usize) {
        (self.made.len(), self.destroyed.len())
    }

    fn back_to(&mut self, (made, destroyed): (usize, usize)) {
        for key in self.made.drain(made..) {
            self.by_owner.remove(&key.owner);
        }
        self.destroyed.truncate(destroyed);
    }

    fn clear(&mut self) {
        self.back_to((0, 0));
    }

    fn commit_made(&mut self) -> QueryResult<()> {
        if self.made.is_empty() {
            return Ok(());
        }
        let made = &self.made;
        self.file.immediate_transaction(|file| {
            for key in made {
                diesel::sql_query("INSERT INTO data_keys (owner_id, master_key, wrapped, made_at) VALUES (?, ?, ?, ?)")
                    .bind::<Binary, _>(key.owner.as_bytes().as_slice())
                    .bind::<Binary, _>(&key.master_key)
                    .bind::<Binary, _>(&key.wrapped)
                    .bind::<BigInt, _>(key.made_at.micros())
                    .execute(file)?;
            }
            Ok(())
        })
    }

    fn commit_destroyed(&mut self) -> QueryResult<()> {
        let destroyed = std::mem::take(&mut self.destroyed);
        self.delete(&destroyed)
    }

    /// Deletes the keys that were committed for a group that was not.
    fn take_back(&mut self) -> QueryResult<()> {
        let made: Vec<Uuid> = self.made.iter().map(|key| key.owner).collect();
        self.delete(&made)
    }

    fn delete(&mut self, owners: &[Uuid]) -> QueryResult<()> {
        if owners.is_empty() {
            return Ok(());
        }
        self.file.immediate_transaction(|file| {
            for owner in owners {
                diesel::sql_query("DELETE FROM data_keys WHERE owner_id = ?")
                    .bind::<Binary, _>(owner.as_bytes().as_slice())
                    .execute(file)?;
            }
            Ok(())
        })
    }
}

/// Runs a group of closures and answers them all. A closure that fails is undone alone; a commit that
/// fails undoes all of them, and each is told so.
pub(super) fn run(lane: &mut Lane, group: &mut Vec<(Ticket, WriteJob)>) {
    if let Err(error) = dialect::begin_write(&mut lane.connection) {
        lane.suspect = true;
        let error = Error::from(error);
        tracing::warn!(%error, "a transaction could not begin");
        group.clear(); // dropped replies answer 503
        return;
    }
    let alone = group.len() == 1;
    let mut replies = Vec::with_capacity(group.len());
    let mut keep_any = false;
    for (ticket, job) in group.drain(..) {
        // Behind a slow one in its group, a closure can still be given up.
        if !ticket.start() {
            continue;
        }
        let outcome = if alone { job(lane) } else { in_savepoint(lane, job) };
        keep_any |= outcome.keep;
        replies.push(outcome.reply);
    }
    let committed = if keep_any { commit(lane) } else { roll_back(lane) };
    if let Err(error) = &committed {
        lane.suspect = true;
        tracing::warn!(%error, "a group of writes was not committed");
    }
    for reply in replies {
        reply(committed.clone());
    }
}

fn in_savepoint(lane: &mut Lane, job: WriteJob) -> Outcome {
    let mark = lane.keys.as_ref().map(KeyChanges::mark);
    let begun = Transactions::begin_transaction(&mut lane.connection);
    let outcome = job(lane);
    let ended = begun.and_then(|()| {
        if outcome.keep {
            Transactions::commit_transaction(&mut lane.connection)
        } else {
            Transactions::rollback_transaction(&mut lane.connection)
        }
    });
    if (!outcome.keep || ended.is_err())
        && let (Some(keys), Some(mark)) = (lane.keys.as_mut(), mark)
    {
        keys.back_to(mark);
    }
    match ended {
        Ok(()) => outcome,
        Err(error) => {
            let error = Error::from(error);
            let reply = outcome.reply;
            Outcome { keep: false, reply: Box::new(move |_| reply(Err(error))) }
        }
    }
}

fn commit(lane: &mut Lane) -> Result<(), Error> {
    if let Some(keys) = lane.keys.as_mut()
        && let Err(error) = keys.commit_made()
    {
        roll_back(lane)?;
        return Err(passing(&error));
    }
    let committed = Transactions::commit_transaction(&mut lane.connection);
    if let Err(error) = committed {
        if let Some(keys) = lane.keys.as_mut()
            && surely_undone(&error)
            && let Err(error) = keys.take_back()
        {
            tracing::warn!(%error, "a key that opens nothing is left in the vault's file");
        }
        roll_back(lane)?;
        return Err(passing(&error));
    }
    if let Some(keys) = lane.keys.as_mut() {
        if let Err(error) = keys.commit_destroyed() {
            // The rows are gone; the next start destroys it again.
            tracing::error!(%error, "a destroyed key is still in the vault's file");
        }
        keys.clear();
    }
    Ok(())
}

fn roll_back(lane: &mut Lane) -> Result<(), Error> {
    if let Some(keys) = lane.keys.as_mut() {
        keys.clear();
    }
    Transactions::rollback_transaction(&mut lane.connection).map_err(|error| passing(&error))
}

/// Whether the database itself refused the commit. After an error of its disk it may have been done.
fn surely_undone(error: &diesel::result::Error) -> bool {
    use diesel::result::DatabaseErrorKind::{ClosedConnection, Unknown};
    matches!(error, diesel::result::Error::DatabaseError(kind, _) if !matches!(kind, Unknown | ClosedConnection))
}

/// What could not be committed was not done: 503, whatever the reason.
fn passing(error: &diesel::result::Error) -> Error {
    let error = error.to_string();
    Error::unavailable(format_args!("not committed: {}", error.lines().next().unwrap_or_default()))
}
