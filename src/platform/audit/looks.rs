//! Accesses: reads of personal data by staff and council. A bounded queue is written in batches, so
//! that a read need not wait for a write. When the queue is full, the read waits.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::{EntryRow, store};
use crate::domain::Error;
use crate::platform::db::{Database, Lane, Patience};
use crate::platform::supervision::Restarts;

/// How long an access may wait before it is written.
const FLUSH_EVERY: Duration = Duration::from_millis(250);
/// How many accesses the queue holds.
const QUEUE: usize = 4096;
/// How many accesses one transaction writes.
const BATCH: usize = 512;

/// How long a read waits for space in the queue, and a readiness probe for its mark.
const PATIENCE: Duration = Duration::from_millis(1900);

enum Message {
    Look(Box<EntryRow>),
    Flush(oneshot::Sender<()>),
}

/// The queue of accesses.
#[derive(Clone)]
pub struct Looks(mpsc::Sender<Message>);

impl Looks {
    /// Starts the queue and the task that writes it.
    pub(in crate::platform) fn start(database: Arc<Database>) -> Self {
        Self::start_with(database)
    }

    fn start_with(store: impl Store) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let mut writer = Writer { store, receiver, batch: Vec::new(), in_hand: None, told: Vec::new() };
        tokio::spawn(async move {
            let mut restarts = Restarts::of("looks");
            while restarts.has_panicked(writer.run()).await {}
        });
        Self(sender)
    }

    /// A queue of this size. Nothing writes it until its receiver is read or dropped.
    #[cfg(test)]
    pub(super) fn unwritten(room: usize) -> (Self, impl FnMut() -> Option<EntryRow>) {
        let (sender, mut receiver) = mpsc::channel(room);
        let next = move || match receiver.try_recv() {
            Ok(Message::Look(row)) => Some(*row),
            Ok(Message::Flush(_)) | Err(_) => None,
        };
        (Self(sender), next)
    }

    /// Queues an access, and waits a while when the queue is full. If the access cannot be queued, the
    /// caller does not get the data.
    pub(in crate::platform) async fn note(&self, look: EntryRow) -> Result<(), Error> {
        let sent = timeout(PATIENCE, self.0.send(Message::Look(Box::new(look)))).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Error::unavailable("accesses are not being recorded")),
        }
    }

    /// Queues an entry if there is space, and returns whether there was.
    pub(in crate::platform) fn try_note(&self, entry: EntryRow) -> bool {
        self.0.try_send(Message::Look(Box::new(entry))).is_ok()
    }

    /// Sends a mark through the queue. It returns when every earlier access is recorded; `None` when the
    /// queue is full.
    fn mark(&self) -> Option<oneshot::Receiver<()>> {
        let (tell, told) = oneshot::channel();
        self.0.try_send(Message::Flush(tell)).ok().map(|()| told)
    }

    /// Returns when every earlier entry is written; for shutting down, and for tests.
    pub async fn flush(&self) {
        let (tell, told) = oneshot::channel();
        if self.0.send(Message::Flush(tell)).await.is_ok() {
            let _ = told.await;
        }
    }
}

/// The marks by which readiness sees whether accesses are recorded. Only one mark is in the queue at a
/// time.
#[derive(Default)]
pub struct Marks {
    sent: Option<oneshot::Receiver<()>>,
    /// When the last mark returned.
    last: Option<Instant>,
}

impl Marks {
    /// How long a mark shows that accesses are recorded. The next may be late, because the lanes may be
    /// busy.
    const LATELY: Duration = Duration::from_secs(10);

    /// Returns whether a mark returns in time, or has returned lately.
    pub(in crate::platform) async fn come(&mut self, looks: &Looks) -> bool {
        if self.sent.is_none() {
            self.sent = looks.mark();
        }
        if let Some(mark) = &mut self.sent
            && timeout(PATIENCE, mark).await.is_ok()
        {
            (self.sent, self.last) = (None, Some(Instant::now()));
        }
        self.last.is_some_and(|last| last.elapsed() < Self::LATELY)
    }
}

/// The destination of accesses.
trait Store: Send + 'static {
    /// Records all of them. `again` means that an earlier attempt may have recorded them.
    fn append(&self, looks: Arc<Vec<EntryRow>>, again: bool) -> impl Future<Output = Result<(), Error>> + Send;
}

impl Store for Arc<Database> {
    async fn append(&self, looks: Arc<Vec<EntryRow>>, again: bool) -> Result<(), Error> {
        let append = move |lane: &mut Lane| {
            let connection = &mut lane.connection;
            if !again {
                return store::append_all(connection, &looks);
            }
            looks.iter().try_for_each(|look| {
                if store::is_there(connection, look)? { Ok(()) } else { store::append(connection, look) }
            })
        };
        self.write(Patience::Chunk, append).await
    }
}

