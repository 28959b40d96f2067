//! How the engines look people up: through an index, whatever stands in the tables.
//!
//! The queries are the service's own, heard from Diesel while the API is asked, and explained by the engine.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{InstrumentationEvent, SimpleConnection as _, set_default_instrumentation};
use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};
use iewm::jobs::Gathering;
use iewm::resources::subject_requests::package::store::building::MOST_AT_ONCE;
use serde_json::json;

use crate::access_packages::asked as asked_for;
use crate::harness::booking::by_offer;
use crate::harness::people::{person, text};
use crate::harness::{Engine, Service, on_both_engines};

mod sharing;

on_both_engines! {
    people_are_looked_up_through_indexes,
}

/// How PostgreSQL plans for the service's own connections.
const KEPT: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off; \
    SET max_parallel_workers_per_gather = 0;";

/// As if a table were so large that PostgreSQL would have several processes read it.
const LARGE: &str = "SET min_parallel_table_scan_size = 0; SET min_parallel_index_scan_size = 0; \
    SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;";

/// How many stories listen: the others of this process need not wait for each other.
static LISTENING: AtomicUsize = AtomicUsize::new(0);
/// What was heard.
static HEARD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// From now on, connections that are opened tell their queries.
fn listen() {
    LISTENING.fetch_add(1, Ordering::SeqCst);
    set_default_instrumentation(|| Some(Box::new(|event: InstrumentationEvent<'_>| hear(&event)))).unwrap();
}

fn hear(event: &InstrumentationEvent<'_>) {
    if let InstrumentationEvent::StartQuery { query, .. } = event
        && LISTENING.load(Ordering::SeqCst) > 0
    {
        let text = query.to_string();
        let text = text.split(" -- binds").next().unwrap_or_default().trim();
        HEARD.lock().unwrap().insert(text.to_owned());
    }
}

#[derive(QueryableByName)]
struct SqliteStep {
    #[diesel(sql_type = sql_types::Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PostgresStep {
    #[diesel(sql_type = sql_types::Text, column_name = "QUERY PLAN")]
    detail: String,
}

impl Service {
    /// The steps by which the engine answers a query, whatever values are bound to it.
    fn plan(&self, query: &str) -> Vec<String> {
        match self.engine {
            Engine::Sqlite => {
                let steps = sql_query(format!("EXPLAIN QUERY PLAN {query}")).load::<SqliteStep>(&mut self.sqlite());
                steps.unwrap().into_iter().map(|step| step.detail).collect()
            }
            Engine::Postgres => {
                let mut database = self.postgres();
                // The story's tables are small enough to be read whole: what is asked is whether they could be otherwise.
                database
                    .batch_execute(&format!("{LARGE} {KEPT} PREPARE asked AS {query}"))
                    .unwrap_or_else(|error| panic!("{error}: {query}"));
                let values = (1..).take_while(|number| query.contains(&format!("${number}"))).map(|_| "NULL");
                let values = values.collect::<Vec<_>>().join(", ");
                let values = if values.is_empty() { values } else { format!("({values})") };
                let steps = sql_query(format!("EXPLAIN EXECUTE asked{values}")).load::<PostgresStep>(&mut database);
                steps.unwrap().into_iter().map(|step| step.detail).collect()
            }
        }
    }
}

/// Asks for everything whose queries are explained, and returns what was heard meanwhile.
async fn ask(service: &mut Service) -> Vec<String> {
    listen();
    service.restart().await;
    let mut asked = person("Ada Lovelace", "ada@example.org");
    asked["telephone"] = json!("+442079460958");
    let id = text(&service.post("/v1/contacts", asked).await.expect(201).json(), "id");
    for wanted in
        [json!({ "email": "ada@example.org" }), json!({ "telephone": "+442079460958" }), json!({ "name": "ada love" })]
    {
        service.post("/v1/contacts/search", wanted).await.expect(200);
    }
    let csv = "name,email,telephone\nAda Lovelace,,020 7946 0958\nBea,bea@example.org,020 7946 0958\n";
    let import = service.request("POST", "/v1/contacts/imports").token(&service.staff());
    import.body("text/csv", csv).send().await.expect(200);
    let event = service.announce(json!({ "capacity": 1, "waiting_list": by_offer(8) })).await;
    let registered = service.register(&event, &id).await.expect(201).header("location");
    let waiting = service.book(&event, "bob").await;
    service.verb(&registered, "cancellation").await.expect(200);
    service.book(&event, "cat").await;
    service.position(&waiting).await;
    for list in ["registrations", "registrations?status=waitlisted", "capacity"] {
        service.get(&format!("{event}/{list}")).await.expect(200);
    }
    service.settle_offers().await;
    let check = json!({ "purpose": "newsletter", "contact_ids": [id] });
    service.post("/v1/consents/check", check).await.expect(200);
    for path in [
        format!("/v1/complaints?contact_id={id}"),
        format!("/v1/breaches?reported_by_organisation_id={id}"),
        "/v1/deadlines".to_owned(),
        "/v1/contacts".to_owned(),
    ] {
        service.get(&path).await.expect(200);
    }
    let asked =
        json!({ "kind": "access", "requester": { "name": "Ada" }, "channel": "post", "received_on": "2026-11-20" });
    let request = service.post("/v1/subject-requests", asked).await.expect(201).header("location");
    service.get(&format!("/v1/subject-requests?contact_id={id}")).await.expect(200);
    service.get("/v1/subject-requests?reference=SR-2026-000001").await.expect(200);
    service.get(&format!("{request}/history")).await.expect(200);
    service.get("/v1/subject-requests/statistics").await.expect(200);
    service.look_often(&id, MOST_AT_ONCE + 1).await;
    service.get(&format!("/v1/contacts/{id}/accesses")).await.expect(200);
    service.audit(&format!("contact_id={id}")).await;
    let request = service.taken(asked_for("access", &id)).await;
    service.by_council("POST", &request, "").await.expect(202);
    service.tick(&Gathering::new(service.state.clone())).await.unwrap();
    let request = service.asked_by(&id, "erasure").await;
    service.planned(&request).await;
    LISTENING.fetch_sub(1, Ordering::SeqCst);
    HEARD.lock().unwrap().iter().map(|query| query.replace('`', "\"")).collect()
}

#[expect(clippy::too_many_lines, reason = "one line for each query")]
async fn people_are_looked_up_through_indexes(mut service: Service) {
    let (is_sqlite, heard) = (service.engine == Engine::Sqlite, ask(&mut service).await);
    let kept = heard.iter().any(|heard| heard.contains(KEPT));
    assert!(kept || is_sqlite, "the service's own plans are not those that are explained here");
    let (parameter, first, among) = if is_sqlite { ("?", "?", " IN (") } else { ("$", "$1", " = ANY(") };
    let (by_tokens, by_any_token, tokens, reach, reached_by) = match service.engine {
        // M: by what is asked for.
        Engine::Sqlite => (
            "contact_tokens MATCH ",
            "contact_tokens MATCH w.value",
            ":M",
            " INDEXED BY contacts_reach",
            "COVERING INDEX contacts_reach",
        ),
        Engine::Postgres => ("search_tokens @> ", "search_tokens && ", "contacts_search_tokens", "", "contacts_pkey"),
    };
    // Of those alone who have what is looked for.
    let by_id = match service.engine {
        Engine::Sqlite => "sqlite_autoindex_contacts_1",
        Engine::Postgres => "contacts_pkey",
    };
    // PostgreSQL chooses between two indexes by statistics, which this small table does not have.
    let known_by_telephone = if is_sqlite { "contacts_known_by_telephone" } else { "contacts_" };
    let survivor = r#"WITH survivor (id) AS (SELECT coalesce(merged_into, id) FROM contacts WHERE ("contacts"."id" = "#;
    let requests = r#"SELECT id FROM subject_requests WHERE "subject_requests"."contact_id""#;
    let by_reference = match service.engine {
        Engine::Sqlite => "sqlite_autoindex_subject_requests_2",
        Engine::Postgres => "subject_requests_reference",
    };
    let possible = |table: &str| {
        let found_by = format!(r#""{table}"."telephone_index"{among}"#);
        format!("SELECT id, 'telephone' FROM {table} WHERE telephone_index IS NOT NULL AND {found_by}")
    };
    let others = &format!(r#"SELECT id, 'telephone_and_name' FROM contacts WHERE "contacts"."id"{among}"#);
    // In the order of ids, so that it ends with the page.
    let in_order = match service.engine {
        Engine::Sqlite => "SCAN contacts USING INDEX sqlite_autoindex_contacts_1",
        Engine::Postgres => "Scan Backward using contacts_pkey",
    };
    // The primary key: contact, then entry.
    let named = match service.engine {
        Engine::Sqlite => "SEARCH audit_subjects USING PRIMARY KEY (contact_id=?",
        Engine::Postgres => "audit_subjects_pkey",
    };
    for (sought, index) in [
        (r#"("contacts"."email_index" = "#, "contacts_email"),
        (r#"("contacts"."telephone_index" = "#, by_id),
        (&format!(r#"("contacts"."named_number"{among}"#), by_id),
        // The contacts that rows with an address may mean, and those whose number and name a grant's contact has.
        (&format!(r#"SELECT id, FALSE FROM contacts WHERE "contacts"."email_index"{among}"#), "contacts_email"),
        (&format!(r#"SELECT id, FALSE FROM contacts WHERE "contacts"."email_index"{among}"#), known_by_telephone),
        (&format!(r#"FROM suppressions WHERE "suppressions"."mark"{among}"#), known_by_telephone),
        // The numbers with names that a person shares.
        (&format!(r#"SELECT named_number FROM contacts WHERE "contacts"."id"{among}"#), by_id),
        (&format!(r#"SELECT named_number FROM contacts WHERE "contacts"."id"{among}"#), "former_addresses"),
        // A person: all ids, addresses and numbers, in one query.
        (survivor, "former_addresses_of"),
        (survivor, "contacts_merged_into"),
        (&format!(r#"FROM suppressions WHERE "suppressions"."mark"{among}"#), "former_addresses"),
        (r#"("former_addresses"."mark" = "#, "former_addresses"),
        (&format!(r#"SELECT id FROM complaints WHERE "complaints"."contact_id"{among}"#), "complaints_by_email"),
        (&format!(r#"SELECT id FROM complaints WHERE "complaints"."contact_id"{among}"#), "complaints_by_named_number"),
        (&format!("{requests}{among}"), "subject_requests_by_email"),
        (&format!("{requests}{among}"), "subject_requests_by_named_number"),
        // The possible matches of a person, by one query in each room.
        (&possible("complaints"), "complaints_by_telephone"),
        (&possible("complaints"), "complaints_by_name"),
        (&possible("subject_requests"), "subject_requests_by_telephone"),
        (&possible("subject_requests"), "subject_requests_by_name"),
        (others, by_id),
        (others, "former_addresses"),
        (others, "contacts_email"),
        (by_tokens, tokens),
        (by_any_token, tokens),
        (
            &format!(r#""status" = {first}) AND ("contacts"."restricted_at" IS NULL))) ORDER BY "contacts"."id" DESC"#),
            in_order,
        ),
        (r#"FROM "registrations" WHERE (("registrations"."event_id" = "#, "registrations_"),
        (r#"FROM "registrations" WHERE ("registrations"."event_id" = "#, "registrations_"),
        (r#"FROM "registrations" WHERE ((("registrations"."contact_id" = "#, "registrations_"),
        (r#"FROM "registrations" WHERE (("registrations"."status" = "#, "registrations_offers"),
        (r#"WHERE ("subject_requests"."reference" = "#, by_reference),
        (r#"WHERE ("subject_requests"."contact_id" = "#, "subject_requests_by_contact"),
        (r#"WHERE ("subject_request_steps"."request_id" = "#, "subject_request_steps_of"),
        (
            &format!(r#"FROM "subject_requests" WHERE (("subject_requests"."received_on" BETWEEN {parameter}"#),
            "subject_requests_counted",
        ),
        (r#"FROM "consents" WHERE (("consents"."purpose" = "#, "consents_contact_purpose"),
        (&format!(r#"FROM contacts{reach} WHERE "contacts"."id"{among}"#), reached_by),
        (r#"WHERE ("privacy_notices"."status" = "#, "privacy_notices_published"),
        (r#"WHERE ("complaints"."contact_id" = "#, "complaints_by_contact"),
        (&format!(r#"FROM "complaints" WHERE ("complaints"."status"{among}"#), "complaints_by_status"),
        (r#"WHERE ("breaches"."reported_by_organisation_id" = "#, "breaches_by_organisation"),
        (&format!(r#"WHERE ("breaches"."status"{among}"#), "breaches_by_status"),
        (r#"("audit_entries"."contact_id" = "#, "audit_entries_contact"),
        (&format!(r#"WHERE "audit_entries"."contact_id"{among}"#), "audit_entries_contact"),
        (r#"("audit_subjects"."contact_id" = "#, named),
        (&format!(r#"WHERE "audit_subjects"."contact_id"{among}"#), named),
        (
            "FROM subject_request_package_builds WHERE attempts >= 0 AND next_attempt_at <= ",
            "subject_request_package_builds_due",
        ),
        // What a start looks for: what a crash or an old backup has left of those who were erased.
        (r#"("contacts"."particulars" IS NULL)"#, "contacts_erased"),
        (&format!(r#"("contacts"."id"{among}SELECT "vault"."destroyed_keys""#), "contacts_"),
    ] {
        let sought = if sought.ends_with(' ') { format!("{sought}{parameter}") } else { sought.to_owned() };
        let asked: Vec<_> = heard
            .iter()
            .filter(|heard| ["SELECT", "WITH"].iter().any(|read| heard.starts_with(read)) && heard.contains(&sought))
            .collect();
        assert!(!asked.is_empty(), "{sought} was not heard in {heard:#?}");
        for query in asked {
            let plan = service.plan(query);
            // A list that was asked for is read whole, and is no table; a full-text index reads what it is asked for; those
            // who were erased are few; what is read in its order ends with the page.
            let few = [
                "SCAN json_each ",
                "SCAN survivor",
                "SCAN contacts USING INDEX contacts_erased",
                "SCAN destroyed_keys ",
                in_order,
            ];
            let list =
                |step: &String| few.iter().any(|few| step.starts_with(few)) || step.contains(" VIRTUAL TABLE INDEX ");
            let whole = |step: &String| {
                (step.starts_with("SCAN ") && !list(step))
                    || ["Seq Scan", "Gather"].iter().any(|read| step.contains(read))
            };
            assert!(plan.iter().any(|step| step.contains(index)) && !plan.iter().any(whole), "{query}\n{plan:#?}");
        }
    }
}
