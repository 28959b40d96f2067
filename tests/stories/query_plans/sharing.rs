//! How the lists of sharing are read: each filter alone, and the usual pairs, by staff and by a contractor.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::{HEARD, LISTENING, listen};
use crate::harness::assignments::DOORS;
use crate::harness::disclosures::under;
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    lists_of_sharing_are_read_through_indexes,
}

/// The tables of sharing.
const TABLES: [&str; 5] =
    ["disclosures", "disclosure_batches", "event_assignments", "obligations", "sharing_agreements"];

/// Lists by every filter alone, and by the usual pairs.
async fn ask(service: &mut Service) -> Vec<String> {
    listen();
    service.restart().await;
    let event = service.announce(json!({ "capacity": null })).await;
    let (ada, _) = service.attend(&event, "Ada Lovelace", json!({ "sharing": { "venue": true } })).await;
    let venue = service.organisation("The Guildhall", "venue").await;
    let agreement = service.live_agreement(venue, &["venue_security"], &["name"]).await;
    service.assign(&event, venue, "venue_security").await.expect(201);
    service.disclose(under(&agreement, venue, &[&ada])).await.expect(200);
    service.turn_to(DOORS);
    let attendees = service.get_as(venue, &format!("{event}/attendees")).await.expect(200).json();
    let batch = attendees["disclosure_batch"].as_str().unwrap().to_owned();
    let agreement = agreement.rsplit('/').next().unwrap().to_owned();
    let mut paths = vec![
        format!("/v1/disclosures?organisation_id={venue}"),
        format!("/v1/disclosures?contact_id={ada}"),
        format!("/v1/disclosures?agreement_id={agreement}"),
        format!("/v1/disclosures?purpose=venue_security&contact_id={ada}"),
        format!("/v1/disclosures?purpose=venue_security&organisation_id={venue}"),
        format!("/v1/disclosures?organisation_id={venue}&contact_id={ada}"),
        format!("/v1/disclosures?batch={batch}"),
        format!("/v1/obligations?organisation_id={venue}"),
        format!("/v1/obligations?organisation_id={venue}&status=open"),
        format!("/v1/obligations?contact_id={ada}"),
        format!("/v1/obligations?request_id={ada}"),
        format!("/v1/sharing-agreements?organisation_id={venue}"),
        format!("/v1/contacts/{ada}/disclosures"),
        format!("{event}/assignments"),
        format!("{event}/attendees"),
        "/v1/disclosures/statistics".to_owned(),
    ];
    let open = ["", "?purpose=venue_security", "?since=2026-11-24T10:00:00Z"];
    paths.extend(open.map(|query| format!("/v1/disclosures{query}")));
    for status in ["proposed", "live", "recalled", "expired"] {
        paths.push(format!("/v1/disclosures?status={status}"));
        paths.push(format!("/v1/disclosures?status={status}&organisation_id={venue}"));
        paths.push(format!("/v1/disclosures?status={status}&agreement_id={agreement}"));
        paths.push(format!("/v1/disclosures?status={status}&contact_id={ada}"));
    }
    paths.extend(["open", "acknowledged", "closed"].map(|status| format!("/v1/obligations?status={status}")));
    paths.extend(["proposed", "ended"].map(|status| format!("/v1/sharing-agreements?status={status}")));
    for path in paths {
        service.get(&path).await.expect(200);
    }
    for query in ["", "?purpose=venue_security", "?status=expired", "?status=recalled", "?status=live"] {
        service.get_as(venue, &format!("/v1/disclosures{query}")).await.expect(200);
    }
    for path in [
        "/v1/shared-contacts",
        "/v1/shared-contacts?purpose=venue_security",
        "/v1/obligations",
        "/v1/sharing-agreements",
    ] {
        service.get_as(venue, path).await.expect(200);
    }
    LISTENING.fetch_sub(1, Ordering::SeqCst);
    HEARD.lock().unwrap().iter().map(|query| query.replace('`', "\"")).collect()
}

async fn lists_of_sharing_are_read_through_indexes(mut service: Service) {
    let heard = ask(&mut service).await;
    let is_sqlite = service.engine == Engine::Sqlite;
    let is_of = |query: &str, table: &str| query.contains(&format!(r#" FROM "{table}""#));
    let lists: Vec<&String> = heard
        .iter()
        .filter(|query| query.starts_with("SELECT") && query.contains(if is_sqlite { "?" } else { "$1" }))
        .filter(|query| TABLES.iter().any(|table| is_of(query, table)))
        .collect();
    for query in &lists {
        let plan = service.plan(query);
        // In the order of ids, a list ends with its page. Rows that are proposed or recalled have an index of their own.
        let in_order = ["_autoindex_", "USING INDEX disclosures_proposed", "USING INDEX disclosures_recalled"];
        let whole = |step: &String| {
            let table = TABLES.iter().any(|table| step.starts_with(&format!("SCAN {table}")));
            (table && !in_order.iter().any(|order| step.contains(order)))
                || ["Seq Scan", "Gather"].iter().any(|read| step.contains(read))
        };
        assert!(!plan.iter().any(whole), "{query}\n{plan:#?}");
    }
    // A list by a filter that few rows fit must not walk all others. PostgreSQL chooses among the indexes by statistics, which
    // these small tables do not have.
    let ended = "disclosures.status <> 'recalled'";
    for (with, without, index) in [
        (vec![ended], vec!["organisation_id\" =", "agreement_id\" =", "contact_id\" "], "disclosures_ended "),
        (vec![ended, "organisation_id\" ="], vec!["agreement_id\" =", "contact_id\" "], "disclosures_ended_of "),
        (vec![r#"WHERE ("disclosures"."purpose" = "#], vec![], "disclosures_by_purpose "),
        (
            vec![r#""organisation_id" = "#, r#""purpose" = "#, "ORDER BY"],
            vec!["contact_id", "status ="],
            "disclosures_by_purpose_of ",
        ),
        (vec![r#""disclosed_at" > "#, "GROUP BY"], vec!["organisation_id\" ="], "COVERING INDEX disclosures_counted "),
        (vec![r#"WHERE ("obligations"."status" = "#], vec![], "obligations_by_status "),
        (vec![r#"WHERE ("obligations"."organisation_id" = "#], vec![], "obligations_by_organisation "),
        (vec![r#"WHERE ("sharing_agreements"."organisation_id" = "#], vec![], "sharing_agreements_by_organisation "),
    ] {
        let clause = |query: &str| query.split_once(" FROM ").map(|(_, clause)| clause.to_owned()).unwrap_or_default();
        let fits = |query: &&&String| {
            let clause = clause(query);
            with.iter().all(|part| clause.contains(part)) && !without.iter().any(|part| clause.contains(part))
        };
        let found: Vec<_> = lists.iter().filter(fits).collect();
        assert!(!found.is_empty(), "{with:?} was not heard in {lists:#?}");
        for query in found.into_iter().filter(|_| is_sqlite) {
            let plan = service.plan(query);
            assert!(plan.iter().any(|step| step.contains(index)), "{query}\n{plan:#?}");
        }
    }
}
