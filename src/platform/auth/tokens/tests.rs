use std::path::PathBuf;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as URL;
use chrono::Duration;
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::super::forge::{Pair, b64, jwks, noon};
use super::super::{KeySource, Profile};
use super::*;
use crate::domain::{Instant, Role, SubjectClaim};

const ORGANISATION: &str = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";

/// Two issuers whose keys go by the same `kid`.
struct Issuers {
    tokens: Tokens,
    pair: Pair,
    other: Pair,
    keys: PathBuf,
    _dir: tempfile::TempDir,
}

impl Issuers {
    fn new(pair: Pair) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let other = Pair::ed();
        let issuer = |name: &str, pair: &Pair, ceiling: &[Role]| {
            let path = dir.path().join(name);
            std::fs::write(&path, jwks(&[pair.jwk("k")])).unwrap();
            let keys = KeySource::file(path).unwrap();
            let (profile, ceiling) = (Profile::default(), ceiling.to_vec());
            Issuer { name: name.into(), issuer: name.into(), audience: "iewm".into(), keys, ceiling, profile }
        };
        let tokens = Tokens::new(vec![
            issuer("council", &pair, &[Role::Council, Role::Contractor]),
            issuer("other", &other, &[Role::Contractor]),
        ])
        .unwrap();
        Self { tokens, pair, other, keys: dir.path().join("council"), _dir: dir }
    }

    fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": self.pair.alg(), "kid": "k"})
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.pair.sign(&header.to_string(), &claims.to_string())
    }

    /// What is judged at once, as with keys from files it always is.
    fn verify(&self, token: &str, now: Instant) -> Result<Arc<Verified>, Refused> {
        self.tokens.verify(token, now).now_or_never().expect("nothing to wait for")
    }

    fn takes(&self, claims: &Value) -> bool {
        self.verify(&self.sign(&self.header(), claims), noon()).is_ok()
    }

    fn takes_header(&self, header: &Value) -> bool {
        self.verify(&self.sign(header, &claims()), noon()).is_ok()
    }
}

fn claims() -> Value {
    let now = noon().seconds();
    json!({"iss": "council", "aud": "iewm", "sub": "ann", "iat": now, "exp": now + 600, "jti": "t1", "roles": ["council"]})
}

fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name).unwrap();
    value
}

#[test]
fn a_good_token_of_each_algorithm_is_taken() {
    for pair in [Pair::ed(), Pair::ec(), Pair::rsa()] {
        let issuers = Issuers::new(pair);
        let token = issuers.sign(&issuers.header(), &claims());
        let verified = issuers.verify(&token, noon()).unwrap();
        let Caller { issuer, subject, subject_claim, is_person, roles, organisation } = verified.caller.clone();
        assert_eq!((issuer.as_str(), subject.as_str(), verified.jti.as_str()), ("council", "ann", "t1"));
        assert_eq!((subject_claim, is_person, organisation), (SubjectClaim::Sub, true, None));
        assert_eq!(roles, [Role::Council]);
        assert_eq!(verified.expires_at - verified.issued_at, 600);
        assert!(Arc::ptr_eq(&verified, &issuers.verify(&token, noon()).unwrap()));
    }
}

#[test]
fn a_token_without_a_signature_of_the_key_is_refused() {
    for pair in [Pair::ed(), Pair::ec(), Pair::rsa()] {
        let issuers = Issuers::new(pair);
        let good = issuers.sign(&issuers.header(), &claims());
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let zeroes = b64(vec![0; issuers.pair.signature(b"").len()]);
        let (header, payload) = signed.split_once('.').unwrap();
        let forged = [
            format!("{signed}."),
            signed.to_owned(),
            format!("{signed}.{zeroes}"),
            format!("{signed}.{}", b64(issuers.pair.signature(b"another message"))),
            format!("{header}.{}.{signature}", b64(with(claims(), "sub", json!("eve")).to_string())),
            format!("{payload}.{header}.{signature}"),
            format!("{good}="),
            format!("{good}.{signature}"),
            format!("{good} "),
            format!("{good}AAAA"),
            format!("Bearer {good}"),
            good[1..].to_owned(),
        ];
        for token in forged {
            let told = issuers.verify(&token, noon()).map(|_| ()).map_err(Error::from);
            assert_eq!(told, Err(Refused(Flaw::Signature).into()), "every answer is the same: {token}");
        }
        assert!(issuers.verify(&good, noon()).is_ok());
    }
}

