//! The data keys on SQLite.
//!
//! The keys are in a file of their own, and two files in WAL mode do not commit atomically together. So
//! the lane commits new keys before the group that needs them, and destroys keys after the group that
//! gave them up. It deletes a key whose group was not committed; a key left over by a crash is unused.
//! The next start destroys the keys of erased people again.

use std::collections::HashMap;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use uuid::Uuid;

use super::connection::{ConnectionError, open_vault_file};
use super::{dialect, prepared};
use crate::domain::Instant;

/// A wrapped data key as the vault file stores it.
#[derive(Clone)]
pub struct KeyRow {
    pub(in crate::platform) owner: Uuid,
    pub(in crate::platform) master_key: Vec<u8>,
    pub(in crate::platform) wrapped: Vec<u8>,
    pub(in crate::platform) made_at: Instant,
}

/// An executed erasure plan that kept some records, as the vault file stores it.
#[derive(Clone)]
pub struct PlanRow {
    pub(in crate::platform) plan: Uuid,
    pub(in crate::platform) contact: Uuid,
    pub(in crate::platform) sha256: String,
    pub(in crate::platform) text: String,
    pub(in crate::platform) executed_at: Instant,
}

/// The number of changes of each kind before a savepoint.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    made: usize,
    destroyed: usize,
    executed: usize,
}

/// Changes to the vault file that wait for the group's commit.
pub struct KeyChanges {
    file: SqliteConnection,
    made: Vec<KeyRow>,
    by_owner: HashMap<Uuid, usize>,
    destroyed: Vec<(Uuid, Instant)>,
    executed: Vec<PlanRow>,
    /// About how many pages the journal has grown by since the last checkpoint.
    journalled: usize,
}

/// How many pages the journal of the vault file grows by before a checkpoint: SQLite's own default.
const JOURNAL: usize = 1000;

impl KeyChanges {
    pub(super) fn open(vault: &Path) -> Result<Self, ConnectionError> {
        let (made, by_owner, destroyed, executed) = (Vec::new(), HashMap::new(), Vec::new(), Vec::new());
        Ok(Self { file: open_vault_file(vault)?, made, by_owner, destroyed, executed, journalled: 0 })
    }

    /// A key that the group has created and not yet committed.
    pub(in crate::platform) fn made(&self, owner: Uuid) -> Option<&KeyRow> {
        self.by_owner.get(&owner).and_then(|&at| self.made.get(at))
    }

    /// Adds a key.
    pub(in crate::platform) fn make(&mut self, key: KeyRow) {
        self.by_owner.insert(key.owner, self.made.len());
        self.made.push(key);
    }

    /// Destroys a key once the group has committed.
    pub(in crate::platform) fn destroy(&mut self, owner: Uuid, at: Instant) {
        self.destroyed.push((owner, at));
    }

    /// Records a plan after the group has committed.
    pub(in crate::platform) fn note_executed(&mut self, plan: PlanRow) {
        self.executed.push(plan);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { made: self.made.len(), destroyed: self.destroyed.len(), executed: self.executed.len() }
    }

    pub(super) fn back_to(&mut self, Mark { made, destroyed, executed }: Mark) {
        for key in self.made.drain(made..) {
            self.by_owner.remove(&key.owner);
        }
        self.destroyed.truncate(destroyed);
        self.executed.truncate(executed);
    }

    pub(super) fn clear(&mut self) {
        self.back_to(Mark::default());
    }

    pub(super) fn commit_made(&mut self) -> QueryResult<()> {
        if self.made.is_empty() {
            return Ok(());
        }
        let made = &self.made;
        // The first page, two of the tree, and one more for some dozens of keys.
        self.journalled += 3 + made.len() / 16;
        self.file.immediate_transaction(|file| {
            for key in made {
                let insert = prepared("INSERT INTO data_keys (owner_id, master_key, wrapped, made_at) VALUES (");
                let insert = insert.bind::<Binary, _>(key.owner.as_bytes().as_slice()).sql(", ");
                let insert = insert.bind::<Binary, _>(key.master_key.as_slice()).sql(", ");
                let insert = insert.bind::<Binary, _>(key.wrapped.as_slice()).sql(", ");
                insert.bind::<BigInt, _>(key.made_at.micros()).sql(")").execute(file)?;
            }
            Ok(())
        })
    }

