//! Every rule that a token keeps or breaks, for `iewm token check`. The steps are those of [`Tokens::verify`], which stops
//! at the first that fails; here all are taken, so that an operator can mend them together.

use std::fmt;

use serde_json::Value;

use super::claims::Payload;
use super::header::Header;
use super::{Flaw, Issuer, Tokens, compact, header};
use crate::domain::{Clock, Role};

/// What one rule says of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What the rule is about.
    pub rule: &'static str,
    /// What was found, and what would mend it if the rule is broken.
    pub result: Result<String, Broken>,
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What is wrong.
    pub what: String,
    /// The setting, here or at the issuer, that would mend it.
    pub mend: String,
}

impl Finding {
    /// Whether the rule is broken.
    pub fn is_broken(&self) -> bool {
        self.result.is_err()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(found) => write!(f, "ok      {:<12} {found}", self.rule),
            Err(Broken { what, mend }) => {
                write!(f, "BROKEN  {:<12} {what}\n        {:<12} To fix: {mend}", self.rule, "")
            }
        }
    }
}

fn ok(rule: &'static str, found: impl Into<String>) -> Finding {
    Finding { rule, result: Ok(found.into()) }
}

fn broken(rule: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Finding {
    Finding { rule, result: Err(Broken { what: what.into(), mend: mend.into() }) }
}

/// A claim's value for a message, cut if it is long; a list's or an object's as JSON.
fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "missing".to_owned(), |value| value.to_string().chars().take(200).collect())
}

impl Tokens {
    /// Judges every rule for `token`, as a token of the issuer that the operator calls `named` or else of the one that it
    /// names itself. Keys that are published are fetched, once. Revocations and the standing of organisations are in the
    /// database, and not judged here.
    ///
    /// # Errors
    /// No issuer has the name; the text lists the names.
    pub async fn check(&self, token: &str, named: Option<&str>, clock: &Clock) -> Result<Vec<Finding>, String> {
        let issuers = self.issuers();
        let names = || issuers.iter().map(|issuer| issuer.name.as_str()).collect::<Vec<_>>().join(", ");
        let chosen = match named {
            Some(name) => {
                Some(issuers.iter().find(|issuer| issuer.name == name || issuer.issuer == name).ok_or_else(|| {
                    format!("no issuer is configured under the name {name}: the names are {}", names())
                })?)
            }
            None => None,
        };
        let parts = match compact::split(token) {
            Ok(parts) => parts,
            Err(flaw) => {
                let mend = "send the access token exactly as the issuer gave it: three parts in base64url, at most 8 \
                            KiB. The service accepts no opaque or encrypted tokens: have the issuer sign JWTs";
                return Ok(vec![broken("form", word(&flaw), mend)]);
            }
        };
        let payload = match Payload::read(&parts.payload) {
            Ok(payload) => payload,
            Err(flaw) => {
                return Ok(vec![broken("form", word(&flaw), "the issuer must write each claim once, as JSON")]);
            }
        };
        let mut findings = vec![ok("form", "three parts, strict JSON")];
        let own = payload.issuer().and_then(|iss| issuers.iter().find(|issuer| issuer.issuer == iss));
        findings.push(match (own, chosen) {
            (Some(own), chosen) if chosen.is_none_or(|chosen| chosen.issuer == own.issuer) => {
                ok("issuer", format!("{} ({})", own.issuer, own.name))
            }
            _ => broken(
                "issuer",
                format!("iss is {}", shown(payload.members().get("iss"))),
                format!("set `issuer` to exactly that, if you trust it. Configured: {}", names()),
            ),
        });
        let Some(issuer) = chosen.or(own) else { return Ok(findings) };
        match header::read(&parts.header) {
            Ok(header) => {
                findings.extend(of_header(&header, issuer));
                let signed = (parts.signed, parts.signature);
                findings.extend(of_key(&header, signed, issuer, clock).await);
            }
            Err(flaw) => findings.push(unread_header(&flaw, &parts.header, issuer)),
        }
        findings.extend(of_claims(&payload, issuer, clock));
        Ok(findings)
    }
}

/// The word of a flaw.
fn word(flaw: &Flaw) -> String {
    match flaw {
        Flaw::Malformed(word) | Flaw::Key(word) | Flaw::Claim(word) | Flaw::Roles(word) | Flaw::Premature(word) => {
            (*word).to_owned()
        }
        Flaw::Demand(word) | Flaw::Present(word) => word.to_string(),
        Flaw::Type
        | Flaw::Signature
        | Flaw::Issuer
        | Flaw::Audience
        | Flaw::Organisation
        | Flaw::Expired
        | Flaw::Revoked => flaw.reason().to_owned(),
    }
}

