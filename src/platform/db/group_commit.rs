//! Group commit. A writing lane runs all queued closures in one transaction, with a savepoint for each
//! but the first, commits once, and then sends all the results. A group of one is an ordinary
//! transaction.

use std::collections::VecDeque;
use std::time::{Duration, Instant as Stopwatch};

use diesel::connection::TransactionManager;

use super::commits::Commits;
use super::keys::KeyChanges;
use super::lane::Lane;
use super::write_task::{Closure, Outcome, WriteTask};
use super::{AnyConnection, Engine, dialect};
use crate::domain::Error;

type Transactions = <AnyConnection as diesel::Connection>::TransactionManager;

/// How long a group may start closures. Later closures go into the next group, so that the first ones
/// are committed soon.
const STARTING: Duration = Duration::from_millis(250);

/// Runs as many tasks as fit in one transaction, commits, and answers their callers; the other tasks stay in `group`. The lane
/// rolls a failed or cancelled task back to its savepoint, or rolls the transaction back while no earlier task has changed
/// anything. If the commit fails, each caller gets the error. A commit is counted in `commits` before any caller gets its answer.
pub(super) fn run(lane: &mut Lane, group: &mut VecDeque<WriteTask>, commits: &Commits) {
    let Some(first) = next(group) else { return };
    if let Err(error) = dialect::begin_write(&mut lane.connection) {
        lane.suspect = true;
        lane.broken = !matches!(error, diesel::result::Error::DatabaseError(..));
        let error = Error::from(error);
        tracing::warn!(%error, "a transaction could not be started");
        give_up(group);
        return;
    }
    let mut replies = Vec::with_capacity(group.len() + 1);
    let mut keep_any = false;
    let begun = Stopwatch::now();
    let mut task = Some(first);
    while let Some(closure) = task {
        let outcome = if keep_any { in_savepoint(lane, closure) } else { closure(lane) };
        keep_any |= outcome.keep;
        replies.push(outcome.reply);
        for job in outcome.instead.into_iter().rev() {
            group.push_front(job);
        }
        let goes_on = keep_any && begun.elapsed() < STARTING;
        task = if goes_on { next(group) } else { None };
    }
    let ended = if keep_any { commit(lane) } else { roll_back(lane) };
    if let Err(error) = &ended {
        lane.suspect = true;
        tracing::warn!(%error, "a group of writes was not committed");
    } else if keep_any {
        commits.committed();
    }
    for reply in replies {
        reply(ended.clone());
    }
    if let Some(keys) = lane.keys.as_mut() {
        keys.copy_journal();
    }
}

/// Returns the next closure of the group whose caller still waits. A closure behind a slow one can be
/// cancelled.
fn next(group: &mut VecDeque<WriteTask>) -> Option<Closure> {
    std::iter::from_fn(|| group.pop_front()).find_map(WriteTask::take_up)
}

/// Cancels the group: its callers get an error that says that nothing was written.
pub(super) fn give_up(group: &mut VecDeque<WriteTask>) {
    // A dropped closure answers 503.
    while next(group).is_some() {}
}

fn in_savepoint(lane: &mut Lane, closure: Closure) -> Outcome {
    let mark = lane.keys.as_ref().map(KeyChanges::mark);
    let begun = dialect::savepoint(&mut lane.connection);
    let outcome = closure(lane);
    let ended = begun.and_then(|()| dialect::end_savepoint(&mut lane.connection, outcome.keep));
    if (!outcome.keep || ended.is_err())
        && let (Some(keys), Some(mark)) = (lane.keys.as_mut(), mark)
    {
        keys.back_to(mark);
    }
    match ended {
        Ok(()) => outcome,
        Err(error) => {
            let error = Error::from(error);
            let Outcome { reply, instead, .. } = outcome;
            Outcome { keep: false, reply: Box::new(move |_| reply(Err(error))), instead }
        }
    }
}

fn commit(lane: &mut Lane) -> Result<(), Error> {
    if let Some(keys) = lane.keys.as_mut()
        && let Err(error) = keys.commit_made()
    {
        let _ = roll_back(lane);
        return Err(not_committed(&error));
    }
    if let Err(error) = Transactions::commit_transaction(&mut lane.connection) {
        return Err(uncommitted(lane, &error));
    }
    if let Some(keys) = lane.keys.as_mut() {
        match keys.commit_destroyed() {
            Ok(any) => lane.unscrubbed |= any,
            // The rows are deleted; the next start destroys the key again.
            Err(error) => tracing::error!(%error, "a destroyed key is still in the vault file"),
        }
        keys.clear();
    }
    Ok(())
}

