//! What a contributor runs, by one name each: `cargo xtask check`, `test`, `gen`, `ci`.
//!
//! A task is a list of commands in their order. Each command is printed before it runs, so that it can be copied and run
//! by hand, and the first that fails ends the task with its exit code.

mod step;
mod tasks;

use std::process::ExitCode;

use clap::Parser;

use tasks::Task;

/// What a contributor runs, by one name each.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

fn main() -> ExitCode {
    let Arguments { task } = Arguments::parse();
    if let Some(warning) = task.warning() {
        step::say(&format!("\n*** {warning}\n"));
    }
    for step in task.steps() {
        match step.run() {
            Ok(0) => {}
            Ok(code) => return ExitCode::from(code),
            Err(why) => {
                step::say(&format!("cargo xtask: {why}"));
                return ExitCode::FAILURE;
            }
        }
    }
    if let Some(warning) = task.warning() {
        step::say(&format!("\n*** {warning}\n"));
    }
    ExitCode::SUCCESS
}