fn unread_header(flaw: &Flaw, bytes: &[u8], issuer: &Issuer) -> Finding {
    let member = |name: &str| {
        let header = serde_json::from_slice::<Value>(bytes).ok();
        shown(header.as_ref().and_then(|header| header.get(name)))
    };
    match flaw {
        Flaw::Type => of_typ(&member("typ"), issuer),
        Flaw::Key("alg") => broken(
            "algorithm",
            format!("alg is {}", member("alg")),
            "have the issuer sign with EdDSA (Ed25519), ES256 or RS256; the service accepts no other algorithm",
        ),
        Flaw::Key(_) => broken("key", format!("kid is {}", member("kid")), "have the issuer name its key in `kid`"),
        flaw => broken("header", word(flaw), "the issuer must not send keys, conditions or nested types in the header"),
    }
}

fn of_typ(found: &str, issuer: &Issuer) -> Finding {
    let wanted: &str = issuer.profile.typ.into();
    let mend = if found == "\"JWT\"" {
        format!(
            "have the issuer set typ to {wanted}, or choose its ready-made `profile`. `typ = \"JWT\"` needs a demand that ID \
             tokens do not meet. If this is an ID token, send the access token instead"
        )
    } else {
        format!(
            "the profile accepts {wanted} alone: change `typ` at the issuer, or here if it is one of at+jwt, at+JWT, \
             JWT"
        )
    };
    broken("type", format!("typ is {found}"), mend)
}

fn of_header(header: &Header, issuer: &Issuer) -> Vec<Finding> {
    let typ: &str = header.typ.into();
    let of_type =
        if header.typ == issuer.profile.typ { ok("type", typ) } else { of_typ(&format!("\"{typ}\""), issuer) };
    let name = format!("{:?}", header.algorithm);
    let algorithm = if issuer.profile.allows(header.algorithm) {
        ok("algorithm", name)
    } else {
        broken("algorithm", format!("alg is {name}"), format!("add {name} to `algorithms`, or remove that setting"))
    };
    vec![of_type, algorithm]
}

/// The key and the signature. Without the key the signature cannot be judged.
async fn of_key(header: &Header, (signed, signature): (&str, &str), issuer: &Issuer, clock: &Clock) -> Vec<Finding> {
    let keys = match issuer.keys.fetched(clock.now()).await {
        Ok(keys) => keys,
        Err(why) => return vec![broken("key", format!("the issuer's keys cannot be fetched: {why}"), "mend `jwks`")],
    };
    let kid = &header.kid;
    let Some(key) = keys.find(kid) else {
        let left_out = keys.left_out().join("; ");
        let left_out = if left_out.is_empty() { left_out } else { format!(" Left out: {left_out}.") };
        let what = format!("no key of the issuer has the kid {kid:?}.{left_out}");
        return vec![broken("key", what, "point `jwks` at the keys of this issuer, or bring the file up to date")];
    };
    if key.algorithm() != header.algorithm {
        let what = format!("the key {kid:?} serves {:?}, and the token says {:?}", key.algorithm(), header.algorithm);
        return vec![broken("key", what, "the issuer must sign with the algorithm of its key")];
    }
    let of_signature = if key.verifies(signed, signature) {
        ok("signature", "made with the key")
    } else {
        broken("signature", "not made with the key", "get a new token: this one was altered or forged")
    };
    vec![ok("key", format!("kid {kid:?}")), of_signature]
}

