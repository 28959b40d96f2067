//! Disclosures that a law requires: one person records the demand, and another person of the council approves it.

use futures_util::future::join_all;
use iewm::domain::Role;
use iewm::policy::restriction::RestrictionGround;
use serde_json::json;

use super::told;
use crate::harness::disclosures::demanded;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    what_a_law_requires_is_approved_by_another_person,
    a_demand_that_breaks_a_rule_stores_nothing,
    a_refusal_does_not_bind_a_law_and_a_restriction_does_not_bar_legal_claims,
    what_happens_to_a_person_before_the_approval_counts,
    one_of_two_approvals_at_the_same_moment_wins,
    a_contractor_sees_no_proposal_and_no_demand,
}

async fn what_a_law_requires_is_approved_by_another_person(service: Service) {
    let police = service.organisation("West Mercia Police", "public_authority").await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let answer = service.disclose(demanded("Sch2.p2", police, &[&ada])).await.expect(200).json();
    assert_eq!(told(&answer), ["proposed"]);
    let path = format!("/v1/disclosures/{}", answer["results"][0]["disclosure_id"].as_str().unwrap());
    let proposal = service.get(&path).await.expect(200).json();
    let expected = json!({
        "id": answer["results"][0]["disclosure_id"], "contact_id": ada, "organisation_id": police,
        "legal_gateway": { "code": "Sch2.p2", "reference": "Crime reference 22/4711", "requested_by": "DC Brown" },
        "fields": ["name", "email"], "necessity": "The investigation cannot go on without it.", "status": "proposed",
        "proposed_by": "staff-1", "version": 1,
    });
    assert_eq!(proposal, expected);

    // Staff approve nothing, and neither does the person who recorded it, under any role.
    service.verb(&path, "approval").await.problem(403, "forbidden");
    let same = service.token("staff-1", &[Role::IewmStaff, Role::Council], None);
    let approval = format!("{path}/approval");
    service.request("POST", &approval).token(&same).send().await.problem(403, "same_person");
    assert_eq!(service.get(&path).await.json()["status"], "proposed");
    let approved = service.council_verb(&path, "approval", None).await.expect(200).json();
    assert_eq!((&approved["status"], &approved["approved_by"]), (&json!("live"), &json!("council-1")));
    assert_eq!((&approved["disclosed_at"], &approved["version"]), (&json!("2026-11-24T10:00:00.000000Z"), &json!(2)));
    let again = service.council_verb(&path, "approval", None).await.problem(409, "illegal_transition").json();
    assert_eq!(again["allowed_transitions"], json!(["recalled"]));
    // Another demand is another disclosure.
    let second = service.disclosed(demanded("Sch2.p2", police, &[&ada])).await;
    assert!(!path.ends_with(&second));
    let turned_down = format!("/v1/disclosures/{second}");
    let recalled = service.verb(&turned_down, "recall").await.expect(200).json();
    assert_eq!((&recalled["status"], &recalled["recall_cause"]), (&json!("recalled"), &json!("decision")));
    service.council_verb(&turned_down, "approval", None).await.problem(409, "illegal_transition");
    assert_eq!(service.audit("action=disclosures.approve").await.len(), 1);
}

async fn a_demand_that_breaks_a_rule_stores_nothing(service: Service) {
    let (venue, agreement) = service.venue().await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    for (member, value, fault) in [
        ("purpose", json!("venue_security"), "/purpose superfluous"),
        ("agreement_id", json!(agreement.rsplit('/').next()), "/agreement_id superfluous"),
        ("expires_at", json!("2026-11-24T09:00:00Z"), "/expires_at past"),
    ] {
        let mut asked = demanded("Sch2.p2", venue, &[&ada]);
        asked[member] = value;
        assert_eq!(service.disclose(asked).await.problem(422, "invalid").faults(), [fault]);
    }
    for code in ["Sch2.p16", "Sch2.p5", "UKGDPR.12(5)", "crime_and_taxation", ""] {
        let refused = service.disclose(demanded(code, venue, &[&ada])).await.problem(422, "invalid");
        assert_eq!(refused.faults(), ["/legal_gateway/code unknown_value"], "{code}");
    }
    for member in ["code", "reference", "requested_by"] {
        let mut asked = demanded("Sch2.p2", venue, &[&ada]);
        asked["legal_gateway"].as_object_mut().unwrap().remove(member);
        let fault = format!("/legal_gateway/{member} missing");
        assert_eq!(service.disclose(asked).await.problem(422, "invalid").faults(), [fault]);
    }
    service.verb(&format!("/v1/organisations/{venue}"), "suspension").await.expect(200);
    service.disclose(demanded("Sch2.p2", venue, &[&ada])).await.problem(409, "organisation_not_active");
    assert!(service.items("/v1/disclosures").await.is_empty());
}

