//! The keeper against an issuer that says what the test wants. Tokio's time is paused: it runs ahead to whatever
//! is waited for as soon as nothing else is left to do.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use serde_json::json;
use tokio::sync::Semaphore;

use super::super::super::forge::{Pair, jwks, noon};
use super::super::super::{Issuer, Profile, Tokens};
use super::super::{FetchError, Fetched, KeySource};
use super::*;
use crate::domain::{Hands, Role};

/// An issuer that answers when it is let.
#[derive(Debug)]
struct Scripted {
    answer: Mutex<Result<Fetched, FetchError>>,
    asked: AtomicUsize,
    let_answer: Semaphore,
    /// The next fetch panics.
    panics: AtomicBool,
}

impl Scripted {
    fn new(answer: Result<Fetched, FetchError>) -> Arc<Self> {
        let (asked, let_answer) = (AtomicUsize::new(0), Semaphore::new(100));
        Arc::new(Self { answer: Mutex::new(answer), asked, let_answer, panics: AtomicBool::new(false) })
    }

    fn says(&self, answer: Result<Fetched, FetchError>) {
        *self.answer.lock().unwrap() = answer;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn hold(&self) {
        self.let_answer.forget_permits(100);
    }

    fn release(&self) {
        self.let_answer.add_permits(100);
    }
}

impl Fetch for Scripted {
    fn fetch(&self) -> BoxFuture<'_, Result<Fetched, FetchError>> {
        Box::pin(async {
            self.asked.fetch_add(1, Ordering::SeqCst);
            assert!(!self.panics.swap(false, Ordering::SeqCst), "on purpose");
            let _leave = self.let_answer.acquire().await.unwrap();
            self.answer.lock().unwrap().clone()
        })
    }
}

/// Keys by these names, new ones each time.
fn keys(kids: &[&str]) -> Fetched {
    let keys: Vec<_> = kids.iter().map(|kid| Pair::ed().jwk(kid)).collect();
    Fetched { body: jwks(&keys).into_bytes(), max_age: None }
}

fn down() -> FetchError {
    FetchError::Connection("refused".to_owned())
}

struct Kept {
    issuer: Arc<Scripted>,
    keys: RemoteKeys,
    hands: Hands,
}

impl Kept {
    fn new(issuer: Arc<Scripted>) -> Self {
        let (clock, hands) = Clock::by_hand(noon());
        let keys = RemoteKeys::new(issuer.clone());
        keys.keep("https://issuer.example", &clock);
        Self { issuer, keys, hands }
    }

    /// Turns the clock and lets the task look at it.
    async fn later(&self, seconds: i64) {
        self.hands.advance(chrono::Duration::seconds(seconds));
        tokio::time::sleep(2 * LOOK).await;
    }

    fn has(&self, kid: &str) -> bool {
        self.keys.current().keys.find(kid).is_some()
    }

