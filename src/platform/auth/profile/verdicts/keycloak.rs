//! Keycloak 26, by its server administration guide and its `AccessToken` and `ServiceAccountConstants`.

use super::*;

const ISSUER: &str = "https://login.council.example/realms/council";

fn user_token() -> Value {
    let now = noon().seconds();
    json!({
        "exp": now + 300, "iat": now, "auth_time": now - 5, "jti": "onrtac:1", "iss": ISSUER, "aud": ["iewm", "account"],
        "sub": "0b6bd2b9-0000-4000-8000-000000000001", "typ": "Bearer", "azp": "council-desk", "sid": "s", "acr": "1",
        "realm_access": {"roles": ["offline_access", "uma_authorization", "default-roles-council"]},
        "resource_access": {"iewm": {"roles": ["council"]}, "account": {"roles": ["view-profile"]}},
        "scope": "openid profile", "preferred_username": "ann", "roles": ["council"],
    })
}

/// What a token of a service account has besides: its client's `client_id` and a name of Keycloak's making.
fn service_account() -> Value {
    json!({"client_id": "nightly", "azp": "nightly", "clientHost": "192.0.2.1", "clientAddress": "192.0.2.1", "sid": null,
        "auth_time": null, "preferred_username": "service-account-nightly"})
}

fn keycloak(typ: &str, beside: &str) -> Provider {
    Provider::new(&format!("profile = \"keycloak\"\n{beside}"), Pair::rsa(), json!({"typ": typ}), user_token())
}

#[test]
fn keycloak_takes_at_jwt() {
    let provider = keycloak("at+jwt", "");
    assert!(provider.verdict(&json!({})).unwrap().is_person);
    provider.refuses(&[
        ("another audience of the realm", json!({"aud": "account"}), "audience"),
        ("another realm", json!({"iss": "https://login.council.example/realms/other"}), "issuer"),
        ("no role of ours", json!({"roles": null}), "roles"),
        ("no subject, as in lightweight tokens", json!({"sub": null}), "claim"),
    ]);
    // An ID token and a token of an earlier version have another type.
    for typ in ["JWT", "at+JWT"] {
        assert_eq!(provider.verdict_with_header(&json!({"typ": typ})).err(), Some("type"));
    }
    provider.refuses(&altered_roles(|roles| json!({"roles": roles})));
    provider.refuses_forged();
}

#[test]
fn keycloak_takes_a_jwt_that_says_bearer() {
    let provider = keycloak("JWT", "typ = \"JWT\"");
    provider.refuses(&[
        ("an ID token", json!({"typ": "ID", "nonce": "n", "at_hash": "h", "scope": null}), "demand"),
        ("a refresh token", json!({"typ": "Refresh"}), "demand"),
        ("a token that does not say", json!({"typ": null}), "demand"),
        ("another spelling", json!({"typ": "bearer"}), "demand"),
        ("another audience of the realm", json!({"aud": ["account"]}), "audience"),
    ]);
    provider.refuses_forged();
}

#[test]
fn roles_come_from_one_path() {
    let provider = keycloak("at+jwt", "roles_claim = [\"resource_access\", \"iewm\", \"roles\"]");
    assert_eq!(provider.verdict(&json!({"roles": ["iewm_staff"]})).unwrap().roles, [Role::Council]);
    provider.refuses(&[
        ("roles at the top alone", json!({"resource_access": null}), "roles"),
        ("roles of another client", json!({"resource_access": {"account": {"roles": ["council"]}}}), "roles"),
        ("a path that ends early", json!({"resource_access": {"iewm": ["council"]}}), "roles"),
        ("an object in place of the list", json!({"resource_access": {"iewm": {"roles": {"council": true}}}}), "roles"),
    ]);
    provider.refuses(&altered_roles(|roles| json!({"resource_access": {"iewm": {"roles": roles}}})));
}

#[test]
fn realm_roles_need_other_roles_to_be_ignored() {
    let path = "roles_claim = [\"realm_access\", \"roles\"]";
    let with_ours = json!({"realm_access": {"roles": ["offline_access", "council", "uma_authorization"]}});
    assert_eq!(
        keycloak("at+jwt", path).verdict(&with_ours).err(),
        Some("roles"),
        "an unknown role refuses the token whole"
    );
    let provider = keycloak("at+jwt", &format!("{path}\nother_roles = \"ignore\""));
    assert_eq!(provider.verdict(&with_ours).unwrap().roles, [Role::Council]);
    assert_eq!(provider.verdict(&json!({})).err(), Some("roles"), "none of the roles is ours");
    let not_text = json!({"realm_access": {"roles": ["council", 7]}});
    assert_eq!(provider.verdict(&not_text).err(), Some("roles"), "what is no text is not ignored");
}

#[test]
fn words_of_the_issuers_own_are_mapped_exactly() {
    let provider = keycloak("at+jwt", "[role_map]\n\"IEWM.Staff\" = \"iewm_staff\"\n\"dp-officer\" = \"council\"");
    let roles = |words: Value| provider.verdict(&json!({"roles": words})).map(|caller| caller.roles);
    assert_eq!(roles(json!(["dp-officer", "IEWM.Staff"])), Ok(vec![Role::IewmStaff, Role::Council]));
    assert_eq!(roles(json!("dp-officer IEWM.Staff")), Ok(vec![Role::IewmStaff, Role::Council]));
    for words in
        [json!(["iewm.staff"]), json!(["council"]), json!(["dp-officer", "iewm_staff"]), json!("dp-officer,IEWM.Staff")]
    {
        assert_eq!(roles(words.clone()), Err("roles"), "{words}");
    }
}

#[test]
fn a_service_account_is_no_person() {
    let provider = keycloak("at+jwt", "");
    assert!(!provider.verdict(&service_account()).unwrap().is_person);
    for one_mark in [
        changed(&service_account(), &json!({"client_id": null})),
        changed(&service_account(), &json!({"preferred_username": null})),
    ] {
        // The marks come from scopes that an administrator may have removed: each suffices.
        assert!(!provider.verdict(&one_mark).unwrap().is_person || one_mark["client_id"].is_null());
    }
    let by_name = json!({"preferred_username": "service-account-nightly"});
    assert!(!provider.verdict(&by_name).unwrap().is_person);
    assert!(provider.verdict(&json!({"preferred_username": "ann-service-account-"})).unwrap().is_person);
}

#[test]
fn a_service_accounts_organisation_may_come_from_its_client() {
    let settings = format!("org_from = \"azp\"\n[org_map]\nnightly = \"{ORGANISATION}\"");
    let provider = keycloak("at+jwt", &settings);
    let contractor = json!({"roles": ["contractor"]});
    let caller = provider.verdict(&changed(&service_account(), &contractor)).unwrap();
    assert_eq!(caller.organisation.unwrap().to_string(), ORGANISATION);
    let person = json!({"roles": ["contractor"], "azp": "nightly", "preferred_username": "service-account-x"});
    assert_eq!(provider.verdict(&person).err(), Some("organisation"), "a name that a person may choose proves nothing");
}
