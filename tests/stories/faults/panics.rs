//! A panic in a handler, in what it runs on a lane, and in a page such as that of the metrics. No route of the service
//! panics, so the story serves three of its own from the service's state, as any room and the port of the metrics would.

use std::sync::Arc;

use actix_web::{App, HttpServer};
use iewm::domain::Error;
use iewm::platform::access::Access;
use iewm::platform::auth::{OrganisationsWrite, Public};
use iewm::platform::http::{Done, NoContent, Plain};
use iewm::platform::serve::{Room, Routes, install, install_page};
use serde_json::json;

use crate::harness::process::request;
use crate::harness::{Service, on_both_engines};

on_both_engines! {
    a_panic_is_a_problem_and_the_next_request_works,
}

/// Panic
#[utoipa::path(get, path = "/panic")]
async fn handler(_: Access<Public>) -> Result<Plain<String>, Error> {
    panic!("Ada Lovelace")
}

/// Panic on a lane
#[utoipa::path(post, path = "/panic")]
async fn on_lane(access: Access<OrganisationsWrite>) -> Result<Done<NoContent>, Error> {
    access.write(|_| panic!("Ada Lovelace")).await
}

async fn a_panic_is_a_problem_and_the_next_request_works(service: Service) {
    let state = service.state.clone();
    let server = HttpServer::new(move || {
        let state = state.clone();
        App::new().configure(move |config| {
            state.install(config);
            let room = Room::new("faults", "What must not happen.");
            let room = room.serve(__path_handler, handler).serve(__path_on_lane, on_lane);
            let page = || async { panic!("Ada Lovelace") };
            install_page("/metrics", page, config);
            install(&Arc::new(Routes::new(vec![room]).unwrap()), config);
        })
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/panic", server.addrs()[0]);
    let page = format!("http://{}/metrics", server.addrs()[0]);
    let server = server.run();
    let stop = server.handle();
    actix_web::rt::spawn(server);

    let before = service.counts();
    // More often than there are threads and lanes: none is lost to it.
    for _ in 0..4 {
        let panicked = request("GET", &address).send().await.problem(500, "internal");
        assert!(!panicked.text().contains("Ada"), "{}", panicked.text());
        let panicked = request("GET", &page).send().await.problem(500, "internal");
        assert!(!panicked.text().contains("Ada"), "{}", panicked.text());
        let panicked = request("POST", &address).token(&service.staff()).send().await.problem(500, "internal");
        assert!(!panicked.text().contains("Ada"), "{}", panicked.text());
    }
    assert_eq!(service.counts(), before);
    service.post("/v1/organisations", json!({ "name": "Guildhall", "kind": "venue" })).await.expect(201);
    stop.stop(false).await;
}