    async fn learns(&self, kid: &str) -> bool {
        self.keys.learn(kid).await;
        self.has(kid)
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_who_comes_waits_for_the_first_keys() {
    let kept = Kept::new(Scripted::new(Ok(keys(&["a"]))));
    kept.issuer.hold();
    tokio::time::sleep(LOOK).await;
    assert!(kept.keys.learn("a").now_or_never().is_none());
    kept.issuer.release();
    assert!(kept.learns("a").await);
    assert_eq!(kept.issuer.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_kid_is_asked_for_once_a_minute_and_no_more() {
    let kept = Kept::new(Scripted::new(Ok(keys(&["a"]))));
    kept.later(0).await;
    kept.issuer.says(Ok(keys(&["b"])));
    assert!(kept.learns("b").await && !kept.has("a"));
    assert_eq!(kept.issuer.asked(), 2);

    kept.issuer.says(Ok(keys(&["b", "c"])));
    for number in 0..500 {
        kept.keys.learn(&format!("made up {number}")).await;
    }
    kept.later(59).await;
    assert!(!kept.learns("c").await);
    assert_eq!(kept.issuer.asked(), 2);
    kept.later(1).await;
    assert_eq!(kept.issuer.asked(), 2, "no request asked");
    assert!(kept.learns("c").await);
    assert_eq!(kept.issuer.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn waiting_requests_share_one_fetch_and_no_other_waits() {
    let kept = Kept::new(Scripted::new(Ok(keys(&["a"]))));
    kept.later(0).await;
    kept.issuer.hold();
    kept.issuer.says(Ok(keys(&["a", "b"])));
    let mut all = Box::pin(join_all((0..100).map(|_| kept.learns("b"))));
    assert!((&mut all).now_or_never().is_none());
    tokio::time::sleep(LOOK).await;
    assert_eq!(kept.issuer.asked(), 2);
    assert!(kept.has("a"));
    kept.issuer.release();
    assert_eq!(all.await, [true; 100]);
    assert_eq!(kept.issuer.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_comes_when_too_many_wait_is_answered_at_once() {
    let issuer = Scripted::new(Ok(keys(&["a"])));
    issuer.hold();
    let kept = Kept::new(issuer);
    tokio::time::sleep(LOOK).await;
    for _ in 0..MOST_WAITING {
        assert!(kept.keys.learn("a").now_or_never().is_none());
    }
    assert!(kept.keys.learn("a").now_or_never().is_some());
    kept.issuer.release();
    kept.later(0).await;
    assert!(kept.has("a") && kept.issuer.asked() == 1);
}

#[tokio::test(start_paused = true)]
async fn old_keys_stay_in_force_while_nothing_good_comes() {
    let kept = Kept::new(Scripted::new(Ok(keys(&["a"]))));
    kept.later(0).await;
    let text = |text: &str| Ok(Fetched { body: text.as_bytes().to_vec(), max_age: None });
    let secret = r#"{"keys": [{"kty": "oct", "kid": "b", "k": "c2VjcmV0"}]}"#;
    let bad = [Err(down()), text("<html>"), text(""), text("{}"), text(secret), Err(FetchError::Status(302))];
    let generation = kept.keys.current().generation;
    for bad in bad {
        let asked = kept.issuer.asked();
        kept.issuer.says(bad);
        kept.later(3600).await;
        assert_eq!(kept.issuer.asked(), asked + 1);
        assert!(!kept.learns("b").await && kept.has("a"));
        assert_eq!(kept.keys.current().generation, generation);
    }
    kept.issuer.says(Ok(keys(&["b"])));
    kept.later(60).await;
    assert!(kept.has("b") && !kept.has("a"));
}

#[tokio::test(start_paused = true)]
async fn a_service_without_keys_finds_its_issuer_by_itself() {
    let kept = Kept::new(Scripted::new(Err(down())));
    assert!(!kept.learns("a").await && kept.keys.current().keys.is_empty());
    kept.issuer.says(Ok(keys(&["a"])));
    kept.later(5).await;
    assert!(kept.has("a"));
}

#[tokio::test(start_paused = true)]
async fn a_withdrawn_key_goes_out_of_force_without_a_request() {
    let kept = Kept::new(Scripted::new(Ok(keys(&["a", "b"]))));
    kept.later(0).await;
    let before = kept.keys.current().generation;
    kept.later(15 * 60).await;
    assert_eq!((kept.issuer.asked(), kept.keys.current().generation), (2, before), "the same keys are no news");
    kept.issuer.says(Ok(keys(&["b"])));
    kept.later(15 * 60).await;
    assert!(!kept.has("a") && kept.has("b") && kept.keys.current().generation > before);
    kept.issuer.says(Ok(keys(&[])));
    kept.later(15 * 60).await;
    assert!(kept.keys.current().keys.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_remembered_token_falls_with_its_published_key() {
    let (pair, issuer) = (Pair::ed(), Scripted::new(Err(down())));
    let published = |kid: &str| Ok(Fetched { body: jwks(&[pair.jwk(kid)]).into_bytes(), max_age: None });
    issuer.says(published("k"));
    let tokens = Tokens::new(vec![Issuer {
        name: "council".into(),
        profile: Profile::default(),
        issuer: "council".into(),
        audience: "iewm".into(),
        keys: KeySource::Https(RemoteKeys::new(issuer.clone())),
        ceiling: vec![Role::Council],
    }]);
    let tokens = tokens.unwrap();
    let (clock, hands) = Clock::by_hand(noon());
    let now = noon().seconds();
    let claims = |audience: &str, lifetime: i64| {
        let claims = json!({"iss": "council", "aud": audience, "sub": "ann", "iat": now, "exp": now + lifetime, "jti": "t",
            "roles": ["council"]});
        claims.to_string()
    };
    let header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": "k"}).to_string();
    let token = pair.sign(&header, &claims("iewm", 3600));
    assert!(tokens.verify(&token, noon()).await.is_err(), "no fetch runs before its time");
    tokens.keep_keys(&clock);
    assert!(tokens.verify(&token, noon()).await.is_ok() && tokens.verify(&token, noon()).await.is_ok());

    // A token that every key would refuse triggers no fetch, nor does an unknown issuer.
    let unknown = |claims: &str| pair.sign(&header.replace("\"k\"", "\"new\""), claims);
    let other = claims("iewm", 3600).replace("council\",\"aud", "elsewhere\",\"aud");
    for idle in [claims("another", 3600), claims("iewm", 7200), claims("iewm", -60), other] {
        assert!(tokens.verify(&unknown(&idle), noon()).await.is_err());
    }
    assert_eq!(issuer.asked(), 1);

    issuer.says(published("new"));
    assert!(tokens.verify(&token, noon()).await.is_ok(), "the service has not seen a withdrawal");
    assert!(tokens.verify(&unknown(&claims("iewm", 3600)), noon()).await.is_ok());
    assert!(tokens.verify(&token, noon()).await.is_err(), "remembered, but its key is gone");
    assert_eq!(issuer.asked(), 2);

    issuer.says(published("k"));
    hands.advance(chrono::Duration::minutes(15));
    tokio::time::sleep(2 * LOOK).await;
    assert!(tokens.verify(&token, noon()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_task_that_panics_goes_on_with_the_keys_it_had() {
    let kept = Kept::new(Scripted::new(Ok(keys(&["a"]))));
    kept.later(0).await;
    kept.issuer.says(Ok(keys(&["b"])));
    kept.issuer.panics.store(true, Ordering::SeqCst);
    assert!(!kept.learns("b").await, "who waits is answered");
    assert!(kept.has("a"));
    kept.later(60).await;
    assert!(kept.learns("b").await);
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_with_its_source() {
    let kept = Kept::new(Scripted::new(Ok(keys(&["a"]))));
    kept.later(0).await;
    let Kept { issuer, keys, .. } = kept;
    assert!(Arc::strong_count(&issuer) > 1);
    drop(keys);
    tokio::time::sleep(2 * LOOK).await;
    assert_eq!(Arc::strong_count(&issuer), 1);
}
