//! One request with a key.

use std::sync::Arc;

use actix_web::http::header::{CONTENT_TYPE, HeaderName};

use super::store;
use crate::domain::{Code, Error};
use crate::platform::auth::{Access, Permission};
use crate::platform::http::{Answer, Incoming, problem_answer, request_id};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A key in its scope, and the request that it was used for.
#[derive(Debug)]
pub struct Keyed {
    /// A keyed hash of caller, method, path and key.
    pub(super) key: [u8; 32],
    /// A keyed hash of query, content type and body.
    pub(super) fingerprint: [u8; 32],
}

/// Carries a request out, once if it has a key.
pub(in crate::platform) async fn once<P: Permission>(
    access: Access<P>,
    mut incoming: Incoming,
    carry_out: impl AsyncFnOnce(Access<P>, Incoming) -> Result<Answer, Error>,
) -> Result<Answer, Error> {
    let Some(key) = key_of(&incoming)? else {
        return carry_out(access, incoming).await;
    };
    let body = incoming.body().await?;
    let request = incoming.request.clone();
    let content_type = request.headers().get(CONTENT_TYPE).map(|value| value.as_bytes().to_vec()).unwrap_or_default();
    let mac = &access.keyring().idempotency;
    let method = request.method().as_str().as_bytes();
    let keyed = Arc::new(Keyed {
        key: mac.mac("key", &[access.caller_key().as_bytes(), method, request.path().as_bytes(), key.as_bytes()]),
        fingerprint: mac.mac("request", &[request.query_string().as_bytes(), &content_type, &body]),
    });
    let Some(_running) = access.in_flight().enter(keyed.key) else {
        return Err(in_use());
    };
    let asked = keyed.clone();
    if let Some(answer) = access.again().read(move |tx| store::find(tx, &asked)).await? {
        return Ok(answer);
    }
    let keeper = access.again();
    let answer = match carry_out(access.keyed(keyed.clone()), incoming).await {
        Ok(answer) => answer,
        Err(error) if is_kept(&error) => problem_answer(&error, &request_id(&request)),
        Err(error) => return Err(error),
    };
    // A write has kept its answer itself; what is still not kept had no effect, so that doing it again does
    // no harm. What was done is told in any case.
    if let Some(told) = answer.to_kept() {
        let kept = keeper.keep(move |tx| {
            if store::find(tx, &keyed)?.is_none() {
                store::keep(tx, &keyed, &told, None, true)?;
            }
            Ok(())
        });
        if let Err(error) = kept.await {
            tracing::warn!(%error, "an answer was not kept for its Idempotency-Key");
        }
    }
    Ok(answer)
}

pub(super) fn in_use() -> Error {
    Error::new(Code::KeyInUse, "A request with this Idempotency-Key is still being carried out.")
        .with(|p| p.retry_after = Some(1))
}

/// Whether the answer to a failed request is kept: those that another attempt could change are not.
fn is_kept(error: &Error) -> bool {
    let status = error.code().entry().status;
    status < 500 && ![401, 403, 408, 413, 415, 429].contains(&status) && error.code() != Code::KeyInUse
}

fn key_of(incoming: &Incoming) -> Result<Option<String>, Error> {
    let malformed =
        || Error::new(Code::InvalidHeader, "Idempotency-Key must be sent once, as 8 to 255 visible ASCII characters.");
    let mut given = incoming.request.headers().get_all(IDEMPOTENCY_KEY);
    let Some(value) = given.next() else { return Ok(None) };
    let key = value.to_str().map_err(|_| malformed())?;
    let well_formed = (8..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if !well_formed || given.next().is_some() {
        return Err(malformed());
    }
    Ok(Some(key.to_owned()))
}
