use std::future::Ready;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Instant;

use actix_server::ServerHandle;
use actix_service::fn_factory_with_config;
use actix_web::rt;

use super::*;
use crate::platform::http::Budget;
use crate::platform::telemetry::Metrics;

/// How long a request may go unanswered after a death.
const BACK: Duration = Duration::from_secs(20);

fn deadlines() -> Deadlines {
    let write = WriteDeadline::new(Duration::from_secs(5), Budget::new(1 << 20), Metrics::default().unread());
    Deadlines { head: Duration::from_secs(5), write }
}

/// Answers with the name of its thread. When `dies` is set, its worker panics at the next connection.
struct Mortal {
    dies: Arc<AtomicBool>,
}

impl Service<Request> for Mortal {
    type Response = Response<String>;
    type Error = actix_web::Error;
    type Future = Ready<Result<Response<String>, actix_web::Error>>;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), actix_web::Error>> {
        assert!(!self.dies.swap(false, Ordering::SeqCst), "on purpose");
        Poll::Ready(Ok(()))
    }

    fn call(&self, _: Request) -> Self::Future {
        ready(Ok(Response::ok().set_body(format!("{:?}", std::thread::current().id()))))
    }
}

/// A server of one [`Mortal`]. Its handle is put into `handles`.
fn served(listener: TcpListener, dies: &Arc<AtomicBool>, handles: &Mutex<Vec<ServerHandle>>) -> io::Result<Server> {
    let dies = dies.clone();
    let make = move || {
        let dies = dies.clone();
        fn_factory_with_config(move |_: AppConfig| ready(Ok::<_, ()>(Mortal { dies: dies.clone() })))
    };
    let server = serve(Server::build().workers(1).disable_signals(), listener, deadlines(), make)?;
    handles.lock().unwrap().push(server.handle());
    Ok(server)
}

/// Asks until the page answers.
async fn thread(address: &str) -> String {
    let begun = Instant::now();
    loop {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(1)).build().unwrap();
        let text = match client.get(address).send().await {
            Ok(answer) => answer.text().await,
            Err(error) => Err(error),
        };
        match text {
            Ok(text) => return text,
            Err(error) => assert!(begun.elapsed() < BACK, "{error}"),
        }
        rt::task::yield_now().await;
    }
}

#[actix_web::test]
async fn a_thread_that_dies_and_a_server_that_ends_are_replaced() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let handles = Arc::new(Mutex::new(Vec::new()));
    let dies = Arc::new(AtomicBool::new(false));
    let (own, fatal) = (handles.clone(), dies.clone());
    let start = move |listener| served(listener, &fatal, &own);
    let serving = rt::spawn(keep_serving("test-listener", listener, start));

    let first = thread(&address).await;
    dies.store(true, Ordering::SeqCst);
    let second = thread(&address).await;
    assert_ne!(first, second, "another thread answers");
    assert_eq!(handles.lock().unwrap().len(), 1, "of the same server");

    let handle = handles.lock().unwrap()[0].clone();
    handle.stop(false).await;
    let third = thread(&address).await;
    assert_ne!(second, third);
    assert_eq!(handles.lock().unwrap().len(), 2, "another server answers at the same address");
    serving.abort();
}
