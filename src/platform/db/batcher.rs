//! Batching: commands that many callers send at the same time run together, in a few statements and
//! with one commit.
//!
//! Callers enqueue a command and wake the writing lanes. The next free lane takes every queued command:
//! one when few callers ask, more while the lanes are busy. A lane never waits for more commands.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::lane::Lane;
use super::many::BATCH;
use super::ticket::Ticket;
use super::write_task::{Closure, Outcome, PendingBatch, WriteTask, guarded, is_passing};
use crate::domain::Error;

/// Runs the commands of a batch and returns the answer of each, in their order. A command that it refuses must have written
/// nothing. When it fails itself, the lane rolls the batch back and runs each command by itself.
pub type CarryOut<T, R> = fn(&mut Lane, &[T]) -> Result<Vec<Result<R, Error>>, Error>;

/// A queue of commands that are run in batches.
pub struct Batcher<T, R> {
    waiting: Mutex<VecDeque<(T, Caller<R>)>>,
    carry_out: CarryOut<T, R>,
}

/// A caller that waits for its result.
struct Caller<R> {
    ticket: Ticket,
    tell: oneshot::Sender<Result<R, Error>>,
}

impl<T: Send + 'static, R: Send + 'static> Batcher<T, R> {
    pub(in crate::platform) fn new(carry_out: CarryOut<T, R>) -> Self {
        Self { waiting: Mutex::default(), carry_out }
    }

    /// Enqueues a command. The caller must then wake the lanes, once for each command.
    pub(super) fn put(&self, asked: T, ticket: Ticket, tell: oneshot::Sender<Result<R, Error>>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_back((asked, Caller { ticket, tell }));
    }

    /// Drops the commands whose callers no longer wait, because no lane could be woken for them.
    pub(super) fn forget_given_up(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(_, caller)| !caller.ticket.is_given_up());
    }

    /// Runs the batch. If one command of several fails, or its caller times out, the batch rolls back and
    /// each command then runs by itself.
    fn carry_out(self: Arc<Self>, lane: &mut Lane, asked: Vec<T>, callers: Vec<Caller<R>>) -> Outcome {
        let answers = guarded(|| {
            let answers = (self.carry_out)(lane, &asked)?;
            if answers.len() == callers.len() { Ok(answers) } else { Err(Error::internal("an answer for each caller")) }
        });
        let answers = match answers {
            Err(error) if callers.len() == 1 => vec![Err(error)],
            Err(error) => {
                lane.suspect |= is_passing(&error);
                tracing::debug!(%error, callers = callers.len(), "a batch failed and its commands are run one by one");
                return self.one_by_one(asked, callers);
            }
            Ok(answers) => answers,
        };
        lane.suspect |= answers.iter().any(|answer| answer.as_ref().is_err_and(is_passing));
        let done = || answers.iter().zip(&callers).filter(|(answer, _)| answer.is_ok());
        let keep = done().next().is_some();
        // The outcome of all must be settled together; otherwise one could be rolled back and another kept.
        if !done().all(|(_, caller)| caller.ticket.settle()) {
            return self.one_by_one(asked, callers);
        }
        let reply = Box::new(move |committed: Result<(), Error>| {
            for (answer, caller) in answers.into_iter().zip(callers) {
                let _ = caller.tell.send(answer.and_then(|value| committed.clone().map(|()| value)));
            }
        });
        Outcome::new(keep, reply)
    }

    /// Rolls everything back, and runs each command by itself.
    fn one_by_one(self: Arc<Self>, asked: Vec<T>, callers: Vec<Caller<R>>) -> Outcome {
        let alone = |(asked, caller): (T, Caller<R>)| {
            let (own, ticket) = (self.clone(), caller.ticket.clone());
            WriteTask::Again(ticket, Box::new(move |lane| own.carry_out(lane, vec![asked], vec![caller])))
        };
        let instead = asked.into_iter().zip(callers).map(alone).collect();
        Outcome { instead, ..Outcome::new(false, Box::new(|_| ())) }
    }
}

