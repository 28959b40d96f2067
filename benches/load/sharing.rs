//! Sharing with an organisation: what a contractor reads beside what staff read, and disclosures in one call beside an import.

use std::cell::Cell;
use std::time::Instant;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use iewm::domain::{Clock, OrganisationId, london_date};
use iewm::platform::db::Engine;
use serde_json::json;

use super::check_ins::{event, id, send, send_as};
use super::http::Sample;
use super::paths::{Against, Path};
use super::service::Service;

/// Of so many people one is shared with the organisation.
const ONE_IN: usize = 10;
/// The most people of one call.
const CALL: usize = 1_000;
/// How many calls a round measures.
const CALLS: usize = 3;
/// The number of attendees.
const ATTENDEES: usize = 400;

/// The number of disclosures beside which the cost of a page is measured.
pub(crate) const FEW: usize = 10_000;

/// The pages of [`Sharing::pages`] once there are many disclosures.
pub(crate) const WITH_MANY: [&str; 3] =
    ["20 disclosures, of many", "20 expired disclosures, of many", "20 shared contacts, of many"];

/// What was made to be measured.
pub(crate) struct Sharing {
    organisation: OrganisationId,
    agreement: String,
    event: String,
    /// How many people, from the first, have been disclosed.
    disclosed: Cell<usize>,
}

impl Sharing {
    /// Shares a tenth of the people with an organisation, and opens an attendee list to it.
    pub(crate) async fn open(service: &Service<'_>, ids: &[String]) -> Self {
        let asked = json!({ "name": "Brightwater Mailing", "kind": "approved_contractor" });
        let organisation = id(&send(service, "/v1/organisations", Some(asked)).await);
        let now = Clock::system().now();
        let (today, last) = (london_date(now), london_date(now.plus(chrono::TimeDelta::days(90))));
        let asked = json!({
            "organisation_id": organisation, "purposes": ["event_administration"], "necessity": "It runs the desk.",
            "fields": ["name", "email", "organisation"], "starts_on": today, "ends_on": last,
        });
        let agreement = id(&send(service, "/v1/sharing-agreements", Some(asked)).await);
        let approval = format!("/v1/sharing-agreements/{agreement}/approval");
        send_as(service, &service.council(), &approval, None).await;
        let event = event(service, None).await;
        for contact in ids.iter().rev().take(ATTENDEES) {
            send(service, &format!("/v1/events/{event}/registrations"), Some(json!({ "contact_id": contact }))).await;
        }
        let part = json!({
            "organisation_id": organisation, "profile": "reception", "starts_at": now,
            "ends_at": now.plus(chrono::TimeDelta::days(2)),
        });
        send(service, &format!("/v1/events/{event}/assignments"), Some(part)).await;
        let organisation = organisation.parse().expect("an id");
        let sharing = Self { organisation, agreement, event, disclosed: Cell::new(0) };
        while sharing.disclosed.get() < ids.len() / ONE_IN {
            sharing.disclose_next(service, ids).await;
        }
        sharing
    }

    /// Discloses the next people in one call, and returns how many.
    async fn disclose_next(&self, service: &Service<'_>, ids: &[String]) -> usize {
        let first = self.disclosed.get();
        let people: Vec<&String> = ids.iter().skip(first).take(CALL).collect();
        let count = people.len();
        let asked = json!({
            "contact_ids": people, "organisation_id": self.organisation, "agreement_id": self.agreement,
            "purpose": "event_administration", "fields": ["name", "email"], "necessity": "It writes to them.",
        });
        let answer = send(service, "/v1/disclosures", Some(asked)).await;
        let results = answer["results"].as_array().expect("results");
        assert!(results.iter().all(|row| row["result"] == "disclosed"), "{answer}");
        self.disclosed.set(first + count);
        count
    }

    /// Discloses people in several calls, one after the other.
    pub(crate) async fn disclose(&self, service: &Service<'_>, ids: &[String]) -> Sample {
        let (started, mut count) = (Instant::now(), 0);
        for _ in 0..CALLS {
            count += self.disclose_next(service, ids).await;
        }
        assert!(count > 0, "too few contacts for so many rounds");
        Sample::count(count, started.elapsed())
    }

    /// The paths.
    pub(crate) fn paths<'a>(&'a self, service: &'a Service<'_>) -> Vec<Path<'a>> {
        let attendees = format!("/v1/events/{}/attendees?limit=200", self.event);
        vec![
            Path {
                name: "list 20 shared contacts",
                against: Against::Row("list 20"),
                ask: Box::new(|| service.get_as(self.organisation, "/v1/shared-contacts?limit=20")),
            },
            Path {
                name: "list 200 attendees",
                against: Against::Row("list 200"),
                ask: Box::new(move || service.get_as(self.organisation, &attendees)),
            },
        ]
    }

    /// Pages that must not cost more when there are many disclosures.
    pub(crate) fn pages<'a>(&'a self, service: &'a Service<'_>) -> Vec<Path<'a>> {
        let path = |name, ask| Path { name, against: Against::Nothing, ask };
        vec![
            path("20 disclosures", Box::new(|| service.get("/v1/disclosures?limit=20"))),
            path("20 expired disclosures", Box::new(|| service.get("/v1/disclosures?status=expired&limit=20"))),
            path("20 shared contacts", Box::new(|| service.get_as(self.organisation, "/v1/shared-contacts?limit=20"))),
        ]
    }
}

/// Copies disclosures until there are so many: half of the copies are recalled, half expired.
pub(crate) fn grow(engine: Engine, url: &str, until: usize) {
    // Of each disclosure so many copies as are missing.
    let random = if engine == Engine::Sqlite { "randomblob(16)" } else { "gen_random_uuid()" };
    let copies = format!(
        "INSERT INTO disclosures (id, contact_id, organisation_id, agreement_id, purpose, event_id, grounds_id, fields, status, \
         disclosed_at, expires_at, recalled_at, recall_cause, created_at, updated_at, version) \
         WITH RECURSIVE copy (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy \
         WHERE n < ({until} - (SELECT count(*) FROM disclosures)) / (SELECT count(*) FROM disclosures)) \
         SELECT {random}, contact_id, organisation_id, agreement_id, purpose, event_id, grounds_id, fields, \
         CASE WHEN n % 2 = 0 THEN 'recalled' ELSE 'expired' END, disclosed_at, disclosed_at, \
         CASE WHEN n % 2 = 0 THEN disclosed_at END, CASE WHEN n % 2 = 0 THEN 'decision' END, created_at, updated_at, version \
         FROM disclosures CROSS JOIN copy"
    );
    let started = Instant::now();
    match engine {
        Engine::Sqlite => {
            let mut database = SqliteConnection::establish(url.trim_start_matches("sqlite://")).expect("the database");
            database.batch_execute(&format!("PRAGMA foreign_keys = OFF; {copies}; ANALYZE;")).expect("copies");
        }
        Engine::Postgres => {
            let mut database = PgConnection::establish(url).expect("the database");
            database.batch_execute(&copies).expect("copies");
            database.batch_execute("VACUUM (ANALYZE) disclosures").expect("statistics");
        }
    }
    println!("inserted disclosures up to {until} in {:?}", started.elapsed());
}
