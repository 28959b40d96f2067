//! A real mail server on loopback that does as a story tells it, and the mails it took, parsed.

use std::collections::VecDeque;
use std::net::{IpAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::time::Duration;
use std::{io, thread};

use iewm::jobs::Delivery;
use iewm::platform::mail::{Courier, CourierSettings};
use iewm::platform::outbox::store as outbox;
use iewm::platform::transaction::WriteTx;
use iewm::resources;
use mailin_embedded::{AuthMechanism, Handler, Response, Server, SslConfig, response};
use mailparse::{MailHeaderMap, ParsedMail};

use super::Service;
use super::https::Identity;

/// How long a mail may take to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// How the server answers the next delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It takes the mail.
    Take,
    /// It answers a recipient so.
    Recipient(u16),
    /// It answers so when the mail itself is to follow.
    Data(u16),
    /// It takes the mail and does not answer until the story lets it go on.
    Silence,
}

#[derive(Default)]
struct State {
    answers: VecDeque<Answer>,
    taken: Vec<Vec<u8>>,
    silent: usize,
    released: bool,
}

/// The server. It lives as long as the test's process.
pub(crate) struct MailServer {
    /// Its address as the configuration names it.
    pub(crate) url: String,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Clone)]
struct Clerk {
    state: Arc<(Mutex<State>, Condvar)>,
    answer: Answer,
    data: Vec<u8>,
}

fn said(code: u16) -> Response {
    Response::custom(code, "as the story says, for somebody@example.org".to_owned())
}

impl Handler for Clerk {
    fn mail(&mut self, _: IpAddr, _: &str, _: &str) -> Response {
        self.answer = self.state.0.lock().unwrap().answers.pop_front().unwrap_or(Answer::Take);
        self.data.clear();
        response::OK
    }

    fn auth_plain(&mut self, _: &str, user: &str, password: &str) -> Response {
        if (user, password) == ("user", "open sesame") { response::AUTH_OK } else { response::INVALID_CREDENTIALS }
    }

    fn rcpt(&mut self, _: &str) -> Response {
        match self.answer {
            Answer::Recipient(code) => said(code),
            _ => response::OK,
        }
    }

    fn data_start(&mut self, _: &str, _: &str, _: bool, _: &[String]) -> Response {
        match self.answer {
            Answer::Data(code) => said(code),
            _ => response::OK,
        }
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.data.extend_from_slice(bytes);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let (state, told) = &*self.state;
        let mut state = state.lock().unwrap();
        state.taken.push(self.data.clone());
        told.notify_all();
        if self.answer == Answer::Silence {
            state.silent += 1;
            let _released = told.wait_while(state, |state| !state.released).unwrap();
        }
        response::OK
    }
}

/// A mail that the server took.
pub(crate) struct Taken {
    bytes: Vec<u8>,
}

impl Taken {
    fn parsed(&self) -> ParsedMail<'_> {
        mailparse::parse_mail(&self.bytes).expect("a mail that can be parsed")
    }

    /// A header's value; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> String {
        self.parsed().headers.get_first_value(name).unwrap_or_default()
    }

    /// The part of a media type.
    pub(crate) fn part(&self, media_type: &str) -> String {
        let parsed = self.parsed();
        let part = parsed.parts().find(|part| part.ctype.mimetype == media_type).expect("a part of that type");
        part.get_body().expect("a body that can be decoded")
    }

    /// The text for programs that show no HTML.
    pub(crate) fn text(&self) -> String {
        self.part("text/plain")
    }

    /// The path of the link in the text that goes to `/v1/{kind}/...`.
    pub(crate) fn link(&self, kind: &str) -> String {
        let (text, path) = (self.text(), format!("/v1/{kind}/"));
        let mut links = text.lines().filter(|line| line.starts_with("http"));
        let found = links.find_map(|line| line.find(&path).and_then(|at| line.get(at..)));
        found.expect("a link on a line of its own").trim().to_owned()
    }
}

