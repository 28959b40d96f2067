//! The handlers.

use actix_web::http::header;
use serde::Serialize;
use utoipa::ToSchema;

use super::pages::{ProblemCode, problem_page};
use crate::domain::Error;
use crate::platform::access::Access;
use crate::platform::auth::{Probe, Public};
use crate::platform::http::{Answer, ByWord, MediaType, Op, Plain, Reply, Text};

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceHealth)]
pub(super) struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Check that the process is alive
///
/// Answers 200 while the process can answer at all, whatever the state of the database.
#[utoipa::path(get, path = "/health/live")]
pub(super) async fn live(_: Access<Probe>) -> Result<Plain<Health>, Error> {
    Ok(Plain(Health { status: "ok" }))
}

/// Check that the service can do its work
///
/// Answers 503 while the service cannot read, cannot write, cannot record who read personal data, or
/// while one of its background jobs is stuck. `detail` names which. The result can be a second old.
#[utoipa::path(get, path = "/health/ready")]
pub(super) async fn ready(access: Access<Probe>) -> Result<Plain<Health>, Error> {
    access.readiness().await?;
    Ok(Plain(Health { status: "ok" }))
}

/// HTML.
pub(super) enum Html {}

impl MediaType for Html {
    const NAME: &'static str = "text/html; charset=utf-8";
}

/// Read about a kind of problem
///
/// The page that the `type` member of a problem points to.
#[utoipa::path(get, path = "/problems/{code}")]
pub(super) async fn problem(
    _: Access<Public>,
    ByWord(ProblemCode(entry)): ByWord<ProblemCode>,
) -> Result<Text<Html>, Error> {
    Ok(Text::new(problem_page(entry)))
}

/// The service's public keys.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublicKeys {
    /// JSON Web Keys (RFC 7517), Ed25519 (RFC 8037).
    #[schema(value_type = Vec<Object>)]
    keys: Vec<serde_json::Value>,
}

/// The keys that sign receipts
///
/// A JWK set (RFC 7517). With it, any client can verify a receipt offline.
#[utoipa::path(get, path = "/.well-known/jwks.json")]
pub(super) async fn jwks(access: Access<Public>) -> Result<Plain<PublicKeys>, Error> {
    Ok(Plain(PublicKeys { keys: vec![access.keyring().receipts.public_jwk()] }))
}

/// A `security.txt` (RFC 9116).
pub(super) struct SecurityTxt(String);

impl Reply for SecurityTxt {
    fn into_answer(self) -> Answer {
        Answer::bytes(200, "text/plain; charset=utf-8", self.0).header(header::CACHE_CONTROL, "max-age=3600")
    }

    fn describe(op: &mut Op<'_>) {
        let schema = <String as utoipa::PartialSchema>::schema();
        op.answers_with(200, "The document.", "text/plain", Some(schema));
    }
}

/// How to report a security weakness
#[utoipa::path(get, path = "/.well-known/security.txt")]
pub(super) async fn security_txt(access: Access<Public>) -> Result<SecurityTxt, Error> {
    let identity = access.identity();
    let expires = access.now().plus(chrono::Duration::days(180));
    Ok(SecurityTxt(format!(
        "Contact: {}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {}/.well-known/security.txt\n",
        identity.security_contact, identity.public_url,
    )))
}