async fn a_refusal_does_not_bind_a_law_and_a_restriction_does_not_bar_legal_claims(service: Service) {
    let police = service.organisation("West Mercia Police", "public_authority").await;
    let refusing = service.sign_up("Ada", "ada@example.org").await;
    let refusal = format!("/v1/contacts/{refusing}/sharing-refusals/public_authority");
    service.request("PUT", &refusal).token(&service.staff()).send().await.expect(204);
    let restricted = service.sign_up("Bob", "bob@example.org").await;
    service.restrict(&restricted, RestrictionGround::NeededForClaims).await.unwrap();
    let erased = service.sign_up("Cat", "cat@example.org").await;
    service.delete(&erased).await.expect(204);
    for (code, expected) in [
        ("Sch2.p2", ["proposed", "restricted", "erased"]),
        ("Sch2.p5(2)", ["proposed", "restricted", "erased"]),
        ("Sch2.p5(3)", ["proposed", "proposed", "erased"]),
    ] {
        let people = [&refusing, &restricted, &erased].map(String::as_str);
        let answer = service.disclose(demanded(code, police, &people)).await.expect(200).json();
        assert_eq!(told(&answer), expected, "{code}");
    }
}

async fn what_happens_to_a_person_before_the_approval_counts(service: Service) {
    let police = service.organisation("West Mercia Police", "public_authority").await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let crime = format!("/v1/disclosures/{}", service.disclosed(demanded("Sch2.p2", police, &[&ada])).await);
    let claims = format!("/v1/disclosures/{}", service.disclosed(demanded("Sch2.p5(3)", police, &[&ada])).await);
    let mut short = demanded("Sch2.p5(3)", police, &[&ada]);
    short["expires_at"] = json!("2026-11-24T11:00:00Z");
    let short = format!("/v1/disclosures/{}", service.disclosed(short).await);
    service.restrict(&ada, RestrictionGround::NeededForClaims).await.unwrap();
    service.council_verb(&crime, "approval", None).await.problem(423, "restricted");
    service.council_verb(&claims, "approval", None).await.expect(200);
    service.hands.advance(chrono::Duration::hours(1));
    assert_eq!(service.get(&short).await.json()["status"], "expired");
    service.council_verb(&short, "approval", None).await.problem(409, "illegal_transition");
    // A disclosure under an agreement needs no approval.
    let (venue, agreement) = service.venue().await;
    let bob = service.sign_up("Bob", "bob@example.org").await;
    let made = service.disclosed(crate::harness::disclosures::under(&agreement, venue, &[&bob])).await;
    service.council_verb(&format!("/v1/disclosures/{made}"), "approval", None).await.problem(409, "illegal_transition");
}

async fn one_of_two_approvals_at_the_same_moment_wins(service: Service) {
    let police = service.organisation("West Mercia Police", "public_authority").await;
    let ada = service.sign_up("Ada", "ada@example.org").await;
    for _ in 0..3 {
        let id = service.disclosed(demanded("Sch2.p2", police, &[&ada])).await;
        let approvals = ["council-1", "council-2", "council-3"].map(|subject| {
            let token = service.token(subject, &[Role::Council], None);
            service.request("POST", &format!("/v1/disclosures/{id}/approval")).token(&token).send()
        });
        let (won, lost): (Vec<_>, Vec<_>) =
            join_all(approvals).await.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 2));
        for refused in lost {
            refused.problem(409, "illegal_transition");
        }
        let read = service.get(&format!("/v1/disclosures/{id}")).await.expect(200).json();
        assert_eq!((&read, &read["version"]), (&won[0].json(), &json!(2)));
    }
}

async fn a_contractor_sees_no_proposal_and_no_demand(service: Service) {
    let police = service.organisation("West Mercia Police", "public_authority").await;
    let token = service.contractor(police);
    let ada = service.sign_up("Ada", "ada@example.org").await;
    let path = format!("/v1/disclosures/{}", service.disclosed(demanded("Sch2.p5(2)", police, &[&ada])).await);
    service.request("GET", &path).token(&token).send().await.problem(404, "not_found");
    let list = service.request("GET", "/v1/disclosures?status=proposed").token(&token).send().await.expect(200).json();
    assert_eq!(list["items"], json!([]));
    service.council_verb(&path, "approval", None).await.expect(200);
    let read = service.request("GET", &path).token(&token).send().await.expect(200).json();
    assert_eq!(read["legal_gateway"], json!({ "code": "Sch2.p5(2)" }));
    assert!(read.get("proposed_by").is_none() && read.get("approved_by").is_none(), "{read}");
    for verb in ["approval", "recall"] {
        let acted = service.request("POST", &format!("{path}/{verb}")).token(&token).send().await;
        acted.problem(403, "forbidden");
    }
}
