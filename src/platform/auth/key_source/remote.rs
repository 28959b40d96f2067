//! The keys that an issuer publishes, held here and kept current by one task.
//!
//! The task alone fetches, one fetch at a time. A request whose token names a `kid` that is not here puts a
//! wish to it and waits for its answer; all others go on with the keys there are. While the issuer cannot be
//! reached or answers nonsense, the old keys stay in force, and the log says so once for each reason.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::pace::Pace;
use super::{Current, Fetch};
use crate::domain::Clock;
use crate::platform::auth::KeySet;
use crate::platform::supervision::Restarts;

/// How often the task looks at the clock.
const LOOK: Duration = Duration::from_secs(1);
/// How many requests may wait for a fetch; to others, an unknown `kid` is unknown.
const MOST_WAITING: usize = 4096;

/// A request waits for a `kid`.
struct Wish {
    kid: String,
    done: oneshot::Sender<()>,
}

/// The keys of an issuer that publishes them.
#[derive(Debug)]
pub struct RemoteKeys {
    fetch: Arc<dyn Fetch>,
    current: Arc<RwLock<Current>>,
    wishes: OnceLock<mpsc::Sender<Wish>>,
}

impl RemoteKeys {
    /// No keys as yet: they come with `fetch`.
    pub fn new(fetch: Arc<dyn Fetch>) -> Self {
        let none = Current { keys: Arc::new(KeySet::default()), generation: 0 };
        Self { fetch, current: Arc::new(RwLock::new(none)), wishes: OnceLock::new() }
    }

    /// Starts the task, which ends when `self` is dropped.
    pub(super) fn keep(&self, issuer: &str, clock: &Clock) {
        let (sender, mut wishes) = mpsc::channel(MOST_WAITING);
        if self.wishes.set(sender).is_err() {
            return;
        }
        let mut keeper = Keeper {
            issuer: issuer.to_owned(),
            fetch: self.fetch.clone(),
            current: self.current.clone(),
            pace: Pace::default(),
            content: None,
            complaint: None,
        };
        let clock = clock.clone();
        tokio::spawn(async move {
            let mut restarts = Restarts::of("key-fetcher");
            while restarts.has_panicked(keeper.keep(&mut wishes, &clock)).await {}
        });
    }

    pub(super) fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns when the task has done what it may for this `kid`.
    pub(super) async fn learn(&self, kid: &str) {
        let Some(wishes) = self.wishes.get() else { return };
        let (done, answered) = oneshot::channel();
        if wishes.try_send(Wish { kid: kid.to_owned(), done }).is_ok() {
            // Answered, or the task has ended: there is nothing to wait for in either case.
            let _ = answered.await;
        }
    }

    /// Fetches the keys and keeps nothing.
    pub(super) async fn fetched(&self) -> Result<KeySet, String> {
        let fetched = self.fetch.fetch().await.map_err(|why| why.to_string())?;
        KeySet::parse(&fetched.body).map_err(|why| why.to_string())
    }
}

/// What the task knows.
struct Keeper {
    issuer: String,
    fetch: Arc<dyn Fetch>,
    current: Arc<RwLock<Current>>,
    pace: Pace,
    /// What the keys in force were read from.
    content: Option<Vec<u8>>,
    /// Why the last fetch brought nothing.
    complaint: Option<String>,
}

impl Keeper {
    async fn keep(&mut self, wishes: &mut mpsc::Receiver<Wish>, clock: &Clock) {
        // Dropped by a panic, those who wait are answered too.
        let mut waiting = Vec::new();
        loop {
            // Those that came while the keys were being fetched may find theirs there; dropped, a wish is answered too.
            waiting.retain(|wish: &Wish| !self.has(&wish.kid));
            let now = clock.elapsed();
            if self.pace.is_due(now) || (!waiting.is_empty() && self.pace.may_ask(now)) {
                self.refresh(now).await;
            }
            for wish in waiting.drain(..) {
                let _ = wish.done.send(());
            }
            match timeout(LOOK, wishes.recv()).await {
                Ok(None) => return,
                Ok(Some(wish)) => waiting.push(wish),
                Err(_) => {}
            }
            while let Ok(wish) = wishes.try_recv() {
                waiting.push(wish);
            }
        }
    }

    fn has(&self, kid: &str) -> bool {
        self.current.read().unwrap_or_else(PoisonError::into_inner).keys.find(kid).is_some()
    }

    async fn refresh(&mut self, now: Duration) {
        let fetched = self.fetch.fetch().await.map_err(|why| why.to_string());
        let read = fetched.and_then(|fetched| match KeySet::parse(&fetched.body) {
            Ok(keys) => Ok((keys, fetched)),
            Err(why) => Err(why.to_string()),
        });
        match read {
            Ok((keys, fetched)) => {
                self.pace.fetched(now, fetched.max_age);
                self.put_in_force(keys, fetched.body);
            }
            Err(why) => {
                self.pace.failed(now, self.content.is_some());
                self.complain(why);
            }
        }
    }

    fn put_in_force(&mut self, keys: KeySet, content: Vec<u8>) {
        let issuer = &self.issuer;
        if self.complaint.take().is_some() {
            tracing::info!(issuer, "the issuer's keys can be fetched again");
        }
        if self.content.as_ref() == Some(&content) {
            return;
        }
        self.content = Some(content);
        match keys.len() {
            0 => {
                tracing::warn!(issuer, left_out = ?keys.left_out(), "the issuer has no key that verifies tokens, so \
                                                                     all its tokens are refused");
            }
            number => tracing::info!(issuer, number, left_out = ?keys.left_out(), "new keys are in force"),
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Current { keys: Arc::new(keys), generation: current.generation + 1 };
    }

    fn complain(&mut self, why: String) {
        if self.complaint.as_ref() == Some(&why) {
            return;
        }
        let issuer = &self.issuer;
        if self.content.is_some() {
            tracing::warn!(issuer, why, "the issuer's keys cannot be fetched; the old ones stay in force");
        } else {
            tracing::warn!(issuer, why, "the issuer's keys cannot be fetched; its tokens are refused until then");
        }
        self.complaint = Some(why);
    }
}

#[cfg(test)]
mod tests;
