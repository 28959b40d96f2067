use super::*;

const TENANT: &str = "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0";
const ORGANISATION: &str = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";

/// The profile that these lines of a configuration file describe.
fn profile(settings: &str, issuer: &str) -> Result<Profile, String> {
    let source = config::File::from_str(settings, config::FileFormat::Toml);
    let read = config::Config::builder().add_source(source).build().unwrap().try_deserialize();
    Profile::new(
        &read.map_err(|error: config::ConfigError| error.to_string())?,
        issuer,
        &[Role::IewmStaff, Role::Council],
    )
}

#[test]
fn settings_that_do_not_fit_are_refused_with_what_to_change() {
    for (settings, told) in [
        ("profile = \"azure\"", "must be one of rfc9068, entra, entra-v1, keycloak, lemonldap"),
        ("typ = \"any\"", "must be one of at+jwt, at+JWT, JWT"),
        ("typ = \"\"", "must be one of"),
        ("algorithms = \"\"", "EdDSA, ES256, RS256"),
        ("algorithms = [\"RS256\", \"HS256\"]", "\"HS256\" is not taken"),
        ("algorithms = \"none\"", "\"none\" is not taken"),
        ("id_claim = \"sub\"", "must be one of jti, uti"),
        ("subject_claim = \"email\"", "must be one of sub, oid"),
        ("longest_seconds = 7201", "60 to 7200"),
        ("longest_seconds = 0", "60 to 7200"),
        ("roles_claim = []", "roles_claim must name a claim"),
        ("roles_claim = [\"a\", \"\"]", "roles_claim must name a claim"),
        ("role_map = { Admin = \"admin\" }", "\"Admin\" = \"admin\" must be one of iewm_staff, council, contractor"),
        ("role_map = { Firm = \"contractor\" }", "a role that this issuer may not give"),
        ("role_map = {}", "role_map is empty"),
        ("other_roles = \"drop\"", "must be one of refuse, ignore"),
        ("org_claim = \"\"", "org_claim must name a claim"),
        ("org_claim = \"org\"\norg_from = \"groups\"\norg_map = { a = \"b\" }", "exclude each other"),
        ("org_from = \"groups\"", "need each other"),
        ("org_map = { a = \"b\" }", "need each other"),
        ("org_from = \"groups\"\norg_map = { a = \"b\" }", "\"a\" = \"b\" must be the id of an organisation"),
        ("org_from = \"groups\"\norg_map = {}", "org_map is empty"),
        ("guests = \"allow\"", "works with the profiles entra and entra-v1"),
        ("profile = \"keycloak\"\nguests = \"allow\"", "works with the profiles entra and entra-v1"),
        ("require_one_of = [{ a = 1 }, {}]", "without a condition"),
        ("require = { a = 1 }\nrequire_present = [\"a\"]", "`a` is in `require` and in `require_present`"),
        ("require_present = [\"\"]", "must have a name"),
        ("require_present = [\"a\"]\nrefuse_present = [\"a\"]", "`a` is both refused by `refuse_present` and required"),
        ("require = { a = 1.5 }", "did not match"),
        ("rolls_claim = \"roles\"", "rolls_claim"),
        ("profile = \"entra\"", "https://login.microsoftonline.com/TENANT/v2.0"),
        ("profile = \"entra-v1\"", "https://sts.windows.net/TENANT/"),
    ] {
        let error = profile(settings, "https://login.example").expect_err(settings);
        assert!(error.contains(told), "{settings}: {error}");
    }
}

#[test]
fn the_tenant_of_entra_is_in_its_issuer() {
    assert!(profile("profile = \"entra\"", TENANT).is_ok());
    assert!(profile("profile = \"entra\"\nguests = \"none\"", TENANT).unwrap_err().contains("refuse, allow"));
    for several in ["common", "organizations", "consumers", "council.onmicrosoft.com"] {
        let issuer = format!("https://login.microsoftonline.com/{several}/v2.0");
        assert!(profile("profile = \"entra\"", &issuer).unwrap_err().contains("a UUID, in place of TENANT"));
    }
    assert!(profile("profile = \"entra-v1\"", TENANT).is_err(), "the issuer of the other version");
}

#[test]
fn a_jwt_must_carry_what_no_id_token_does() {
    for suffices in [
        "require = { typ = \"Bearer\" }",
        "require = { token_use = \"access\" }",
        "require_present = [\"scope\"]",
        "require = { scp = \"*\" }",
        "require_one_of = [{ scp = \"*\" }, { idtyp = \"app\", roles = \"*\" }]",
        "require_present = [\"only_in_access_tokens\"]",
    ] {
        assert!(profile(&format!("typ = \"JWT\"\n{suffices}"), "https://login.example").is_ok(), "{suffices}");
    }
    for does_not in [
        "",
        "refuse_present = [\"nonce\", \"at_hash\"]",
        "require = { azp = \"client\" }",
        "require = { typ = \"ID\" }",
        "require = { typ = \"*\" }",
        "require_present = [\"typ\"]",
        "require_present = [\"token_use\", \"azp\", \"acr\"]",
        "require = { token_use = \"id\" }",
        "require_one_of = [{ scp = \"*\" }, { azp = \"client\" }]",
        "require = { ver = \"2.0\", tid = \"x\", roles = \"council\" }",
    ] {
        let error = profile(&format!("typ = \"JWT\"\n{does_not}"), "https://login.example").expect_err(does_not);
        assert!(error.contains("require = { typ = \"Bearer\" }") && error.contains("RFC 8725"), "{does_not}: {error}");
    }
}

#[test]
fn what_a_ready_made_profile_demands_cannot_be_taken_away() {
    let entra =
        profile("profile = \"entra\"\nrequire_present = [\"ver\"]\nrequire_one_of = [{ a = 1 }]", TENANT).unwrap();
    let claims = serde_json::json!({"a": 1, "ver": "1.0"});
    let broken = entra.demands.broken(claims.as_object().unwrap());
    let words: Vec<String> = broken.map(|flaw| format!("{flaw:?}")).collect();
    for demand in ["ver = \\\"2.0\\\"", "tid = ", "scp, or idtyp", "acct = 0, or idtyp"] {
        assert!(words.iter().any(|word| word.contains(demand)), "{demand}: {words:?}");
    }
}

#[test]
fn settings_that_fit_are_taken() {
    for settings in [
        "org_from = [\"groups\", \"azp\"]\n[org_map]\ng = \"01937a5e-8f00-7c3a-9d55-3f2a60b1c901\"",
        "roles_claim = \"https://council.example/roles\"\nother_roles = \"ignore\"",
        "longest_seconds = 7200",
        "profile = \"keycloak\"\ntyp = \"JWT\"",
        "profile = \"lemonldap\"\ntyp = \"at+JWT\"",
    ] {
        assert!(profile(settings, "https://login.example").is_ok(), "{settings}");
    }
    assert!(settings_name_organisations());
}

fn settings_name_organisations() -> bool {
    let taken = profile(&format!("org_from = \"firm\"\norg_map = {{ F1 = \"{ORGANISATION}\" }}"), "i").unwrap();
    let claims = serde_json::json!({"firm": "F1"});
    let other = serde_json::json!({"firm": "f1"});
    let read = |claims: &serde_json::Value| taken.organisation.read(claims.as_object().unwrap(), false);
    read(&claims).is_some() && read(&other).is_none()
}
