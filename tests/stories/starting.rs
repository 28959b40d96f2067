//! Starting: several instances at once on one database that is not there yet.

use crate::harness::{Engine, Service, on_both_engines};

on_both_engines! {
    two_that_start_at_once_agree,
}

async fn two_that_start_at_once_agree(service: Service) {
    let url = match service.engine {
        Engine::Sqlite => format!("sqlite://{}", service.directory().join("fresh.db").display()),
        Engine::Postgres => {
            service.sql("DROP SCHEMA vault CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;").unwrap();
            service.database_url.clone()
        }
    };
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || iewm::app::migrate_only(&url))
        })
        .collect();
    for start in starts {
        start.join().unwrap().unwrap();
    }
}
