use serde_json::json;

use super::super::forge::{Pair, b64, jwks};
use super::*;

fn refused(jwk: &Value) -> String {
    KeySet::parse(jwks(std::slice::from_ref(jwk)).as_bytes()).unwrap_err().to_string()
}

fn with(mut jwk: Value, name: &str, value: Value) -> Value {
    jwk[name] = value;
    jwk
}

#[test]
fn each_kind_of_key_serves_its_one_algorithm() {
    for (pair, algorithm) in
        [(Pair::ed(), Algorithm::EdDSA), (Pair::ec(), Algorithm::ES256), (Pair::rsa(), Algorithm::RS256)]
    {
        let jwk = pair.jwk("k");
        let other_name = if pair.alg() == "EdDSA" { "Ed25519" } else { pair.alg() };
        for jwk in [
            with(jwk.clone(), "alg", json!(pair.alg())),
            with(jwk.clone(), "alg", json!(other_name)),
            with(jwk.clone(), "use", json!("sig")),
            with(jwk.clone(), "key_ops", json!(["verify"])),
            with(jwk.clone(), "x5t", json!("unknown members are ignored")),
            jwk,
        ] {
            let set = KeySet::parse(jwks(&[jwk]).as_bytes()).unwrap();
            let key = set.find("k").unwrap();
            assert_eq!(key.algorithm(), algorithm);
            assert!(key.verifies("message", &b64(pair.signature(b"message"))));
            assert!(!key.verifies("massage", &b64(pair.signature(b"message"))));
            assert!(set.find("K").is_none());
        }
    }
}

#[test]
fn a_doubtful_key_refuses_the_whole_set() {
    let good = Pair::ed().jwk("good");
    let (ed, ec) = (Pair::ed().jwk("k"), Pair::ec().jwk("k"));
    let mut nameless = ed.clone();
    nameless.as_object_mut().unwrap().remove("kid");
    let doubtful = [
        json!({"kty": "oct", "kid": "k", "k": "c2VjcmV0", "alg": "HS256"}),
        json!({"kty": "EC", "crv": "P-256", "kid": "k", "x": ec["x"], "y": ec["x"]}),
        json!({"kty": "EC", "crv": "P-256", "kid": "k", "x": ec["x"]}),
        json!("a key"),
        nameless,
        with(ed.clone(), "kid", json!("")),
        with(ed.clone(), "kid", json!(1)),
        with(ed.clone(), "kid", json!("k".repeat(256))),
        with(ed.clone(), "kid", json!("good")),
        with(ed.clone(), "d", json!("AAAA")),
        with(ed.clone(), "k", json!("AAAA")),
        with(ed.clone(), "use", json!(null)),
        with(ed.clone(), "key_ops", json!("verify")),
        with(ed.clone(), "alg", json!(null)),
        with(ed.clone(), "x", json!(b64([1; 31]))),
        with(ed.clone(), "x", json!(format!("{}=", ed["x"].as_str().unwrap()))),
    ];
    for jwk in doubtful {
        let set = jwks(&[good.clone(), jwk.clone()]);
        let error = KeySet::parse(set.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("key 2 of the set "), "{jwk}: {error}");
        let kid = jwk.get("kid").and_then(Value::as_str).filter(|kid| !kid.is_empty() && kid.len() < 65);
        assert!(kid.is_none_or(|kid| error.contains(&format!("(kid \"{kid}\")"))), "{jwk}: {error}");
    }
}

#[test]
fn keys_for_other_uses_are_left_out() {
    let (good, ec, rsa, ed) = (Pair::ed().jwk("good"), Pair::ec().jwk("k"), Pair::rsa().jwk("k"), Pair::ed().jwk("k"));
    let others = [
        // As Keycloak publishes it beside its key for signatures.
        with(with(rsa.clone(), "use", json!("enc")), "alg", json!("RSA-OAEP")),
        with(rsa, "alg", json!("RS512")),
        with(ec.clone(), "key_ops", json!(["deriveKey"])),
        with(ed.clone(), "key_ops", json!([])),
        with(ed.clone(), "alg", json!("ES256")),
        with(ed.clone(), "alg", json!("HS256")),
        json!({"kty": "EC", "crv": "P-384", "kid": "k", "x": ec["x"], "y": ec["y"]}),
        json!({"kty": "OKP", "crv": "X25519", "kid": "k", "x": ed["x"]}),
        json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "k", "pub": "AAAA"}),
    ];
    let all: Vec<Value> = others.iter().cloned().chain([good.clone()]).collect();
    let set = KeySet::parse(jwks(&all).as_bytes()).unwrap();
    assert!(set.find("good").is_some() && set.find("k").is_none() && set.len() == 1);
    assert_eq!(set.left_out().len(), others.len());
    for (index, left_out) in set.left_out().iter().enumerate() {
        assert!(left_out.starts_with(&format!("key {} of the set (kid \"k\") ", index + 1)), "{left_out}");
    }
    for other in others {
        assert!(KeySet::parse(jwks(std::slice::from_ref(&other)).as_bytes()).unwrap().is_empty(), "{other}");
    }
    let mut typeless = ec.clone();
    typeless.as_object_mut().unwrap().remove("kty");
    let doubtful = [
        json!({"kty": "oct", "kid": "k", "k": "c2VjcmV0", "alg": "HS256"}),
        with(with(ec.clone(), "d", json!("AAAA")), "use", json!("enc")),
        with(ec.clone(), "kid", json!("good")),
        with(ec.clone(), "y", ec["x"].clone()),
        with(ec.clone(), "use", json!(null)),
        with(ec, "alg", json!(null)),
        json!("a key"),
        typeless,
    ];
    for jwk in doubtful {
        assert!(KeySet::parse(jwks(&[good.clone(), jwk.clone()]).as_bytes()).is_err(), "{jwk}");
    }
}

#[test]
fn a_weak_rsa_key_is_refused() {
    let rsa = |n: &[u8], e: &[u8]| json!({"kty": "RSA", "kid": "k", "n": b64(n), "e": b64(e)});
    let modulus = [0xff; 256];
    let mut short = modulus;
    short[0] = 0x7f;
    let mut padded = vec![0];
    padded.extend(modulus);
    for n in [&modulus[..128], &short, &padded, &[0xff; 1025], &[0xfe; 256], &[]] {
        assert!(refused(&rsa(n, &[1, 0, 1])).contains("2048"));
    }
    for e in [&[1][..], &[3], &[0, 1, 0, 1], &[1, 0, 0], &[1, 0, 0, 0, 1], &[]] {
        assert!(refused(&rsa(&modulus, e)).contains("exponent"));
    }
}

#[test]
fn what_is_no_key_set_is_refused() {
    for text in ["", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "-----BEGIN PUBLIC KEY-----"] {
        assert!(KeySet::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(KeySet::parse(b"{\"keys\":[]}").unwrap().is_empty());
}

#[test]
fn the_error_names_no_key_material() {
    assert!(!refused(&json!({"kty": "oct", "kid": "k", "k": "c2VjcmV0"})).contains("c2VjcmV0"));
}
