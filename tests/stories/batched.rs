//! Batched writes: the service runs the commands of many callers in one transaction, and answers, records and refuses each as
//! if alone.

use futures_util::future::join_all;
use iewm::domain::{Error, Role};
use iewm::policy::restriction::RestrictionGround;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::harness::client::{Answer, Request};
use crate::harness::people::{WORDING, grant, person, text, withdrawal};
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    those_who_sign_up_at_once_are_each_answered_as_if_alone,
    those_who_decide_at_once_are_each_answered_as_if_alone,
    a_decision_that_follows_from_another_of_the_same_moment_does,
    decisions_under_two_ids_of_one_person_follow_one_another,
    a_fault_of_one_is_not_the_others,
}

impl Service {
    /// Sends all requests while every writing lane is busy, so that they are one batch.
    async fn at_once(&self, requests: Vec<Request>) -> Vec<Answer> {
        // As many as the harness configures.
        let lanes = if self.engine == Engine::Sqlite { 1 } else { 3 };
        let (begun, mut begins) = mpsc::unbounded_channel();
        let mut busy = Vec::new();
        for _ in 0..lanes {
            let (release, held) = std::sync::mpsc::channel::<()>();
            let begun = begun.clone();
            let job = self.state.job("busy");
            let done = tokio::spawn(job.run(move |tx| {
                begun.send(()).map_err(Error::internal)?;
                held.recv().map_err(Error::internal)?;
                tx.unchanged(None, ())
            }));
            busy.push((release, done));
        }
        for _ in 0..lanes {
            begins.recv().await.unwrap();
        }
        let waiting = requests.len();
        let free = async {
            while self.state.waiting().1 < waiting {
                tokio::task::yield_now().await;
            }
            for (release, done) in busy {
                release.send(()).unwrap();
                done.await.unwrap().unwrap();
            }
        };
        let (answers, ()) = tokio::join!(join_all(requests.into_iter().map(Request::send)), free);
        answers
    }

    fn deciding(&self, decision: &Value) -> Request {
        self.request("POST", "/v1/consents").token(&self.staff()).json(decision)
    }
}

async fn those_who_sign_up_at_once_are_each_answered_as_if_alone(service: Service) {
    let holder = service.sign_up("Grace Hopper", "grace@example.org").await;
    let (ann, ben) = (service.token("ann", &[Role::IewmStaff], None), service.token("ben", &[Role::IewmStaff], None));
    let gone = service.token("gone", &[Role::IewmStaff], None);
    let revoke = service.request("POST", "/v1/token-revocations").token(&service.council());
    service.hands.advance(chrono::Duration::seconds(1));
    revoke.json(&json!({ "subject": "gone" })).send().await.expect(201);
    let before = service.counts();

    let asking = |token: &str, body: &Value| service.request("POST", "/v1/contacts").token(token).json(body);
    let mut late = person("Late Comer", "late@example.org");
    late["source"]["obtained_on"] = json!("2030-01-01");
    let mut numbered = person("Nora Number", "unused@example.org");
    numbered.as_object_mut().unwrap().remove("email");
    numbered["telephone"] = json!("01905 765765");
    let twin = person("Twin Other", "twin@example.org");
    let keyed = || asking(&ben, &person("Keya Key", "keya@example.org")).header("Idempotency-Key", "sign-up-0001");
    let mut requests = vec![
        asking(&ann, &person("Ada Lovelace", "ada@example.org")),
        asking(&ben, &twin),
        asking(&ann, &person("Grace Again", "GRACE@example.org")),
        asking(&ben, &late),
        asking(&gone, &person("Nobody Else", "nobody@example.org")),
        asking(&ann, &twin),
        asking(&ben, &numbered),
        keyed(),
    ];
    requests.extend((0..6).map(|at| asking(&ann, &person(&format!("Some Body{at}"), &format!("b{at}@example.org")))));
    let mut answers = service.at_once(requests).await;
    let others = answers.split_off(8);
    let [ada, one, again, late, gone, other, numbered, kept] = answers.try_into().ok().unwrap();

    again.problem(409, "contact_exists").tells(&json!(holder));
    late.problem(422, "invalid");
    gone.problem(401, "invalid_token");
    let (came, twin) = if one.status == 201 { (one, other) } else { (other, one) };
    twin.problem(409, "contact_exists").tells(&came.expect(201).json()["id"]);
    for (answer, name, found_by) in
        [(&ada, "Ada Lovelace", "lovelace"), (&numbered, "Nora Number", "nora"), (&kept, "Keya Key", "keya")]
    {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.json()["name"], name);
        let found = service.post("/v1/contacts/search", json!({ "name": found_by })).await.expect(200).json();
        assert_eq!(found["items"], json!([answer.json()]), "{name}");
        assert_eq!(service.get(&answer.header("location")).await.expect(200).json(), answer.json());
    }
    for (at, answer) in others.iter().enumerate() {
        assert_eq!(answer.status, 201);
        assert_eq!(answer.json()["email"], json!(format!("b{at}@example.org")));
    }
    let replayed = keyed().send().await.expect(201);
    assert_eq!((replayed.header("idempotent-replayed").as_str(), replayed.json()), ("true", kept.json()));

    // Of those who were refused, nothing is left: neither a key nor a name that is found.
    let after = service.counts();
    for table in ["contacts", "vault.data_keys"] {
        let count = |counts: &std::collections::BTreeMap<String, i64>| {
            counts.iter().filter(|(name, _)| name.ends_with(table)).map(|(_, count)| *count).sum::<i64>()
        };
        assert_eq!(count(&after) - count(&before), 10, "{table}");
    }
    let named = |name: &str| service.post("/v1/contacts/search", json!({ "name": name }));
    for (name, bearers) in [("again", 0), ("late", 0), ("nobody", 0), ("twin", 1), ("some", 6)] {
        let found = named(name).await.expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), bearers, "{name}");
    }
    let mut actors: Vec<String> = Vec::new();
    for entry in service.audit("action=contacts.create").await {
        let of: &str = entry["actor"].as_str().unwrap();
        if entry["contact_id"] != json!(holder) {
            actors.push(of.to_owned());
        }
    }
    actors.sort_unstable();
    let of = |actor: &str| actors.iter().filter(|of| *of == actor).count();
    assert_eq!((of("ann") + of("ben"), of("gone"), actors.len()), (10, 0, 10), "{actors:?}");
    assert!(of("ann") >= 7 && of("ben") >= 2, "{actors:?}");
}

