//! One command of a task.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A command that runs at the root of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    program: &'static str,
    arguments: Vec<String>,
    variables: Vec<(&'static str, &'static str)>,
    /// The file that takes the command's output.
    file: Option<&'static str>,
}

impl Step {
    /// A program and its arguments, which spaces separate.
    pub fn new(program: &'static str, arguments: &str) -> Self {
        let arguments = arguments.split_whitespace().map(str::to_owned).collect();
        Self { program, arguments, variables: Vec::new(), file: None }
    }

    /// One more argument.
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// One more variable of the command's environment.
    pub fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    /// Writes the command's output to a file, once the command has succeeded. If it fails the file stays as it is.
    pub fn into_file(mut self, file: &'static str) -> Self {
        self.file = Some(file);
        self
    }

    /// Prints the command, runs it to its end and returns its exit code.
    ///
    /// # Errors
    /// If the program cannot be started, is ended by a signal, or its output cannot be written to the file.
    pub fn run(&self) -> Result<u8, String> {
        say(&format!("$ {self}"));
        let root = root();
        let mut command = Command::new(self.program);
        command.args(&self.arguments).envs(self.variables.iter().copied()).current_dir(&root);
        if self.file.is_some() {
            command.stdout(Stdio::piped());
        }
        let ended = command.spawn().and_then(std::process::Child::wait_with_output);
        let ended = ended.map_err(|error| format!("{} cannot be run: {error}", self.program))?;
        let code = ended.status.code().and_then(|code| u8::try_from(code).ok());
        let code = code.ok_or_else(|| format!("{} ended with {}", self.program, ended.status))?;
        if let (0, Some(file)) = (code, self.file) {
            fs::write(root.join(file), &ended.stdout).map_err(|error| format!("{file} cannot be written: {error}"))?;
        }
        Ok(code)
    }
}

/// The command as a shell takes it.
impl fmt::Display for Step {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.variables {
            write!(line, "{name}={value} ")?;
        }
        line.write_str(self.program)?;
        for argument in &self.arguments {
            if argument.contains(char::is_whitespace) {
                write!(line, " '{argument}'")?;
            } else {
                write!(line, " {argument}")?;
            }
        }
        match self.file {
            Some(file) => write!(line, " > {file}"),
            None => Ok(()),
        }
    }
}

/// Prints a line on standard error, where Cargo prints its own.
pub fn say(line: &str) {
    // A closed pipe must not end the task.
    let _ = writeln!(io::stderr(), "{line}");
}

/// The root of the repository. Cargo sets the variable when it runs this program.
fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    own.parent().and_then(Path::parent).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_ends_with_its_commands_exit_code() {
        assert_eq!(Step::new("true", "").run(), Ok(0));
        assert_eq!(Step::new("sh", "-c").argument("exit 7").run(), Ok(7));
        assert!(Step::new("no-such-program", "").run().unwrap_err().contains("no-such-program"));
    }

    #[test]
    fn a_command_that_fails_leaves_its_file_alone() {
        let kept = fs::read(root().join("Cargo.toml")).unwrap();
        let step = Step::new("sh", "-c").argument("echo half; exit 1").into_file("Cargo.toml");
        assert_eq!(step.to_string(), "sh -c 'echo half; exit 1' > Cargo.toml");
        assert_eq!(step.run(), Ok(1));
        assert_eq!(fs::read(root().join("Cargo.toml")).unwrap(), kept);
    }

    #[test]
    fn it_runs_at_the_root() {
        assert_eq!(Step::new("test", "-f crates/xtask/Cargo.toml").run(), Ok(0));
    }
}
