use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::advance;

use super::*;

const STALL: Duration = Duration::from_secs(30);

/// A connection over a stream that buffers 1,000 bytes, its peer, and the budget of the process.
fn connection() -> (Connection<DuplexStream>, DuplexStream, Budget) {
    let (stream, peer) = duplex(1000);
    let sending = Budget::new(1000);
    let deadline = WriteDeadline::new(STALL, sending.clone(), Counter::default());
    (Connection { stream, deadline, reset: |_| (), blocked: None }, peer, sending)
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_is_given_up_after_the_deadline() {
    let (mut connection, _peer, _) = connection();
    let begun = Instant::now();
    let failed = connection.write_all(&[0; 5000]).await.unwrap_err();
    assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
    assert_eq!(begun.elapsed().as_secs(), 30);
    assert_eq!(connection.deadline.closed.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_stops_half_way_is_given_up_after_the_deadline() {
    let (mut connection, mut peer, _) = connection();
    let begun = Instant::now();
    let writing = tokio::spawn(async move { connection.write_all(&[0; 5000]).await });
    advance(Duration::from_secs(29)).await;
    peer.read_exact(&mut [0; 2000]).await.unwrap();
    assert_eq!(writing.await.unwrap().unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert_eq!(begun.elapsed().as_secs(), 59);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_a_byte_within_each_deadline_gets_everything() {
    let (mut connection, mut peer, _) = connection();
    let begun = Instant::now();
    let writing = tokio::spawn(async move { connection.write_all(&[7; 1100]).await });
    for _ in 0..100 {
        advance(Duration::from_secs(29)).await;
        assert_eq!(peer.read_u8().await.unwrap(), 7);
    }
    writing.await.unwrap().unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(2900));
}

#[tokio::test(start_paused = true)]
async fn a_peer_has_a_second_while_answers_crowd_the_budget() {
    let (mut connection, _peer, sending) = connection();
    let begun = Instant::now();
    let _held = sending.count(501);
    connection.write_all(&[0; 5000]).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_from_a_peer_that_reads_nothing() {
    let (mut connection, mut peer, _) = connection();
    peer.write_all(b"GET").await.unwrap();
    let (mut reading, mut writing) = tokio::io::split(&mut connection);
    let ((), ()) = tokio::join!(
        async {
            writing.write_all(&[0; 1500]).await.unwrap();
        },
        async {
            let mut head = [0; 3];
            let read = reading.read_exact(&mut head);
            tokio::pin!(read);
            assert!(
                tokio::time::timeout(Duration::from_secs(20), &mut read).await.is_err(),
                "read while a write waits"
            );
            peer.read_exact(&mut [0; 1500]).await.unwrap();
            read.await.unwrap();
        },
    );
}