/// Writes the queue. It keeps the accesses that it has taken until they are written, also when it
/// panics and runs again.
struct Writer<S> {
    store: S,
    receiver: mpsc::Receiver<Message>,
    /// The accesses of the next batch.
    batch: Vec<EntryRow>,
    /// The accesses that a failed attempt may have recorded.
    in_hand: Option<Arc<Vec<EntryRow>>>,
    /// Callers that wait for earlier accesses.
    told: Vec<oneshot::Sender<()>>,
}

impl<S: Store> Writer<S> {
    /// Writes batches until the last sender of the queue is dropped.
    async fn run(&mut self) {
        loop {
            self.write().await;
            if !self.gather().await {
                return;
            }
        }
    }

    /// Collects a batch: the accesses within a quarter of a second of the first. Returns `false` when the
    /// queue has closed.
    async fn gather(&mut self) -> bool {
        let Some(first) = self.receiver.recv().await else { return false };
        let deadline = Instant::now() + FLUSH_EVERY;
        self.take(first);
        while self.batch.len() < BATCH && self.told.is_empty() {
            match timeout_at(deadline, self.receiver.recv()).await {
                Ok(Some(message)) => self.take(message),
                Ok(None) | Err(_) => break,
            }
        }
        true
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Look(look) => self.batch.push(*look),
            Message::Flush(tell) => self.told.push(tell),
        }
    }

    /// Writes the batch, and retries until it succeeds: a queued access must be recorded while the process
    /// lives.
    async fn write(&mut self) {
        let mut again = self.in_hand.is_some();
        while let Some(looks) = self.next() {
            match self.store.append(looks.clone(), again).await {
                Ok(()) => {
                    self.in_hand = None;
                    again = false;
                }
                Err(error) => {
                    tracing::error!(%error, looks = looks.len(), "accesses could not be recorded yet");
                    tokio::time::sleep(FLUSH_EVERY).await;
                    again = true;
                }
            }
        }
        for tell in self.told.drain(..) {
            let _ = tell.send(());
        }
    }

    /// The accesses to write now: those of a failed attempt, or the batch.
    fn next(&mut self) -> Option<Arc<Vec<EntryRow>>> {
        if self.in_hand.is_none() && !self.batch.is_empty() {
            self.in_hand = Some(Arc::new(std::mem::take(&mut self.batch)));
        }
        self.in_hand.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::Semaphore;

    use super::*;
    use crate::domain::{Actor, IdMint, Instant as Moment};
    use crate::platform::audit::{Action, Entry, Outcome};
    use crate::platform::vault::SystemEntropy;

    /// Panics at every second attempt, before or after recording.
    #[derive(Clone, Default)]
    struct Panicking(Arc<Mutex<(usize, Vec<&'static str>)>>);

    impl Store for Panicking {
        async fn append(&self, looks: Arc<Vec<EntryRow>>, again: bool) -> Result<(), Error> {
            tokio::task::yield_now().await;
            let attempt = {
                let mut state = self.0.lock().unwrap();
                state.0 += 1;
                state.0
            };
            assert!(attempt % 4 != 2, "on purpose, before");
            for look in looks.iter() {
                let recorded = &mut self.0.lock().unwrap().1;
                if !(again && recorded.contains(&look.action)) {
                    recorded.push(look.action);
                }
            }
            assert!(attempt % 4 != 0, "on purpose, after");
            Ok(())
        }
    }

    fn look(action: Action) -> EntryRow {
        let now = Moment::parse("2026-11-24T10:00:00Z").unwrap();
        let id = IdMint::new(Arc::new(SystemEntropy)).id(now);
        EntryRow::new(Entry::new(action), Outcome::Looked, &Actor::Job("test"), id, now)
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_loses_no_look_and_records_none_twice() {
        let store = Panicking::default();
        let looks = Looks::start_with(store.clone());
        let actions = &Action::ALL[..5];
        for &action in actions {
            looks.note(look(action)).await.unwrap();
            looks.flush().await;
        }
        let (attempts, recorded) = &*store.0.lock().unwrap();
        assert!(*attempts > actions.len(), "{attempts}");
        assert_eq!(recorded, &actions.iter().map(|action| action.row().name).collect::<Vec<_>>());
    }

    /// Records nothing while it has no permit.
    struct Held(Arc<Semaphore>);

    impl Store for Held {
        async fn append(&self, _: Arc<Vec<EntryRow>>, _: bool) -> Result<(), Error> {
            let _permit = self.0.acquire().await.unwrap();
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn looks_that_are_not_recorded_are_seen_and_cost_one_mark() {
        let permits = Arc::new(Semaphore::new(0));
        let (looks, mut marks) = (Looks::start_with(Held(permits.clone())), Marks::default());
        assert!(marks.come(&looks).await, "nothing is queued");
        looks.note(look(Action::ContactsRead)).await.unwrap();
        assert!(marks.come(&looks).await, "the last mark is not old");
        for _ in 0..10 {
            tokio::time::sleep(Marks::LATELY).await;
            assert!(!marks.come(&looks).await);
        }
        assert!(looks.0.capacity() >= QUEUE - 1);
        permits.add_permits(1);
        assert!(marks.come(&looks).await);
    }
}