fn of_claims(payload: &Payload, issuer: &Issuer, clock: &Clock) -> Vec<Finding> {
    let (profile, members) = (&issuer.profile, payload.members());
    let claim = |name: &str| shown(members.get(name));
    let mut findings = vec![match payload.audience(&issuer.audience) {
        Ok(()) => ok("audience", &*issuer.audience),
        Err(_) => broken(
            "audience",
            format!("aud is {}", claim("aud")),
            format!(
                "have the issuer put {:?} into `aud`, or set `audience` to the name that it gives this service",
                issuer.audience
            ),
        ),
    }];
    for flaw in profile.demands.broken(members) {
        findings.push(match &flaw {
            Flaw::Present(claim) => broken(
                "demand",
                format!("it has the claim {claim}"),
                "remove it at the issuer, or from `refuse_present`",
            ),
            flaw => broken("demand", format!("the profile requires {}", word(flaw)), mend_of_demand(&word(flaw))),
        });
    }
    if let Err(flaw) = payload.client() {
        findings.push(broken(
            "client",
            format!("{} is not a text", word(&flaw)),
            "have the issuer send it as a string",
        ));
    }
    match profile.roles.read(members, &issuer.ceiling) {
        Ok(roles) => {
            let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            findings.push(ok("roles", names.join(", ")));
            if roles.contains(&Role::Contractor) {
                findings.push(of_organisation(payload, issuer));
            }
        }
        Err(flaw) => findings.push(of_roles(&flaw, payload, issuer)),
    }
    for (rule, named, found) in [
        ("subject", profile.subject_claim().into(), payload.subject(profile)),
        ("id", profile.id_claim.into(), payload.id(profile)),
    ] {
        let named: &str = named;
        findings.push(match found {
            Ok(_) => ok(rule, format!("from {named}")),
            Err(_) => broken(
                rule,
                format!("{named} is missing, empty, longer than 255 characters, or not a string"),
                format!("have the issuer send {named}, or set `{rule}_claim` to the claim that it sends"),
            ),
        });
    }
    findings.push(match payload.window(profile).and_then(|window| window.holds(clock.read())) {
        Ok(()) => ok("time", format!("iat {}, exp {}", claim("iat"), claim("exp"))),
        Err(flaw) => of_time(&flaw, payload, issuer),
    });
    let acts = if payload.is_person(profile) { "a person's" } else { "a program's own: it cannot authorise anything" };
    findings.push(ok("actor", acts));
    findings
}

fn mend_of_demand(demand: &str) -> &'static str {
    match demand {
        demand if demand.starts_with("acct") => {
            "add the optional claim `acct` to access tokens in the registration's Token configuration. If the person is a \
             guest who may use this service, set guests = \"allow\""
        }
        demand if demand.starts_with("scp") => {
            "send an access token, not an ID token: ask for the scope of this API. For programs, add the optional \
             claim `idtyp`"
        }
        demand if demand.starts_with("ver") => {
            "set requestedAccessTokenVersion to 2 in the manifest for `entra`, or take `profile = \"entra-v1\"` for version 1.0"
        }
        demand if demand.starts_with("typ") => "send the access token, not an ID token",
        _ => {
            "have the issuer send it, if this is an access token for this service; or change the requirement in the \
             configuration"
        }
    }
}

fn of_roles(flaw: &Flaw, payload: &Payload, issuer: &Issuer) -> Finding {
    let (rules, ceiling) = (&issuer.profile.roles, &issuer.ceiling);
    let what = format!("{}: {} is {}", word(flaw), rules.place(), shown(rules.find(payload.members())));
    let ceiling = ceiling.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    let mend = match flaw {
        Flaw::Roles("missing") => {
            "assign a role at the issuer, or name the place of the roles in `roles_claim`".to_owned()
        }
        Flaw::Roles("unknown") => format!(
            "the words are {}, in this spelling: map others in `role_map`, or set other_roles = \"ignore\" to leave them out",
            rules.words()
        ),
        Flaw::Roles("none") => format!("assign one of {} at the issuer", rules.words()),
        Flaw::Roles("above the issuer's ceiling") => {
            format!("this issuer may give {ceiling}: change `roles`, if it may give more")
        }
        _ => "have the issuer send an array of words; set `roles_claim` for one text with spaces".to_owned(),
    };
    broken("roles", what, mend)
}

fn of_organisation(payload: &Payload, issuer: &Issuer) -> Finding {
    let (profile, members) = (&issuer.profile, payload.members());
    match payload.organisation(profile) {
        Some(id) => ok("organisation", id.to_string()),
        None => broken(
            "organisation",
            format!("none is found in {}", profile.organisation.place()),
            if members.contains_key("_claim_names") {
                "the person is in too many groups, so that Entra leaves them out: send only groups assigned to the application"
            } else {
                "have the issuer send the organisation's id in `org` or `org_claim`, or map a claim with `org_from` and \
                 `org_map`. A client's id counts for programs alone"
            },
        ),
    }
}

fn of_time(flaw: &Flaw, payload: &Payload, issuer: &Issuer) -> Finding {
    let claim = |name: &str| shown(payload.members().get(name));
    let what = format!("{}: iat {}, nbf {}, exp {}", word(flaw), claim("iat"), claim("nbf"), claim("exp"));
    let mend = match flaw {
        Flaw::Expired => "get a new token".to_owned(),
        Flaw::Premature(_) => "compare the clocks of this machine and of the issuer".to_owned(),
        _ => format!(
            "a token may live {} seconds: shorten it at the issuer, or raise `longest_seconds` (at most 7200). iat and exp are \
             whole seconds",
            issuer.profile.longest_seconds
        ),
    };
    broken("time", what, mend)
}

#[cfg(test)]
mod tests;
