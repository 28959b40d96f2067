//! The token of the bench's requests. It is renewed before it expires.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use iewm::domain::{Clock, IdMint, OrganisationId, Role};
use iewm::platform::auth::TokenMint;
use iewm::platform::vault::SystemEntropy;
use serde_json::{Value, json};

use super::profile::IssuerProfile;

/// The audience of the tokens (`aud`).
pub(crate) const AUDIENCE: &str = "iewm";

/// How long a token is valid, in seconds: the longest that every profile accepts.
const LIFETIME_SECONDS: i64 = 3600;
/// The age at which a token is replaced.
const RENEWED_AFTER: Duration = Duration::from_mins(30);

/// A role, and the organisation of a contractor.
type Caller = (Role, Option<OrganisationId>);

/// The callers, for as long as the bench runs.
pub(crate) struct Bearer {
    profile: IssuerProfile,
    key: TokenMint,
    /// The token of each caller, and since when it is held.
    held: RefCell<HashMap<Caller, (Rc<str>, Instant)>>,
}

impl Bearer {
    /// With a new key of an issuer with this profile.
    pub(crate) fn generate(profile: IssuerProfile) -> Self {
        let key = TokenMint::generate(&SystemEntropy).expect("a key");
        Self { profile, key, held: RefCell::default() }
    }

    /// The profile of the issuer.
    pub(crate) fn profile(&self) -> IssuerProfile {
        self.profile
    }

    /// The public key of the issuer, as a JWK set.
    pub(crate) fn jwks(&self) -> String {
        self.key.jwks()
    }

    /// A token that is valid for half an hour at least.
    pub(crate) fn token(&self, role: Role, organisation: Option<OrganisationId>) -> Rc<str> {
        let mut held = self.held.borrow_mut();
        match held.get(&(role, organisation)) {
            Some((token, since)) if since.elapsed() < RENEWED_AFTER => token.clone(),
            _ => {
                let token: Rc<str> = self.signed(role, organisation).into();
                held.insert((role, organisation), (token.clone(), Instant::now()));
                token
            }
        }
    }

    fn signed(&self, role: Role, organisation: Option<OrganisationId>) -> String {
        let now = Clock::system().now();
        let id = IdMint::new(Arc::new(SystemEntropy)).uuid(now).to_string();
        let mut claims = self.profile.claims(&id, now.seconds());
        for (name, value) in [
            ("iss", json!(self.profile.issuer())),
            ("aud", json!(AUDIENCE)),
            ("sub", json!(format!("bench-{}", <&str>::from(role)))),
            ("iat", json!(now.seconds())),
            ("exp", json!(now.seconds() + LIFETIME_SECONDS)),
            ("roles", json!([role])),
        ] {
            claims[name] = value;
        }
        if let Some(organisation) = organisation {
            claims["org"] = json!(organisation);
        }
        let jwks: Value = serde_json::from_str(&self.key.jwks()).expect("a JWK set");
        let header = json!({"typ": self.profile.typ(), "alg": "EdDSA", "kid": jwks["keys"][0]["kid"]});
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let pair = Ed25519KeyPair::from_seed_unchecked(self.key.seed()).expect("the key");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes())))
    }
}
