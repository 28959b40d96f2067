//! Looks: reads of personal data by staff and council. They go to a bounded queue that is written in
//! batches, so that a read need not wait for a write; when it is full, the read waits.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{EntryRow, store};
use crate::domain::Error;
use crate::platform::db::{Database, Lane, Patience};

/// How long a look may wait before it is written.
const FLUSH_EVERY: Duration = Duration::from_millis(250);
/// How many looks may wait.
const QUEUE: usize = 4096;
/// How many are written in one transaction.
const BATCH: usize = 512;

/// How long a read waits for room in the queue.
const PATIENCE: Duration = Duration::from_millis(1900);

enum Message {
    Look(Box<EntryRow>),
    Flush(oneshot::Sender<()>),
}

/// The queue of looks.
#[derive(Clone)]
pub struct Looks(mpsc::Sender<Message>);

impl Looks {
    /// Starts the queue and the task that writes it.
    pub(in crate::platform) fn start(database: Arc<Database>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(write_all(database, receiver));
        Self(sender)
    }

    /// Queues a look; waits a while when the queue is full. What cannot be recorded is not shown.
    pub(in crate::platform) async fn note(&self, look: EntryRow) -> Result<(), Error> {
        let sent = tokio::time::timeout(PATIENCE, self.0.send(Message::Look(Box::new(look)))).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Error::unavailable("looks are not being recorded")),
        }
    }

    /// Returns when everything that was queued before is written; for shutting down, and for tests.
    pub async fn flush(&self) {
        let (tell, told) = oneshot::channel();
        if self.0.send(Message::Flush(tell)).await.is_ok() {
            let _ = told.await;
        }
    }
}

async fn write_all(database: Arc<Database>, mut receiver: mpsc::Receiver<Message>) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut told = Vec::new();
    while let Some(first) = receiver.recv().await {
        let deadline = tokio::time::Instant::now() + FLUSH_EVERY;
        sort(first, &mut batch, &mut told);
        while batch.len() < BATCH && told.is_empty() {
            match tokio::time::timeout_at(deadline, receiver.recv()).await {
                Ok(Some(message)) => sort(message, &mut batch, &mut told),
                Ok(None) | Err(_) => break,
            }
        }
        write(&database, std::mem::take(&mut batch)).await;
        for tell in told.drain(..) {
            let _ = tell.send(());
        }
    }
}

fn sort(message: Message, batch: &mut Vec<EntryRow>, told: &mut Vec<oneshot::Sender<()>>) {
    match message {
        Message::Look(look) => batch.push(*look),
        Message::Flush(tell) => told.push(tell),
    }
}

/// Writes a batch, as often as it takes: a look that was given must not go unrecorded while we live.
async fn write(database: &Database, batch: Vec<EntryRow>) {
    if batch.is_empty() {
        return;
    }
    let batch = Arc::new(batch);
    let mut again = false;
    loop {
        let looks = batch.clone();
        let append = move |lane: &mut Lane| {
            let connection = &mut lane.connection;
            if !again {
                return store::append_all(connection, &looks);
            }
            // What became of the attempt before may not be known.
            looks.iter().try_for_each(|look| {
                if store::is_there(connection, look)? { Ok(()) } else { store::append(connection, look) }
            })
        };
        match database.write(Patience::Chunk, append).await {
            Ok(()) => return,
            Err(error) => {
                tracing::error!(%error, looks = batch.len(), "looks could not be recorded yet");
                tokio::time::sleep(FLUSH_EVERY).await;
                again = true;
            }
        }
    }
}
