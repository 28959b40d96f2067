//! Whether this run has PostgreSQL: `IEWM_TEST_POSTGRES`.
//!
//! | value | without PostgreSQL on this machine | with it |
//! |---|---|---|
//! | unset | its stories are skipped | its stories run |
//! | `required` | its stories fail | its stories run |
//! | `off` | its stories are skipped | its stories are skipped |
//!
//! Each skip is written to standard error, past the test runner, which hides what passing tests print.

use std::env;
use std::io::{self, Write as _};

use super::cluster::Cluster;

/// What a run asks of PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Its stories run if this machine has it.
    IfHere,
    /// Its stories fail if this machine has none.
    Required,
    /// Its stories are skipped.
    Off,
}

impl Choice {
    /// Reads a value of `IEWM_TEST_POSTGRES`. Any other word is an error, so that a misspelt `required` skips nothing.
    fn parse(value: Option<&str>) -> Result<Self, String> {
        match value {
            None | Some("") => Ok(Self::IfHere),
            Some("required") => Ok(Self::Required),
            Some("off") => Ok(Self::Off),
            Some(other) => Err(format!("IEWM_TEST_POSTGRES is {other:?}: set it to `required` or `off`, or unset it")),
        }
    }

    /// The choice of this run.
    pub(crate) fn of_this_run() -> Self {
        let value = env::var("IEWM_TEST_POSTGRES").ok();
        Self::parse(value.as_deref()).unwrap_or_else(|why| panic!("{why}"))
    }
}

/// The server that `start` makes. `None`, with a line on standard error that names `stories`, if there is none.
pub(crate) fn postgres<T>(stories: &str, start: impl FnOnce() -> Result<T, String>) -> Option<T> {
    let choice = Choice::of_this_run();
    let started = if choice == Choice::Off { Err("IEWM_TEST_POSTGRES=off".to_owned()) } else { start() };
    match started {
        Ok(server) => Some(server),
        Err(why) => {
            assert!(choice != Choice::Required, "PostgreSQL is required, but {why}");
            let advice = match choice {
                Choice::Off => "",
                _ => "\n*** Install PostgreSQL, or name a server in IEWM_TEST_POSTGRES_URL.",
            };
            let _ = writeln!(io::stderr(), "\n*** {stories} are SKIPPED: {why}.{advice}\n");
            None
        }
    }
}

/// A throwaway cluster of the stories' own, with `settings`.
pub(crate) fn cluster(stories: &str, settings: &str) -> Option<Cluster> {
    postgres(stories, || Cluster::start(settings))
}

#[test]
fn a_word_that_is_no_choice_is_refused() {
    assert_eq!(Choice::parse(None), Ok(Choice::IfHere));
    assert_eq!(Choice::parse(Some("required")), Ok(Choice::Required));
    assert_eq!(Choice::parse(Some("off")), Ok(Choice::Off));
    for misspelt in ["Required", "requried", "on", "0"] {
        assert!(Choice::parse(Some(misspelt)).unwrap_err().contains("`required` or `off`"), "{misspelt}");
    }
}