impl Answer {
    /// Whether a problem names the contact that has an address.
    #[track_caller]
    fn tells(&self, contact: &Value) {
        assert_eq!(self.json()["contact_id"], *contact);
    }
}

async fn those_who_decide_at_once_are_each_answered_as_if_alone(service: Service) {
    let mut people = Vec::new();
    for name in ["ada", "bea", "cat", "dot", "eve", "fay", "gay"] {
        people.push(service.sign_up(&format!("{name} Person"), &format!("{name}@example.org")).await);
    }
    let [ada, bea, cat, dot, eve, fay, gay] = people.try_into().unwrap();
    service.give(&cat, "newsletter").await;
    service.restrict(&dot, RestrictionGround::AccuracyContested).await.unwrap();
    let merged = json!({ "from_contact_id": fay });
    service.post(&format!("/v1/contacts/{eve}/merge"), merged).await.expect(200);
    service.delete(&gay).await.expect(204);
    let queued = service.items("/v1/messages").await.len();

    let nobody = "0192f5d0-0000-7000-8000-000000000000";
    let mut future = grant(&bea, "trade_articles", "paper");
    future["occurred_at"] = json!("2030-01-01T00:00:00Z");
    let mut unseen = grant(&ada, "trade_articles", "paper");
    unseen["notice_version"] = json!("1999-01-01");
    let decisions = [
        (grant(&ada, "newsletter", "paper"), Ok("given")),
        (grant(&bea, "newsletter", "web_form"), Ok("pending")),
        (withdrawal(&cat, "newsletter"), Ok("withdrawn")),
        (grant(&cat, "venue_security", "paper"), Err((422, "purpose_not_consent"))),
        (grant(&dot, "newsletter", "paper"), Err((423, "restricted"))),
        (withdrawal(&dot, "newsletter"), Ok("withdrawn")),
        (grant(&fay, "newsletter", "paper"), Err((410, "merged"))),
        (withdrawal(&fay, "trade_articles"), Ok("withdrawn")),
        (grant(nobody, "newsletter", "paper"), Err((422, "invalid"))),
        (grant(&gay, "newsletter", "paper"), Err((410, "erased"))),
        (future, Err((422, "invalid"))),
        (unseen, Err((422, "invalid"))),
        (grant(&eve, "newsletter", "telephone"), Ok("given")),
    ];
    let requests = decisions.iter().map(|(decision, _)| service.deciding(decision)).collect();
    let answers = service.at_once(requests).await;
    for ((decision, expected), answer) in decisions.iter().zip(answers) {
        match expected {
            Ok(state) => {
                let consent = answer.expect(201).json();
                assert_eq!((&consent["state"], &consent["purpose"]), (&json!(state), &decision["purpose"]));
                let merged = decision["contact_id"] == json!(fay);
                let person = if merged { &json!(eve) } else { &decision["contact_id"] };
                assert_eq!(consent["contact_id"], *person);
                assert_eq!(
                    service.get(&format!("/v1/consents/{}", text(&consent, "id"))).await.expect(200).json(),
                    consent
                );
            }
            Err((status, code)) => drop(answer.problem(*status, code)),
        }
    }
    // The proof of a grant is sealed under the key of the person who gave it, and can be opened again.
    let link = service.link(&text(&service.newest_decision(&bea, "newsletter").await, "id")).await;
    assert_eq!(service.follow("GET", &link).await.expect(200).json()["wording"], WORDING);
    for (person, proven) in [(&ada, true), (&bea, true), (&cat, false)] {
        let newest = service.newest_decision(person, "newsletter").await;
        assert_eq!(newest["wording_sha256"].is_string(), proven, "{newest}");
    }
    assert_eq!(service.items("/v1/messages").await.len(), queued + 1, "one is asked to confirm");
    let entries = service.audit("action=consents.record").await;
    assert_eq!(entries.len(), 6 + 1, "each deed, and the grant before");
    let refused = service.audit("action=consents:record").await;
    let mut codes: Vec<String> = refused.iter().map(|entry| text(entry, "code")).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["erased", "purpose_not_consent", "restricted"]);
}

