//! Legal holds: the council places one, reviews it every year, and releases it by two people.

use chrono::Duration;
use futures_util::future::join_all;
use iewm::domain::Role;
use iewm::jobs::Digest;
use serde_json::json;

use crate::harness::holds::{hold, id_of};
use crate::harness::mail::MailServer;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_hold_is_placed_by_the_council_and_read_by_staff,
    a_hold_that_breaks_a_rule_is_not_placed,
    one_person_proposes_a_release_and_another_releases,
    a_release_goes_only_where_its_status_allows,
    a_rejected_release_leaves_the_hold_active,
    the_proposer_releases_nothing_in_whatever_role,
    one_of_two_releases_at_the_same_moment_wins,
    the_words_and_the_review_of_a_hold_change_and_its_scope_does_not,
    a_hold_is_reviewed_every_year,
    a_hold_never_ends_by_itself,
    holds_are_listed_by_status_and_scope,
    a_hold_is_placed_once_for_its_key,
    the_database_keeps_holds_and_their_scope,
}

const HOLDS: &str = "/v1/legal-holds";

async fn a_hold_is_placed_by_the_council_and_read_by_staff(service: Service) {
    let contact = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let asked = hold("contact", Some(&contact));
    service.post(HOLDS, asked.clone()).await.problem(403, "forbidden");
    let made = service.request("POST", HOLDS).token(&service.council()).json(&asked).send().await.expect(201);
    let path = made.header("location");
    let expected = json!({
        "id": id_of(&path), "title": "Inquiry into the flood", "statute": "Inquiries Act 2005",
        "reference": "Notice 14", "scope": { "kind": "contact", "id": contact }, "ground": "UKGDPR.17(3)(b)",
        "reason": "The inquiry asks for everything about that evening.", "owner": "council-1", "tell_people": false,
        "review_on": "2027-11-24", "status": "active", "placed_by": "council-1",
        "placed_at": "2026-11-24T10:00:00.000000Z", "version": 1,
    });
    assert_eq!(made.json(), expected);
    assert_eq!(service.get(&path).await.expect(200).json(), expected);
    assert_eq!(service.items(HOLDS).await, [expected]);
    let entries = service.audit("action=holds.place").await;
    assert_eq!(entries[0]["subject"], format!("legal_hold/{}", id_of(&path)));
    assert_eq!(entries[0]["contact_id"], json!(null), "a hold is not shown among the accesses to a person's data");
    assert!(!json!(service.audit("").await).to_string().contains("evening"), "the audit repeats the words of a hold");
    assert_eq!(service.audit("action=holds.read").await.len(), 1);

    let venue = service.organisation("Guildhall", "venue").await;
    let refused = service.request("GET", &path).token(&service.contractor(venue)).send().await;
    refused.problem(403, "forbidden");
}

async fn a_hold_that_breaks_a_rule_is_not_placed(service: Service) {
    let place = async |asked| service.request("POST", HOLDS).token(&service.council()).json(&asked).send().await;
    let nothing = "00000000-0000-7000-8000-000000000000";
    for (scope, code, pointer) in [
        (json!({ "kind": "contact", "id": nothing }), "unknown_reference", "/scope/id"),
        (json!({ "kind": "event", "id": nothing }), "unknown_reference", "/scope/id"),
        (json!({ "kind": "network", "id": nothing }), "unknown_reference", "/scope/id"),
        (json!({ "kind": "network", "id": "council" }), "unknown_reference", "/scope/id"),
        (json!({ "kind": "record_class", "id": "kept_answer" }), "unknown_value", "/scope/id"),
        (json!({ "kind": "record_class", "id": "walrus" }), "unknown_value", "/scope/id"),
        (json!({ "kind": "event" }), "missing", "/scope/id"),
        (json!({ "kind": "all", "id": nothing }), "superfluous", "/scope/id"),
        (json!({ "kind": "walrus" }), "unknown_value", "/scope/kind"),
    ] {
        let mut asked = hold("all", None);
        asked["scope"] = scope;
        let refused = place(asked).await.expect(422).json();
        let fault = &refused["errors"][0];
        assert_eq!((&fault["code"], &fault["pointer"]), (&json!(code), &json!(pointer)), "{refused}");
    }
    for (member, value, code) in [
        ("review_on", json!("2026-11-23"), "past"),
        ("review_on", json!("2027-11-25"), "too_late"),
        ("reason", json!(" "), "blank"),
        ("ground", json!("DPA2018.173"), "unknown_value"),
        ("status", json!("released"), "read_only"),
    ] {
        let mut asked = hold("all", None);
        asked[member] = value;
        let refused = place(asked).await.expect(422).json();
        assert_eq!(refused["errors"][0]["code"], code, "{refused}");
    }
    let gone = service.sign_up("Grace Hopper", "grace@example.org").await;
    service.delete(&gone).await.expect(204);
    place(hold("contact", Some(&gone))).await.problem(410, "erased");
    assert!(service.items(HOLDS).await.is_empty());
}

