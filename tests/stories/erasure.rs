//! Erasure by plan: what is proposed is what is done, by another person, and nothing is left of whom it is done to.

use iewm::domain::{
    AnsweredMatch, Code, ContactId, ErasureGround, Error, MatchAnswer, Obstacle, PossibleMatch, RecordName,
};
use iewm::policy::erasure::Said;
use iewm::resources::contacts::store::erasure::{self, ExecutedErasure, ProposedErasure};
use serde_json::{Value, json};

use crate::harness::people::{grant, text, withdrawal};
use crate::harness::{Service, canonical, on_both_engines};

mod answers;
pub(crate) mod canaries;
mod emptied;
mod partial;
mod restored;
mod stale;

on_both_engines! {
    a_plan_says_what_becomes_of_everything,
    what_is_withheld_stays_whole_and_the_rest_goes,
    a_claim_against_everything_withholds_everything,
    an_erased_person_cannot_be_given_to_but_can_always_say_no,
    backups_are_told_by_the_operators_times,
    an_erasure_is_whole_or_not_at_all,
}

/// Who proposes a plan, and who carries it out. The plans' endpoints will have the subjects of tokens here.
pub(crate) const PROPOSER: &str = "proposer";
pub(crate) const EXECUTOR: &str = "executor";

impl Service {
    /// Proposes an erasure as `by`.
    pub(crate) async fn propose(
        &self,
        by: &'static str,
        contact: &str,
        obstacles: Vec<Obstacle>,
    ) -> Result<ProposedErasure, Error> {
        let contact: ContactId = contact.parse().unwrap();
        self.state.job(by).run(move |tx| erasure::propose(tx, contact, &obstacles.into())).await
    }

    /// Carries a plan out as `by`.
    pub(crate) async fn execute(
        &self,
        by: &'static str,
        contact: &str,
        plan_sha256: &str,
    ) -> Result<ExecutedErasure, Error> {
        let (contact, sha256): (ContactId, _) = (contact.parse().unwrap(), plan_sha256.to_owned());
        self.state.job(by).run(move |tx| erasure::execute(tx, contact, &sha256)).await
    }

    /// Proposes an erasure and has another person carry it out. Possible matches are said to be about another person.
    pub(crate) async fn erase(&self, contact: &str, obstacles: Vec<Obstacle>) -> ExecutedErasure {
        let mut proposed = self.propose(PROPOSER, contact, obstacles.clone()).await.unwrap();
        if !proposed.plan.matches.is_empty() {
            let id: ContactId = contact.parse().unwrap();
            let anothers =
                |found: PossibleMatch| AnsweredMatch { record: found.record, answer: MatchAnswer::AnotherPerson };
            let answers = proposed.plan.matches.into_iter().map(anothers).collect();
            let said = Said { obstacles, answers, ..Said::default() };
            proposed = self.state.job(PROPOSER).run(move |tx| erasure::propose(tx, id, &said)).await.unwrap();
        }
        self.execute(EXECUTOR, contact, &proposed.plan_sha256).await.unwrap()
    }

    /// A network, made by its code.
    pub(crate) async fn network(&self, code: &str) -> String {
        let body = json!({ "code": code, "name": code, "description": "Directors." });
        text(&self.post("/v1/networks", body).await.expect(201).json(), "id")
    }

    /// Makes a person a member of a network, and returns the membership's id.
    pub(crate) async fn join(&self, network: &str, contact: &str, represents: &str) -> String {
        let path = format!("/v1/networks/{network}/memberships");
        let body = json!({ "contact_id": contact, "represents": represents });
        text(&self.post(&path, body).await.expect(201).json(), "id")
    }
}

#[track_caller]
pub(crate) fn code<T: std::fmt::Debug>(refused: Result<T, Error>) -> Code {
    refused.unwrap_err().code()
}

/// A legal claim against one record, or against everything.
pub(crate) fn claim(record: Option<(&str, &str)>) -> Obstacle {
    let record = record.map(|(table, id)| RecordName { table: table.to_owned(), id: id.parse().unwrap() });
    Obstacle { record, ground: ErasureGround::LegalClaims, until: "2027-03-31".parse().ok() }
}

/// Ada, in two networks, with a consent.
async fn ada(service: &Service) -> (String, [String; 2]) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.give(&ada, "newsletter").await;
    let (one, other) = (service.network("adass").await, service.network("adcs").await);
    let memberships = [service.join(&one, &ada, "Dudley").await, service.join(&other, &ada, "Sandwell").await];
    (ada, memberships)
}

