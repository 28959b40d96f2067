//! A caller that behaves, while others do not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Target;
use crate::harness::people::person;

/// What all but one in a hundred of its requests may take.
const P99: Duration = Duration::from_secs(1);
/// How long it waits between its rounds.
const PAUSE: Duration = Duration::from_millis(20);

pub(super) struct Bystander {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Seen>,
}

/// How long each request took, and each that was not answered as it should be.
#[derive(Default)]
struct Seen {
    took: Vec<Duration>,
    wrong: Vec<String>,
}

impl Bystander {
    /// Begins to ask whether the service lives, to read and to write, one request after the other.
    /// `number` tells it from other bystanders.
    pub(super) fn start(target: Target<'_>, number: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (address, token) = (target.address.to_owned(), target.token.to_owned());
        let told = stop.clone();
        let asking = move || actix_web::rt::System::new().block_on(ask(&address, &token, number, &told));
        Self { stop, thread: std::thread::spawn(asking) }
    }

    /// Ends it; what it has to complain of.
    pub(super) fn complaints(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        let Seen { mut took, wrong } = self.thread.join().expect("a bystander");
        took.sort_unstable();
        let p99 = took[took.len() * 99 / 100];
        let mut complaints = wrong;
        complaints.truncate(5);
        if p99 > P99 {
            complaints.push(format!("another caller's p99 of {} requests is {p99:?}", took.len()));
        }
        complaints
    }
}

async fn ask(address: &str, token: &str, number: usize, stop: &AtomicBool) -> Seen {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
    let mut seen = Seen::default();
    let mut pause = actix_web::rt::time::interval(PAUSE);
    // An attack can be over before a request is answered.
    while !stop.load(Ordering::Relaxed) || seen.took.is_empty() {
        pause.tick().await;
        let new = person("Bystander", &format!("bystander-{number}-{}@example.org", seen.took.len()));
        for (request, status) in [
            (http.get(format!("http://{address}/health/live")), 200),
            (http.get(format!("http://{address}/v1/contacts?limit=1")).bearer_auth(token), 200),
            (http.post(format!("http://{address}/v1/contacts")).bearer_auth(token).json(&new), 201),
        ] {
            let begun = Instant::now();
            let answer = match request.send().await {
                Ok(answer) => answer.status().as_u16(),
                Err(error) => {
                    seen.wrong.push(error.to_string());
                    continue;
                }
            };
            seen.took.push(begun.elapsed());
            if answer != status {
                seen.wrong.push(format!("another caller got {answer} instead of {status}"));
            }
        }
    }
    seen
}
