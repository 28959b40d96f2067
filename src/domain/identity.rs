//! Who runs the service, as the configuration says: named in notices, receipts and links.

use serde::Deserialize;

/// The controller of the data (UK GDPR Article 4(7)), as notices and receipts name it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    /// Its name.
    pub name: String,
    /// Its postal address.
    pub address: String,
    /// Its telephone number.
    pub telephone: String,
    /// Where people exercise their rights.
    pub email: String,
    /// Where the data-protection officer is reached.
    pub data_protection_email: String,
}

/// How long the operator keeps backups; the service makes none.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backups {
    /// Days that a backup of the vault is kept.
    pub vault_days: u32,
    /// Days that a backup of the data is kept.
    pub data_days: u32,
}

/// The service as it names itself.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The address under which it is reached, without a slash at its end.
    pub public_url: String,
    /// The address that the pages of links in mails lie under, without a slash at its end.
    pub pages_url: String,
    /// Who is responsible for the data.
    pub controller: Controller,
    /// Where weaknesses are reported (RFC 9116).
    pub security_contact: String,
    /// How long backups are kept. Each erasure reports it, because an erasure does not reach backups at
    /// once.
    pub backups: Backups,
}
