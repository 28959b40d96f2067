//! RFC 9068 and `LemonLDAP::NG`, whose `Lib/OpenIDConnect.pm` (2.16.1, and 2.18 for `at+JWT`) shows what its tokens carry.

use super::*;

fn rfc9068_token() -> Value {
    let now = noon().seconds();
    json!({"iss": "https://login.example", "aud": "iewm", "sub": "ann", "client_id": "desk", "iat": now, "exp": now + 600,
        "jti": "t1", "scope": "contacts", "roles": ["council"], "org": ORGANISATION})
}

fn rfc9068(settings: &str) -> Provider {
    Provider::new(settings, Pair::ed(), json!({"typ": "at+jwt"}), rfc9068_token())
}

#[test]
fn rfc_9068_is_the_rule() {
    for settings in ["", "profile = \"rfc9068\""] {
        let provider = rfc9068(settings);
        assert!(provider.verdict(&json!({})).unwrap().is_person);
        let now = noon().seconds();
        provider.refuses(&[
            ("another audience", json!({"aud": "other"}), "audience"),
            ("another issuer", json!({"iss": "https://login.example/"}), "issuer"),
            ("roles as one text", json!({"roles": "council"}), "roles"),
            ("more than an hour", json!({"exp": now + 3_601}), "claim"),
            ("no jti", json!({"jti": null, "uti": "u"}), "claim"),
        ]);
        provider.refuses(&altered_roles(|roles| json!({"roles": roles})));
        provider.refuses_forged();
        // A subject that is the client: RFC 9068 section 5.
        assert!(!provider.verdict(&json!({"sub": "desk"})).unwrap().is_person);
        assert_eq!(provider.verdict_with_header(&json!({"alg": "Ed25519"})).map(|_| ()), Ok(()), "RFC 9864");
    }
}

#[test]
fn algorithms_are_narrowed() {
    for (settings, taken) in [
        ("algorithms = \"RS256,ES256\"", false),
        ("algorithms = [\"EdDSA\"]", true),
        ("algorithms = [\"Ed25519\"]", true),
    ] {
        assert_eq!(rfc9068(settings).verdict(&json!({})).is_ok(), taken, "{settings}");
    }
    assert_eq!(rfc9068("algorithms = \"RS256\"").verdict(&json!({})).err(), Some("key"));
}

#[test]
fn the_organisation_may_stand_in_another_claim() {
    let provider = rfc9068("org_claim = \"employer\"");
    let contractor = json!({"roles": ["contractor"]});
    assert_eq!(provider.verdict(&contractor).err(), Some("organisation"));
    let caller = provider.verdict(&changed(&contractor, &json!({"employer": OTHER_ORGANISATION}))).unwrap();
    assert_eq!(caller.organisation.unwrap().to_string(), OTHER_ORGANISATION);
    // A claim that names the client says nothing of a person.
    let provider = rfc9068("org_claim = \"client_id\"");
    let of_client = json!({"roles": ["contractor"], "client_id": ORGANISATION});
    assert_eq!(provider.verdict(&of_client).err(), Some("organisation"));
    assert!(provider.verdict(&changed(&of_client, &json!({"sub": ORGANISATION}))).is_ok());
}

#[test]
fn claims_are_demanded_and_refused() {
    let provider = rfc9068(
        "require = { amr = \"mfa\", level = 2, staff = true }\nrequire_present = [\"scope\"]\nrefuse_present = [\"act\"]\n\
         require_one_of = [{ unit = \"dp\" }, { unit = \"iewm\", seat = \"*\" }]",
    );
    let claims = json!({"amr": ["pwd", "mfa"], "level": 2, "staff": true, "unit": "dp"});
    let verdict = |differences: Value| provider.verdict(&changed(&claims, &differences)).map(|_| ());
    assert_eq!(verdict(json!({})), Ok(()));
    assert_eq!(verdict(json!({"unit": "iewm", "seat": "4"})), Ok(()));
    for lacking in [
        json!({"amr": ["pwd"]}),
        json!({"amr": "MFA"}),
        json!({"level": "2"}),
        json!({"level": 2.5}),
        json!({"staff": "true"}),
        json!({"scope": ""}),
        json!({"unit": "iewm"}),
        json!({"unit": "iewm", "seat": ""}),
        json!({"unit": "iewm", "seat": []}),
    ] {
        assert_eq!(verdict(lacking.clone()), Err("demand"), "{lacking}");
    }
    assert_eq!(verdict(json!({"act": {"sub": "eve"}})), Err("present"));
    // Even a null is there.
    let with_null = changed(&provider.claims, &claims).to_string().replace("\"amr\"", "\"act\":null,\"amr\"");
    assert_eq!(provider.judge(&provider.pair.sign(&provider.header.to_string(), &with_null)).err(), Some("present"));
}

#[test]
fn lemonldap_takes_access_tokens_alone() {
    let claims = changed(
        &rfc9068_token(),
        &json!({"aud": ["desk", "iewm"], "exp": noon().seconds() + 3_600, "roles": "council"}),
    );
    for (settings, typ) in [("profile = \"lemonldap\"", "JWT"), ("profile = \"lemonldap\"\ntyp = \"at+JWT\"", "at+JWT")]
    {
        let provider = Provider::new(settings, Pair::rsa(), json!({"typ": typ}), claims.clone());
        let id_token = json!({"client_id": null, "scope": null, "jti": null, "azp": "desk", "auth_time": 1, "nonce": "n",
            "acr": "loa-2", "at_hash": "h"});
        provider.refuses(&[
            ("an ID token", id_token, "demand"),
            ("an ID token to which claims were added", json!({"client_id": null}), "demand"),
            ("another audience", json!({"aud": ["desk", "other"]}), "audience"),
            ("another portal", json!({"iss": "https://login.elsewhere.example"}), "issuer"),
        ]);
        provider.refuses(&altered_roles(|roles| json!({"roles": roles})));
        provider.refuses_forged();
        // Client credentials: the subject is the client.
        assert!(!provider.verdict(&json!({"sub": "desk"})).unwrap().is_person);
    }
}