async fn one_person_proposes_a_release_and_another_releases(service: Service) {
    let path = service.hold(hold("all", None)).await;
    let council = |subject: &str| service.token(subject, &[Role::Council], None);
    let release = async |token: &str| service.request("POST", &format!("{path}/release")).token(token).send().await;
    let refused = release(&council("council-2")).await.problem(409, "illegal_transition");
    assert_eq!(refused.json()["allowed_transitions"], json!(["release_proposed"]));
    let reason = json!({ "reason": "The inquiry has reported." });
    service.post(&format!("{path}/release-proposal"), reason.clone()).await.problem(403, "forbidden");
    let proposed = service.council_verb(&path, "release-proposal", Some(reason)).await.expect(200).json();
    assert_eq!(
        (&proposed["status"], &proposed["proposed_by"], &proposed["release_reason"], &proposed["version"]),
        (&json!("release_proposed"), &json!("council-1"), &json!("The inquiry has reported."), &json!(2))
    );
    release(&council("council-1")).await.problem(403, "same_person");
    release(&service.staff()).await.problem(403, "forbidden");
    let released = release(&council("council-2")).await.expect(200).json();
    assert_eq!(
        (&released["status"], &released["released_by"], &released["released_at"], &released["version"]),
        (&json!("released"), &json!("council-2"), &json!("2026-11-24T10:00:00.000000Z"), &json!(3))
    );
    assert_eq!(service.get(&path).await.expect(200).json(), released);
    let entries = service.audit("action=holds.release").await;
    assert_eq!(entries[0]["detail"]["changed"], json!(["released_at", "released_by", "status"]));
}

async fn a_release_goes_only_where_its_status_allows(service: Service) {
    let other = service.token("council-2", &[Role::Council], None);
    for (status, allowed) in [
        ("active", &["release-proposal"][..]),
        ("release_proposed", &["release", "release-rejection"]),
        ("released", &[]),
    ] {
        for verb in ["release-proposal", "release", "release-rejection"] {
            let path = service.hold(hold("all", None)).await;
            let reason = json!({ "reason": "The inquiry has reported." });
            if status != "active" {
                service.council_verb(&path, "release-proposal", Some(reason.clone())).await.expect(200);
            }
            if status == "released" {
                service.request("POST", &format!("{path}/release")).token(&other).send().await.expect(200);
            }
            let request = service.request("POST", &format!("{path}/{verb}")).token(&other);
            let answer = match verb {
                "release" => request.send().await,
                _ => request.json(&reason).send().await,
            };
            if allowed.contains(&verb) {
                answer.expect(200);
            } else {
                answer.problem(409, "illegal_transition");
            }
        }
    }
}

async fn a_rejected_release_leaves_the_hold_active(service: Service) {
    let path = service.hold(hold("all", None)).await;
    let reason = |text: &str| Some(json!({ "reason": text }));
    service.council_verb(&path, "release-proposal", reason("It seems to be over.")).await.expect(200);
    let rejected = service.council_verb(&path, "release-rejection", reason("It goes on.")).await.expect(200).json();
    assert_eq!((&rejected["status"], &rejected["rejection_reason"]), (&json!("active"), &json!("It goes on.")));
    for member in ["proposed_by", "proposed_at", "release_reason"] {
        assert_eq!(rejected.get(member), None);
    }
    let again = service.council_verb(&path, "release-proposal", reason("It is over.")).await.expect(200).json();
    assert_eq!((again.get("rejection_reason"), &again["release_reason"]), (None, &json!("It is over.")));
    service.council_verb(&path, "release-rejection", Some(json!({}))).await.problem(422, "invalid");
}

async fn the_proposer_releases_nothing_in_whatever_role(service: Service) {
    let path = service.hold(hold("all", None)).await;
    service.council_verb(&path, "release-proposal", Some(json!({ "reason": "It is over." }))).await.expect(200);
    let both = service.token("council-1", &[Role::IewmStaff, Role::Council], None);
    let refused = service.request("POST", &format!("{path}/release")).token(&both).send().await;
    let refused = refused.problem(403, "same_person").json();
    assert_eq!(refused["article"], "Inquiries Act 2005 section 35; UK GDPR Article 17(3)");
    assert_eq!(service.get(&path).await.expect(200).json()["status"], "release_proposed");
}

async fn one_of_two_releases_at_the_same_moment_wins(service: Service) {
    for _ in 0..4 {
        let path = service.hold(hold("all", None)).await;
        service.council_verb(&path, "release-proposal", Some(json!({ "reason": "It is over." }))).await.expect(200);
        let releases = (2..6).map(|at| {
            let token = service.token(&format!("council-{at}"), &[Role::Council], None);
            service.request("POST", &format!("{path}/release")).token(&token).send()
        });
        let answers = join_all(releases).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1);
        assert_eq!(won[0].json(), service.get(&path).await.expect(200).json());
        for refused in lost {
            refused.problem(409, "illegal_transition");
        }
    }
}

