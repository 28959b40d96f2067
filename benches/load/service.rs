//! The service as an operator starts it: a process of its own, on a database of its own.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use iewm::domain::{OrganisationId, Role};
use iewm::platform::vault::{MasterKeys, SystemEntropy};

use super::bearer::{AUDIENCE, Bearer};
use super::memory::{self, Watch};

/// A running service.
pub(crate) struct Service<'a> {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    bearer: &'a Bearer,
    /// From the start of the process until it answered that it is ready.
    pub(crate) start_took: Duration,
    /// What it was configured with.
    pub(crate) variables: HashMap<String, String>,
}

/// The configuration of a service that keeps its files in `directory` and believes `bearer`: the defaults, but for the
/// rate limits, and keys of its own.
pub(crate) fn prepare(directory: &Path, database_url: &str, bearer: &Bearer) -> HashMap<String, String> {
    MasterKeys::generate_file(&directory.join("master.key"), &SystemEntropy).expect("a master key");
    std::fs::write(directory.join("jwks.json"), bearer.jwks()).expect("a JWKS file");
    let port = || TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").to_string();
    let path = |name: &str| directory.join(name).display().to_string();
    let set = |name: &str, value: String| (format!("IEWM__{name}"), value);
    let profile = bearer.profile();
    let mut variables = HashMap::from([
        set("SERVER__LISTEN", port()),
        set("SERVER__METRICS_LISTEN", port()),
        set("LIMITS__RATE", "off".into()),
        set("LIMITS__ADDRESS_RATE", "off".into()),
        set("DATABASE__URL", database_url.to_owned()),
        set("AUTH__ISSUER", profile.issuer()),
        set("AUTH__AUDIENCE", AUDIENCE.into()),
        set("AUTH__JWKS", path("jwks.json")),
        set("VAULT__MASTER_KEY_FILE", path("master.key")),
    ]);
    variables.extend(profile.setting().map(|name| set("AUTH__PROFILE", name.to_owned())));
    variables
}

impl<'a> Service<'a> {
    /// Starts the service and waits until it is ready. It logs as by default, and no process reads the log.
    pub(crate) async fn start(variables: HashMap<String, String>, bearer: &'a Bearer) -> Self {
        let address: SocketAddr = variables["IEWM__SERVER__LISTEN"].parse().expect("an address");
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_iewm"))
            .arg("serve")
            .env_clear()
            .envs(&variables)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let ready = format!("http://{address}/health/ready");
        while !reqwest::get(&ready).await.is_ok_and(|answer| answer.status() == 200) {
            let ended = child.try_wait().expect("its state");
            assert!(ended.is_none(), "the service ended: {ended:?}");
            assert!(started.elapsed() < Duration::from_mins(1), "the service does not become ready");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Self { child, address, bearer, start_took: started.elapsed(), variables }
    }

    /// Stops it as an operator does, and waits for the end.
    pub(crate) fn stop(mut self) -> HashMap<String, String> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
        assert!(sent.success(), "the service could not be told to stop");
        self.child.wait().expect("its end");
        std::mem::take(&mut self.variables)
    }

    /// A token of staff.
    pub(crate) fn token(&self) -> Rc<str> {
        self.bearer.token(Role::IewmStaff, None)
    }

    /// A token of the council.
    pub(crate) fn council(&self) -> Rc<str> {
        self.bearer.token(Role::Council, None)
    }

    /// The bytes of a request of staff without a body.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        get(path, &self.token())
    }

    /// The bytes of a request of an organisation's contractor without a body.
    pub(crate) fn get_as(&self, organisation: OrganisationId, path: &str) -> Vec<u8> {
        get(path, &self.bearer.token(Role::Contractor, Some(organisation)))
    }

    /// The bytes of a request with a body of JSON.
    pub(crate) fn post(&self, path: &str, body: &serde_json::Value) -> Vec<u8> {
        let (token, body) = (self.token(), body.to_string());
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// Begins to watch how much memory of its own it has.
    pub(crate) fn watch(&self) -> Watch {
        Watch::over(self.child.id())
    }

    /// The memory that is its own now, in bytes.
    pub(crate) fn own_memory(&self) -> Option<u64> {
        memory::own(self.child.id())
    }
}

fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes()
}

impl Drop for Service<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
