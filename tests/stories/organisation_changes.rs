//! What becomes of agreements, disclosures and obligations when an organisation ends or changes its kind.

use serde_json::json;

use crate::harness::agreements::agreement;
use crate::harness::disclosures::under;
use crate::harness::people::text;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    an_end_ends_the_agreements_and_recalls_their_disclosures,
    an_end_and_a_proposal_at_the_same_moment_leave_no_open_agreement,
    an_end_and_a_disclosure_at_the_same_moment_leave_nothing_live,
    an_obligation_of_an_ended_organisation_is_among_the_deadlines,
    the_kind_is_fixed_while_an_agreement_has_not_ended,
    a_kind_and_a_proposal_at_the_same_moment_follow_one_another,
}

async fn an_end_ends_the_agreements_and_recalls_their_disclosures(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (venue, live) = service.venue().await;
    let (other, theirs) = service.venue().await;
    let suspended = service.live_agreement(venue, &["event_administration"], &["name"]).await;
    let kept = service.disclosed(under(&live, venue, &[&ada])).await;
    let elsewhere = service.disclosed(under(&theirs, other, &[&ada])).await;
    service.verb(&suspended, "suspension").await.expect(200);
    let proposed = service.propose_agreement(agreement(venue)).await;
    service.verb(&format!("/v1/organisations/{venue}"), "end").await.expect(200);
    for path in [&live, &suspended, &proposed] {
        let ended = service.get(path).await.expect(200).json();
        assert_eq!((&ended["status"], &ended["end_reason"]), (&json!("ended"), &json!("The organisation has ended.")));
    }
    assert_eq!(service.of_disclosure(&kept, "status").await, "recalled");
    assert_eq!(service.of_disclosure(&kept, "recall_cause").await, "agreement_ended");
    assert_eq!(service.audit("action=agreements.end").await.len(), 3);
    // Another organisation keeps what it has.
    assert_eq!(service.of_disclosure(&elsewhere, "status").await, "live");
    assert_eq!(service.get(&theirs).await.json()["status"], "active");
}

async fn an_end_and_a_proposal_at_the_same_moment_leave_no_open_agreement(service: Service) {
    for _ in 0..6 {
        let venue = service.organisation("Guildhall", "venue").await;
        let end = format!("/v1/organisations/{venue}");
        let propose = || service.post("/v1/sharing-agreements", agreement(venue));
        let (one, ended, two) = futures_util::join!(propose(), service.verb(&end, "end"), propose());
        ended.expect(200);
        for answer in [one, two] {
            if answer.status != 201 {
                answer.problem(409, "organisation_not_active");
            }
        }
        let all = service.items(&format!("/v1/sharing-agreements?organisation_id={venue}")).await;
        assert!(all.iter().all(|agreement| agreement["status"] == "ended"), "{all:?}");
    }
}

async fn an_end_and_a_disclosure_at_the_same_moment_leave_nothing_live(service: Service) {
    for round in 0..4 {
        let ada = service.sign_up("Ada Lovelace", &format!("ada{round}@example.org")).await;
        let (venue, agreement) = service.venue().await;
        let disclose = || service.disclose(under(&agreement, venue, &[&ada]));
        let end = format!("/v1/organisations/{venue}");
        let (one, ended, two) = futures_util::join!(disclose(), service.verb(&end, "end"), disclose());
        ended.expect(200);
        for answer in [one, two] {
            assert!([200, 409].contains(&answer.status), "{}", answer.text());
        }
        let all = service.items(&format!("/v1/disclosures?organisation_id={venue}")).await;
        assert!(all.iter().all(|disclosure| disclosure["status"] == "recalled"), "{all:?}");
    }
}

async fn an_obligation_of_an_ended_organisation_is_among_the_deadlines(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let mail = json!({ "name": "Guildhall", "kind": "venue", "contact_email": "data@guildhall.example" });
    let venue = text(&service.post("/v1/organisations", mail).await.expect(201).json(), "id").parse().unwrap();
    let agreement = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    service.disclosed(under(&agreement, venue, &[&ada])).await;
    service.verb(&format!("/v1/organisations/{venue}"), "end").await.expect(200);
    // It received the data once, so it must be told, although it cannot be told by mail.
    service.rectified(&ada).await;
    let open = service.obligations(&service.staff(), "status=open").await;
    let [owed] = service.items("/v1/deadlines?kind=recipient_untold").await.try_into().unwrap();
    assert_eq!((&owed["id"], &owed["due_on"]), (&open[0]["id"], &open[0]["due_on"]));
    service.acknowledge(&service.staff(), &open[0], "erased").await.expect(200);
    assert!(service.items("/v1/deadlines").await.is_empty());
}

async fn the_kind_is_fixed_while_an_agreement_has_not_ended(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let (venue, agreement) = service.venue().await;
    let disclosure = service.disclosed(under(&agreement, venue, &[&ada])).await;
    let path = format!("/v1/organisations/{venue}");
    let put = format!("/v1/contacts/{ada}/sharing-refusals/event_partner");
    service.request("PUT", &put).token(&service.staff()).send().await.expect(204);
    let patch = async |kind: &str| {
        let etag = service.get(&path).await.etag();
        service.patch(&path, &etag, json!({ "name": "Guildhall of Worcester", "kind": kind })).await
    };
    // The same kind is no change.
    patch("venue").await.expect(200);
    service.verb(&agreement, "suspension").await.expect(200);
    let refused = patch("event_partner").await.problem(409, "conflict").json();
    assert!(refused["detail"].as_str().unwrap().contains("First end its agreements"), "{refused}");
    assert_eq!(service.get(&path).await.json()["kind"], "venue");
    assert_eq!(service.of_disclosure(&disclosure, "status").await, "live");
    service.post(&format!("{agreement}/end"), json!({ "reason": "It is a partner." })).await.expect(200);
    assert_eq!(patch("event_partner").await.expect(200).json()["kind"], "event_partner");
    assert_eq!(service.of_disclosure(&disclosure, "status").await, "recalled");
    // Under an agreement with the partner, her refusal binds.
    let partner = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    let row = service.disclose(under(&partner, venue, &[&ada])).await.expect(200).json()["results"][0].clone();
    assert_eq!(row["code"], "refused_by_person");
}

async fn a_kind_and_a_proposal_at_the_same_moment_follow_one_another(service: Service) {
    for _ in 0..6 {
        let venue = service.organisation("Guildhall", "venue").await;
        let path = format!("/v1/organisations/{venue}");
        let etag = service.get(&path).await.etag();
        let change = service.patch(&path, &etag, json!({ "kind": "council" }));
        let propose = service.post("/v1/sharing-agreements", agreement(venue));
        let (changed, proposed) = futures_util::join!(change, propose);
        // The council makes no agreement with itself, so exactly one of the two can have happened.
        if changed.status == 200 {
            assert_eq!(proposed.problem(422, "invalid").faults(), ["/organisation_id own_organisation"]);
        } else {
            changed.problem(409, "conflict");
            proposed.expect(201);
        }
    }
}
