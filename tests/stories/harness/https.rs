//! A server on loopback that speaks https under a certificate of its own authority, and says what the story wants.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Says {
    /// It sends these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// It sends these bytes, then nothing until the story lets it go on, and closes the connection.
    Waits(Vec<u8>, Arc<Notify>, Vec<u8>),
    /// It closes the connection without an answer.
    Nothing,
}

impl Says {
    /// An answer of 200 with this body.
    pub(crate) fn ok(body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        Self::answer(&format!("200 OK\r\nContent-Type: application/json\r\nContent-Length: {}", body.len()), body)
    }

    /// An answer of this status line and header.
    pub(crate) fn answer(head: &str, body: impl AsRef<[u8]>) -> Self {
        Self::Bytes([format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").as_bytes(), body.as_ref()].concat())
    }
}

struct Shared {
    says: Mutex<Says>,
    asked: AtomicUsize,
}

/// The server. It serves for as long as the story's runtime runs.
pub(crate) struct HttpsServer {
    shared: Arc<Shared>,
    port: u16,
    authority: String,
}

impl HttpsServer {
    /// Begins to serve.
    pub(crate) async fn start(says: Says) -> Self {
        let (config, authority) = certificate();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let shared = Arc::new(Shared { says: Mutex::new(says), asked: AtomicUsize::new(0) });
        let served = shared.clone();
        tokio::spawn(async move {
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(acceptor.clone(), connection, served.clone()));
            }
        });
        Self { shared, port, authority }
    }

    /// What it does with requests from now on.
    pub(crate) fn says(&self, says: Says) {
        *self.shared.says.lock().expect("no panic") = says;
    }

    /// How many requests it has had.
    pub(crate) fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// Its address, which its certificate is for.
    pub(crate) fn address(&self) -> String {
        format!("https://127.0.0.1:{}/keys", self.port)
    }

    /// Another name that leads to it, which its certificate is not for.
    pub(crate) fn other_name(&self) -> String {
        format!("https://localhost:{}/keys", self.port)
    }

    /// The certificate of its authority, in a file in `folder`.
    pub(crate) fn ca_file(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authority.pem");
        std::fs::write(&path, &self.authority).expect("a file");
        path
    }
}

/// What a server of a story's own shows who it is with.
pub(crate) struct Identity {
    /// Its certificate, for 127.0.0.1.
    pub(crate) leaf: rcgen::Certificate,
    /// Its key.
    pub(crate) key: KeyPair,
    /// The certificate of its authority, in PEM.
    pub(crate) authority: String,
}

/// A new identity, of an authority of its own.
pub(crate) fn identity() -> Identity {
    identity_by("An authority of a story")
}

/// A new identity, of an authority of its own that bears this name.
pub(crate) fn identity_by(name: &str) -> Identity {
    let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().expect("a key");
    let pem = authority.self_signed(&key).expect("a certificate").pem();
    let issuer = rcgen::Issuer::new(authority, key);
    let own = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
    let leaf = leaf.signed_by(&own, &issuer).expect("a certificate");
    Identity { leaf, key: own, authority: pem }
}

/// A server's configuration, and its authority's certificate in PEM.
fn certificate() -> (ServerConfig, String) {
    let Identity { leaf, key, authority } = identity();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = ServerConfig::builder().with_no_client_auth();
    (config.with_single_cert(vec![leaf.der().clone()], key.into()).expect("a configuration"), authority)
}

/// One connection: a request is read, counted and answered.
async fn serve(acceptor: TlsAcceptor, connection: TcpStream, shared: Arc<Shared>) {
    let Ok(mut stream) = acceptor.accept(connection).await else { return };
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let says = shared.says.lock().expect("no panic").clone();
    shared.asked.fetch_add(1, Ordering::SeqCst);
    // The client may have closed the connection by now, as a story means it to.
    let _ = match says {
        Says::Nothing => return,
        Says::Bytes(bytes) => stream.write_all(&bytes).await,
        Says::Waits(first, go_on, rest) => {
            let _ = stream.write_all(&first).await;
            let _ = stream.flush().await;
            go_on.notified().await;
            stream.write_all(&rest).await
        }
    };
    let _ = stream.shutdown().await;
}