#[test]
fn no_algorithm_but_the_keys_own_is_taken() {
    for pair in [Pair::ed(), Pair::ec(), Pair::rsa()] {
        let issuers = Issuers::new(pair);
        let own = issuers.pair.alg();
        let names = "none None nOnE HS256 HS384 HS512 PS256 RS384 RS512 ES384 ES512 Ed448 ed25519".split(' ');
        // RFC 9864 gives EdDSA with Ed25519 a second name.
        let is_own = |name: &&str| *name == own || (*name == "Ed25519" && own == "EdDSA");
        let others = names.chain(["EdDSA", "Ed25519", "ES256", "RS256"].into_iter().filter(|name| !is_own(name)));
        for name in others {
            assert!(!issuers.takes_header(&with(issuers.header(), "alg", json!(name))), "{name} for {own}");
        }
        for wrong in [json!(null), json!([own]), json!(own.to_lowercase()), json!("")] {
            assert!(!issuers.takes_header(&with(issuers.header(), "alg", wrong)));
        }
        let unsigned = format!("{}.{}.", b64(r#"{"typ":"at+jwt","alg":"none","kid":"k"}"#), b64(claims().to_string()));
        assert!(issuers.verify(&unsigned, noon()).is_err());
    }
}

#[test]
fn the_public_key_is_no_shared_secret() {
    for pair in [Pair::ed(), Pair::ec(), Pair::rsa()] {
        let issuers = Issuers::new(pair);
        let jwk = issuers.pair.jwk("k");
        let raw = jwk.get("x").or(jwk.get("n")).unwrap().as_str().unwrap();
        let file = std::fs::read(&issuers.keys).unwrap();
        for secret in [raw.as_bytes().to_vec(), URL.decode(raw).unwrap(), jwk.to_string().into_bytes(), file, vec![]] {
            let signed = format!(
                "{}.{}",
                b64(with(issuers.header(), "alg", json!("HS256")).to_string()),
                b64(claims().to_string())
            );
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), signed.as_bytes());
            assert!(issuers.verify(&format!("{signed}.{}", b64(tag)), noon()).is_err());
        }
    }
}

#[test]
fn a_header_brings_no_key_and_no_condition() {
    let issuers = Issuers::new(Pair::ed());
    let mallory = Pair::ed();
    let brought = [
        ("jwk", mallory.jwk("k")),
        ("jku", json!("http://127.0.0.1:9/jwks")),
        ("x5u", json!("http://127.0.0.1:9/chain")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!([])),
        ("crit", json!(["exp"])),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
    ];
    for (name, value) in brought {
        let header = with(issuers.header(), name, value);
        assert!(!issuers.takes_header(&header), "{name}");
        let forged = mallory.sign(&header.to_string(), &claims().to_string());
        assert!(issuers.verify(&forged, noon()).is_err());
        assert!(!issuers.takes_header(&with(issuers.header(), name, json!(null))), "{name}");
    }
    assert!(issuers.takes_header(&with(issuers.header(), "x5t", json!("unknown members are ignored"))));
}

#[test]
fn the_type_is_an_access_tokens_and_nothing_else() {
    let issuers = Issuers::new(Pair::ed());
    for typ in ["JWT", "at+JWT", "AT+JWT", "application/at+jwt", "at+jwt ", "", "dpop+jwt", "logout+jwt"] {
        assert!(!issuers.takes_header(&with(issuers.header(), "typ", json!(typ))), "{typ}");
    }
    assert!(!issuers.takes_header(&with(issuers.header(), "typ", json!(null))));
    for name in ["typ", "alg", "kid"] {
        assert!(!issuers.takes_header(&without(issuers.header(), name)), "{name}");
    }
}

#[test]
fn a_kid_is_a_name_and_nothing_more() {
    let issuers = Issuers::new(Pair::ed());
    for kid in ["", "K", "k ", "k\u{0}", "../../../dev/null", "/dev/null", "k' OR '1'='1", "http://127.0.0.1:9/"] {
        assert!(!issuers.takes_header(&with(issuers.header(), "kid", json!(kid))), "{kid}");
    }
    for kid in [json!(null), json!(0), json!(["k"]), json!({"k": 1})] {
        assert!(!issuers.takes_header(&with(issuers.header(), "kid", kid)));
    }
}

#[test]
fn each_claim_is_needed_and_of_its_type() {
    let issuers = Issuers::new(Pair::ed());
    for name in ["iss", "aud", "sub", "exp", "iat", "jti", "roles"] {
        assert!(!issuers.takes(&without(claims(), name)), "without {name}");
        for wrong in [json!(null), json!(true), json!(1.5), json!({}), json!([]), json!([1]), json!("")] {
            assert!(!issuers.takes(&with(claims(), name, wrong.clone())), "{name}: {wrong}");
        }
    }
    for name in ["sub", "jti"] {
        for wrong in [json!(7), json!("a\nb"), json!("a\u{7f}"), json!("a\u{0}"), json!("é".repeat(256))] {
            assert!(!issuers.takes(&with(claims(), name, wrong)), "{name}");
        }
        assert!(issuers.takes(&with(claims(), name, json!("é".repeat(255)))));
    }
    assert!(issuers.takes(&with(claims(), "client_id", json!("app"))));
    assert!(!issuers.takes(&with(claims(), "client_id", json!(1))));
}