/// Whatever order they are taken in, the second stands on the first.
async fn a_decision_that_follows_from_another_of_the_same_moment_does(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let bea = service.sign_up("Bea Person", "bea@example.org").await;
    let decisions = [
        grant(&ada, "newsletter", "paper"),
        grant(&bea, "newsletter", "paper"),
        withdrawal(&ada, "newsletter"),
        grant(&ada, "trade_articles", "paper"),
        withdrawal(&ada, "newsletter"),
    ];
    let requests = decisions.iter().map(|decision| service.deciding(decision)).collect();
    let versions: Vec<(String, i64)> = service
        .at_once(requests)
        .await
        .into_iter()
        .map(|answer| answer.expect(201).json())
        .map(|consent| (text(&consent, "id"), consent["version"].as_i64().unwrap()))
        .collect();
    let newsletter = text(&service.consent(&ada, "newsletter").await, "id");
    let mut met: Vec<i64> = versions.iter().filter(|(id, _)| *id == newsletter).map(|(_, version)| *version).collect();
    met.sort_unstable();
    assert_eq!(met, [1, 2, 3]);
    assert_eq!(service.history(&ada, "newsletter").await.len(), 3);
    assert_eq!(service.history(&ada, "trade_articles").await.len(), 1);
    assert_eq!(service.checked(&bea, "newsletter").await, "given");
    let consent = service.consent(&ada, "newsletter").await;
    assert_eq!(consent["decision_id"], service.newest_decision(&ada, "newsletter").await["id"]);
}

/// A contact that was merged leads to the survivor, also where both are named at the same moment.
async fn decisions_under_two_ids_of_one_person_follow_one_another(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let merged = service.sign_up("A. Byron", "byron@example.org").await;
    service.post(&format!("/v1/contacts/{ada}/merge"), json!({ "from_contact_id": merged })).await.expect(200);
    // What is there already is updated: only its version tells that two decisions of one round overwrote each other.
    service.give(&ada, "newsletter").await;
    let decisions = [
        withdrawal(&merged, "newsletter"),
        withdrawal(&ada, "newsletter"),
        withdrawal(&merged, "newsletter"),
        grant(&merged, "newsletter", "paper"),
        withdrawal(&ada, "trade_articles"),
    ];
    let answers = service.at_once(decisions.iter().map(|decision| service.deciding(decision)).collect()).await;
    let [one, two, three, given, other] = answers.try_into().ok().unwrap();
    assert_eq!(given.problem(410, "merged").json()["merged_into"], json!(ada));
    assert_eq!(other.expect(201).json()["contact_id"], json!(ada));
    let mut versions = [one, two, three].map(|answer| {
        let consent = answer.expect(201).json();
        assert_eq!(consent["contact_id"], json!(ada));
        consent["version"].as_i64().unwrap()
    });
    versions.sort_unstable();
    assert_eq!(versions, [2, 3, 4]);
    assert_eq!(service.history(&ada, "newsletter").await.len(), 4);
}

async fn a_fault_of_one_is_not_the_others(service: Service) {
    let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
    let bea = service.sign_up("Bea Person", "bea@example.org").await;
    let before = service.counts();
    service.break_table("consent_decisions", "INSERT", "NEW.purpose = 'newsletter'");
    let decisions = [
        grant(&ada, "newsletter", "paper"),
        grant(&bea, "trade_articles", "paper"),
        withdrawal(&ada, "trade_articles"),
    ];
    let answers = service.at_once(decisions.iter().map(|decision| service.deciding(decision)).collect()).await;
    service.mend_table("consent_decisions");
    let [faulty, given, withdrawn] = answers.try_into().ok().unwrap();
    assert_eq!(faulty.status, 500, "{}", faulty.text());
    given.expect(201);
    withdrawn.expect(201);
    let mut added = service.counts();
    for (table, count) in before {
        *added.entry(table).or_default() -= count;
    }
    let of = |table: &str| added.iter().filter(|(name, _)| name.ends_with(table)).map(|(_, count)| *count).sum::<i64>();
    assert_eq!((of("consents"), of("consent_decisions"), of("audit_entries")), (2, 2, 2));
    assert_eq!(service.checked(&ada, "newsletter").await, "not_given");
}
