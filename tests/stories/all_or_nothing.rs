//! A fault anywhere in a write leaves nothing of it, and leaves the service at work.

use diesel::connection::SimpleConnection as _;
use futures_util::future::join_all;
use iewm::domain::DecisionId;
use iewm::platform::audit::{Action, Entry};
use iewm::resources::consents::mint_confirmation;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::people::{grant, person, text, withdrawal};
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    a_sign_up_is_whole_or_not_at_all,
    a_decision_is_whole_or_not_at_all,
    a_correction_and_a_deletion_are_whole_or_not_at_all,
    a_confirmation_is_whole_or_not_at_all,
    what_cannot_be_committed_was_not_done,
    a_key_that_outlived_its_person_goes_at_the_next_start,
    a_fault_takes_no_other_write_with_it,
    many_decisions_at_once_leave_the_fold_of_their_history,
    a_write_without_an_entry_is_rolled_back,
}

/// Whether the service said that it failed, and that nothing was changed.
#[track_caller]
fn failed(answer: &Answer) {
    assert!(matches!(answer.status, 500 | 503), "{} {}", answer.status, answer.text());
    assert!(!answer.text().contains("a fault of the story"), "{}", answer.text());
}

/// What writes to SQLite's index of names and numbers fails, whole, where the index cannot be written to: it bears no trigger, and is
/// taken away instead. PostgreSQL's is an index of the table.
async fn fails_without_the_index_of_names(service: &Service, ask: &impl AsyncFn() -> Answer) {
    if service.engine == Engine::Postgres {
        return;
    }
    service.state.flush_looks().await;
    let before = service.counts();
    service.sql("ALTER TABLE contact_tokens RENAME TO contact_tokens_away").unwrap();
    failed(&ask().await);
    service.sql("ALTER TABLE contact_tokens_away RENAME TO contact_tokens").unwrap();
    assert_eq!(service.counts(), before);
}

async fn a_sign_up_is_whole_or_not_at_all(service: Service) {
    service.sign_up("Grace Hopper", "grace@example.org").await;
    let sign_up = async || {
        let asked = service.request("POST", "/v1/contacts").token(&service.staff());
        asked.header("Idempotency-Key", "sign-up-1").json(&person("Ada Lovelace", "ada@example.org")).send().await
    };
    fails_without_the_index_of_names(&service, &sign_up).await;
    for table in ["contacts", "audit_entries", "kept_answers"] {
        let before = service.counts();
        service.break_table(table, "INSERT", "1 = 1");
        failed(&sign_up().await);
        service.mend_table(table);
        assert_eq!(service.counts(), before, "{table}");
        let found = service.post("/v1/contacts/search", json!({ "name": "lovelace" })).await.expect(200).json();
        assert_eq!(found["items"], json!([]), "{table}");
        service.state.flush_looks().await;
    }
    let made = sign_up().await.expect(201);
    assert_eq!(made.header("idempotent-replayed"), "", "a failure is not kept");
    service.get(&made.header("location")).await.expect(200);
}

async fn a_decision_is_whole_or_not_at_all(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.hands.advance(chrono::Duration::days(1));
    service.give(&ada, "trade_articles").await;
    service.hands.advance(chrono::Duration::days(1));
    let state = async || {
        let consents = service.items("/v1/consents").await;
        let contact = service.get(&format!("/v1/contacts/{ada}")).await.json();
        service.state.flush_looks().await;
        (consents, contact)
    };
    for (table, event) in [
        ("consents", "INSERT"),
        ("consents", "UPDATE"),
        ("consent_decisions", "INSERT"),
        ("contacts", "UPDATE"),
        ("audit_entries", "INSERT"),
    ] {
        let as_it_was = state().await;
        let before = service.counts();
        service.break_table(table, event, "1 = 1");
        let purpose = if event == "INSERT" { "newsletter" } else { "trade_articles" };
        let answers =
            [service.decide(grant(&ada, purpose, "paper")).await, service.decide(withdrawal(&ada, purpose)).await];
        service.mend_table(table);
        answers.iter().for_each(failed);
        assert_eq!(service.counts(), before, "{table}");
        assert_eq!(state().await, as_it_was, "{table}");
    }
    service.give(&ada, "newsletter").await;
    service.withdraw(&ada, "trade_articles").await;
}