impl<T: Send + 'static, R: Send + 'static> PendingBatch for Batcher<T, R> {
    fn take_up(self: Arc<Self>) -> Option<Closure> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut asked, mut callers) = (Vec::new(), Vec::new());
        while asked.len() < BATCH
            && let Some((wanted, caller)) = waiting.pop_front()
        {
            if caller.ticket.start() {
                asked.push(wanted);
                callers.push(caller);
            }
        }
        drop(waiting);
        if asked.is_empty() {
            return None;
        }
        Some(Box::new(move |lane| self.carry_out(lane, asked, callers)))
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;

    use super::super::commits::Commits;
    use super::super::connection::{Use, open};
    use super::super::{MigrationError, Target, group_commit, migrate, prepared};
    use super::*;
    use crate::domain::Code;

    /// The result of a command: a row with a number.
    #[derive(Clone, Copy, PartialEq)]
    enum Wanted {
        Row,
        Refused,
        Failing,
        Panicking,
    }

    struct Asked {
        number: u8,
        wanted: Wanted,
        /// The sizes of the batches.
        sizes: Arc<Mutex<Vec<usize>>>,
    }

    fn insert(asked: &Asked) -> String {
        let number = asked.number;
        format!(
            "INSERT INTO kept_answers (key, fingerprint, kind, status, body_bytes, kept_until) VALUES (x'{number:02x}', x'', 'status', 204, 0, 0)"
        )
    }

    fn carry_out(lane: &mut Lane, asked: &[Asked]) -> Result<Vec<Result<u8, Error>>, Error> {
        asked[0].sizes.lock().unwrap().push(asked.len());
        let mut answers = Vec::new();
        for asked in asked {
            answers.push(match asked.wanted {
                Wanted::Refused => Err(Error::not_found()),
                Wanted::Failing => return Err(Error::internal("on purpose")),
                Wanted::Panicking => panic!("on purpose"),
                Wanted::Row => {
                    lane.connection.batch_execute(&insert(asked))?;
                    Ok(asked.number)
                }
            });
        }
        Ok(answers)
    }

    struct Told {
        answers: Vec<Result<u8, Error>>,
        sizes: Vec<usize>,
        rows: Vec<u8>,
    }

    /// A writing lane on a file in a temporary directory.
    fn lane() -> (Lane, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let target = Target::sqlite(&directory.path().join("iewm.db"));
        migrate(&target, crate::platform::db::LOCK_PATIENCE, |_| Ok::<(), MigrationError>(())).unwrap();
        let connection = open(&target, Use::Writing).unwrap();
        (Lane::new(connection, &target, Use::Writing).unwrap(), directory)
    }

    /// Runs every command that was enqueued before the lane was free. The callers at the places `gone` have
    /// timed out by then.
    fn ask(wanted: &[Wanted], gone: &[usize]) -> Told {
        let (mut lane, _directory) = lane();
        let batcher = Arc::new(Batcher::new(carry_out as CarryOut<Asked, u8>));
        let sizes = Arc::new(Mutex::new(Vec::new()));
        let (mut callers, mut group) = (Vec::new(), VecDeque::new());
        for (number, &wanted) in (0..).zip(wanted) {
            let (ticket, (tell, hears)) = (Ticket::new(), oneshot::channel());
            batcher.put(Asked { number, wanted, sizes: sizes.clone() }, ticket.clone(), tell);
            group.push_back(WriteTask::Batch(batcher.clone()));
            callers.push((ticket, hears));
        }
        for &place in gone {
            assert!(callers[place].0.give_up_waiting());
        }
        while !group.is_empty() {
            group_commit::run(&mut lane, &mut group, &Commits::new());
        }
        let mut answers = Vec::new();
        for (place, (_, mut hears)) in callers.into_iter().enumerate() {
            let answer = hears.try_recv();
            assert_eq!(answer.is_err(), gone.contains(&place), "each waiting caller is answered, and no other");
            answers.extend(answer);
        }
        let keys: Vec<Vec<u8>> = prepared("SELECT key FROM kept_answers ORDER BY key")
            .select::<diesel::sql_types::Binary>()
            .load(&mut lane.connection)
            .unwrap();
        let sizes = sizes.lock().unwrap().clone();
        Told { answers, sizes, rows: keys.into_iter().flatten().collect() }
    }

    fn codes(answers: &[Result<u8, Error>]) -> Vec<Result<u8, Code>> {
        answers.iter().map(|answer| answer.as_ref().copied().map_err(Error::code)).collect()
    }

    #[test]
    fn commands_that_queue_while_the_lanes_are_busy_are_one_batch() {
        let told = ask(&[Wanted::Row; 40], &[]);
        assert_eq!(told.sizes, [32, 8]);
        assert_eq!(codes(&told.answers), (0..40).map(Ok).collect::<Vec<_>>());
        assert_eq!(told.rows, (0..40).collect::<Vec<_>>());
    }

    #[test]
    fn a_refusal_is_its_callers_alone() {
        let told = ask(&[Wanted::Row, Wanted::Refused, Wanted::Row], &[]);
        assert_eq!(told.sizes, [3]);
        assert_eq!(codes(&told.answers), [Ok(0), Err(Code::NotFound), Ok(2)]);
        assert_eq!(told.rows, [0, 2]);
    }

    #[test]
    fn after_a_failure_each_command_is_run_by_itself() {
        let told = ask(&[Wanted::Row, Wanted::Failing, Wanted::Row, Wanted::Panicking, Wanted::Refused], &[]);
        assert_eq!(told.sizes, [5, 1, 1, 1, 1, 1]);
        let internal = Err(Code::Internal);
        assert_eq!(codes(&told.answers), [Ok(0), internal, Ok(2), internal, Err(Code::NotFound)]);
        assert_eq!(told.rows, [0, 2]);
    }

    #[test]
    fn a_command_whose_caller_went_away_is_not_run() {
        let told = ask(&[Wanted::Row, Wanted::Row, Wanted::Row], &[0]);
        assert_eq!(told.sizes, [2]);
        assert_eq!(codes(&told.answers), [Ok(1), Ok(2)]);
        assert_eq!(told.rows, [1, 2]);
    }

    /// A caller times out while the batch runs: its command must not be committed, and the others must be.
    #[test]
    fn a_command_that_is_given_up_while_its_batch_runs_is_not_committed() {
        let impatient: CarryOut<Ticket, ()> = |_, asked| {
            if let [_, second, _] = asked {
                assert!(second.give_up());
            }
            Ok(asked.iter().map(|_| Ok(())).collect())
        };
        let (mut lane, _directory) = lane();
        let batcher = Arc::new(Batcher::new(impatient));
        let mut told = Vec::new();
        for _ in 0..3 {
            let (ticket, (tell, hears)) = (Ticket::new(), oneshot::channel());
            batcher.put(ticket.clone(), ticket, tell);
            told.push(hears);
        }
        let mut group = VecDeque::from([WriteTask::Batch(batcher)]);
        group_commit::run(&mut lane, &mut group, &Commits::new());
        assert_eq!(group.len(), 3, "each command is queued by itself");
        group_commit::run(&mut lane, &mut group, &Commits::new());
        let told: Vec<_> = told.iter_mut().map(|hears| hears.try_recv().ok()).collect();
        assert_eq!(told, [Some(Ok(())), None, Some(Ok(()))]);
    }
}
