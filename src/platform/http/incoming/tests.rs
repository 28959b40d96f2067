use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::test::TestRequest;
use futures_util::stream::{self, Stream};

use super::*;
use crate::platform::vault::{CountingEntropy, SecretBytes};

/// A request whose body arrives in `pieces`.
fn incoming(pieces: impl Stream<Item = Result<Bytes, PayloadError>> + 'static) -> Incoming {
    let entropy = CountingEntropy::new();
    Incoming {
        request: TestRequest::post().to_http_request(),
        body: Body::Coming(Payload::Stream { payload: Box::pin(pieces) }),
        body_limit: BODY_LIMIT,
        receiving: Receiving::new(Duration::from_secs(20), 64 * 1024 * 1024, 1),
        read_again: None,
        actor: Arc::new(Actor::Anonymous),
        caller: String::new(),
        cursors: Arc::new(CursorKey::new(&SecretBytes::random(&entropy))),
        entropy: Arc::new(entropy),
    }
}

/// A byte every `gap`, without an end.
fn trickle(gap: Duration) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    stream::unfold((), move |()| async move {
        tokio::time::sleep(gap).await;
        Some((Ok(Bytes::from_static(b" ")), ()))
    })
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_has_20_seconds_in_all() {
    for gap in [Duration::from_millis(100), Duration::from_secs(19), Duration::from_secs(21)] {
        let begun = tokio::time::Instant::now();
        let refused = incoming(trickle(gap)).body().await.unwrap_err();
        assert_eq!(refused.code(), Code::RequestTimeout);
        assert_eq!(begun.elapsed().as_secs(), 20, "{gap:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_ends_in_time_is_whole() {
    let pieces = trickle(Duration::from_secs(1)).take(19);
    assert_eq!(incoming(pieces).body().await.unwrap().len(), 19);
}

/// A request whose body shares what `receiving` allows, and how many of its pieces were read so far.
fn sharing(receiving: &Receiving, pieces: Vec<&'static [u8]>) -> (Incoming, Rc<Cell<usize>>) {
    let read = Rc::new(Cell::new(0));
    let counted = read.clone();
    let pieces = stream::iter(pieces).map(move |piece| {
        counted.set(counted.get() + 1);
        Ok(Bytes::from_static(piece))
    });
    (Incoming { receiving: receiving.clone(), ..incoming(pieces) }, read)
}

#[tokio::test]
async fn all_bodies_share_a_budget_and_what_is_beyond_it_is_not_read() {
    const PIECE: &[u8] = &[b' '; 400_000];
    let receiving = Receiving::new(Duration::from_secs(20), 1_000_000, 1);
    let (mut first, _) = sharing(&receiving, vec![PIECE; 2]);
    let held = first.body().await.unwrap();
    let (mut second, read) = sharing(&receiving, vec![PIECE; 2]);
    let refused = second.body().await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    assert_eq!(refused.particulars().retry_after, Some(1));
    assert_eq!(read.get(), 1, "it is read on after the refusal");
    let (mut small, _) = sharing(&receiving, vec![b"{}"]);
    assert_eq!(small.body().await.unwrap(), "{}", "small ones have the last eighth");

    drop(first);
    sharing(&receiving, vec![PIECE; 2]).0.body().await.expect_err("a copy is held still");
    drop(held);
    sharing(&receiving, vec![PIECE; 2]).0.body().await.unwrap();
}

/// A file of so many bytes on a line of so many bytes a second.
fn file_on_a_line(bytes: usize, rate: usize) -> Incoming {
    let pieces = trickle(Duration::from_millis(100)).take(bytes * 10 / rate);
    let piece = Bytes::from(vec![b' '; rate / 10]);
    let pieces = pieces.map(move |_| Ok(piece.clone()));
    Incoming { body_limit: 20 * BODY_LIMIT, ..incoming(pieces) }
}

#[tokio::test(start_paused = true)]
async fn a_large_file_arrives_on_a_slow_line_and_a_trickle_does_not() {
    for rate in [64 * 1024, 80 * 1024] {
        let begun = tokio::time::Instant::now();
        let arrived = file_on_a_line(19 * BODY_LIMIT, rate).body().await.unwrap();
        assert!(arrived.len() > 18 * BODY_LIMIT && begun.elapsed().as_secs() > 200);
    }
    // A line of half that rate is given up once it is 20 seconds behind: after 40 seconds.
    let begun = tokio::time::Instant::now();
    let refused = file_on_a_line(19 * BODY_LIMIT, 32 * 1024).body().await.unwrap_err();
    assert_eq!(refused.code(), Code::RequestTimeout);
    assert!((39..=41).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_third_file_is_worked_through_in_its_turn() {
    let receiving = Receiving::new(Duration::from_secs(20), 64 * BODY_LIMIT, 1);
    let file = |caller: &str| {
        let (incoming, read) = sharing(&receiving, vec![b"name"]);
        (Incoming { body_limit: 2 * BODY_LIMIT, caller: caller.to_owned(), ..incoming }, read)
    };
    let ((mut first, _), (mut second, _), (mut third, read)) = (file("ada"), file("bob"), file("cyd"));
    let (one, _two) = (first.body().await.unwrap(), second.body().await.unwrap());

    let refused = third.body().await.unwrap_err();
    assert_eq!((refused.code(), read.get()), (Code::Unavailable, 1), "it has arrived");
    assert!(refused.particulars().retry_after.is_some());
    let (mut ordinary, _) = sharing(&receiving, vec![b"name"]);
    assert_eq!(ordinary.body().await.unwrap(), "name", "an ordinary body waits for no file");

    let begun = tokio::time::Instant::now();
    let (mut third, _) = file("cyd");
    let waiting = third.body();
    let ends = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        drop((first, one));
    };
    let (arrived, ()) = tokio::join!(waiting, ends);
    assert_eq!((arrived.unwrap().len(), begun.elapsed().as_secs()), (4, 5));
}

#[tokio::test(start_paused = true)]
async fn a_caller_sends_two_files_at_a_time_and_a_slow_one_delays_no_other_caller() {
    let receiving = Receiving::new(Duration::from_secs(20), 64 * BODY_LIMIT, 1);
    let slow = |caller: &str| Incoming {
        body_limit: 2 * BODY_LIMIT,
        caller: caller.to_owned(),
        receiving: receiving.clone(),
        ..incoming(trickle(Duration::from_secs(1)))
    };
    let (mut first, mut second) = (slow("ada"), slow("ada"));
    let others = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        let refused = slow("ada").body().await.unwrap_err();
        assert_eq!((refused.code(), refused.particulars().retry_after), (Code::TooManyImports, Some(10)));
        let (other, _) = sharing(&receiving, vec![b"name"]);
        let mut other = Incoming { body_limit: 2 * BODY_LIMIT, caller: "bob".to_owned(), ..other };
        assert_eq!(other.body().await.unwrap(), "name");
    };
    let (one, two, ()) = tokio::join!(first.body(), second.body(), others);
    assert_eq!([one, two].map(|late| late.unwrap_err().code()), [Code::RequestTimeout; 2]);
    let (freed, _) = sharing(&receiving, vec![b"name"]);
    let mut freed = Incoming { body_limit: 2 * BODY_LIMIT, caller: "ada".to_owned(), ..freed };
    freed.body().await.unwrap();
}

#[tokio::test]
async fn endless_chunks_are_refused_at_the_limit() {
    let pieces = stream::repeat_with(|| Ok(Bytes::from_static(&[b' '; 4096])));
    assert_eq!(incoming(pieces).body().await.unwrap_err().code(), Code::TooLarge);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_json() {
    let pieces = stream::iter([Ok(Bytes::from_static(b"{")), Err(PayloadError::Incomplete(None))]);
    assert_eq!(incoming(pieces).body().await.unwrap_err().code(), Code::MalformedJson);
}