async fn a_correction_and_a_deletion_are_whole_or_not_at_all(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = format!("/v1/contacts/{ada}");
    let read = service.get(&path).await;
    service.state.flush_looks().await;
    let before = service.counts();
    let patch = json!({ "name": "Augusta King", "email": "augusta@example.org" });
    let correct = async || service.patch(&path, &read.etag(), patch.clone()).await;
    fails_without_the_index_of_names(&service, &correct).await;
    for (table, event) in [("contacts", "UPDATE"), ("audit_entries", "INSERT")] {
        service.break_table(table, event, "1 = 1");
        let answer = correct().await;
        service.mend_table(table);
        failed(&answer);
        assert_eq!(service.counts(), before, "{table}");
    }
    let delete = async || service.request("DELETE", &path).token(&service.staff()).if_match(&read.etag()).send().await;
    fails_without_the_index_of_names(&service, &delete).await;
    for (table, event) in [("suppressions", "INSERT"), ("contacts", "UPDATE"), ("audit_entries", "INSERT")] {
        service.break_table(table, event, "1 = 1");
        let deletion = delete().await;
        service.mend_table(table);
        failed(&deletion);
        assert_eq!(service.counts(), before, "{table}");
    }
    let still = service.get(&path).await.expect(200);
    assert_eq!(still.json(), read.json(), "the key is there too");
    let found = service.post("/v1/contacts/search", json!({ "name": "lovelace" })).await.json();
    assert_eq!(found["items"][0], read.json());
    service.patch(&path, &read.etag(), patch).await.expect(200);
    service.delete(&ada).await.expect(204);
}

async fn a_confirmation_is_whole_or_not_at_all(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let waiting = service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201).json();
    let decision = text(&waiting, "decision_id");
    let before = service.counts();
    let id: DecisionId = decision.parse().unwrap();
    service.break_table("consent_confirmations", "INSERT", "1 = 1");
    let minted = service.state.job("mail").run(move |tx| mint_confirmation(tx, id)).await;
    service.mend_table("consent_confirmations");
    assert!(minted.is_err());
    assert_eq!(service.counts(), before);

    let link = service.link(&decision).await;
    for (table, event) in
        [("consent_confirmations", "UPDATE"), ("consent_decisions", "INSERT"), ("audit_entries", "INSERT")]
    {
        let before = service.counts();
        service.break_table(table, event, "1 = 1");
        let answer = service.follow("POST", &link).await;
        service.mend_table(table);
        failed(&answer);
        assert_eq!(service.counts(), before, "{table}");
        assert_eq!(service.checked(&ada, "newsletter").await, "pending", "{table}");
        service.state.flush_looks().await;
    }
    service.follow("POST", &link).await.expect(200);
}

async fn what_cannot_be_committed_was_not_done(service: Service) {
    let before = service.counts();
    service.break_commit("audit_entries");
    failed(&service.post("/v1/contacts", person("Ada Lovelace", "ada@example.org")).await);
    service.mend_table("audit_entries");
    let mut after = service.counts();
    after.remove("main.story_orphans");
    assert_eq!(after, before);
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.get(&format!("/v1/contacts/{ada}")).await.expect(200);
}

async fn a_key_that_outlived_its_person_goes_at_the_next_start(mut service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let grace = service.sign_up("Grace Hopper", "grace@example.org").await;
    service.sql("CREATE TABLE story_keys AS SELECT * FROM vault.data_keys").expect("a copy");
    service.delete(&ada).await.expect(204);
    // As if the machine had stopped between the two commits.
    let back = "INSERT INTO vault.data_keys SELECT * FROM story_keys WHERE owner_id NOT IN \
                (SELECT owner_id FROM vault.data_keys)";
    service.sql(back).expect("the key again");
    let keys = |service: &Service| service.counts()["vault.data_keys"];
    assert_eq!(keys(&service), 2);
    service.restart().await;
    assert_eq!(keys(&service), 1);
    service.get(&format!("/v1/contacts/{grace}")).await.expect(200);
    assert_eq!(service.audit("action=keys.sweep").await.len(), 1);
}

