//! What a recipient reads while its right to read ends: a read that shows a person is recorded first, and a later one shows nothing.
//!
//! On PostgreSQL a table lock of the story stops one transaction in the middle, until the other one waits for it. SQLite has one
//! writer, which runs one transaction after the other.

use std::cell::RefCell;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};
use futures_util::future::join3;
use serde_json::{Value, json};

use crate::harness::assignments::{DOORS, names};
use crate::harness::client::Answer;
use crate::harness::disclosures::under;
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    what_ends_a_right_to_read_waits_for_a_read_that_has_begun,
    a_list_that_was_begun_leaves_a_cancelled_person_out,
    a_cancellation_during_a_list_recalls_what_the_list_disclosed,
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = sql_types::BigInt)]
    count: i64,
}

/// How often a story asks whether transactions wait: several hundred milliseconds, and less than a lane's timeout.
const ASKS: usize = 1_500;

impl Service {
    /// Stops the next transaction that writes to a table; `None` on SQLite.
    fn stopped(&self, table: &str) -> Option<PgConnection> {
        if self.engine == Engine::Sqlite {
            return None;
        }
        let mut story = self.postgres();
        story.batch_execute(&format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE")).unwrap();
        Some(story)
    }

    /// Returns when as many transactions wait for a lock, and after some hundred milliseconds in any case.
    async fn until_waiting(&self, wanted: i64) {
        if self.engine == Engine::Sqlite {
            return;
        }
        let mut story = self.postgres();
        for _ in 0..ASKS {
            let waiting = "SELECT count(*) AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
            if sql_query(waiting).get_result::<Waiting>(&mut story).unwrap().count >= wanted {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Runs `first` until it is stopped, then `second` until it waits, and then lets both go on. Returns the answers, and whether
    /// `second` waited.
    async fn one_in_the_other(
        &self,
        table: &str,
        first: impl Future<Output = Answer>,
        second: impl Future<Output = Answer>,
    ) -> (Answer, Answer, bool) {
        let stopped = self.stopped(table);
        let steps = RefCell::new(Vec::new());
        let second = async {
            self.until_waiting(1).await;
            let answer = second.await;
            steps.borrow_mut().push("second");
            answer
        };
        let go_on = async {
            self.until_waiting(2).await;
            steps.borrow_mut().push("go on");
            if let Some(mut story) = stopped {
                story.batch_execute("COMMIT").unwrap();
            }
        };
        let (first, second, ()) = join3(first, second, go_on).await;
        (first, second, steps.borrow().first() == Some(&"go on"))
    }
}

async fn what_ends_a_right_to_read_waits_for_a_read_that_has_begun(service: Service) {
    for ending in ["recall", "suspension", "refusal"] {
        for list in ["/v1/shared-contacts", "/v1/shared-contacts/"] {
            let (venue, agreement) = service.venue().await;
            let ada = service.sign_up("Ada", &format!("{ending}-{}@example.org", list.len())).await;
            let disclosure = format!("/v1/disclosures/{}", service.disclosed(under(&agreement, venue, &[&ada])).await);
            let path = if list.ends_with('/') { format!("{list}{ada}") } else { list.to_owned() };
            let end = async {
                match ending {
                    "recall" => service.verb(&disclosure, "recall").await,
                    "suspension" => service.verb(&agreement, "suspension").await,
                    _ => {
                        let refusal = format!("/v1/contacts/{ada}/sharing-refusals/venue");
                        service.request("PUT", &refusal).token(&service.staff()).send().await
                    }
                }
            };
            // The read has looked, and stops before it is recorded.
            let read = service.get_as(venue, &path);
            let (read, ended, waited) = service.one_in_the_other("disclosure_batches", read, end).await;
            ended.expect(if ending == "refusal" { 204 } else { 200 });
            assert!(waited || service.engine == Engine::Sqlite, "{ending} did not wait for {path}");
            let shown = read.status == 200 && read.text().contains(&ada);
            assert!(shown || service.engine == Engine::Sqlite, "the read came first");
            if shown {
                let batch = &read.json()["disclosure_batch"];
                let known = service.get(&format!("/v1/contacts/{ada}/disclosures")).await.expect(200).json();
                let reads = known["items"][0]["reads"].as_array().unwrap();
                assert!(reads.iter().any(|read| read["disclosure_batch"] == *batch), "{ending}: {known}");
            }
            let later = service.get_as(venue, &path).await;
            assert!(later.status == 404 || later.json()["items"] == json!([]), "{ending}: a later read shows nothing");
        }
    }
}

fn shares() -> Value {
    json!({ "sharing": { "venue": true, "event_partners": true } })
}

async fn a_list_that_was_begun_leaves_a_cancelled_person_out(service: Service) {
    for (kind, profile) in
        [("venue", "venue_security"), ("event_partner", "partner"), ("approved_contractor", "reception")]
    {
        let event = service.announce(json!({ "capacity": null })).await;
        let (ada, registration) = service.attend(&event, &format!("Ada {profile}"), shares()).await;
        let (_, _) = service.attend(&event, &format!("Grace {profile}"), shares()).await;
        let recipient = service.assigned(&event, kind, profile).await;
        let now = service.now();
        service.turn_to(DOORS);
        // The cancellation has recalled what there is, and stops before its letter is queued.
        let list = format!("{event}/attendees");
        let (cancelled, listed, _) = service
            .one_in_the_other("messages", service.verb(&registration, "cancellation"), service.get_as(recipient, &list))
            .await;
        cancelled.expect(200);
        let listed = listed.expect(200).json();
        let listed = names(listed["items"].as_array().unwrap());
        // The writer of SQLite may have run the list first.
        assert!(listed == [format!("Grace {profile}")] || service.engine == Engine::Sqlite, "{listed:?}");
        let live = service.items(&format!("/v1/disclosures?status=live&contact_id={ada}")).await;
        assert!(live.is_empty(), "nothing is disclosed of the person any longer: {live:?}");
        service.hands.set(now);
    }
}

async fn a_cancellation_during_a_list_recalls_what_the_list_disclosed(service: Service) {
    let event = service.announce(json!({ "capacity": null })).await;
    let (ada, registration) = service.attend(&event, "Ada Lovelace", shares()).await;
    let venue = service.assigned(&event, "venue", "venue_security").await;
    service.turn_to(DOORS);
    // The list has disclosed, and stops before it is recorded.
    let list = format!("{event}/attendees");
    let (listed, cancelled, waited) = service
        .one_in_the_other(
            "disclosure_batches",
            service.get_as(venue, &list),
            service.verb(&registration, "cancellation"),
        )
        .await;
    cancelled.expect(200);
    assert!(waited || service.engine == Engine::Sqlite, "the cancellation did not wait");
    let shown = listed.expect(200).json()["items"].as_array().unwrap().len();
    let made = service.items(&format!("/v1/disclosures?contact_id={ada}")).await;
    assert_eq!(made.len(), shown);
    assert!(made.iter().all(|made| made["recall_cause"] == "registration_cancelled"), "{made:?}");
    assert!(service.attendees(&event, venue).await.is_empty());
}
