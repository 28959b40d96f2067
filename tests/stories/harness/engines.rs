//! One story, two engines.
//!
//! `on_both_engines!` stands at the top of a chapter and lists its stories. Each becomes two tests, `story::on_sqlite`
//! and `story::on_postgres`. A story left off the list is dead code, which the compiler reports; there is no way to
//! tell one on a single engine by accident.

use std::future::Future;

use super::Service;

/// A database engine the service runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A file in a fresh directory.
    Sqlite,
    /// A fresh database of the test cluster.
    Postgres,
}

/// Makes two tests of each `async fn story(service: Service)` it lists.
macro_rules! on_both_engines {
    ($($story:ident),+ $(,)?) => {
        $(
            mod $story {
                #[test]
                fn on_sqlite() {
                    $crate::harness::engines::tell($crate::harness::Engine::Sqlite, super::$story);
                }

                #[test]
                fn on_postgres() {
                    $crate::harness::engines::tell($crate::harness::Engine::Postgres, super::$story);
                }
            }
        )+
    };
}
pub(crate) use on_both_engines;

/// Tells `story` on `engine`, on a runtime of its own. Without PostgreSQL its half of the stories is passed over:
/// `postgres` says so once, aloud, and fails instead where PostgreSQL is required.
pub(crate) fn tell<F, Told>(engine: Engine, story: F)
where
    F: FnOnce(Service) -> Told,
    Told: Future<Output = ()>,
{
    actix_web::rt::System::new().block_on(async {
        if let Some(service) = Service::start(engine).await {
            story(service).await;
        }
    });
}
