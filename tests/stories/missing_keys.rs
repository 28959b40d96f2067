//! People whose data key is missing, as after a restore of a vault that is older than the data: lists leave them out,
//! what is about them alone is 503, other people's requests are served, and they can be erased.

use iewm::domain::Role;
use serde_json::{Value, json};

use crate::access_packages::asked;
use crate::erasure::canaries::{Canary, plant};
use crate::harness::client::Request;
use crate::harness::mail::MailServer;
use crate::harness::people::text;
use crate::harness::{Engine, Service, on_both_engines};

mod jobs;
mod reads;
mod writes;

on_both_engines! {
    a_contact_without_a_key_is_erased_like_any_other,
    every_row_without_its_key_is_counted,
    a_key_under_a_lost_master_key_is_missing_too,
}

/// A person who is everywhere and whose keys are gone, and another who came afterwards.
struct World {
    service: Service,
    canary: Canary,
    /// Where the canary's records are.
    network: String,
    event: String,
    registration: String,
    complaint: String,
    request: String,
    /// A request that was answered with a package.
    packaged: String,
    decision: String,
    status: String,
    /// The contact who came afterwards.
    bob: String,
}

impl World {
    async fn without_keys(service: Service) -> Self {
        let canary = plant(&service).await;
        let first = async |path: &str| service.items(path).await.remove(0);
        let id = |prefix: &str, item: &Value| format!("{prefix}/{}", text(item, "id"));
        let network = id("/v1/networks", &first("/v1/networks").await);
        let event = id("/v1/events", &first("/v1/events").await);
        let registration = id("/v1/registrations", &first(&format!("{event}/registrations")).await);
        let complaint = id("/v1/complaints", &first("/v1/complaints").await);
        let mails = MailServer::start();
        let packaged = id("/v1/subject-requests", &first("/v1/subject-requests").await);
        let request = service.taken(asked("restriction", &canary.contact)).await;
        while service.deliver(&mails).await > 0 {}
        let status =
            mails.taken().iter().find(|mail| mail.text().contains("request-status")).unwrap().link("request-status");
        let decision = service.decisions_of(&canary).await;
        service.sql("DELETE FROM vault.data_keys").unwrap();
        let bob = service.sign_up("Bob", "bob@example.org").await;
        Self { service, canary, network, event, registration, complaint, request, packaged, decision, status, bob }
    }

    /// A request by a caller with every permission.
    fn request(&self, method: &str, path: &str) -> Request {
        let roles = [Role::IewmStaff, Role::Council];
        self.service.request(method, path).token(&self.service.token("both-1", &roles, None))
    }

    fn contact(&self) -> String {
        format!("/v1/contacts/{}", self.canary.contact)
    }

    fn membership(&self) -> String {
        format!("/v1/memberships/{}", self.canary.memberships[1])
    }

    fn consent(&self) -> String {
        format!("/v1/consents/{}", self.canary.consents[0])
    }
}

impl Service {
    /// The newest decision that has a receipt.
    async fn decisions_of(&self, canary: &Canary) -> String {
        let consent = self.consent(&canary.contact, "newsletter").await;
        let history = self.items(&format!("/v1/consents/{}/history", text(&consent, "id"))).await;
        text(&history[0], "id")
    }

    /// Takes every key out of the vault, and keeps it aside.
    fn keep_keys_aside(&self) {
        self.sql("CREATE TABLE vault.story_aside AS SELECT * FROM vault.data_keys; DELETE FROM vault.data_keys")
            .unwrap();
    }

    /// Brings back the keys that were kept aside.
    fn bring_keys_back(&self) {
        self.sql("INSERT INTO vault.data_keys SELECT * FROM vault.story_aside").unwrap();
    }

    /// The entity tag of a row, which no answer tells while its key is missing.
    fn etag_of(&self, table: &str, id: &str) -> String {
        let whose = match self.engine {
            Engine::Sqlite => format!("hex(id) = upper('{}')", id.replace('-', "")),
            Engine::Postgres => format!("id = '{id}'"),
        };
        let found = self.lines(&format!("SELECT CAST(version AS TEXT) AS line FROM {table} WHERE {whose}"));
        format!("\"{}\"", found[0])
    }

    /// How many rows were met without their key, as the metrics tell it.
    pub(crate) async fn rows_without_keys(&self) -> u64 {
        let metrics = self.metrics().await;
        let line = metrics.lines().find_map(|line| line.strip_prefix("iewm_rows_without_keys_total ")).unwrap();
        line.parse().unwrap()
    }
}

async fn a_contact_without_a_key_is_erased_like_any_other(service: Service) {
    let mut world = World::without_keys(service).await;
    let contact = world.contact();
    // By a request that is made now, which has a key of its own.
    let request = world.service.taken(asked("erasure", &world.canary.contact)).await;
    let plan = world.request("POST", &format!("{request}/erasure-plan")).send().await.expect(200).json();
    let execution = format!("{request}/execution");
    let other = world.service.token("council-2", &[Role::Council], None);
    let execute = world.service.request("POST", &execution).token(&other);
    execute.json(&json!({ "plan_sha256": plan["plan_sha256"] })).send().await.expect(200);
    world.service.get(&contact).await.problem(410, "erased");
    world.service.settle_offers().await;
    // What is erased needs no key, and the next start finds nothing to do.
    let before = world.service.rows_without_keys().await;
    world.service.get(&format!("{}/receipt", world.consent())).await.problem(410, "erased");
    world.service.restart().await;
    world.service.get(&contact).await.problem(410, "erased");
    assert!(before > 0);
    // A contact on which nothing depends is deleted without its key.
    world.service.sql("DELETE FROM vault.data_keys").unwrap();
    let bob = format!("/v1/contacts/{}", world.bob);
    world.request("DELETE", &bob).if_match("\"1\"").send().await.expect(204);
    world.service.get(&bob).await.problem(410, "erased");
}

async fn every_row_without_its_key_is_counted(service: Service) {
    let world = World::without_keys(service).await;
    let service = &world.service;
    assert_eq!(service.rows_without_keys().await, 0);
    service.items("/v1/contacts").await;
    assert_eq!(service.rows_without_keys().await, 1);
    service.get(&world.contact()).await.problem(503, "key_missing");
    assert_eq!(service.rows_without_keys().await, 2);
    service.get(&format!("/v1/contacts/{}", world.bob)).await.expect(200);
    assert_eq!(service.rows_without_keys().await, 2);
}

async fn a_key_under_a_lost_master_key_is_missing_too(service: Service) {
    let ada = format!("/v1/contacts/{}", service.sign_up("Ada Lovelace", "ada@example.org").await);
    service.sign_up("Bob", "bob@example.org").await;
    let lost = match service.engine {
        Engine::Sqlite => "UPDATE vault.data_keys SET master_key = x'0102030405060708'",
        Engine::Postgres => "UPDATE vault.data_keys SET master_key = '\\x0102030405060708'",
    };
    service.sql(lost).unwrap();
    let cat = service.sign_up("Cat", "cat@example.org").await;
    service.get(&ada).await.problem(503, "key_missing");
    let listed = service.items("/v1/contacts").await;
    assert_eq!(listed.iter().map(|contact| text(contact, "id")).collect::<Vec<_>>(), [cat]);
}