    /// Deletes the keys that the group destroyed, and records their owners and the executed plans. Returns
    /// whether there were any keys.
    pub(super) fn commit_destroyed(&mut self) -> QueryResult<bool> {
        let (destroyed, executed) = (std::mem::take(&mut self.destroyed), std::mem::take(&mut self.executed));
        if destroyed.is_empty() && executed.is_empty() {
            return Ok(false);
        }
        self.file.immediate_transaction(|file| {
            executed.iter().try_for_each(|plan| note(file, plan))?;
            for (owner, at) in &destroyed {
                delete(file, *owner)?;
                let note = prepared("INSERT OR IGNORE INTO destroyed_keys (owner_id, destroyed_at) VALUES (");
                let note = note.bind::<Binary, _>(owner.as_bytes().as_slice()).sql(", ");
                note.bind::<BigInt, _>(at.micros()).sql(")").execute(file)?;
            }
            Ok(!destroyed.is_empty())
        })
    }

    /// Checkpoints a long journal, so that it starts again. Only between two groups: the transaction of a
    /// running group still reads its start of the journal, and the journal would grow forever.
    pub(super) fn copy_journal(&mut self) {
        if self.journalled < JOURNAL {
            return;
        }
        self.journalled = 0;
        if let Err(error) = dialect::copy_journal(&mut self.file) {
            tracing::warn!(%error, "the journal of the vault file could not be checkpointed");
        }
    }

    /// Deletes the keys that were committed for a group that was then rolled back.
    pub(super) fn take_back(&mut self) -> QueryResult<()> {
        let made = &self.made;
        if made.is_empty() {
            return Ok(());
        }
        self.file.immediate_transaction(|file| made.iter().try_for_each(|key| delete(file, key.owner)))
    }

    /// Checkpoints the journal of the vault file.
    pub(super) fn scrub(&mut self) -> QueryResult<bool> {
        dialect::truncate_journal(&mut self.file)
    }
}

fn delete(file: &mut SqliteConnection, owner: Uuid) -> QueryResult<()> {
    let delete = prepared("DELETE FROM data_keys WHERE owner_id = ");
    delete.bind::<Binary, _>(owner.as_bytes().as_slice()).execute(file)?;
    Ok(())
}

