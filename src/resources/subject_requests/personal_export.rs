//! The requests in a person's package. An agent who asked for the person is another person, and is left out, which the request
//! says.

use serde_json::{Value, json};

use super::model::{ActingFor, SubjectRequest};
use super::package::store::{self as packages, building};
use super::status::store as links;
use super::store;
use crate::domain::Error;
use crate::personal::{Held, Person, SearchTerm};
use crate::platform::transaction::ReadTx;

/// What a package has in the place of an agent.
const AGENT: &str = "[Left out: another person asked for you, who also has rights.]";

/// A request as a package shows it.
fn shown(request: &SubjectRequest) -> Result<Value, Error> {
    let mut shown = serde_json::to_value(request).map_err(|error| Error::internal(error))?;
    let is_agent = request.requester.as_ref().is_some_and(|requester| requester.acting_for != ActingFor::Oneself);
    if let Some(requester) = shown.get_mut("requester").filter(|_| is_agent) {
        *requester = json!({ "left_out": AGENT });
    }
    Ok(shown)
}

/// What the room's tables hold of a person.
pub(super) fn of(tx: &mut ReadTx<'_>, person: &Person) -> Result<Vec<Held>, Error> {
    let (mut requests, mut steps, mut sent, mut left_out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut opening, mut opened) = (Vec::new(), Vec::new());
    let redactions = packages::left_out_of(tx, &person.ids)?;
    for request in store::of(tx, person)? {
        let answer = request.outcome.as_ref().map(|outcome| outcome.explanation.as_str().to_owned());
        for mut step in store::steps::all(tx, request.id)? {
            // The answer to an erasure repeats what the plan explained: a package has each text in one place.
            step.text.take_if(|text| answer.as_ref().is_some_and(|answer| answer.contains(text.as_str())));
            steps.push(json!({
                "request": request.reference, "kind": step.kind, "on": step.on, "sufficient": step.sufficient,
                "text": step.text, "recorded_at": step.recorded_at,
            }));
        }
        let (mailed, downloads) = packages::traces(tx, request.id)?;
        opening.extend(mailed.into_iter().map(
            |link| json!({ "request": request.reference, "created_at": link.created_at, "expires_at": link.expires_at }),
        ));
        opened.extend(downloads.into_iter().map(|at| json!({ "request": request.reference, "downloaded_at": at })));
        let links = links::sent(tx, request.id)?;
        sent.extend(links.into_iter().map(|until| json!({ "request": request.reference, "expires_at": until })));
        // What is left out of a draft is still under review.
        let given = redactions.iter().filter(|redaction| request.status.is_final() && redaction.request == request.id);
        left_out.extend(given.map(
            |redaction| json!({ "request": request.reference, "ground": redaction.ground, "made_at": redaction.at }),
        ));
        requests.push(shown(&request)?);
    }
    let built = packages::of(tx, &person.ids)?;
    let large = built.iter().filter(|built| built.parts > 0);
    let large: Vec<_> = large.map(|built| json!({ "built_at": built.at, "parts": built.parts })).collect();
    let built = built.into_iter().map(|built| json!({ "built_at": built.at, "expires_at": built.until }));
    let underway = building::underway(tx, &person.ids)?.into_iter().map(|since| json!({ "begun_at": since }));
    let emptied = store::farewell::of(tx, person)?.into_iter().map(|since| json!({ "since": since }));
    Ok(vec![
        Held::new("subject_requests", SearchTerm::ALL, requests)?,
        Held::new("subject_request_steps", SearchTerm::ALL, steps)?,
        Held::new("subject_request_links", SearchTerm::ALL, sent)?,
        Held::new("subject_request_packages", SearchTerm::CONTACT, built)?,
        Held::new("subject_request_package_builds", SearchTerm::CONTACT, underway)?,
        Held::new("subject_request_package_parts", SearchTerm::CONTACT, large)?,
        Held::new("subject_request_package_links", SearchTerm::ALL, opening)?,
        Held::new("subject_request_package_downloads", SearchTerm::ALL, opened)?,
        Held::new("subject_request_redactions", SearchTerm::CONTACT, left_out)?,
        Held::new("subject_request_farewells", SearchTerm::ALL, emptied)?,
    ])
}
