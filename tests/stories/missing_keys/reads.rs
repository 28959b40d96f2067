//! Every operation that reads, asked for a person whose keys are missing.

use iewm::app::operations;
use serde_json::{Value, json};

use super::World;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};
use crate::secrecy::needles::CANARIES;

on_both_engines! {
    every_list_is_given_without_them,
    searches_audiences_and_exports_leave_them_out,
    whatever_is_about_them_alone_is_told_so,
}

impl World {
    /// An address of the operation that is about the canary wherever it can be; `None` for an operation that is about no person.
    fn address(&self, path: &str) -> Option<String> {
        const NOTHING: &str = "01937a5e-8f00-7c3a-9d55-3f2a60b1c901";
        let contact = self.contact();
        let consent = self.consent();
        let membership = self.membership();
        let decision = format!("/v1/consent-decisions/{}", self.decision);
        let named = [
            ("/v1/contacts/{id}", &contact),
            ("/v1/consents/{id}", &consent),
            ("/v1/consent-decisions/{id}", &decision),
            ("/v1/networks/{id}", &self.network),
            ("/v1/memberships/{id}", &membership),
            ("/v1/events/{id}", &self.event),
            ("/v1/registrations/{id}", &self.registration),
            ("/v1/complaints/{id}", &self.complaint),
            ("/v1/subject-requests/{id}", &self.request),
            ("/v1/confirmations/{token}", &self.canary.confirmation),
            ("/v1/preferences/{token}", &self.canary.preferences),
            ("/v1/unsubscribe/{token}", &self.canary.unsubscribe),
            ("/v1/request-status/{token}", &self.status),
        ];
        let known = named.iter().find_map(|(begin, address)| Some(format!("{address}{}", path.strip_prefix(begin)?)));
        let address = known.unwrap_or_else(|| path.replace("{id}", NOTHING));
        let address = address
            .replace("{version}", "1999-01-01")
            .replace("{purpose}", "newsletter")
            .replace("{recipient_kind}", "venue")
            .replace("{code}", "key_missing")
            .replace("{letter}", "acknowledgement")
            .replace("/package-links/{token}", "/package-links/nothing")
            .replace("/sharing-confirmations/{token}", "/sharing-confirmations/nothing")
            .replace("{part}", NOTHING);
        assert!(!address.contains('{'), "{path}: say what stands in it");
        // Only an organisation may read shared contacts.
        (!path.contains("statistics") && !path.starts_with("/v1/shared-contacts")).then_some(address)
    }
}

async fn every_list_is_given_without_them(service: Service) {
    let world = World::without_keys(service).await;
    let mut asked = 0;
    for operation in operations().iter().filter(|operation| operation.method == "GET") {
        let Some(address) = world.address(&operation.path) else { continue };
        let answer = world.request("GET", &address).send().await;
        assert!(answer.status != 500, "{address}: {}", answer.text());
        if !operation.path.contains('{') {
            assert!(answer.status == 200 || answer.status == 400, "{address}: {} {}", answer.status, answer.text());
        }
        asked += 1;
    }
    assert!(asked > 40, "{asked}");
    let ids = |items: Vec<Value>| items.iter().map(|item| text(item, "id")).collect::<Vec<_>>();
    assert_eq!(ids(world.service.items("/v1/contacts").await), std::slice::from_ref(&world.bob));
    for list in [
        format!("{}/memberships", world.network),
        format!("{}/directory", world.network),
        format!("{}/registrations", world.event),
        "/v1/complaints".to_owned(),
        "/v1/subject-requests".to_owned(),
    ] {
        assert_eq!(world.service.items(&list).await, [Value::Null; 0], "{list}");
    }
}

async fn searches_audiences_and_exports_leave_them_out(service: Service) {
    let world = World::without_keys(service).await;
    let service = &world.service;
    service.give(&world.bob, "newsletter").await;
    let [name, email, telephone, ..] = *CANARIES;
    for (by, value, found) in [("email", email, 0), ("telephone", telephone, 0), ("name", name, 0), ("name", "bob", 1)]
    {
        let answer = service.post("/v1/contacts/search", json!({ by: value })).await.expect(200).json();
        assert_eq!(answer["items"].as_array().unwrap().len(), found, "{by} {value}");
    }
    let audience = service.get("/v1/audiences/newsletter").await.expect(200).text();
    let audience: Vec<Value> = audience.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        audience.iter().map(|member| text(member, "contact_id")).collect::<Vec<_>>(),
        std::slice::from_ref(&world.bob)
    );
    for (list, lines) in [
        ("/v1/contacts".to_owned(), 2),
        (format!("{}/registrations", world.event), 1),
        ("/v1/audiences/newsletter".to_owned(), 2),
    ] {
        let export = world.request("GET", &list).header("Accept", "text/csv").send().await.expect(200);
        assert_eq!(export.text().lines().count(), lines, "{list}");
    }
}

async fn whatever_is_about_them_alone_is_told_so(service: Service) {
    let world = World::without_keys(service).await;
    let consent = world.consent();
    for path in [
        world.contact(),
        format!("{consent}/receipt"),
        format!("/v1/consent-decisions/{}/receipt", world.decision),
        world.canary.confirmation.clone(),
        world.membership(),
        world.registration.clone(),
        format!("{}/history", world.registration),
        world.complaint.clone(),
        world.request.clone(),
        format!("{}/history", world.request),
        format!("{}/letters/acknowledgement", world.request),
        format!("{}/package", world.packaged),
        world.status.clone(),
    ] {
        let answer = world.request("GET", &path).send().await;
        assert_eq!(answer.status, 503, "{path}: {}", answer.text());
        answer.problem(503, "key_missing");
    }
    // As a page, for a person who follows a link.
    let page = world.service.request("GET", &world.canary.confirmation).header("Accept", "text/html");
    assert!(page.send().await.expect(503).text().contains("cannot open your data"));
    // What needs no key is answered.
    for path in [consent.clone(), format!("{consent}/history"), format!("{}/history", world.complaint)] {
        world.request("GET", &path).send().await.expect(200);
    }
}
