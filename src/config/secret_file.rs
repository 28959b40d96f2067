//! A secret that stands in a file of its own, so that neither the configuration nor the environment shows it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The first line of the file.
///
/// # Errors
/// A text for the operator: the file cannot be read, is empty, or others than its owner can use it.
pub(super) fn read_secret(file: &Path) -> Result<String, String> {
    let path = file.display();
    let mode = fs::metadata(file).map_err(|error| format!("{path}: {error}"))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(format!(
            "{path} has mode {mode:04o}, so other users can read it: chmod 600 it, and change the secret if another \
             user may have read it"
        ));
    }
    let text = fs::read_to_string(file).map_err(|error| format!("{path}: {error}"))?;
    let secret = text.lines().next().unwrap_or_default();
    if secret.is_empty() { Err(format!("{path} is empty")) } else { Ok(secret.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_first_line_of_a_file_that_no_other_user_can_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("password");
        assert!(read_secret(&file).is_err());
        fs::write(&file, "open sesame\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read_secret(&file).unwrap_err().contains("0644"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read_secret(&file).unwrap(), "open sesame");
        fs::write(&file, "\n").unwrap();
        assert!(read_secret(&file).is_err());
    }
}
