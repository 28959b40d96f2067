//! The token that the bench asks with: a new one before the last is too old.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use iewm::domain::{Clock, IdMint, Role};
use iewm::platform::auth::{TokenMint, TokenRequest};
use iewm::platform::vault::SystemEntropy;

/// Who issues the tokens.
pub(crate) const ISSUER: &str = "https://issuer.example";
/// Whom they are for.
pub(crate) const AUDIENCE: &str = "iewm";

/// How long a token is valid, in seconds: the longest that the service takes.
const LIFETIME_SECONDS: i64 = 3600;
/// After how long another is taken.
const RENEWED_AFTER: Duration = Duration::from_mins(30);

/// Staff, for as long as the bench runs.
pub(crate) struct Bearer {
    issuer: TokenMint,
    held: RefCell<Option<(Rc<str>, Instant)>>,
}

impl Bearer {
    /// With an issuer of its own.
    pub(crate) fn generate() -> Self {
        let issuer = TokenMint::generate(&SystemEntropy).expect("an issuer");
        Self { issuer, held: RefCell::new(None) }
    }

    /// The public keys of the issuer, as a JWK set.
    pub(crate) fn jwks(&self) -> String {
        self.issuer.jwks()
    }

    /// A token that is valid for half an hour at least.
    pub(crate) fn token(&self) -> Rc<str> {
        let mut held = self.held.borrow_mut();
        match &*held {
            Some((token, since)) if since.elapsed() < RENEWED_AFTER => token.clone(),
            _ => {
                let token: Rc<str> = self.mint().into();
                *held = Some((token.clone(), Instant::now()));
                token
            }
        }
    }

    fn mint(&self) -> String {
        let now = Clock::system().now();
        let request = TokenRequest {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            subject: "bench".to_owned(),
            roles: vec![Role::IewmStaff],
            organisation: None,
            lifetime_seconds: LIFETIME_SECONDS,
        };
        let jti = IdMint::new(Arc::new(SystemEntropy)).uuid(now);
        self.issuer.mint(&request, now, jti).expect("a token")
    }
}
