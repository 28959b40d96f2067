//! One fetch of an issuer's keys by https: bounded in size and time, from that address and no other.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::header::{ACCEPT, CACHE_CONTROL, HeaderMap};
use reqwest::{Certificate, Client, StatusCode, Url, redirect};

use super::KeySourceError;

/// How long a fetch may take, from the first look at the name to the last byte.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// Fetches the keys of one issuer.
pub trait Fetch: fmt::Debug + Send + Sync {
    /// Fetches them once.
    ///
    /// # Errors
    /// [`FetchError`], by then at the latest when the fetch's own deadline has passed.
    fn fetch(&self) -> BoxFuture<'_, Result<Fetched, FetchError>>;
}

/// What was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The answer's body, not looked at.
    pub body: Vec<u8>,
    /// How long the issuer says that it may be kept (RFC 9111 section 5.2.2).
    pub max_age: Option<Duration>,
}

/// Why nothing was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchError {
    /// There is no connection, it is not the issuer that answers, or it breaks off; the text says which.
    Connection(String),
    /// The answer was not there in time.
    Late,
    /// The answer has another status than 200. A redirect is one: it is not followed.
    Status(u16),
    /// The answer is longer than 64 KiB.
    Long,
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(why) => f.write_str(why),
            Self::Late => f.write_str("the response did not come in time"),
            Self::Status(status) if (300..400).contains(status) => {
                write!(f, "the response is a redirect ({status}), and the service follows none")
            }
            Self::Status(status) => write!(f, "the response has the status {status}"),
            Self::Long => f.write_str("the response is longer than 64 KiB"),
        }
    }
}

impl std::error::Error for FetchError {}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Late;
        }
        // The library says what was done; why it failed stands at the end of the chain.
        let error = error.without_url();
        let mut why: &dyn std::error::Error = &error;
        while let Some(deeper) = why.source() {
            why = deeper;
        }
        Self::Connection(why.to_string())
    }
}

/// Authorities that are trusted besides the system's.
#[derive(Clone, Debug, Default)]
pub struct Authorities(Vec<Certificate>);

impl Authorities {
    /// Those in a file of PEM certificates.
    ///
    /// # Errors
    /// The file cannot be read, or has no certificate; the text says which.
    pub fn read(path: &Path) -> Result<Self, String> {
        let told = |why: &dyn fmt::Display| format!("{}: {why}", path.display());
        let pem = std::fs::read(path).map_err(|error| told(&error))?;
        match Certificate::from_pem_bundle(&pem) {
            Ok(certificates) if !certificates.is_empty() => Ok(Self(certificates)),
            _ => Err(told(&"there is no certificate in it, in PEM")),
        }
    }
}

/// Fetches from an https address.
#[derive(Debug)]
pub struct HttpsFetch {
    client: Client,
    address: Url,
}

impl HttpsFetch {
    /// A fetch from `address` that takes no longer than `deadline` and trusts the system's authorities and
    /// these.
    ///
    /// # Errors
    /// The address is not https, or holds a password or a fragment; or there is no authority to trust.
    pub fn new(address: &str, authorities: &Authorities, deadline: Duration) -> Result<Self, KeySourceError> {
        let address = Url::parse(address).map_err(|_| KeySourceError::Address("it is no address"))?;
        if address.scheme() != "https" {
            let why = "the address must be https: over plain http, an attacker on the network could insert keys";
            return Err(KeySourceError::Address(why));
        }
        if !address.username().is_empty() || address.password().is_some() || address.fragment().is_some() {
            return Err(KeySourceError::Address("the address must not hold a name, a password or a fragment"));
        }
        let client = Client::builder()
            .user_agent(concat!("iewm/", env!("CARGO_PKG_VERSION")))
            .https_only(true)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(deadline)
            // Minutes lie between two fetches: a connection is not kept, and its certificate is looked at each time.
            .pool_max_idle_per_host(0)
            .tls_certs_merge(authorities.0.iter().cloned())
            .build();
        let client = client.map_err(|error| KeySourceError::Connections(FetchError::from(error).to_string()))?;
        Ok(Self { client, address })
    }

    async fn once(&self) -> Result<Fetched, FetchError> {
        let request =
            self.client.get(self.address.clone()).header(ACCEPT, "application/jwk-set+json, application/json");
        let mut answer = request.send().await?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status().as_u16()));
        }
        let max_age = max_age(answer.headers());
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            if body.len() + piece.len() > LARGEST {
                return Err(FetchError::Long);
            }
            body.extend_from_slice(&piece);
        }
        Ok(Fetched { body, max_age })
    }
}

impl Fetch for HttpsFetch {
    fn fetch(&self) -> BoxFuture<'_, Result<Fetched, FetchError>> {
        Box::pin(self.once())
    }
}

/// How long the answer may be kept: zero when it is not to be kept at all.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).into_iter().filter_map(|value| value.to_str().ok());
    let directives = values.flat_map(|value| value.split(',')).map(|directive| directive.trim().to_ascii_lowercase());
    directives
        .filter_map(|directive| match directive.as_str() {
            "no-store" | "no-cache" => Some(0),
            said => said.strip_prefix("max-age=").and_then(|seconds| seconds.trim_matches('"').parse().ok()),
        })
        .min()
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_without_secrets_is_an_address() {
        let new = |address: &str| HttpsFetch::new(address, &Authorities::default(), DEADLINE);
        for address in [
            "http://issuer.example/keys",
            "HTTP://issuer.example/keys",
            "ftp://issuer.example/keys",
            "file:///etc/keys.json",
            "https://",
            "https://user:secret@issuer.example/keys",
            "https://user@issuer.example/keys",
            "https://issuer.example/keys#a",
        ] {
            assert!(matches!(new(address), Err(KeySourceError::Address(_))), "{address}");
        }
        assert!(new("http://issuer.example/").unwrap_err().to_string().contains("https"));
    }

    #[test]
    fn how_long_an_answer_is_good_for_is_read_from_its_head() {
        for (said, seconds) in [
            (&["max-age=600"][..], Some(600)),
            (&["public, Max-Age=\"600\", must-revalidate"], Some(600)),
            (&["max-age=600", "no-cache"], Some(0)),
            (&["no-store"], Some(0)),
            (&["max-age=-1"], None),
            (&["max-age=soon", "s-maxage=5"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in said {
                headers.append(CACHE_CONTROL, value.parse().unwrap());
            }
            assert_eq!(max_age(&headers), seconds.map(Duration::from_secs), "{said:?}");
        }
    }
}
