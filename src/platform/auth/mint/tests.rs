use futures_util::FutureExt as _;

use super::super::forge::noon;
use super::super::{Issuer, KeySource, Profile, Tokens};
use super::*;

fn request() -> TokenRequest {
    TokenRequest {
        issuer: "https://demo.example".into(),
        audience: "iewm".into(),
        subject: "ann".into(),
        roles: vec![Role::Contractor],
        organisation: Some(OrganisationId::from_uuid(Uuid::from_u128(7))),
        lifetime_seconds: 3600,
    }
}

#[test]
fn what_is_minted_is_taken() {
    let mint = TokenMint::from_seed([7; 32]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keys.json");
    std::fs::write(&path, TokenMint::from_seed(*mint.seed()).unwrap().jwks()).unwrap();
    let tokens = Tokens::new(vec![Issuer {
        name: "demo".into(),
        profile: Profile::default(),
        issuer: "https://demo.example".into(),
        audience: "iewm".into(),
        keys: KeySource::file(path).unwrap(),
        ceiling: vec![Role::Contractor],
    }])
    .unwrap();
    let token = mint.mint(&request(), noon(), Uuid::from_u128(1)).unwrap();
    let verified = tokens.verify(&token, noon()).now_or_never().unwrap().unwrap();
    assert_eq!((verified.caller.subject.as_str(), verified.caller.organisation), ("ann", request().organisation));
    assert_eq!(verified.jti, Uuid::from_u128(1).to_string());
    assert_eq!(verified.expires_at, noon().seconds() + 3600);
}

#[test]
fn what_would_be_refused_is_not_minted() {
    let mint = TokenMint::from_seed([7; 32]).unwrap();
    let wrong = [
        TokenRequest { roles: vec![], ..request() },
        TokenRequest { organisation: None, ..request() },
        TokenRequest { lifetime_seconds: 3601, ..request() },
        TokenRequest { lifetime_seconds: 0, ..request() },
        TokenRequest { subject: String::new(), ..request() },
    ];
    for request in wrong {
        assert!(mint.mint(&request, noon(), Uuid::from_u128(1)).is_err());
    }
}

#[test]
fn the_seed_is_not_shown() {
    assert!(!format!("{:?}", TokenMint::from_seed([7; 32]).unwrap()).contains("7, 7"));
}