impl MailServer {
    /// Starts to listen.
    pub(crate) fn start() -> Self {
        Self::listen(|_| {})
    }

    /// Starts to listen, takes mail over TLS alone, from `user` with `password`; it shows who it is with `identity`,
    /// which it keeps in `folder`.
    pub(crate) fn start_secured(identity: &Identity, folder: &Path) -> Self {
        let (cert, key) = (folder.join("mail.pem"), folder.join("mail.key"));
        std::fs::write(&cert, identity.leaf.pem()).expect("a file");
        std::fs::write(&key, identity.key.serialize_pem()).expect("a file");
        let path = |path: &Path| path.display().to_string();
        let shown = SslConfig::SelfSigned { cert_path: path(&cert), key_path: path(&key) };
        Self::listen(|server| {
            server.with_ssl(shown).expect("a certificate that can be used").with_auth(AuthMechanism::Plain);
        })
    }

    fn listen(prepare: impl FnOnce(&mut Server<Clerk>)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let state = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let mut server = Server::new(Clerk { state: state.clone(), answer: Answer::Take, data: Vec::new() });
        server.with_name("mail.example").with_num_threads(4).with_tcp_listener(listener);
        prepare(&mut server);
        thread::spawn(move || server.serve().expect("a server that goes on"));
        Self { url, state }
    }

    /// Tells it how to answer the next deliveries, one after the other; after those it takes everything.
    pub(crate) fn answer(&self, answers: &[Answer]) {
        self.state.0.lock().unwrap().answers.extend(answers);
    }

    /// The mails that it took, oldest first.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        let taken = self.state.0.lock().unwrap().taken.clone();
        taken.into_iter().map(|bytes| Taken { bytes }).collect()
    }

    /// Waits until it has taken so many mails, and gives them.
    pub(crate) fn until_taken(&self, number: usize) -> Vec<Taken> {
        let (state, told) = &*self.state;
        let waited = told.wait_timeout_while(state.lock().unwrap(), PATIENCE, |state| state.taken.len() < number);
        let (state, timeout) = waited.unwrap();
        assert!(!timeout.timed_out(), "{} mails after {PATIENCE:?}", state.taken.len());
        drop(state);
        self.taken()
    }

    /// Waits until it has taken a mail and is silent about it.
    pub(crate) fn until_silent(&self) {
        let (state, told) = &*self.state;
        let _state = told.wait_while(state.lock().unwrap(), |state| state.silent == 0).unwrap();
    }

    /// Ends its silence.
    pub(crate) fn speak(&self) {
        self.state.0.lock().unwrap().released = true;
        self.state.1.notify_all();
    }
}

impl Service {
    /// What sends this service's messages to a server.
    pub(crate) fn delivery(&self, url: &str) -> Delivery {
        let patience = Duration::from_secs(1);
        let smtp_url = url.to_owned();
        self.delivery_by(&CourierSettings { smtp_url, password: None, authority: None, patience, folder: None })
    }

    /// The same by settings of the story's own.
    pub(crate) fn delivery_by(&self, settings: &CourierSettings) -> Delivery {
        let courier = Courier::new(settings).expect("an address of a server").expect("a server");
        let sender = self.config().sender().expect("a sender");
        Delivery::new(self.state.clone(), resources::letters(), courier, sender)
    }

    /// Claims a message as an instance that dies with the message in hand.
    pub(crate) async fn claim_and_die(&self) {
        let claim = |tx: WriteTx<'_>| outbox::claim(tx, resources::letters(), &OnceLock::new());
        let attempt = self.state.job("delivery").run(claim).await.expect("a database that answers");
        assert!(attempt.is_some_and(|attempt| attempt.mail.is_some()), "a message that is due");
    }

    /// Sends what is due, and returns how many messages were tried.
    pub(crate) async fn deliver(&self, server: &MailServer) -> usize {
        self.tick(&self.delivery(&server.url)).await.expect("a database that answers")
    }
}
