//! Tables of verdicts: under each profile, what becomes of tokens of the provider's documented shape, and of forged ones.

mod entra;
mod keycloak;
mod others;

use aws_lc_rs::hmac;
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::super::forge::{Pair, b64, jwks, noon};
use super::super::{Issuer, KeySource, ProfileSettings, Tokens};
use super::Profile;
use crate::domain::{Caller, Role};

const ORGANISATION: &str = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
const OTHER_ORGANISATION: &str = "01937a5e-8f00-7c3a-9d55-3f2a60b1c902";

/// An issuer with a profile, and the header and the claims of a token that it takes.
struct Provider {
    tokens: Tokens,
    pair: Pair,
    header: Value,
    claims: Value,
    _keys: tempfile::TempDir,
}

/// What becomes of a token: the caller that it makes, or the reason of the refusal.
type Verdict = Result<Caller, &'static str>;

impl Provider {
    /// The settings are written as in a configuration file.
    fn new(settings: &str, pair: Pair, header: Value, claims: Value) -> Self {
        let keys = tempfile::tempdir().unwrap();
        let file = keys.path().join("jwks.json");
        std::fs::write(&file, jwks(&[pair.jwk("k")])).unwrap();
        let issuer = claims["iss"].as_str().unwrap().to_owned();
        let ceiling = vec![Role::IewmStaff, Role::Council, Role::Contractor];
        let issuer = Issuer {
            name: "provider".into(),
            profile: Profile::new(&written(settings), &issuer, &ceiling).unwrap(),
            issuer,
            audience: "iewm".into(),
            keys: KeySource::file(file).unwrap(),
            ceiling,
        };
        let mut header = header;
        header["kid"] = json!("k");
        header["alg"] = json!(pair.alg());
        Self { tokens: Tokens::new(vec![issuer]).unwrap(), pair, header, claims, _keys: keys }
    }

    fn judge(&self, token: &str) -> Verdict {
        let verified = self.tokens.verify(token, noon()).now_or_never().expect("nothing to wait for");
        verified.map(|verified| verified.caller.clone()).map_err(|refused| refused.flaw().reason())
    }

    /// The verdict on a token whose claims differ in these; `null` takes one away.
    fn verdict(&self, differences: &Value) -> Verdict {
        self.judge(&self.pair.sign(&self.header.to_string(), &changed(&self.claims, differences).to_string()))
    }

    fn verdict_with_header(&self, differences: &Value) -> Verdict {
        self.judge(&self.pair.sign(&changed(&self.header, differences).to_string(), &self.claims.to_string()))
    }

    /// Asserts each line of a table: what differs from the token that is taken, and the reason of its refusal.
    #[track_caller]
    fn refuses(&self, table: &[(&str, Value, &str)]) {
        assert!(
            self.verdict(&json!({})).is_ok(),
            "the token that the others differ from: {:?}",
            self.verdict(&json!({}))
        );
        for (what, differences, reason) in table {
            assert_eq!(self.verdict(differences).err(), Some(*reason), "{what}: {differences}");
        }
    }

    /// Asserts that forged tokens are refused which carry the claims of the one that is taken.
    #[track_caller]
    fn refuses_forged(&self) {
        let payload = self.claims.to_string();
        let (mallory, jwk) = (Pair::ed(), self.pair.jwk("k"));
        let header = |differences: Value| changed(&self.header, &differences);
        let good = self.pair.sign(&self.header.to_string(), &payload);
        assert!(self.judge(&good).is_ok());
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let mut forged = vec![
            ("another key's signature", mallory.sign(&self.header.to_string(), &payload)),
            ("no signature", format!("{signed}.")),
            ("zeroes", format!("{signed}.{}", b64(vec![0; 64]))),
            (
                "a payload of mallory's",
                format!("{}.{}.{signature}", b64(self.header.to_string()), b64(payload.replace('a', "b"))),
            ),
            ("none", format!("{}.{}.", b64(header(json!({"alg": "none"})).to_string()), b64(&payload))),
        ];
        for secret in [jwk.to_string(), jwks(std::slice::from_ref(&jwk)), String::new()] {
            let signed = format!("{}.{}", b64(header(json!({"alg": "HS256"})).to_string()), b64(&payload));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), signed.as_bytes());
            forged.push(("the public key as a secret", format!("{signed}.{}", b64(tag))));
        }
        for (member, value) in [
            ("jwk", mallory.jwk("k")),
            ("jku", json!("http://127.0.0.1:9/jwks")),
            ("x5u", json!("http://127.0.0.1:9/chain")),
            ("x5c", json!(["AAAA"])),
            ("crit", json!(["exp"])),
            ("cty", json!("JWT")),
        ] {
            forged.push((member, self.pair.sign(&header(json!({member: value})).to_string(), &payload)));
        }
        for (what, token) in forged {
            assert!(self.judge(&token).is_err(), "{what}");
        }
        for typ in ["at+jwt", "JWT", "at+JWT", "jwt", "application/at+jwt", "dpop+jwt", "logout+jwt", ""] {
            let taken = self.verdict_with_header(&json!({"typ": typ})).is_ok();
            assert_eq!(taken, self.header["typ"] == typ, "one typ alone is taken: {typ}");
        }
        assert_eq!(self.verdict_with_header(&json!({"typ": null})).err(), Some("type"));
        let doubled = format!("{},\"sub\":\"eve\"}}", &payload[..payload.len() - 1]);
        assert!(self.judge(&self.pair.sign(&self.header.to_string(), &doubled)).is_err(), "a claim twice");
    }
}

/// Settings as they are written in a configuration file.
fn written(settings: &str) -> ProfileSettings {
    let source = config::File::from_str(settings, config::FileFormat::Toml);
    config::Config::builder().add_source(source).build().unwrap().try_deserialize().unwrap()
}

fn changed(object: &Value, differences: &Value) -> Value {
    let mut changed = object.clone();
    for (name, value) in differences.as_object().unwrap() {
        match value {
            Value::Null => drop(changed.as_object_mut().unwrap().remove(name)),
            value => changed[name] = value.clone(),
        }
    }
    changed
}

/// The words for roles in another letter case or with something beside them: refused under every profile.
fn altered_roles(place: impl Fn(Value) -> Value) -> Vec<(&'static str, Value, &'static str)> {
    let words = ["IEWM_Staff", "Council", "COUNCIL", "iewm-staff", "council ", "iewm_staff,council", "admin", ""];
    words.into_iter().map(|word| ("a role in another spelling", place(json!(["council", word])), "roles")).collect()
}