#[test]
fn a_token_is_for_us_and_of_its_issuer() {
    let issuers = Issuers::new(Pair::ed());
    for aud in
        [json!("IEWM"), json!("iewm "), json!(["a", "b"]), json!(["iewm", 1]), json!([["iewm"]]), json!("a iewm")]
    {
        assert!(!issuers.takes(&with(claims(), "aud", aud.clone())), "{aud}");
    }
    assert!(issuers.takes(&with(claims(), "aud", json!(["a", "iewm"]))));
    for iss in ["Council", "council/", "nobody", "other"] {
        assert!(!issuers.takes(&with(claims(), "iss", json!(iss))), "{iss}");
    }
    // The other issuer's key goes by the same kid, and is good for its own tokens only.
    let header = json!({"typ": "at+jwt", "alg": "EdDSA", "kid": "k"}).to_string();
    let forged = issuers.other.sign(&header, &claims().to_string());
    assert!(issuers.verify(&forged, noon()).is_err());
    let own =
        with(with(with(claims(), "iss", json!("other")), "roles", json!(["contractor"])), "org", json!(ORGANISATION));
    assert!(issuers.verify(&issuers.other.sign(&header, &own.to_string()), noon()).is_ok());
}

#[test]
fn a_role_above_the_ceiling_refuses_the_whole_token() {
    let issuers = Issuers::new(Pair::ed());
    let refused = [
        json!(["iewm_staff"]),
        json!(["council", "iewm_staff"]),
        json!(["council", "admin"]),
        json!(["council", 1]),
        json!(["Council"]),
        json!("council"),
        json!({"council": true}),
    ];
    for roles in refused {
        assert!(!issuers.takes(&with(claims(), "roles", roles.clone())), "{roles}");
    }
    assert!(issuers.takes(&with(claims(), "roles", json!(["council", "council"]))));
}

#[test]
fn a_contractor_has_an_organisation() {
    let issuers = Issuers::new(Pair::ed());
    let contractor = with(claims(), "roles", json!(["contractor", "council"]));
    assert!(!issuers.takes(&contractor));
    for org in [
        json!(null),
        json!(1),
        json!(""),
        json!("none"),
        json!(ORGANISATION.replace('-', "")),
        json!(format!("{{{ORGANISATION}}}")),
    ] {
        assert!(!issuers.takes(&with(contractor.clone(), "org", org.clone())), "{org}");
    }
    let token = issuers.sign(&issuers.header(), &with(contractor, "org", json!(ORGANISATION)));
    let caller = issuers.verify(&token, noon()).unwrap().caller.clone();
    assert_eq!(caller.roles, [Role::Council, Role::Contractor]);
    assert_eq!(caller.organisation.unwrap().to_string(), ORGANISATION);
    let token = issuers.sign(&issuers.header(), &with(claims(), "org", json!(ORGANISATION)));
    assert_eq!(issuers.verify(&token, noon()).unwrap().caller.organisation, None);
}

#[test]
fn time_is_kept_within_thirty_seconds() {
    let issuers = Issuers::new(Pair::ed());
    let now = noon().seconds();
    let at = |iat: i64, exp: i64| with(with(claims(), "iat", json!(iat)), "exp", json!(exp));
    assert!(issuers.takes(&at(now - 100, now - 29)) && !issuers.takes(&at(now - 100, now - 30)));
    assert!(issuers.takes(&at(now + 30, now + 60)) && !issuers.takes(&at(now + 31, now + 60)));
    assert!(issuers.takes(&at(now, now + 3600)) && !issuers.takes(&at(now, now + 3601)));
    assert!(!issuers.takes(&at(now, now)) && !issuers.takes(&at(now, now - 1)));
    let nbf = |value: Value| issuers.takes(&with(claims(), "nbf", value));
    assert!(nbf(json!(now + 30)) && !nbf(json!(now + 31)) && !nbf(json!("0")) && !nbf(json!(null)) && !nbf(json!(0.5)));
    for name in ["iat", "exp", "nbf"] {
        for wrong in
            [json!(-1), json!(i64::MIN), json!(i64::MAX), json!(u64::MAX), json!(1e300), json!(now.to_string())]
        {
            assert!(!issuers.takes(&with(claims(), name, wrong.clone())), "{name}: {wrong}");
        }
    }
    let infinite = claims().to_string().replace(&(now + 600).to_string(), "1e999");
    assert!(issuers.verify(&issuers.pair.sign(&issuers.header().to_string(), &infinite), noon()).is_err());
}

