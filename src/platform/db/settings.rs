//! The location of the database, parsed from its URL. A mistyped URL is an error, never a new empty
//! file.

use std::fmt;
use std::path::{Path, PathBuf};

/// Which of the two engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, inside the process.
    Sqlite,
    /// PostgreSQL, a server.
    Postgres,
}

/// The database to use, from its URL.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// `sqlite://path`: a file, and beside it `<name>-vault.db` with the data keys.
    Sqlite {
        /// The file of the database proper.
        file: PathBuf,
        /// The file of the vault, attached as `vault`.
        vault: PathBuf,
    },
    /// `postgres://...`: a connection URL as libpq reads it.
    Postgres {
        /// The URL, credentials included.
        url: String,
    },
}

/// The reason why a database URL is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError;

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the database URL must be sqlite://PATH (such as sqlite://data/iewm.db) or postgres://USER@HOST/DATABASE",
        )
    }
}

impl std::error::Error for SettingsError {}

impl Target {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`SettingsError`] when it is neither of the two forms.
    pub fn parse(url: &str) -> Result<Self, SettingsError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres { url: url.to_owned() });
        }
        match url.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() && !path.contains('?') => Ok(Self::sqlite(Path::new(path))),
            _ => Err(SettingsError),
        }
    }

    /// The SQLite database in `file`.
    pub fn sqlite(file: &Path) -> Self {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Self::Sqlite { vault: file.with_file_name(format!("{stem}-vault.db")), file: file.to_owned() }
    }

    /// The engine.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { file, .. } => write!(f, "sqlite://{}", file.display()),
            Self::Postgres { .. } => f.write_str("postgres://[credentials]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vault_lies_beside_the_data() {
        let Ok(Target::Sqlite { file, vault }) = Target::parse("sqlite://data/iewm.db") else { panic!("not sqlite") };
        assert_eq!(file, Path::new("data/iewm.db"));
        assert_eq!(vault, Path::new("data/iewm-vault.db"));
    }

    #[test]
    fn a_mistyped_url_is_refused() {
        for url in ["", "iewm.db", "sqlite:", "sqlite://", "postgre://host/db", "mysql://host/db"] {
            assert_eq!(Target::parse(url), Err(SettingsError), "{url}");
        }
    }

    #[test]
    fn credentials_are_not_debugged() {
        assert!(!format!("{:?}", Target::parse("postgres://u:secret@host/db")).contains("secret"));
    }
}