async fn the_words_and_the_review_of_a_hold_change_and_its_scope_does_not(service: Service) {
    let path = service.hold(hold("all", None)).await;
    let etag = service.get(&path).await.expect(200).etag();
    let patch = async |etag: &str, patch| {
        let request = service.request("PATCH", &path).token(&service.council()).if_match(etag);
        request.merge_patch(&patch).send().await
    };
    let asked = json!({ "title": "Flood inquiry", "owner": "Head of Legal Services", "review_on": "2027-05-01" });
    let changed = patch(&etag, asked).await.expect(200);
    let hold = changed.json();
    assert_eq!(
        (&hold["title"], &hold["owner"], &hold["review_on"], &hold["version"]),
        (&json!("Flood inquiry"), &json!("Head of Legal Services"), &json!("2027-05-01"), &json!(2))
    );
    assert_eq!(hold["reason"], "The inquiry asks for everything about that evening.");
    let entries = service.audit("action=holds.update").await;
    assert_eq!(entries[0]["detail"]["changed"], json!(["owner", "review_on", "title"]));
    patch(&etag, json!({ "title": "Flood" })).await.problem(412, "stale_version");
    for refused in
        [json!({ "scope": { "kind": "all" } }), json!({ "review_on": "2027-11-25" }), json!({ "title": null })]
    {
        patch(&changed.etag(), refused).await.problem(422, "invalid");
    }
    service.release(&path).await;
    let etag = service.get(&path).await.expect(200).etag();
    patch(&etag, json!({ "title": "Flood" })).await.problem(409, "illegal_transition");
}

async fn a_hold_is_reviewed_every_year(service: Service) {
    let mut asked = hold("all", None);
    asked["review_on"] = json!("2026-12-25");
    let path = service.hold(asked).await;
    let due = async || service.items("/v1/deadlines?kind=hold_review").await;
    assert!(due().await.is_empty(), "31 days ahead");
    service.hands.advance(Duration::days(1));
    let expected = json!({
        "kind": "hold_review", "id": id_of(&path), "reference": "Inquiry into the flood", "due_on": "2026-12-25",
        "overdue": false, "status": "active",
    });
    assert_eq!(due().await, [expected]);
    // On 18 December, Christmas Day is within five working days.
    service.hands.advance(Duration::days(23));
    let server = MailServer::start();
    service.tick(&Digest::new(service.state.clone())).await.unwrap();
    service.deliver(&server).await;
    let mail = server.taken().remove(0);
    assert!(
        mail.text().contains("Inquiry into the flood: review the legal hold by 25 December 2026"),
        "{}",
        mail.text()
    );
    service.hands.advance(Duration::days(8));
    assert_eq!(due().await[0]["overdue"], true);
    let etag = service.get(&path).await.expect(200).etag();
    let next = service.request("PATCH", &path).token(&service.council()).if_match(&etag);
    next.merge_patch(&json!({ "review_on": "2027-12-01" })).send().await.expect(200);
    assert!(due().await.is_empty());
}

async fn a_hold_never_ends_by_itself(service: Service) {
    let contact = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = service.hold_contact(&contact).await;
    service.hands.advance(Duration::days(20 * 366));
    assert_eq!(service.get(&path).await.expect(200).json()["status"], "active");
    assert_eq!(service.items("/v1/deadlines?kind=hold_review").await[0]["overdue"], true);
}

async fn holds_are_listed_by_status_and_scope(service: Service) {
    let contact = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let all = service.hold(hold("all", None)).await;
    let class = service.hold(hold("record_class", Some("complaint"))).await;
    let person = service.hold_contact(&contact).await;
    service.release(&all).await;
    let listed = async |query: &str| {
        let items = service.items(&format!("{HOLDS}?{query}")).await;
        items.iter().map(|item| format!("{HOLDS}/{}", item["id"].as_str().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, [person.clone(), class.clone(), all.clone()]);
    assert_eq!(listed("status=active").await, [person.clone(), class.clone()]);
    assert_eq!(listed("status=released").await, [all]);
    assert_eq!(listed("scope=record_class").await, std::slice::from_ref(&class));
    assert_eq!(
        service.get(&class).await.expect(200).json()["scope"],
        json!({ "kind": "record_class", "id": "complaint" })
    );
    let first = service.get(&format!("{HOLDS}?status=active&limit=1")).await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(listed(&format!("status=active&limit=1&cursor={cursor}")).await, [class]);
}

async fn a_hold_is_placed_once_for_its_key(service: Service) {
    let place = async || {
        let asked = service.request("POST", HOLDS).token(&service.council()).header("Idempotency-Key", "holds-001");
        asked.json(&hold("all", None)).send().await.expect(201)
    };
    assert_eq!(place().await.json(), place().await.json());
    assert_eq!(service.items(HOLDS).await.len(), 1);
}

async fn the_database_keeps_holds_and_their_scope(service: Service) {
    service.hold(hold("record_class", Some("complaint"))).await;
    for statement in [
        "DELETE FROM legal_holds",
        "UPDATE legal_holds SET record_class = 'consent'",
        "UPDATE legal_holds SET status = 'released', proposed_by = 'a', proposed_at = placed_at, \
         release_reason = reason, released_by = 'b', released_at = placed_at",
    ] {
        let refused = service.sql(statement).unwrap_err();
        assert!(refused.contains("legal hold"), "{statement}: {refused}");
    }
    assert_eq!(service.items(HOLDS).await.len(), 1);
}