#[test]
fn a_member_that_stands_twice_refuses_the_token() {
    let issuers = Issuers::new(Pair::ed());
    let (header, payload) = (issuers.header().to_string(), claims().to_string());
    let doubled = |text: &str, member: &str| format!("{},{member}}}", &text[..text.len() - 1]);
    for member in [r#""sub":"ann""#, r#""\u0073ub":"eve""#, r#""act":{"sub":"a","sub":"b"}"#] {
        let token = issuers.pair.sign(&header, &doubled(&payload, member));
        assert!(issuers.verify(&token, noon()).is_err(), "{member}");
    }
    assert!(issuers.verify(&issuers.pair.sign(&doubled(&header, r#""alg":"EdDSA""#), &payload), noon()).is_err());
    assert!(issuers.verify(&issuers.pair.sign(&header, &format!("{payload}{{}}")), noon()).is_err());
    assert!(issuers.verify(&issuers.pair.sign(&header, &format!("[{payload}]")), noon()).is_err());
    assert!(!issuers.takes(&with(claims(), "filler", json!("x".repeat(7000)))));
}

#[test]
fn a_remembered_token_expires_and_waits_like_any_other() {
    let issuers = Issuers::new(Pair::ed());
    let token = issuers.sign(&issuers.header(), &with(claims(), "nbf", json!(noon().seconds())));
    let at = |seconds| issuers.verify(&token, noon().plus(Duration::seconds(seconds))).is_ok();
    assert!(at(0) && at(629) && !at(630) && !at(100_000));
    assert!(at(-30) && !at(-31));
}

#[test]
fn a_remembered_token_falls_with_its_key() {
    let issuers = Issuers::new(Pair::ed());
    let token = issuers.sign(&issuers.header(), &claims());
    let at = |seconds| issuers.verify(&token, noon().plus(Duration::seconds(seconds))).is_ok();
    assert!(at(0));
    std::fs::write(&issuers.keys, jwks(&[Pair::ed().jwk("k")])).unwrap();
    assert!(!at(10));
    std::fs::write(&issuers.keys, jwks(&[Pair::ed().jwk("new"), issuers.pair.jwk("k")])).unwrap();
    assert!(at(20));
    std::fs::write(&issuers.keys, jwks(&[])).unwrap();
    assert!(!at(30));
}

#[test]
fn all_refusals_look_alike() {
    let issuers = Issuers::new(Pair::ed());
    let expired = issuers.verify(&issuers.sign(&issuers.header(), &claims()), noon().plus(Duration::days(1)));
    let nonsense = issuers.verify("nonsense", noon());
    assert_eq!(format!("{expired:?}"), format!("{nonsense:?}"));
    assert_eq!(Error::from(expired.unwrap_err()).code(), Code::InvalidToken);
}

#[test]
fn each_refusal_has_its_reason() {
    let issuers = Issuers::new(Pair::ed());
    let reason = |header: &Value, claims: &Value| {
        let refused = issuers.verify(&issuers.sign(header, claims), noon()).unwrap_err();
        refused.flaw().reason()
    };
    let header = issuers.header();
    let headers =
        [("typ", "JWT", "type"), ("alg", "none", "key"), ("kid", "another", "key"), ("jku", "x", "malformed")];
    for (member, value, expected) in headers {
        assert_eq!(reason(&with(header.clone(), member, json!(value)), &claims()), expected, "{member}");
    }
    for (member, value, expected) in [
        ("iss", json!("https://elsewhere.example"), "issuer"),
        ("aud", json!("another"), "audience"),
        ("roles", json!([]), "roles"),
        ("roles", json!(["king"]), "roles"),
        ("roles", json!(["contractor"]), "organisation"),
        ("sub", json!(""), "claim"),
        ("exp", json!(1), "claim"),
        ("nbf", json!(noon().plus(Duration::hours(1)).seconds()), "premature"),
    ] {
        assert_eq!(reason(&header, &with(claims(), member, value)), expected, "{member}");
    }
    let late = issuers.verify(&issuers.sign(&header, &claims()), noon().plus(Duration::days(1)));
    assert_eq!(late.unwrap_err().flaw().reason(), "expired");
}

#[test]
fn an_issuer_has_its_name_to_itself() {
    let issuers = |()| Issuers::new(Pair::ed()).tokens.issuers.remove(0);
    assert_eq!(Tokens::new([(), ()].map(issuers).into()).unwrap_err(), DuplicateIssuer("council".into()));
}