async fn a_fault_takes_no_other_write_with_it(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    service.break_table("consent_decisions", "INSERT", "NEW.purpose = 'newsletter'");
    let purposes = ["newsletter", "trade_articles", "blogs_and_articles", "newsletter"];
    let answers = join_all((0..24).map(|at| {
        let (service, ada, purpose) = (&service, &ada, purposes[at % purposes.len()]);
        async move {
            if at % 8 == 5 {
                let body = person(&format!("Person {at}"), &format!("p{at}@example.org"));
                return ("people", service.post("/v1/contacts", body).await);
            }
            (purpose, service.decide(grant(ada, purpose, "paper")).await)
        }
    }))
    .await;
    service.mend_table("consent_decisions");
    for (purpose, answer) in &answers {
        if *purpose == "newsletter" {
            failed(answer);
        } else {
            assert_eq!(answer.status, 201, "{}", answer.text());
        }
        if *purpose == "people" {
            service.get(&answer.header("location")).await.expect(200);
        }
    }
    assert_eq!(service.checked(&ada, "newsletter").await, "not_given");
    for purpose in ["trade_articles", "blogs_and_articles"] {
        let made = answers.iter().filter(|(of, _)| *of == purpose).count();
        assert_eq!(service.history(&ada, purpose).await.len(), made);
    }
    service.give(&ada, "newsletter").await;
}

/// The consent that a history tells, by the rules of the contract: the oldest decision first.
fn fold(history: &[Value]) -> (Value, Value) {
    let (mut state, mut decision) = (json!(null), json!(null));
    for line in history.iter().rev() {
        let waits = line["decision"] == "given" && matches!(line["method"].as_str(), Some("web_form" | "email"));
        match line["decision"].as_str().unwrap() {
            // For a person who asks again on the same day, the period runs from the first request.
            "given" if waits && (state == "given" || state == "pending") => {}
            "given" if waits => (state, decision) = (json!("pending"), line["id"].clone()),
            "given" | "confirmed" => (state, decision) = (json!("given"), line["id"].clone()),
            "withdrawn" => (state, decision) = (json!("withdrawn"), line["id"].clone()),
            other => panic!("{other}"),
        }
    }
    (state, decision)
}

async fn many_decisions_at_once_leave_the_fold_of_their_history(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    for round in 0..4 {
        let first = service.decide(grant(&ada, "newsletter", "web_form")).await.expect(201);
        drop(first);
        let newest = text(&service.newest_decision(&ada, "newsletter").await, "id");
        let link = service.link(&newest).await;
        let decisions = (0..14).map(|at| {
            let (service, ada, link) = (&service, &ada, &link);
            async move {
                match (at + round) % 5 {
                    0 => service.follow("POST", link).await,
                    1 | 2 => service.decide(grant(ada, "newsletter", "paper")).await,
                    3 => service.decide(withdrawal(ada, "newsletter")).await,
                    _ => service.decide(grant(ada, "newsletter", "email")).await,
                }
            }
        });
        for answer in join_all(decisions).await {
            assert!(matches!(answer.status, 200 | 201 | 410), "{} {}", answer.status, answer.text());
        }
        let history = service.history(&ada, "newsletter").await;
        let consent = service.consent(&ada, "newsletter").await;
        assert_eq!((consent["state"].clone(), consent["decision_id"].clone()), fold(&history), "round {round}");
        assert_eq!(consent["version"], history.len());
    }
    assert_eq!(service.items("/v1/consents").await.len(), 1, "first decisions at once make one consent");
}

async fn a_write_without_an_entry_is_rolled_back(service: Service) {
    const CHANGE: &str = "UPDATE contacts SET version = version + 1";
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let path = format!("/v1/contacts/{ada}");
    let version = async || service.get(&path).await.expect(200).etag();
    let before = version().await;
    let ended = service.state.job("story").run(|mut tx| {
        tx.connection().batch_execute(CHANGE)?;
        tx.unchanged(None, "done")
    });
    assert_eq!(ended.await.unwrap(), "done");
    assert_eq!(version().await, before);

    // The entry of one write stands for the whole transaction.
    let ended = service.state.job("story").run(|mut tx| {
        tx.also(|mut tx| {
            tx.connection().batch_execute(CHANGE)?;
            tx.unchanged(None, ())
        })?;
        tx.record(Entry::new(Action::DeadlinesDigest), ())
    });
    ended.await.unwrap();
    assert_ne!(version().await, before);
}
