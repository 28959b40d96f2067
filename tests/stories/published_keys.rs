//! Keys that an issuer publishes under an https address: fetched, kept, followed.

use std::sync::Arc;
use std::time::{Duration as Span, Instant as Watch};

use chrono::Duration;
use iewm::domain::{IdMint, Role};
use iewm::platform::auth::{Authorities, Fetch as _, FetchError, HttpsFetch, TokenMint, TokenRequest};
use iewm::platform::vault::SystemEntropy;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::harness::client::{Answer, Request};
use crate::harness::https::{HttpsServer, Says};
use crate::harness::service::{AUDIENCE, ISSUER};
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    the_keys_of_an_address_are_fetched_and_followed,
    a_service_starts_without_its_issuer_and_finds_it_later,
    a_slow_issuer_holds_up_only_who_needs_it,
}

/// A service whose tokens come from `issuer`, on the engine of `like`.
async fn served_by(issuer: &HttpsServer, like: &Service) -> Service {
    let ca_file = issuer.ca_file(&like.directory()).display().to_string();
    let set = [("AUTH__JWKS", issuer.address()), ("AUTH__CA_FILE", ca_file)];
    let set: Vec<(&str, &str)> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Service::start_with(like.engine, &set).await.expect("the same engine again")
}

fn signer() -> TokenMint {
    TokenMint::generate(&SystemEntropy).unwrap()
}

fn asking(service: &Service, signer: &TokenMint) -> Request {
    let request = TokenRequest {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        subject: "staff-1".to_owned(),
        roles: vec![Role::IewmStaff],
        organisation: None,
        lifetime_seconds: 3600,
    };
    let jti = IdMint::new(Arc::new(SystemEntropy)).uuid(service.now());
    let token = signer.mint(&request, service.now(), jti).unwrap();
    service.request("GET", "/v1/organisations").token(&token)
}

async fn ask(service: &Service, signer: &TokenMint) -> Answer {
    asking(service, signer).send().await
}

/// Polls until the signer's tokens are answered so.
async fn until(service: &Service, signer: &TokenMint, status: u16) {
    let watch = Watch::now();
    while ask(service, signer).await.status != status {
        assert!(watch.elapsed() < Span::from_mins(1), "never {status}");
        tokio::time::sleep(Span::from_millis(50)).await;
    }
}

/// One set of the keys of all.
fn together(signers: &[&TokenMint]) -> String {
    let sets = signers.iter().map(|signer| serde_json::from_str::<Value>(&signer.jwks()).unwrap());
    let keys: Vec<Value> = sets.flat_map(|set| set["keys"].as_array().cloned().unwrap()).collect();
    json!({ "keys": keys }).to_string()
}

async fn the_keys_of_an_address_are_fetched_and_followed(service: Service) {
    let [first, second, third] = [signer(), signer(), signer()];
    let issuer = HttpsServer::start(Says::ok(first.jwks())).await;
    let service = served_by(&issuer, &service).await;
    ask(&service, &first).await.expect(200);
    assert_eq!(issuer.asked(), 1);

    // An unknown key is asked for, and what is gone is gone.
    let known = asking(&service, &first);
    issuer.says(Says::ok(second.jwks()));
    ask(&service, &first).await.expect(200);
    ask(&service, &second).await.expect(200);
    known.send().await.problem(401, "invalid_token");
    assert_eq!(issuer.asked(), 2);

    // Once a minute, however many come.
    issuer.says(Says::ok(third.jwks()));
    for _ in 0..20 {
        ask(&service, &signer()).await.problem(401, "invalid_token");
    }
    ask(&service, &third).await.problem(401, "invalid_token");
    assert_eq!(issuer.asked(), 2);
    service.hands.advance(Duration::minutes(1));
    ask(&service, &third).await.expect(200);
    assert_eq!(issuer.asked(), 3);

    // While it is down, and while it talks nonsense.
    for (asked, says) in [(4, Says::Nothing), (5, Says::answer("503 Service Unavailable", "")), (6, Says::ok("<html>"))]
    {
        issuer.says(says);
        service.hands.advance(Duration::hours(1));
        let watch = Watch::now();
        while issuer.asked() < asked {
            assert!(watch.elapsed() < Span::from_mins(1), "not asked again");
            tokio::time::sleep(Span::from_millis(50)).await;
        }
        ask(&service, &third).await.expect(200);
        ask(&service, &first).await.problem(401, "invalid_token");
    }

    issuer.says(Says::ok("{\"keys\": []}"));
    service.hands.advance(Duration::minutes(1));
    until(&service, &third, 401).await;
}

