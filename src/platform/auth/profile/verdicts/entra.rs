//! Microsoft Entra ID, by the documents "Access token claims reference", "ID token claims reference" and "Optional claims
//! reference" of the Microsoft identity platform.

use super::*;

const TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
const OTHER_TENANT: &str = "bbbbcccc-1111-dddd-2222-eeee3333ffff";
const CLIENT: &str = "00001111-aaaa-2222-bbbb-3333cccc4444";
const GROUP: &str = "11112222-bbbb-3333-cccc-4444dddd5555";

fn user_token() -> Value {
    let now = noon().seconds();
    json!({
        "aud": "iewm", "iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
        "iat": now - 300, "nbf": now - 300, "exp": now + 5_400, "aio": "opaque", "azp": CLIENT, "azpacr": "1",
        "name": "Ann", "oid": "22223333-cccc-4444-dddd-5555eeee6666", "preferred_username": "ann@council.example",
        "rh": "opaque", "roles": ["council"], "scp": "Contacts.ReadWrite", "sub": "aBcDeF", "tid": TENANT,
        "uti": "uti1", "ver": "2.0", "acct": 0,
    })
}

/// What an app-only token has in place of a person's claims.
fn app_only() -> Value {
    json!({"scp": null, "acct": null, "name": null, "preferred_username": null, "idtyp": "app",
        "sub": "33334444-dddd-5555-eeee-6666ffff7777", "oid": "33334444-dddd-5555-eeee-6666ffff7777"})
}

fn entra(beside: &str) -> Provider {
    let header = json!({"typ": "JWT", "x5t": "opaque"});
    Provider::new(&format!("profile = \"entra\"\n{beside}"), Pair::rsa(), header, user_token())
}

