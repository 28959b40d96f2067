//! Limits on how often the service is asked, and on which pages may ask it.

use chrono::Duration;
use iewm::domain::Role;
use serde_json::{Value, json};

use crate::harness::people::person;
use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    only_pages_of_listed_origins_may_call,
}

async fn only_pages_of_listed_origins_may_call(service: Service) {
    let preflight = async |origin: &str| {
        let asked = service.request("OPTIONS", "/v1/contacts").header("Origin", origin);
        asked.header("Access-Control-Request-Method", "POST").send().await
    };
    let allowed = preflight("https://www.council.example").await.expect(200);
    assert_eq!(allowed.header("access-control-allow-origin"), "https://www.council.example");
    assert_eq!(preflight("https://elsewhere.example").await.header("access-control-allow-origin"), "");
    // The headers that tracing and common libraries add.
    let traced = service.request("OPTIONS", "/v1/contacts").header("Origin", "https://www.council.example");
    let traced = traced.header("Access-Control-Request-Method", "PATCH");
    let names = "authorization,cache-control,if-match,traceparent,tracestate,x-requested-with";
    traced.header("Access-Control-Request-Headers", names).send().await.expect(200);
    let refused = service.request("GET", "/v1/contacts").header("Origin", "https://www.council.example").send().await;
    assert!(refused.expect(401).header("access-control-expose-headers").contains("www-authenticate"));
    let simple =
        service.request("GET", "/v1/privacy-notice").header("Origin", "https://elsewhere.example").send().await;
    assert_eq!(simple.expect(200).header("access-control-allow-origin"), "");
}

/// The limits need no database of their own kind, and a configuration that no other story has.
#[test]
fn a_caller_that_asks_too_often_is_told_to_wait() {
    actix_web::rt::System::new().block_on(async {
        let limits = [("LIMITS__RATE", "3"), ("LIMITS__ADDRESS_RATE", "5")];
        let service = Service::start_with(Engine::Sqlite, &limits).await.unwrap();
        for left in [2, 1, 0] {
            let answer = service.get("/v1/organisations").await.expect(200);
            assert_eq!(answer.header("ratelimit-policy"), "\"caller\";q=3;w=60");
            assert!(
                answer.header("ratelimit").starts_with(&format!("\"caller\";r={left};")),
                "{}",
                answer.header("ratelimit")
            );
        }
        let refused = service.get("/v1/organisations").await.problem(429, "rate_limited");
        let wait: i64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=21).contains(&wait), "{wait}");
        assert!(refused.header("ratelimit").starts_with("\"caller\";r=0;"));

        // Another caller has a bucket of its own, until the address has none left.
        let council = service.request("GET", "/v1/organisations").token(&service.council()).send().await;
        council.expect(200);
        let public = service.request("GET", "/v1/privacy-notice").send().await.problem(429, "rate_limited");
        assert!(public.header("ratelimit").starts_with("\"address\";r=0;"));
        // Any client can send `Forwarded`: it counts only from a configured proxy.
        let forged = service.request("GET", "/v1/privacy-notice").header("Forwarded", "for=192.0.2.1").send().await;
        forged.problem(429, "rate_limited");

        service.hands.advance(Duration::seconds(wait));
        service.get("/v1/organisations").await.expect(200);
    });
}

/// A service of one request a minute for each address, behind a proxy on this machine and one in 10.0.0.0/8.
fn behind_proxies(header: &str, story: impl AsyncFn(Service)) {
    actix_web::rt::System::new().block_on(async {
        let limits = [
            ("LIMITS__ADDRESS_RATE", "1"),
            ("LIMITS__TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8, 2001:db8::/32"),
            ("LIMITS__FORWARDED_HEADER", header),
        ];
        story(Service::start_with(Engine::Sqlite, &limits).await.unwrap()).await;
    });
}