async fn a_service_starts_without_its_issuer_and_finds_it_later(service: Service) {
    let signer = signer();
    let issuer = HttpsServer::start(Says::Nothing).await;
    let service = served_by(&issuer, &service).await;
    service.request("GET", "/health/ready").send().await.expect(200);
    ask(&service, &signer).await.problem(401, "invalid_token");
    issuer.says(Says::ok(signer.jwks()));
    service.hands.advance(Duration::seconds(5));
    until(&service, &signer, 200).await;
}

async fn a_slow_issuer_holds_up_only_who_needs_it(service: Service) {
    let [first, second] = [signer(), signer()];
    let issuer = HttpsServer::start(Says::ok(first.jwks())).await;
    let service = served_by(&issuer, &service).await;
    ask(&service, &first).await.expect(200);

    let go_on = Arc::new(Notify::new());
    let Says::Bytes(answer) = Says::ok(together(&[&first, &second])) else { panic!("bytes") };
    let (head, rest) = answer.split_at(20);
    issuer.says(Says::Waits(head.to_vec(), go_on.clone(), rest.to_vec()));
    let waiting = actix_web::rt::spawn(asking(&service, &second).send());
    let watch = Watch::now();
    while issuer.asked() < 2 {
        assert!(watch.elapsed() < Span::from_mins(1), "not asked");
        tokio::time::sleep(Span::from_millis(10)).await;
    }
    ask(&service, &first).await.expect(200);
    assert!(!waiting.is_finished());
    go_on.notify_one();
    waiting.await.unwrap().expect(200);
    assert_eq!(issuer.asked(), 2);
}

/// What a fetch with this deadline says.
async fn fetched(address: &str, authorities: &Authorities, deadline: Span) -> Result<usize, FetchError> {
    let fetch = HttpsFetch::new(address, authorities, deadline).unwrap();
    fetch.fetch().await.map(|fetched| fetched.body.len())
}

#[actix_web::test]
async fn an_answer_is_taken_whole_in_time_and_from_its_place_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let server = HttpsServer::start(Says::ok("{}")).await;
    let trusted = Authorities::read(&server.ca_file(folder.path())).unwrap();
    let patient = Span::from_secs(30);
    let (most, more) = (vec![b' '; 64 * 1024], vec![b' '; 64 * 1024 + 1]);
    let elsewhere = format!("302 Found\r\nLocation: {}?elsewhere\r\nContent-Length: 0", server.address());
    for (says, told) in [
        (Says::ok("{}"), Ok(2)),
        (Says::ok(&most), Ok(most.len())),
        (Says::answer("200 OK", &most), Ok(most.len())),
        (Says::ok(&more), Err(FetchError::Long)),
        (Says::answer("200 OK", &more), Err(FetchError::Long)),
        (Says::answer(&elsewhere, ""), Err(FetchError::Status(302))),
        (Says::answer("204 No Content", ""), Err(FetchError::Status(204))),
        (Says::answer("404 Not Found\r\nContent-Length: 2", "{}"), Err(FetchError::Status(404))),
    ] {
        server.says(says);
        let asked = server.asked();
        assert_eq!(fetched(&server.address(), &trusted, patient).await, told);
        assert_eq!(server.asked(), asked + 1);
    }
    let cut_off = Says::answer("200 OK\r\nContent-Length: 100", "{");
    for says in [Says::Nothing, cut_off, Says::Bytes(b"keys\r\n\r\n".to_vec())] {
        server.says(says);
        let told = fetched(&server.address(), &trusted, patient).await;
        assert!(matches!(told, Err(FetchError::Connection(_))), "{told:?}");
    }
    for head in ["", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"] {
        server.says(Says::Waits(head.as_bytes().to_vec(), Arc::new(Notify::new()), Vec::new()));
        assert_eq!(fetched(&server.address(), &trusted, Span::from_millis(500)).await, Err(FetchError::Late));
    }
}

#[actix_web::test]
async fn only_the_issuer_itself_is_listened_to() {
    let folder = tempfile::tempdir().unwrap();
    let (server, other) = (HttpsServer::start(Says::ok("{}")).await, HttpsServer::start(Says::ok("{}")).await);
    let trusted = Authorities::read(&server.ca_file(folder.path())).unwrap();
    let of_other = Authorities::read(&other.ca_file(folder.path())).unwrap();
    let patient = Span::from_secs(30);
    for (address, authorities) in
        [(server.address(), &of_other), (server.address(), &Authorities::default()), (server.other_name(), &trusted)]
    {
        let told = fetched(&address, authorities, patient).await;
        assert!(matches!(&told, Err(FetchError::Connection(why)) if why.contains("certificate")), "{told:?}");
    }
    assert_eq!(server.asked(), 0);
    assert_eq!(fetched(&server.address(), &trusted, patient).await, Ok(2));
}
