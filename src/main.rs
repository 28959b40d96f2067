//! The command line of `iewm`.

use std::io::Write;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use clap::Parser;

mod cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long the last message may take: standard error can be a pipe that is not read.
const LAST_MESSAGE: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    // clap prints usage errors itself and exits with 2.
    match cli::Arguments::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_last(error);
            ExitCode::FAILURE
        }
    }
}

/// Prints why the program fails. It fails with the same exit code when that cannot be printed.
fn print_last(error: String) {
    let (done, is_done) = mpsc::channel();
    let print = move || {
        let _ = writeln!(std::io::stderr(), "iewm: {error}");
        let _ = done.send(());
    };
    if std::thread::Builder::new().spawn(print).is_ok() {
        let _ = is_done.recv_timeout(LAST_MESSAGE);
    }
}