#[test]
fn ten_clients_behind_a_proxy_have_ten_buckets_and_cannot_choose_them() {
    for (header, written) in [("forwarded", "for="), ("x-forwarded-for", "")] {
        behind_proxies(header, async |service| {
            let ask = async |lines: &[String]| {
                let asked = lines
                    .iter()
                    .fold(service.request("GET", "/v1/privacy-notice"), |asked, line| asked.header(header, line));
                asked.send().await
            };
            for client in 1..=10 {
                // The caller wrote the first line and the first element of the second. The proxies wrote the rest.
                let seen = |forged: &str| {
                    [
                        format!("{written}{forged}"),
                        format!("{written}{forged}, {written}192.0.2.{client}"),
                        format!("{written}10.9.8.7"),
                    ]
                };
                ask(&seen("203.0.113.9")).await.expect(200);
                ask(&seen(&format!("203.0.113.{client}"))).await.problem(429, "rate_limited");
            }
        });
    }
}

#[test]
fn the_header_that_does_not_count_is_ignored() {
    for (counts, ignored, value) in
        [("forwarded", "x-forwarded-for", "192.0.2."), ("x-forwarded-for", "forwarded", "for=192.0.2.")]
    {
        behind_proxies(counts, async |service| {
            let ask = async |client: i32| {
                let asked = service.request("GET", "/v1/privacy-notice").header(ignored, &format!("{value}{client}"));
                asked.send().await
            };
            ask(1).await.expect(200);
            ask(2).await.problem(429, "rate_limited");
        });
    }
}

#[test]
fn no_header_changes_the_addresses_that_the_service_gives() {
    behind_proxies("forwarded", async |service| {
        let made = service.request("POST", "/v1/organisations").token(&service.staff());
        let made = made.header("X-Forwarded-Host", "evil.example").header("X-Forwarded-Proto", "gopher");
        let made = made.header("Forwarded", "for=192.0.2.1;host=evil.example;proto=gopher");
        let made = made.json(&json!({ "name": "Guildhall", "kind": "venue" })).send().await.expect(201);
        assert!(made.header("location").starts_with("/v1/organisations/"), "{}", made.header("location"));
        let page = service.request("GET", "/.well-known/security.txt").header("X-Forwarded-Host", "evil.example");
        let page = page.header("Forwarded", "for=192.0.2.2;host=evil.example").send().await.expect(200);
        assert!(page.text().contains("https://iewm.example/") && !page.text().contains("evil"), "{}", page.text());
    });
}

/// A service that lets each caller read about so many people an hour, on each engine that this machine has.
fn with_a_brake(people_per_hour: &str, story: impl AsyncFn(Service)) {
    actix_web::rt::System::new().block_on(async {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let limits = [("LIMITS__PEOPLE_PER_HOUR", people_per_hour)];
            if let Some(service) = Service::start_with(engine, &limits).await {
                story(service).await;
            }
        }
    });
}