#[test]
fn entra_takes_access_tokens_of_its_tenant_alone() {
    let provider = entra("");
    let caller = provider.verdict(&json!({})).unwrap();
    assert_eq!((caller.subject.as_str(), caller.is_person), ("aBcDeF", true));
    let now = noon().seconds();
    provider.refuses(&[
        ("an ID token", json!({"scp": null, "azp": null, "nonce": "n", "aio": "opaque"}), "demand"),
        ("an ID token that says what it is", json!({"scp": null, "idtyp": "user"}), "demand"),
        ("another audience of the tenant", json!({"aud": "00000003-0000-0000-c000-000000000000"}), "audience"),
        ("another tenant", json!({"iss": format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0")}), "issuer"),
        ("another tenant's id beside our issuer", json!({"tid": OTHER_TENANT}), "demand"),
        ("no tenant", json!({"tid": null}), "demand"),
        ("another version", json!({"ver": "1.0"}), "demand"),
        ("another version's issuer", json!({"iss": format!("https://sts.windows.net/{TENANT}/")}), "issuer"),
        ("a guest", json!({"acct": 1}), "demand"),
        ("a token without the optional claim acct", json!({"acct": null}), "demand"),
        ("a guest whose acct is a text", json!({"acct": "0"}), "demand"),
        ("no role", json!({"roles": null}), "roles"),
        ("no name of its own", json!({"uti": null}), "claim"),
        ("a jti in place of the uti", json!({"uti": null, "jti": "j"}), "claim"),
        ("a day of continuous access evaluation", json!({"exp": now + 86_400}), "claim"),
        ("a program without idtyp", json!({"scp": null, "acct": null}), "demand"),
    ]);
    provider.refuses(&altered_roles(|roles| json!({"roles": roles})));
    provider.refuses_forged();
}

#[test]
fn entra_tokens_live_for_ninety_minutes_and_five() {
    let now = noon().seconds();
    assert!(entra("").verdict(&json!({"exp": now + 5_700})).is_ok());
    assert_eq!(entra("longest_seconds = 3600").verdict(&json!({})).err(), Some("claim"));
}

#[test]
fn an_app_only_token_of_entra_is_no_persons() {
    let caller = entra("").verdict(&app_only()).unwrap();
    assert!(!caller.is_person);
}

#[test]
fn guests_are_taken_where_they_are_allowed() {
    let provider = entra("guests = \"allow\"");
    for acct in [json!({"acct": 1}), json!({"acct": null})] {
        assert!(provider.verdict(&acct).unwrap().is_person);
    }
    provider.refuses(&[("an ID token", json!({"scp": null}), "demand")]);
}

#[test]
fn the_organisation_of_a_person_comes_from_a_group_and_never_from_the_client() {
    let map = format!("[org_map]\n\"{GROUP}\" = \"{ORGANISATION}\"\n\"{CLIENT}\" = \"{OTHER_ORGANISATION}\"");
    let provider = entra(&format!("org_from = [\"groups\", \"azp\"]\n{map}"));
    let organisation = |differences: Value| {
        let verdict = provider.verdict(&changed(&json!({"roles": ["contractor"]}), &differences));
        verdict.map(|caller| caller.organisation.unwrap().to_string())
    };
    assert_eq!(organisation(json!({"groups": ["x", GROUP]})), Ok(ORGANISATION.to_owned()));
    assert_eq!(organisation(json!({})), Err("organisation"), "the client's id does not count for a person");
    assert_eq!(organisation(json!({"groups": ["x"]})), Err("organisation"));
    // More than 200 groups: Entra leaves them out and names an address instead.
    assert_eq!(organisation(json!({"groups": null, "_claim_names": {"groups": "src1"}})), Err("organisation"));
    let program = changed(&app_only(), &json!({"roles": ["contractor"]}));
    let caller = provider.verdict(&program).unwrap();
    assert_eq!(caller.organisation.unwrap().to_string(), OTHER_ORGANISATION);
    let both = changed(&program, &json!({"groups": [GROUP]}));
    assert_eq!(provider.verdict(&both).err(), Some("organisation"), "of two organisations none is chosen");
}

#[test]
fn the_subject_may_be_the_oid() {
    let caller = entra("subject_claim = \"oid\"").verdict(&json!({})).unwrap();
    assert_eq!(caller.subject, "22223333-cccc-4444-dddd-5555eeee6666");
    assert_eq!(entra("subject_claim = \"oid\"").verdict(&json!({"oid": null})).err(), Some("claim"));
}

#[test]
fn a_scope_is_one_word_of_the_list() {
    let provider = entra("require = { scp = \"Contacts.ReadWrite\" }");
    assert!(provider.verdict(&json!({"scp": "openid Contacts.ReadWrite"})).is_ok());
    provider.refuses(&[("another scope", json!({"scp": "Contacts.ReadWriteAll"}), "demand")]);
}

#[test]
fn entra_v1_takes_version_one_alone() {
    let claims = changed(
        &user_token(),
        &json!({"iss": format!("https://sts.windows.net/{TENANT}/"), "ver": "1.0", "azp": null, "azpacr": null,
            "appid": CLIENT, "appidacr": "1", "preferred_username": null, "unique_name": "ann@council.example"}),
    );
    let provider = Provider::new("profile = \"entra-v1\"", Pair::rsa(), json!({"typ": "JWT", "x5t": "opaque"}), claims);
    provider.refuses(&[
        ("an ID token", json!({"scp": null, "appid": null}), "demand"),
        ("another audience of the tenant", json!({"aud": "api://iewm"}), "audience"),
        ("another tenant", json!({"iss": format!("https://sts.windows.net/{OTHER_TENANT}/")}), "issuer"),
        ("another version", json!({"ver": "2.0"}), "demand"),
        ("a guest", json!({"acct": 1}), "demand"),
    ]);
    provider.refuses(&altered_roles(|roles| json!({"roles": roles})));
    provider.refuses_forged();
    assert!(!provider.verdict(&app_only()).unwrap().is_person);
}