fn note(file: &mut SqliteConnection, plan: &PlanRow) -> QueryResult<()> {
    let note =
        prepared("INSERT OR IGNORE INTO executed_plans (plan_id, contact_id, sha256, plan, executed_at) VALUES (");
    let note = note.bind::<Binary, _>(plan.plan.as_bytes().as_slice()).sql(", ");
    let note = note.bind::<Binary, _>(plan.contact.as_bytes().as_slice()).sql(", ");
    let note = note.bind::<Text, _>(plan.sha256.as_str()).sql(", ");
    let note = note.bind::<Text, _>(plan.text.as_str()).sql(", ");
    note.bind::<BigInt, _>(plan.executed_at.micros()).sql(")").execute(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use diesel::connection::SimpleConnection;

    use super::super::commits::Commits;
    use super::super::connection::{Use, open};
    use super::super::group_commit::run;
    use super::super::lane::Lane;
    use super::super::ticket::Ticket;
    use super::super::write_task::{Closure, Outcome, WriteTask};
    use super::super::{AnyConnection, MigrationError, Target, migrate};
    use super::*;

    fn lane(folder: &Path) -> Lane {
        let target = Target::sqlite(&folder.join("iewm.db"));
        migrate(&target, crate::platform::db::LOCK_PATIENCE, |_| Ok::<(), MigrationError>(())).unwrap();
        Lane::new(open(&target, Use::Writing).unwrap(), &target, Use::Writing).unwrap()
    }

    fn key(number: u128) -> KeyRow {
        let (master_key, wrapped) = (vec![0; 8], vec![0; 60]);
        KeyRow { owner: Uuid::from_u128(number), master_key, wrapped, made_at: Instant::from_micros(0).unwrap() }
    }

    /// A write that creates the key of that number, and commits or fails.
    fn making(number: u128, keep: bool) -> WriteTask {
        let job: Closure = Box::new(move |lane| {
            lane.keys.as_mut().unwrap().make(key(number));
            Outcome::new(keep, Box::new(|ended| assert_eq!(ended, Ok(()))))
        });
        WriteTask::Alone(Ticket::new(), job)
    }

    fn run_all(lane: &mut Lane, jobs: impl IntoIterator<Item = WriteTask>) {
        let mut group: VecDeque<_> = jobs.into_iter().collect();
        while !group.is_empty() {
            run(lane, &mut group, &Commits::new());
        }
    }

    fn keys_in_the_file(lane: &mut Lane) -> Vec<u128> {
        #[derive(QueryableByName)]
        struct Owner {
            #[diesel(sql_type = Binary)]
            owner_id: Vec<u8>,
        }
        let AnyConnection::Sqlite(sqlite) = &mut lane.connection else { panic!("SQLite") };
        let owners = diesel::sql_query("SELECT owner_id FROM vault.data_keys ORDER BY owner_id");
        let owners: Vec<Owner> = owners.load(sqlite).unwrap();
        owners.iter().map(|owner| Uuid::from_slice(&owner.owner_id).unwrap().as_u128()).collect()
    }

    #[test]
    fn keys_stay_of_those_alone_who_have_come() {
        let folder = tempfile::tempdir().unwrap();
        let mut lane = lane(folder.path());
        run_all(&mut lane, [making(1, false), making(2, true), making(3, false), making(4, true)]);
        assert_eq!(keys_in_the_file(&mut lane), [2, 4]);
        run_all(&mut lane, [making(5, false)]);
        assert_eq!(keys_in_the_file(&mut lane), [2, 4]);
    }

    /// A key that cannot be written rolls its whole group back, and does not affect the next group.
    #[test]
    fn without_its_key_no_contact_is_created() {
        let folder = tempfile::tempdir().unwrap();
        let mut lane = lane(folder.path());
        run_all(&mut lane, [making(1, true)]);
        let keep = "INSERT INTO kept_answers (key, fingerprint, kind, status, body_bytes, kept_until) VALUES (x'00', x'', 'status', 204, 0, 0)";
        let again: Closure = Box::new(move |lane| {
            let keys = lane.keys.as_mut().unwrap();
            keys.make(key(2));
            keys.make(key(1));
            lane.connection.batch_execute(keep).unwrap();
            Outcome::new(true, Box::new(|ended| assert!(ended.is_err())))
        });
        run_all(&mut lane, [WriteTask::Alone(Ticket::new(), again)]);
        run_all(&mut lane, [making(3, true)]);
        assert_eq!(keys_in_the_file(&mut lane), [1, 3]);
        lane.connection.batch_execute(keep).unwrap(); // it was not there
    }

    #[test]
    fn a_plan_is_noted_with_the_write_that_executed_it() {
        #[derive(QueryableByName)]
        struct Noted {
            #[diesel(sql_type = Binary)]
            plan_id: Vec<u8>,
        }
        let folder = tempfile::tempdir().unwrap();
        let mut lane = lane(folder.path());
        let executing = |number: u128, keep: bool| {
            let (plan, contact) = (Uuid::from_u128(number), Uuid::from_u128(7));
            let executed_at = Instant::from_micros(0).unwrap();
            let row = PlanRow { plan, contact, sha256: String::new(), text: "{}".to_owned(), executed_at };
            let job: Closure = Box::new(move |lane| {
                let keys = lane.keys.as_mut().unwrap();
                keys.note_executed(row.clone());
                keys.note_executed(row);
                Outcome::new(keep, Box::new(|ended| assert_eq!(ended, Ok(()))))
            });
            WriteTask::Alone(Ticket::new(), job)
        };
        run_all(&mut lane, [executing(1, false), executing(2, true), executing(3, false)]);
        run_all(&mut lane, [executing(2, true)]);
        let AnyConnection::Sqlite(sqlite) = &mut lane.connection else { panic!("SQLite") };
        let noted: Vec<Noted> = diesel::sql_query("SELECT plan_id FROM vault.executed_plans").load(sqlite).unwrap();
        let noted: Vec<u128> = noted.iter().map(|row| Uuid::from_slice(&row.plan_id).unwrap().as_u128()).collect();
        assert_eq!(noted, [2]);
    }

    /// Each group reads the vault while its keys are committed.
    #[test]
    fn the_journal_of_the_vault_does_not_grow_with_those_who_come() {
        let folder = tempfile::tempdir().unwrap();
        let mut lane = lane(folder.path());
        let mut longest = 0;
        for number in 0..1500 {
            run_all(&mut lane, [making(number, true)]);
            longest = longest.max(std::fs::metadata(folder.path().join("iewm-vault.db-wal")).unwrap().len());
        }
        assert!(longest < 3 * 1000 * 4096 / 2, "{longest} bytes");
    }
}
