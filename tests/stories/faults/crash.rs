//! The process is killed while it writes.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};

use super::{Ground, nothing_is_lost, sign_up_until_refused};
use crate::harness::Engine;
use crate::harness::served::Served;

#[test]
fn what_was_acknowledged_outlives_a_kill_on_sqlite() {
    killed(Engine::Sqlite);
}

#[test]
fn what_was_acknowledged_outlives_a_kill_on_postgres() {
    killed(Engine::Postgres);
}

fn killed(engine: Engine) {
    let Some(ground) = Ground::of(engine) else { return };
    actix_web::rt::System::new().block_on(async {
        let mut served = Served::start(&ground.url(), &[]);
        let acknowledged = RefCell::new(Vec::new());
        for round in 0..2 {
            let before = acknowledged.borrow().len();
            let process = served.process.id();
            let callers = join_all((0..6).map(|caller| {
                let (served, acknowledged) = (&served, &acknowledged);
                async move {
                    let told = |done| acknowledged.borrow_mut().push(done);
                    sign_up_until_refused(served, &format!("r{round}c{caller}"), told).await
                }
            }));
            let kill = async {
                let deadline = Instant::now() + Duration::from_secs(30);
                while acknowledged.borrow().len() < before + 60 {
                    assert!(Instant::now() < deadline, "only {} were acknowledged", acknowledged.borrow().len());
                    actix_web::rt::time::sleep(Duration::from_millis(5)).await;
                }
                crate::harness::process::send_signal("KILL", [process]);
            };
            let (answers, ()) = join(callers, kill).await;
            assert!(answers.iter().all(Option::is_none), "all were cut off: {answers:?}");
            assert!(!served.process.ended().success());
            served.begin();
            nothing_is_lost(&served, &acknowledged).await;
        }
    });
}
