//! The tasks, as the commands that they run.

use clap::{Subcommand, ValueEnum};

use crate::step::Step;

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Task {
    /// Check the format, run Clippy and run the unit tests: what to do before each commit.
    Check,
    /// Run the stories on one engine, or those whose path contains NAME.
    Test {
        /// The engine that the stories run on.
        engine: Engine,
        /// Part of the path of the stories to run, such as `consents` or `erasure::canaries`.
        name: Option<String>,
    },
    /// Write what is generated: `openapi/openapi.json` and the generated parts of `docs/`.
    Gen,
    /// Judge the whole tree as CI does. This takes more than half an hour.
    Ci,
}

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Files in a temporary directory.
    Sqlite,
    /// The server of `IEWM_TEST_POSTGRES_URL`, else a throwaway cluster. The stories fail if there is neither.
    Postgres,
}

impl Task {
    /// The commands of this task, in their order.
    pub fn steps(&self) -> Vec<Step> {
        match self {
            Self::Check => vec![
                Step::new("cargo", "fmt --all --check"),
                Step::new("cargo", "clippy --workspace --all-targets --locked -- -D warnings"),
                Step::new("cargo", "test --workspace --locked --lib --bins"),
            ],
            Self::Test { engine, name } => vec![stories(*engine, name.as_deref())],
            Self::Gen => vec![
                Step::new("cargo", "run --quiet -- openapi").into_file("openapi/openapi.json"),
                // `raw_requests` generates the table of answers that are no problem document.
                Step::new("cargo", "test --quiet --test stories -- documents raw_requests").env("UPDATE_DOCS", "1"),
            ],
            Self::Ci => vec![Step::new(".ci/run", "")],
        }
    }

    /// What this task leaves out, if it leaves something out.
    pub fn warning(&self) -> Option<&'static str> {
        match self {
            Self::Test { engine: Engine::Sqlite, .. } => {
                Some("The stories on PostgreSQL are SKIPPED: `cargo xtask test postgres` runs them.")
            }
            Self::Test { engine: Engine::Postgres, .. } => {
                Some("The stories on SQLite are SKIPPED: `cargo xtask test sqlite` runs them.")
            }
            Self::Check | Self::Gen | Self::Ci => None,
        }
    }
}

/// The stories on one engine. A story that runs on both is two tests, whose names end with the engine's.
fn stories(engine: Engine, name: Option<&str>) -> Step {
    let (postgres, skipped) = match engine {
        Engine::Sqlite => ("off", "on_postgres"),
        Engine::Postgres => ("required", "on_sqlite"),
    };
    let mut step = Step::new("cargo", "test --locked --test stories --").env("IEWM_TEST_POSTGRES", postgres);
    if let Some(name) = name {
        step = step.argument(name);
    }
    step.argument("--skip").argument(skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(task: &Task) -> Vec<String> {
        task.steps().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_engine_is_chosen_by_leaving_the_other_out_aloud() {
        let sqlite = Task::Test { engine: Engine::Sqlite, name: Some("consents".to_owned()) };
        let line = "IEWM_TEST_POSTGRES=off cargo test --locked --test stories -- consents --skip on_postgres";
        assert_eq!(lines(&sqlite), [line]);
        assert!(sqlite.warning().unwrap().contains("PostgreSQL are SKIPPED"));
        let postgres = Task::Test { engine: Engine::Postgres, name: None };
        let line = "IEWM_TEST_POSTGRES=required cargo test --locked --test stories -- --skip on_sqlite";
        assert_eq!(lines(&postgres), [line]);
        assert!(postgres.warning().unwrap().contains("SQLite are SKIPPED"));
    }

    #[test]
    fn the_document_is_generated_before_the_pages() {
        let lines = lines(&Task::Gen);
        assert_eq!(lines[0], "cargo run --quiet -- openapi > openapi/openapi.json");
        assert!(lines[1].starts_with("UPDATE_DOCS=1 cargo test "), "{lines:?}");
    }
}
