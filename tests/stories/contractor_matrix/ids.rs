//! Two organisations, each with all that an organisation can have here, and the ids that are in the service.

use std::collections::{BTreeMap, BTreeSet};

use iewm::app::{openapi, operations};
use iewm::domain::{OrganisationId, Role};
use serde_json::{Value, json};

use super::filled;
use crate::harness::Service;
use crate::harness::assignments::DOORS;
use crate::harness::people::text;

/// What the stories of the matrix ask with.
pub(super) struct World {
    pub(super) document: Value,
    /// The token of the organisation that asks.
    pub(super) token: String,
    /// The token of the organisation that it asks about.
    pub(super) their_token: String,
    /// Every id in the service but those that the asking organisation sees.
    pub(super) others: Vec<String>,
    /// Where each id was found.
    kinds: BTreeMap<String, String>,
    own: Own,
    theirs: Own,
}

/// What an organisation has.
struct Own {
    organisation: OrganisationId,
    event: String,
}

impl Own {
    /// The id that the path of an operation begins with.
    fn of(&self, path: &str) -> String {
        let event = self.event.rsplit('/').next().unwrap();
        if path.starts_with("/v1/events/") { event.to_owned() } else { self.organisation.to_string() }
    }
}

impl World {
    /// Makes both organisations, and people, a network, a request and a complaint that neither may know of.
    pub(super) async fn made(service: &Service) -> Self {
        let own = organisation(service, "Asking").await;
        let theirs = organisation(service, "Other").await;
        others(service).await;
        service.turn_to(DOORS);
        for Own { organisation, event } in [&own, &theirs] {
            service.attendees(event, *organisation).await;
        }
        let document = serde_json::to_value(openapi()).unwrap();
        let (token, their_token) = (service.contractor(own.organisation), service.contractor(theirs.organisation));
        let both = service.token("both", &[Role::IewmStaff, Role::Council], None);
        let mut kinds = BTreeMap::new();
        for paths in [theirs.paths(), own.paths()] {
            collect(service, &both, &paths, &mut kinds).await;
        }
        collect(service, &their_token, &theirs.paths(), &mut kinds).await;
        let mut seen = BTreeMap::new();
        collect(service, &token, &own.paths(), &mut seen).await;
        let others: Vec<String> = kinds.keys().filter(|id| !seen.contains_key(*id)).cloned().collect();
        let places: BTreeSet<&String> = others.iter().map(|id| &kinds[id]).collect();
        assert!(others.len() > 15 && places.len() > 6, "{} ids of {places:?}", others.len());
        Self { document, token, their_token, others, kinds, own, theirs }
    }

    /// Where an id was found.
    pub(super) fn kind_of(&self, id: &str) -> &str {
        self.kinds.get(id).map_or("nothing", String::as_str)
    }

    /// The id of the asking organisation that the path of an operation begins with.
    pub(super) fn own_of(&self, path: &str) -> String {
        self.own.of(path)
    }

    /// The id of the other organisation that the path of an operation begins with.
    pub(super) fn theirs_of(&self, path: &str) -> String {
        self.theirs.of(path)
    }

    /// One id of each place where ids were found.
    pub(super) fn one_of_each(&self) -> Vec<&String> {
        let mut places = BTreeSet::new();
        self.others.iter().filter(|id| places.insert(self.kind_of(id))).collect()
    }
}

impl Own {
    /// The addresses of all lists and resources that can be read with what the organisation has.
    fn paths(&self) -> Vec<String> {
        // The entries of the audit are as many as all else, and no operation for contractors is about one.
        let is_read = |path: &str, method: &str| method == "GET" && path != "/v1/audit";
        let reads = operations().into_iter().filter(|it| it.permission.is_some() && is_read(&it.path, &it.method));
        reads.map(|operation| filled(&operation.path, &[("id", &self.of(&operation.path))], "none")).collect()
    }
}

/// An organisation with agreements, two events that it is assigned to as a reception, two people at each, and a breach that it reported.
async fn organisation(service: &Service, name: &str) -> Own {
    let organisation = service.organisation(name, "approved_contractor").await;
    for purpose in ["event_administration", "newsletter"] {
        service.live_agreement(organisation, &[purpose], &["name", "organisation", "email"]).await;
    }
    let mut events = Vec::new();
    for number in 0..2 {
        let event = service.announce(json!({ "capacity": null, "title": format!("{name} {number}") })).await;
        for person in ["One", "Two"] {
            service.attend(&event, &format!("{name} {number} {person}"), json!({})).await;
        }
        service.assign(&event, organisation, "reception").await.expect(201);
        events.push(event);
    }
    let breach = json!({ "aware_at": service.now().to_string(), "nature": "A lost list.", "categories": ["contact"] });
    for _ in 0..2 {
        let report = service.request("POST", "/v1/breaches").token(&service.contractor(organisation)).json(&breach);
        report.send().await.expect(201);
    }
    Own { organisation, event: events.remove(0) }
}

/// What no organisation may know of.
async fn others(service: &Service) {
    let contact = service.sign_up("Business Unknown", "business@example.org").await;
    service.give(&contact, "newsletter").await;
    let network = json!({ "code": "prevention", "name": "Prevention", "description": "For prevention." });
    let network = text(&service.post("/v1/networks", network).await.expect(201).json(), "id");
    let member = json!({ "contact_id": contact, "role": "member", "started_on": "2026-11-24" });
    service.post(&format!("/v1/networks/{network}/memberships"), member).await.expect(201);
    let request = json!({
        "kind": "access", "requester": { "name": "Business Unknown", "email": "business@example.org", "acting_for": "self" },
        "channel": "email", "received_on": "2026-11-24", "identity_known": true,
    });
    service.post("/v1/subject-requests", request).await.expect(201);
    service.announce(json!({ "title": "A closed meeting" })).await;
}

/// The ids in the answers to these addresses, with the address that showed each first.
async fn collect(service: &Service, token: &str, paths: &[String], found: &mut BTreeMap<String, String>) {
    for path in paths {
        let answer = service.request("GET", path).token(token).send().await;
        if answer.status == 200 {
            let text = answer.text();
            for id in text.split(|c: char| !c.is_ascii_hexdigit() && c != '-').filter(|word| is_id(word)) {
                found.entry(id.to_owned()).or_insert_with(|| path.clone());
            }
        }
    }
}

fn is_id(word: &str) -> bool {
    word.len() == 36 && word.as_bytes().get(14) == Some(&b'7') && word.bytes().filter(|byte| *byte == b'-').count() == 4
}