fn counts(lines: &Value) -> Vec<(String, Value)> {
    lines.as_array().unwrap().iter().map(|line| (text(line, "record"), line["count"].clone())).collect()
}

async fn a_plan_says_what_becomes_of_everything(service: Service) {
    let (ada, _) = ada(&service).await;
    let proposed = service.propose(PROPOSER, &ada, Vec::new()).await.unwrap();
    let told = serde_json::to_value(&proposed).unwrap();
    let line = |record: &str, count: Value| (record.to_owned(), count);
    let gone = counts(&told["erase"]);
    assert!(gone.contains(&line("memberships", json!(2))), "{told}");
    for passing in ["vault.data_keys", "messages", "preference_links"] {
        assert!(gone.contains(&line(passing, json!(null))), "{passing}: {told}");
    }
    let counted = |(record, count): (&str, i64)| line(record, json!(count));
    let seats = [("contacts", 1), ("consents", 1), ("consent_decisions", 1)].map(counted);
    let (some, passing): (Vec<_>, Vec<_>) =
        counts(&told["anonymise"]).into_iter().partition(|(_, count)| !count.is_null());
    assert_eq!(some, seats);
    let tables: Vec<&str> = passing.iter().map(|(table, _)| table.as_str()).collect();
    for emptied in ["registration_steps", "subject_requests", "subject_request_steps", "subject_request_packages"] {
        assert!(tables.contains(&emptied), "{emptied}: {told}");
    }
    assert!(counts(&told["keep"]).contains(&line("suppressions", json!(null))), "{told}");
    assert_eq!(told["withhold"], json!([]));
    for list in ["erase", "anonymise", "keep"] {
        assert!(told[list].as_array().unwrap().iter().all(|line| text(line, "ground").len() > 20), "{told}");
    }
    // The hash is of the plan in its RFC 8785 form, so that a reader can check it.
    let sha256 = text(&told, "plan_sha256");
    let mut plan = told.clone();
    plan.as_object_mut().unwrap().remove("plan_sha256");
    assert_eq!(canonical::sha256(&canonical::canonical(&plan)), sha256);
    // Proposed again, it is the same plan.
    assert_eq!(service.propose(PROPOSER, &ada, Vec::new()).await.unwrap().plan_sha256, sha256);

    let executed = service.execute(EXECUTOR, &ada, &sha256).await.unwrap();
    assert!(executed.erased && executed.withheld.is_empty());
    assert_eq!(executed.plan_sha256, sha256);
    service.get(&format!("/v1/contacts/{ada}")).await.problem(410, "erased");
    let entries = service.audit(&format!("contact_id={ada}&action=erasures.execute")).await;
    assert_eq!(entries.len(), 1);
    let detail = &entries[0]["detail"];
    assert_eq!(
        (&detail["erased"], &detail["anonymised"], &detail["withheld"], &detail["plan_sha256"]),
        (&json!(2), &json!(3), &json!(0), &json!(sha256)),
        "{detail}"
    );
}

async fn what_is_withheld_stays_whole_and_the_rest_goes(service: Service) {
    let (ada, [claimed, other]) = ada(&service).await;
    let proposed = service.propose(PROPOSER, &ada, vec![claim(Some(("memberships", &claimed)))]).await.unwrap();
    let told = serde_json::to_value(&proposed).unwrap();
    let withheld: Vec<&Value> = told["withhold"].as_array().unwrap().iter().map(|line| &line["record"]).collect();
    let name = |kind: &str, id: &str| json!({ "kind": kind, "id": id });
    assert_eq!(withheld, [&name("contacts", &ada), &name("memberships", &claimed)]);
    for line in told["withhold"].as_array().unwrap() {
        assert_eq!((&line["ground"], &line["until"]), (&json!("UKGDPR.17(3)(e)"), &json!("2027-03-31")));
    }
    let executed = service.execute(EXECUTOR, &ada, &proposed.plan_sha256).await.unwrap();
    assert!(!executed.erased);
    assert_eq!(executed.withheld.len(), 2);
    let kept = service.get(&format!("/v1/memberships/{claimed}")).await.expect(200).json();
    assert_eq!(kept["represents"], "Dudley", "what is claimed can still be read");
    service.get(&format!("/v1/memberships/{other}")).await.problem(404, "not_found");
    let contact = service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json();
    assert_eq!(contact["name"], "Ada Lovelace", "and so can whom it is about");
    let consent = text(&service.consent(&ada, "newsletter").await, "id");
    service.get(&format!("/v1/consents/{consent}/receipt")).await.problem(410, "erased");
    assert_eq!(service.checked(&ada, "newsletter").await, "suppressed", "nothing is sent meanwhile");
    // Once nothing stands in the way, the rest goes as well.
    assert!(service.erase(&ada, Vec::new()).await.erased);
    service.get(&format!("/v1/contacts/{ada}")).await.problem(410, "erased");
    service.get(&format!("/v1/memberships/{claimed}")).await.problem(404, "not_found");
}

