//! How mails leave.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::Config;
use super::secret_file::read_secret;
use crate::platform::mail::{Courier, CourierSettings, Sender};

/// Where mails go, and who they come from.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// The mail server, which may hold a password; empty for none.
    pub smtp_url: String,
    /// A file with the password; empty for none.
    pub smtp_password_file: String,
    /// The `From` of every mail.
    pub from: String,
    /// Where answers go; empty for there.
    pub reply_to: String,
    /// A file with the certificate of an authority that is trusted besides the system's; empty for none.
    pub ca_file: String,
    /// Seconds that one answer of the mail server may take.
    pub timeout_seconds: u64,
    /// A folder for mails when there is no server; empty for none.
    pub folder: String,
    /// Where the pages of links in mails are; empty for the service's own.
    pub pages_url: String,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, reply_to, folder, pages_url, .. } = self;
        write!(f, "Mail {{ from: {from:?}, reply_to: {reply_to:?}, folder: {folder:?}, pages_url: {pages_url:?} }}")
    }
}

impl Mail {
    /// What can be checked before anything is opened.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(1..=60).contains(&self.timeout_seconds) {
            return Err("mail.timeout_seconds must be 1 to 60".to_owned());
        }
        if !self.pages_url.is_empty() && !self.pages_url.starts_with("https://") {
            return Err("mail.pages_url must be an https address".to_owned());
        }
        self.settings()?.check().map_err(|error| format!("mail.smtp_url {error}"))
    }

    /// Where the pages of links in mails are, without a slash at the end.
    pub(super) fn pages_url(&self, public_url: &str) -> String {
        match self.pages_url.trim_end_matches('/') {
            "" => format!("{public_url}/v1"),
            pages => pages.to_owned(),
        }
    }

    /// What hands mails over; `None` when they wait. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A text for the operator that names the key.
    pub fn courier(&self) -> Result<Option<Courier>, String> {
        Courier::new(&self.settings()?).map_err(|error| format!("mail.smtp_url {error}"))
    }

    fn settings(&self) -> Result<CourierSettings, String> {
        let password = match self.smtp_password_file.as_str() {
            "" => None,
            file => Some(read_secret(Path::new(file)).map_err(|error| format!("mail.smtp_password_file: {error}"))?),
        };
        let authority = match self.ca_file.as_str() {
            "" => None,
            file => Some(std::fs::read(file).map_err(|error| format!("mail.ca_file: {file}: {error}"))?),
        };
        let patience = Duration::from_secs(self.timeout_seconds);
        let folder = Some(PathBuf::from(&self.folder)).filter(|folder| !folder.as_os_str().is_empty());
        Ok(CourierSettings { smtp_url: self.smtp_url.clone(), password, authority, patience, folder })
    }
}

impl Config {
    /// Who mails come from.
    ///
    /// # Errors
    /// A text for the operator that names the key.
    pub fn sender(&self) -> Result<Sender, String> {
        let mailbox = |name: &str, text: &str| {
            text.parse().map_err(|_| format!("mail.{name} must be an address such as IEWM <iewm@example.gov.uk>"))
        };
        let reply_to = Some(self.mail.reply_to.as_str()).filter(|reply_to| !reply_to.is_empty());
        let host = Url::parse(&self.server.public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        Ok(Sender {
            from: mailbox("from", &self.mail.from)?,
            reply_to: reply_to.map(|reply_to| mailbox("reply_to", reply_to)).transpose()?,
            host: host.ok_or_else(|| "server.public_url must name a host".to_owned())?,
        })
    }
}
