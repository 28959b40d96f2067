use serde_json::json;

use super::super::forge::{Pair, b64, jwks, noon};
use super::super::{KeySource, Profile, ProfileSettings};
use super::*;

const ORGANISATION: &str = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";

/// Two issuers, of which the second demands a scope, and the first one's key.
struct Checked {
    tokens: Tokens,
    pair: Pair,
    clock: Clock,
    _keys: tempfile::TempDir,
}

impl Checked {
    fn new() -> Self {
        let (keys, pair) = (tempfile::tempdir().unwrap(), Pair::ed());
        let file = keys.path().join("jwks.json");
        let mut unfit = Pair::rsa().jwk("for-encryption");
        unfit["use"] = json!("enc");
        std::fs::write(&file, jwks(&[pair.jwk("k"), unfit])).unwrap();
        let issuer = |name: &str, settings: &ProfileSettings| {
            let (issuer, ceiling) = (format!("https://{name}.example"), vec![Role::Council, Role::Contractor]);
            let profile = Profile::new(settings, &issuer, &ceiling).unwrap();
            let keys = KeySource::file(&file).unwrap();
            Issuer { name: name.into(), issuer, audience: "iewm".into(), keys, ceiling, profile }
        };
        let strict = ProfileSettings {
            require_present: vec!["scope".into()],
            refuse_present: vec!["act".into()],
            ..ProfileSettings::default()
        };
        let tokens = Tokens::new(vec![issuer("council", &ProfileSettings::default()), issuer("strict", &strict)]);
        Self { tokens: tokens.unwrap(), pair, clock: Clock::by_hand(noon()).0, _keys: keys }
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let mut all = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": "k"});
        let now = noon().seconds();
        let mut payload = json!({"iss": "https://council.example", "aud": "iewm", "sub": "ann", "iat": now,
            "exp": now + 600, "jti": "t1", "roles": ["council"]});
        for (object, differences) in [(&mut all, header), (&mut payload, claims)] {
            for (name, value) in differences.as_object().unwrap() {
                match value {
                    Value::Null => drop(object.as_object_mut().unwrap().remove(name)),
                    value => object[name] = value.clone(),
                }
            }
        }
        self.pair.sign(&all.to_string(), &payload.to_string())
    }

    /// The findings, having checked that they say the same as the judge does.
    async fn findings(&self, token: &str) -> Vec<Finding> {
        let findings = self.tokens.check(token, None, &self.clock).await.unwrap();
        let verified = self.tokens.verify(token, noon()).await.is_ok();
        assert_eq!(verified, !findings.iter().any(Finding::is_broken), "{findings:#?}");
        findings
    }

    async fn broken(&self, header: Value, claims: Value) -> Vec<String> {
        let findings = self.findings(&self.token(&header, &claims)).await;
        findings.iter().filter(|finding| finding.is_broken()).map(ToString::to_string).collect()
    }
}

#[tokio::test]
async fn each_broken_rule_is_named_with_what_would_mend_it() {
    let checked = Checked::new();
    assert_eq!(checked.broken(json!({}), json!({})).await, [""; 0]);
    let now = noon().seconds();
    for (header, claims, rule, words) in [
        (json!({"typ": "JWT"}), json!({}), "type", "at+jwt"),
        (json!({"typ": "dpop+jwt"}), json!({}), "type", "dpop+jwt"),
        (json!({"alg": "HS256"}), json!({}), "algorithm", "ES256 or RS256"),
        (json!({"alg": "RS256"}), json!({}), "key", "the key \"k\" serves EdDSA"),
        (json!({"kid": "other"}), json!({}), "key", "kid \"for-encryption\""),
        (json!({"kid": null}), json!({}), "key", "in `kid`"),
        (json!({"jku": "https://x"}), json!({}), "header", "must not send keys"),
        (json!({}), json!({"iss": "https://elsewhere.example"}), "issuer", "https://elsewhere.example"),
        (json!({}), json!({"aud": "other"}), "audience", "aud is \"other\""),
        (json!({}), json!({"iss": "https://strict.example"}), "demand", "the profile requires scope"),
        (json!({}), json!({"iss": "https://strict.example", "scope": "s", "act": 1}), "demand", "refuse_present"),
        (json!({}), json!({"client_id": 1}), "client", "as a string"),
        (json!({}), json!({"roles": null}), "roles", "roles_claim"),
        (json!({}), json!({"roles": ["Council"]}), "roles", "in this spelling"),
        (json!({}), json!({"roles": []}), "roles", "assign one of"),
        (json!({}), json!({"roles": "council"}), "roles", "array of words"),
        (json!({}), json!({"roles": ["iewm_staff"]}), "roles", "may give council, contractor"),
        (json!({}), json!({"roles": ["contractor"]}), "organisation", "org_map"),
        (json!({}), json!({"roles": ["contractor"], "_claim_names": {}}), "organisation", "too many groups"),
        (json!({}), json!({"sub": ""}), "subject", "`subject_claim`"),
        (json!({}), json!({"jti": null}), "id", "`id_claim`"),
        (json!({}), json!({"exp": now + 5_000}), "time", "longest_seconds"),
        (json!({}), json!({"iat": now - 900, "exp": now - 600}), "time", "get a new token"),
        (json!({}), json!({"nbf": now + 600}), "time", "compare the clocks"),
        (json!({}), json!({"iat": "now"}), "time", "whole seconds"),
    ] {
        let told = checked.broken(header.clone(), claims.clone()).await;
        let [one] = told.as_slice() else { panic!("{header} {claims}: {told:?}") };
        assert!(
            one.starts_with(&format!("BROKEN  {rule} ")) && one.contains(words) && one.contains("To fix: "),
            "{one}"
        );
    }
}

#[tokio::test]
async fn all_broken_rules_are_named_at_once() {
    let checked = Checked::new();
    let told = checked.broken(json!({"typ": "JWT", "kid": "x"}), json!({"aud": "x", "roles": null, "jti": null})).await;
    let rules: Vec<&str> = told.iter().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(rules, ["type", "key", "audience", "roles", "id"]);
}

#[tokio::test]
async fn a_token_of_another_form_or_key_is_told_so() {
    let checked = Checked::new();
    let good = checked.token(&json!({}), &json!({"roles": ["contractor"], "org": ORGANISATION}));
    assert!(!checked.findings(&good).await.iter().any(Finding::is_broken));
    let (signed, _) = good.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", b64([0; 64]));
    assert!(checked.findings(&forged).await.iter().any(|finding| finding.rule == "signature" && finding.is_broken()));
    for nonsense in ["", "opaque", "a.b.c", &good[..good.len() - 3]] {
        assert!(checked.findings(nonsense).await.iter().any(Finding::is_broken), "{nonsense}");
    }
}

#[tokio::test]
async fn an_issuer_may_be_named() {
    let checked = Checked::new();
    let token = checked.token(&json!({}), &json!({}));
    let findings = checked.tokens.check(&token, Some("strict"), &checked.clock).await.unwrap();
    let broken: Vec<&str> = findings.iter().filter(|one| one.is_broken()).map(|one| one.rule).collect();
    assert_eq!(broken, ["issuer", "demand"]);
    let unknown = checked.tokens.check(&token, Some("nobody"), &checked.clock).await.unwrap_err();
    assert!(unknown.contains("the names are council, strict"), "{unknown}");
}
