//! Large bodies are parsed and checked beside the worker threads, a few at a time.
//!
//! A worker thread serves all requests of its connections. A body of 1 MiB with faults everywhere takes
//! it tens of milliseconds, and each of those requests waits as long, including `/health/live`.

use std::sync::Arc;

use actix_web::web::Bytes;
use tokio::sync::Semaphore;

use crate::domain::{Code, Error};

/// The largest body, in bytes, that is checked on the worker thread that received it.
pub(super) const SMALL: usize = 64 * 1024;

/// How many large bodies may wait for their check.
const WAITING: usize = 16;

/// The large bodies that are being checked or wait for it. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Checking {
    places: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

impl Checking {
    /// Checks at most `at_once` large bodies at a time, and at least one.
    pub(super) fn new(at_once: usize) -> Self {
        let at_once = at_once.max(1);
        Self { places: Arc::new(Semaphore::new(at_once + WAITING)), running: Arc::new(Semaphore::new(at_once)) }
    }

    /// Checks a body: a small one at once, a large one on another thread after the large ones before it.
    ///
    /// # Errors
    /// The errors of `check`; 503 when too many large bodies wait already; 500 when `check` panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        body: Bytes,
        check: impl FnOnce(Bytes) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        if body.len() <= SMALL {
            return check(body);
        }
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            return Err(busy(
                "The service is checking too many large bodies now, and changed nothing. Send the request again.",
                1,
            ));
        };
        let turn = self.running.clone().acquire_owned().await.map_err(|error| Error::internal(error))?;
        // The place and the permit belong to the check, which continues to its end when the caller
        // disconnects.
        let checked = tokio::task::spawn_blocking(move || {
            let checked = check(body);
            drop((turn, place));
            checked
        });
        checked.await.unwrap_or_else(|_| Err(Error::internal("a panic in the check of a body")))
    }
}

/// A 503 that tells the caller to try again after so many seconds.
pub(super) fn busy(detail: impl Into<std::borrow::Cow<'static, str>>, retry_after: u32) -> Error {
    Error::new(Code::Unavailable, detail).with(|p| p.retry_after = Some(retry_after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn large() -> Bytes {
        Bytes::from(vec![b' '; SMALL + 1])
    }

    #[tokio::test]
    async fn a_small_body_is_checked_on_its_thread_and_a_large_one_on_another() {
        let checking = Checking::new(1);
        let thread = |_| Ok(std::thread::current().id());
        let own = std::thread::current().id();
        assert_eq!(checking.run(Bytes::from(vec![b' '; SMALL]), thread).await.unwrap(), own);
        assert_ne!(checking.run(large(), thread).await.unwrap(), own);
    }

    #[tokio::test]
    async fn large_bodies_are_checked_a_few_at_a_time_and_wait_in_a_bounded_queue() {
        const AT_ONCE: usize = 2;
        let checking = Checking::new(AT_ONCE);
        let (begin, begun) = flume::unbounded();
        let (end, ends) = flume::unbounded::<()>();
        let check = || {
            let (checking, begin, ends) = (checking.clone(), begin.clone(), ends.clone());
            tokio::spawn(async move {
                let check = move |_| {
                    begin.send(()).map_err(|error| Error::internal(error))?;
                    ends.recv().map_err(|error| Error::internal(error))
                };
                checking.run(large(), check).await
            })
        };
        let waiting: Vec<_> = (0..AT_ONCE + WAITING).map(|_| check()).collect();
        let refused = check().await.unwrap().unwrap_err();
        assert_eq!((refused.code(), refused.particulars().retry_after), (Code::Unavailable, Some(1)));
        assert!(checking.run(Bytes::new(), |_| Ok(())).await.is_ok(), "a small body needs no place");
        for _ in 0..AT_ONCE {
            begun.recv_async().await.unwrap();
        }
        for _ in 0..WAITING {
            assert!(begun.is_empty(), "more are checked at a time");
            end.send(()).unwrap();
            begun.recv_async().await.unwrap();
        }
        for _ in 0..=AT_ONCE {
            end.send(()).unwrap();
        }
        for done in waiting {
            done.await.unwrap().unwrap();
        }
        check().await.unwrap().expect("the places are free again");
    }

    #[tokio::test]
    async fn a_caller_that_hangs_up_leaves_its_turn_when_the_check_has_ended() {
        let checking = Checking::new(1);
        let (begin, begun) = flume::unbounded();
        let (end, ends) = flume::unbounded::<()>();
        let beside = checking.clone();
        let hangs_up = tokio::spawn(async move {
            let check = move |_| {
                begin.send(()).map_err(|error| Error::internal(error))?;
                ends.recv().map_err(|error| Error::internal(error))
            };
            beside.run(large(), check).await
        });
        begun.recv_async().await.unwrap();
        hangs_up.abort();
        assert!(hangs_up.await.unwrap_err().is_cancelled());
        assert_eq!(checking.running.available_permits(), 0);
        end.send(()).unwrap();
        checking.run(large(), |_| Ok(())).await.unwrap();
    }

    #[tokio::test]
    async fn a_panic_is_the_failure_of_one_request() {
        let checking = Checking::new(1);
        for _ in 0..WAITING + 2 {
            let check = |_| -> Result<(), Error> { panic!("on purpose") };
            assert_eq!(checking.run(large(), check).await.unwrap_err().code(), Code::Internal);
        }
        checking.run(large(), |_| Ok(())).await.unwrap();
    }
}
