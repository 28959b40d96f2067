//! One request with an idempotency key: it is carried out once.

use std::sync::Arc;

use actix_web::http::header::HeaderName;

use super::operation::Operation;
use super::replaying;
use crate::domain::{Code, Error, IdsAlone};
use crate::platform::access::{Access, Judged};
use crate::platform::http::{Answer, Incoming, problem_answer, request_id};
use crate::platform::idempotency::{self as store, Kept, KeptBody, Keyed, in_use};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The largest body of a problem that is kept, in bytes. The request of a larger one is judged anew.
const LARGEST_PROBLEM: usize = 16 * 1024;

/// Carries a request out; one with a key, once. A request that changes nothing is carried out each time.
pub(super) async fn once(
    access: Access<Judged>,
    mut incoming: Incoming,
    operation: &Operation,
) -> Result<Answer, Error> {
    let key = key_of(&incoming)?.filter(|_| operation.terms.writes);
    let Some(key) = key else {
        return operation.carry_out(access, incoming).await;
    };
    operation.check_media_type(&incoming)?;
    let body = incoming.body().await?;
    let request = incoming.request.clone();
    let mac = &access.keyring().idempotency;
    let keyed = Arc::new(Keyed::new(mac, (&access.caller_key(), access.kept_bytes()), &request, &key, &body));
    let Some(running) = access.in_flight().enter(keyed.key) else {
        return Err(in_use());
    };
    let refused_before = match kept(&access, &keyed).await? {
        None => None,
        Some(Kept::Refused(instance)) => Some(instance.body),
        Some(kept) => return replaying::replay(access, &request, kept).await,
    };
    let again = access.again();
    match operation.carry_out(access.keyed(keyed.clone()), incoming).await {
        // A stream goes on with the work as it is read, so that the key is in use until its end.
        Ok(answer) => Ok(answer.holding(running)),
        Err(error) if error.code() == Code::KeyInUse => match kept(&again, &keyed).await? {
            // Another process has answered the request meanwhile.
            Some(kept) => replaying::replay(again, &request, kept).await,
            None => Err(error),
        },
        Err(error) if is_kept(&error) => {
            if let Some(instance) = refused_before {
                return Ok(replaying::marked(problem_answer(&error, &instance)));
            }
            let instance = request_id(&request);
            let answer = problem_answer(&error, &instance);
            keep_problem(again, keyed, kept_problem(&error, &answer, instance)).await;
            Ok(answer)
        }
        Err(error) => Err(error),
    }
}

async fn kept(access: &Access<Judged>, keyed: &Arc<Keyed>) -> Result<Option<Kept>, Error> {
    let asked = keyed.clone();
    access.again().read(move |tx| store::find(tx, &asked)).await
}

/// What is kept of a problem. The body of one that is large, or that repeats a name which the caller made up, is not: the same
/// bytes are judged again.
fn kept_problem(error: &Error, answer: &Answer, instance: String) -> Kept {
    let body = KeptBody::of(answer).filter(|kept| kept.body.len() <= LARGEST_PROBLEM);
    match body.filter(|_| error.particulars().faults.listed().iter().all(IdsAlone::holds_ids_alone)) {
        Some(body) => Kept::Problem(body),
        None => Kept::Refused(KeptBody::instance(answer.status, instance)),
    }
}

/// Keeps a problem. Where that fails, the request is judged again when it is sent again, because it did nothing.
async fn keep_problem(access: Access<Judged>, keyed: Arc<Keyed>, problem: Kept) {
    let kept = access.keep(move |tx| {
        if store::find(tx, &keyed)?.is_none() {
            store::keep(tx, &keyed, problem)?;
        }
        Ok(())
    });
    if let Err(error) = kept.await {
        tracing::warn!(%error, "a problem was not stored for its Idempotency-Key");
    }
}

/// Returns whether a problem is kept: one that another attempt could change is not.
fn is_kept(error: &Error) -> bool {
    let status = error.code().entry().status;
    status < 500 && ![401, 403, 408, 413, 415, 429].contains(&status)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Fault, Faults};

    #[test]
    fn a_problem_that_is_large_or_repeats_a_name_leaves_its_instance_alone() {
        let kept = |error: &Error| kept_problem(error, &problem_answer(error, "request-1"), "request-1".to_owned());
        let long = |at| Fault::new(format!("/{at}{}", "x".repeat(190)), "type", "must be a number");
        let large = Error::invalid((0..100).map(long).collect::<Faults>());
        let named = Error::invalid(vec![Fault::unknown_member("", "Ada Lovelace", ["name"].into_iter())]);
        for error in [large, named] {
            let Kept::Refused(left) = kept(&error) else { panic!("{error}") };
            assert_eq!((left.status, left.body.as_str()), (422, "request-1"));
        }
        assert!(matches!(kept(&Error::not_found()), Kept::Problem(_)));
        assert!(matches!(kept(&Error::invalid(vec![long(1)])), Kept::Problem(_)));
    }
}