#[test]
fn who_has_read_about_too_many_people_waits() {
    with_a_brake("6", async |service| {
        let ada = service.sign_up("Ada Lovelace", "ada@example.org").await;
        service.sign_up("Grace Hopper", "grace@example.org").await;
        let path = format!("/v1/contacts/{ada}");
        // One; one; two; two: six people, some of them more than once.
        service.get(&path).await.expect(200);
        service.post("/v1/contacts/search", json!({ "email": "ada@example.org" })).await.expect(200);
        service.get("/v1/contacts").await.expect(200);
        let csv = service.request("GET", "/v1/contacts").token(&service.staff()).header("Accept", "text/csv");
        csv.send().await.expect(200);
        assert_eq!(service.metric("iewm_people_read_total").await, 6);
        let looks = service.audit(&format!("contact_id={ada}")).await.len();

        let refused = service.get(&path).await.problem(429, "reading_too_much");
        assert_eq!(refused.header("retry-after"), "600");
        assert!(!refused.text().contains("Ada"), "{}", refused.text());
        let search = service.post("/v1/contacts/search", json!({ "name": "ada" })).await;
        search.problem(429, "reading_too_much");
        let csv = service.request("GET", "/v1/contacts").token(&service.staff()).header("Accept", "text/csv");
        csv.send().await.problem(429, "reading_too_much");
        assert_eq!(service.audit(&format!("contact_id={ada}")).await.len(), looks, "what was not shown is no look");
        assert_eq!(service.metric("iewm_people_reads_refused_total").await, 3);
        let refusals = service.audit("action=requests.refuse&actor=staff-1").await;
        let told: Vec<(&Value, &Value)> = refusals.iter().map(|it| (&it["code"], &it["detail"]["operation"])).collect();
        let code = json!("reading_too_much");
        let operations = ["GET /v1/contacts", "POST /v1/contacts/search", "GET /v1/contacts/{id}"].map(Value::from);
        assert_eq!(told, operations.each_ref().map(|operation| (&code, operation)));

        // Reads that show no person go on, and so do writes, and other callers.
        service.get("/v1/organisations").await.expect(200);
        let nobody = service.post("/v1/contacts/search", json!({ "name": "nobody" })).await.expect(200).json();
        assert_eq!(nobody["items"], json!([]));
        service.sign_up("Mary Shelley", "mary@example.org").await;
        service.request("GET", &path).token(&service.council()).send().await.expect(200);
        let colleague = service.token("staff-2", &[Role::IewmStaff], None);
        service.request("GET", &path).token(&colleague).send().await.expect(200);

        service.hands.advance(Duration::seconds(599));
        service.get(&path).await.problem(429, "reading_too_much");
        service.hands.advance(Duration::seconds(1));
        service.get(&path).await.expect(200);
        service.get(&path).await.problem(429, "reading_too_much");
    });
}

#[test]
fn a_replay_that_shows_too_many_people_is_refused_counted_and_recorded() {
    with_a_brake("1", async |service| {
        let sign_up = || {
            let request = service.request("POST", "/v1/contacts").token(&service.staff());
            request.header("Idempotency-Key", "sign-up-7").json(&person("Ada Lovelace", "ada@example.org")).send()
        };
        let made = sign_up().await.expect(201).json();
        assert_eq!(sign_up().await.expect(201).json(), made);
        let refused = sign_up().await.problem(429, "reading_too_much");
        assert!(!refused.text().contains("Ada"), "{}", refused.text());
        assert_eq!(service.metric("iewm_people_reads_refused_total").await, 1);
        let refusals = service.audit("action=requests.refuse&actor=staff-1").await;
        let told: Vec<[&Value; 3]> =
            refusals.iter().map(|it| [&it["code"], &it["detail"]["operation"], &it["detail"]["permission"]]).collect();
        let expected = ["reading_too_much", "POST /v1/contacts", "contacts:read"].map(Value::from);
        assert_eq!(told, [expected.each_ref()]);
        // Nothing is kept of the refusal: the next replay shows her.
        service.hands.advance(Duration::hours(1));
        assert_eq!(sign_up().await.expect(201).json(), made);
    });
}

#[test]
fn an_export_that_has_begun_is_not_cut() {
    with_a_brake("100", async |service| {
        let rows: Vec<_> = (0..450).map(|n| format!("Person {n},person{n}@example.org\n")).collect();
        let rows = rows.concat();
        let import = service.request("POST", "/v1/contacts/imports").token(&service.staff());
        import.body("text/csv", format!("name,email\n{rows}")).send().await.expect(200);
        let export =
            || service.request("GET", "/v1/contacts").token(&service.staff()).header("Accept", "text/csv").send();
        let whole = export().await.expect(200).text();
        assert_eq!(whole.lines().count(), 451, "a head and every row, in three pages");
        assert_eq!(service.metric("iewm_people_read_total").await, 450);
        let refused = export().await.problem(429, "reading_too_much");
        assert_eq!(refused.header("retry-after"), "3600", "an hour at most");
        service.hands.advance(Duration::hours(1));
        assert_eq!(export().await.expect(200).text(), whole);
    });
}
