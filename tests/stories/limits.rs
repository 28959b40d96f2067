//! Limits on how often the service is asked, and on which pages may ask it.

use chrono::Duration;

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
        // `Forwarded` is anybody's word unless a configured proxy says it.
        let forged = service.request("GET", "/v1/privacy-notice").header("Forwarded", "for=192.0.2.1").send().await;
        forged.problem(429, "rate_limited");

        service.hands.advance(Duration::seconds(wait));
        service.get("/v1/organisations").await.expect(200);
    });
}

#[test]
fn behind_a_configured_proxy_the_forwarded_address_counts() {
    actix_web::rt::System::new().block_on(async {
        let limits = [("LIMITS__ADDRESS_RATE", "1"), ("LIMITS__TRUSTED_PROXIES", "127.0.0.1")];
        let service = Service::start_with(Engine::Sqlite, &limits).await.unwrap();
        let from = async |client: &str| {
            let forwarded = format!("for=203.0.113.9, for={client}");
            service.request("GET", "/v1/privacy-notice").header("Forwarded", &forwarded).send().await
        };
        from("192.0.2.1").await.expect(200);
        from("192.0.2.2").await.expect(200);
        from("192.0.2.1").await.problem(429, "rate_limited");
    });
}
