//! The load bench: how fast the service answers on each engine, beside the ceilings of this machine.
//!
//! `cargo bench` builds the service as the image does, starts it on a throwaway database of each engine, seeds it over
//! its own API, and measures every path and its ceiling in turn, several rounds of each. `cargo bench -- --quick` is a
//! rehearsal that proves only that the bench works. Nothing is asserted on time; a wrong answer ends the run.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench that cannot go on should fail where it stands, and it answers on stdout"
)]

mod bearer;
mod ceilings;
mod check_ins;
#[path = "../../tests/stories/harness/cluster.rs"]
mod cluster;
mod http;
mod machine;
mod memory;
mod paths;
mod people;
mod profile;
mod report;
mod rounds;
mod service;
mod sharing;
mod streams;

use std::time::Duration;

use clap::Parser;
use iewm::platform::db::Engine;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the service under load.
#[derive(Clone, Parser)]
struct Asked {
    /// How many contacts the database holds.
    #[arg(long, default_value_t = 100_000)]
    contacts: usize,
    /// How long each path is measured in each round, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// The number of rounds; the bench reports the medians.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How many connections ask at the same time.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// For how many minutes more it is kept busy with all of them in turn, while its memory is watched.
    #[arg(long, default_value_t = 0)]
    minutes: u16,
    /// Up to how many disclosures are inserted after the rounds, to measure their lists again. 0: no more.
    #[arg(long, default_value_t = 0)]
    disclosures: usize,
    /// One engine alone: `sqlite` or `postgres`.
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    engine: Option<String>,
    /// Only the paths whose names contain this; their ceilings are measured all the same.
    #[arg(long, default_value = "")]
    only: String,
    /// The profile of the issuer whose tokens the requests carry.
    #[arg(long, value_enum, default_value = "rfc9068")]
    issuer_profile: profile::IssuerProfile,
    /// A rehearsal: 5,000 contacts and rounds too short to quote.
    #[arg(long)]
    quick: bool,
    /// What `cargo bench` says; without it, as from `cargo test --benches`, nothing is measured.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Asked {
    fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    fn engines(&self) -> Vec<Engine> {
        let wanted = |name: &str| self.engine.as_deref().is_none_or(|engine| engine == name);
        let all = [("sqlite", Engine::Sqlite), ("postgres", Engine::Postgres)];
        all.into_iter().filter(|(name, _)| wanted(name)).map(|(_, engine)| engine).collect()
    }
}

fn main() {
    let mut asked = Asked::parse();
    if !asked.bench {
        println!("The load bench measures under `cargo bench` alone.");
        return;
    }
    if asked.quick {
        asked = Asked { contacts: asked.contacts.min(5_000), seconds: asked.seconds.min(0.3), ..asked };
    }
    // One thread asks: the service needs the others.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut reports = Vec::new();
    let machine = machine::described();
    println!("{machine}");
    for engine in asked.engines() {
        let Some(report) = runtime.block_on(rounds::measure(engine, &asked)) else { continue };
        println!("\n{report}");
        reports.push(report);
    }
    let file = report::write(&machine, &asked, &reports).expect("a file of results");
    println!("\nAlso in {}.", file.display());
}