async fn a_claim_against_everything_withholds_everything(service: Service) {
    let (ada, memberships) = ada(&service).await;
    let executed = service.erase(&ada, vec![claim(None)]).await;
    assert!(!executed.erased);
    assert_eq!(executed.withheld.len(), 5, "{:?}", executed.withheld);
    for membership in memberships {
        service.get(&format!("/v1/memberships/{membership}")).await.expect(200);
    }
    let found = service.post("/v1/contacts/search", json!({ "name": "lovelace" })).await.expect(200).json();
    assert_eq!(found["items"][0]["id"], json!(ada));
    let consent = text(&service.consent(&ada, "newsletter").await, "id");
    service.get(&format!("/v1/consents/{consent}/receipt")).await.expect(200);
    assert_eq!(service.checked(&ada, "newsletter").await, "suppressed");
}

async fn an_erased_person_cannot_be_given_to_but_can_always_say_no(service: Service) {
    let (ada, _) = ada(&service).await;
    service.erase(&ada, Vec::new()).await;
    for method in ["paper", "web_form"] {
        service.decide(grant(&ada, "newsletter", method)).await.problem(410, "erased");
    }
    let withdrawn = service.decide(withdrawal(&ada, "newsletter")).await.expect(201).json();
    assert_eq!(withdrawn["state"], "withdrawn");
    let receipt = format!("/v1/consent-decisions/{}/receipt", text(&withdrawn, "decision_id"));
    service.get(&receipt).await.expect(200);
    let network = service.network("third").await;
    let join = json!({ "contact_id": ada });
    service.post(&format!("/v1/networks/{network}/memberships"), join).await.problem(410, "erased");
    let file = "name,email\nAda Lovelace,ADA@example.org\n";
    let imported = service.request("POST", "/v1/contacts/imports").token(&service.staff()).body("text/csv", file);
    let imported = imported.send().await.expect(200).json();
    assert_eq!(imported["results"][0]["result"], "suppressed");
    // The address may be signed up again, and is not written to until its mailbox says so.
    let anew = service.sign_up("Ada King", "ada@example.org").await;
    service.give(&anew, "newsletter").await;
    assert_eq!(service.checked(&anew, "newsletter").await, "suppressed");
}

async fn backups_are_told_by_the_operators_times(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let backups = service.erase(&ada, Vec::new()).await.backups;
    // From the configuration's defaults: thirty days and ninety, from 24 November 2026 on.
    assert_eq!(backups.readable_until, "2026-12-24".parse().unwrap());
    assert_eq!(backups.held_until, "2027-02-22".parse().unwrap());
}

async fn an_erasure_is_whole_or_not_at_all(service: Service) {
    let (ada, _) = ada(&service).await;
    let proposed = service.propose(PROPOSER, &ada, Vec::new()).await.unwrap();
    let before = (service.counts(), service.get(&format!("/v1/contacts/{ada}")).await.json());
    for (table, event) in [
        ("suppressions", "INSERT"),
        ("contacts", "UPDATE"),
        ("consent_decisions", "UPDATE"),
        ("memberships", "DELETE"),
        ("erasure_plans", "UPDATE"),
        ("audit_entries", "INSERT"),
    ] {
        service.state.flush_looks().await;
        let counts = service.counts();
        service.break_table(table, event, "1 = 1");
        let failed = service.execute(EXECUTOR, &ada, &proposed.plan_sha256).await;
        service.mend_table(table);
        assert!(matches!(code(failed), Code::Internal | Code::Unavailable), "{table}");
        assert_eq!(service.counts(), counts, "{table}");
        assert_eq!(service.get(&format!("/v1/contacts/{ada}")).await.expect(200).json(), before.1, "{table}");
    }
    assert!(service.execute(EXECUTOR, &ada, &proposed.plan_sha256).await.unwrap().erased);
}