/// The meaning of a failed commit: nothing was written, or the outcome is unknown.
fn uncommitted(lane: &mut Lane, error: &diesel::result::Error) -> Error {
    let mut undone = surely_undone(error);
    if undone
        && let Some(keys) = lane.keys.as_mut()
        && let Err(error) = keys.take_back()
    {
        tracing::warn!(%error, "an unused key is left in the vault file");
    }
    lane.broken |= roll_back(lane).is_err();
    if dialect::engine(&lane.connection) == Engine::Postgres && !lane.broken {
        // A server that still answers has refused the commit.
        undone |= dialect::ping(&mut lane.connection).is_ok();
    }
    if undone { not_committed(error) } else { Error::outcome_unknown(first_line(error)) }
}

fn roll_back(lane: &mut Lane) -> Result<(), Error> {
    if let Some(keys) = lane.keys.as_mut() {
        keys.clear();
    }
    Transactions::rollback_transaction(&mut lane.connection).map_err(|error| {
        lane.broken = true;
        not_committed(&error)
    })
}

/// Whether the database itself refused the commit. After a disk error the commit may have happened,
/// unless the disk was full.
fn surely_undone(error: &diesel::result::Error) -> bool {
    use diesel::result::DatabaseErrorKind::{ClosedConnection, Unknown};
    match error {
        diesel::result::Error::DatabaseError(Unknown, information) => {
            ["database or disk is full", "database is locked"].contains(&information.message())
        }
        diesel::result::Error::DatabaseError(kind, _) => !matches!(kind, ClosedConnection),
        _ => false,
    }
}

/// A change that was not committed was not made: 503, whatever the reason.
fn not_committed(error: &diesel::result::Error) -> Error {
    Error::unavailable(format_args!("not committed: {}", first_line(error)))
}

fn first_line(error: &diesel::result::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Checkpoints and truncates the journals, so that neither file holds destroyed data. Retries later if
/// a reader blocks it.
pub(super) fn scrub(lane: &mut Lane) {
    let (Some(keys), AnyConnection::Sqlite(data)) = (lane.keys.as_mut(), &mut lane.connection) else { return };
    match keys.scrub().and_then(|vault| Ok(dialect::truncate_journal(data)? && vault)) {
        Ok(done) => lane.unscrubbed = !done,
        Err(error) => tracing::warn!(%error, "the journals still hold erased data"),
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;

    use super::super::Target;
    use super::super::connection::{Use, open};
    use super::*;
    use crate::platform::db::{MigrationError, migrate};

    fn lane(folder: &std::path::Path) -> (Lane, Target) {
        let target = Target::sqlite(&folder.join("iewm.db"));
        migrate(&target, crate::platform::db::LOCK_PATIENCE, |_| Ok::<(), MigrationError>(())).unwrap();
        (Lane::new(open(&target, Use::Writing).unwrap(), &target, Use::Writing).unwrap(), target)
    }

    /// A reader may need the journals: they are truncated after it ends.
    #[test]
    fn a_reader_in_the_way_puts_the_scrubbing_off() {
        let folder = tempfile::tempdir().unwrap();
        let (mut lane, target) = lane(folder.path());
        let journal = || std::fs::metadata(folder.path().join("iewm.db-wal")).unwrap().len();
        let keep = "INSERT INTO kept_answers (key, fingerprint, kind, status, body_bytes, kept_until) VALUES (x'00', x'00', 'status', 204, 0, 0)";
        lane.connection.batch_execute(keep).unwrap();
        let mut reader = open(&target, Use::Reading).unwrap();
        reader.batch_execute("BEGIN; SELECT key FROM kept_answers").unwrap();
        lane.connection.batch_execute("DELETE FROM kept_answers").unwrap();
        scrub(&mut lane);
        assert!(lane.unscrubbed && journal() > 0);
        reader.batch_execute("COMMIT").unwrap();
        scrub(&mut lane);
        assert!(!lane.unscrubbed);
        assert_eq!(journal(), 0);
    }
}
