//! The courier: hands a mail to a server over SMTP (RFC 5321), or lays it in a folder for a demo.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::response::Code as SmtpCode;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use percent_encoding::percent_decode_str;
use url::Url;

/// How many times as long as one answer a whole delivery may take.
const ANSWERS: u32 = 4;

/// Where mails go, as the configuration says.
#[derive(Clone)]
pub struct CourierSettings {
    /// `smtps://USER:PASSWORD@HOST:PORT`, or `smtp://...?tls=required`.
    pub smtp_url: String,
    /// The password, if it does not stand in the address.
    pub password: Option<String>,
    /// The certificate, in PEM, of an authority that is trusted besides the system's.
    pub authority: Option<Vec<u8>>,
    /// How long one answer of the mail server may take. Four times that is well within an outbox's lease.
    pub patience: Duration,
    /// The folder that mails are laid in when there is no server.
    pub folder: Option<PathBuf>,
}

/// Why an address of a mail server cannot be used. The text is for the operator.
#[derive(Debug)]
pub struct SmtpUrlError(pub &'static str);

impl fmt::Display for SmtpUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for SmtpUrlError {}

/// Why a mail could not be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Not now. The reason is a code such as `smtp_451` or `timeout`.
    Passing(String),
    /// The server cannot be reached, or does not let us in: no mail can be handed over now.
    Away(String),
    /// Never.
    Refused {
        /// A code such as `smtp_550`.
        reason: String,
        /// Whether it is the address that is refused, and not this mail.
        address: bool,
    },
}

/// Hands mails over.
pub enum Courier {
    /// To a server.
    Smtp {
        /// What speaks to it.
        transport: Box<AsyncSmtpTransport<Tokio1Executor>>,
        /// How long a whole delivery may take.
        deadline: Duration,
    },
    /// Into a folder, a file for each.
    Folder(PathBuf),
}

impl CourierSettings {
    /// Whether a courier can be made of them.
    ///
    /// # Errors
    /// When the address of the server is not one, or would send mail unencrypted over a network.
    pub fn check(&self) -> Result<(), SmtpUrlError> {
        if self.smtp_url.is_empty() { Ok(()) } else { self.smtp().map(|_| ()) }
    }

    fn smtp(&self) -> Result<AsyncSmtpTransportBuilder, SmtpUrlError> {
        let Server { name, user, tls } = Server::named(&self.smtp_url)?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&self.smtp_url);
        let mut builder = transport.map_err(|_| SmtpUrlError(FORM))?.timeout(Some(self.patience));
        if let Some(authority) = &self.authority {
            let unusable = |_| SmtpUrlError("cannot be spoken to with the certificate in mail.ca_file");
            let parameters = TlsParameters::builder(name);
            let parameters = parameters.add_root_certificate(Certificate::from_pem(authority).map_err(unusable)?);
            let parameters = parameters.build().map_err(unusable)?;
            match tls {
                Secured::FromTheStart => builder = builder.tls(Tls::Wrapper(parameters)),
                Secured::ByStartTls => builder = builder.tls(Tls::Required(parameters)),
                Secured::ByBeingHere => {}
            }
        }
        Ok(match (user, &self.password) {
            (Some(user), Some(password)) => builder.credentials(Credentials::new(user, password.clone())),
            _ => builder,
        })
    }
}

impl Courier {
    /// The courier that the settings ask for; `None` when they name neither a server nor a folder. Must be called on a
    /// tokio runtime, which keeps the connections.
    ///
    /// # Errors
    /// As [`CourierSettings::check`].
    pub fn new(settings: &CourierSettings) -> Result<Option<Self>, SmtpUrlError> {
        if settings.smtp_url.is_empty() {
            return Ok(settings.folder.clone().map(Self::Folder));
        }
        let transport = Box::new(settings.smtp()?.build());
        Ok(Some(Self::Smtp { transport, deadline: settings.patience * ANSWERS }))
    }

    /// Hands a message over.
    ///
    /// # Errors
    /// [`Failure`] when it was not taken.
    pub async fn deliver(&self, name: &str, message: Message) -> Result<(), Failure> {
        match self {
            Self::Smtp { transport, deadline } => {
                match tokio::time::timeout(*deadline, transport.send(message)).await {
                    Ok(sent) => sent.map(|_| ()).map_err(|error| failure(&error)),
                    Err(_) => Err(Failure::Away("timeout".to_owned())),
                }
            }
            Self::Folder(folder) => {
                let file = folder.join(format!("{name}.eml"));
                let folder = folder.clone();
                let written = tokio::task::spawn_blocking(move || {
                    std::fs::create_dir_all(folder)?;
                    std::fs::write(file, message.formatted())
                });
                match written.await {
                    Ok(Ok(())) => Ok(()),
                    _ => Err(Failure::Away("folder".to_owned())),
                }
            }
        }
    }
}

const FORM: &str = "must be smtps://HOST, smtp://HOST?tls=required, or smtp:// to this machine itself";

/// How what is sent is kept from others.
enum Secured {
    /// TLS from the first byte (RFC 8314).
    FromTheStart,
    /// TLS once both have agreed on it, or nothing (RFC 3207).
    ByStartTls,
    /// It does not leave this machine.
    ByBeingHere,
}

/// A mail server as its address names it.
struct Server {
    name: String,
    user: Option<String>,
    tls: Secured,
}

impl Server {
    /// # Errors
    /// When it is no address of a mail server, or would send mail unencrypted over a network.
    fn named(text: &str) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(text).map_err(|_| SmtpUrlError(FORM))?;
        let name = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        if name.is_empty() {
            return Err(SmtpUrlError(FORM));
        }
        let here = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let required = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
        let tls = match url.scheme() {
            "smtps" => Secured::FromTheStart,
            "smtp" if required => Secured::ByStartTls,
            "smtp" if here => Secured::ByBeingHere,
            "smtp" => {
                return Err(SmtpUrlError(
                    "would send mail without encryption over a network: use smtps://HOST or smtp://HOST?tls=required",
                ));
            }
            _ => return Err(SmtpUrlError(FORM)),
        };
        let user = percent_decode_str(url.username()).decode_utf8().map_err(|_| SmtpUrlError(FORM))?;
        let user = Some(user.into_owned()).filter(|user| !user.is_empty());
        Ok(Self { name: name.to_owned(), user, tls })
    }
}

/// What the server's answer means for the message. Its text may quote the address, so that only its code is kept.
fn failure(error: &SmtpError) -> Failure {
    let Some(code) = error.status() else {
        if lacks_smtputf8(error) {
            return Failure::Refused { reason: "smtputf8_unsupported".to_owned(), address: true };
        }
        let reason = if error.is_timeout() { "timeout" } else { "unreachable" };
        return Failure::Away(reason.to_owned());
    };
    judged(code)
}

/// Returns whether the address has a non-ASCII local part and the server takes none (RFC 6531). The domain is no reason: it is
/// written as A-labels. The client says so in words alone.
fn lacks_smtputf8(error: &SmtpError) -> bool {
    error.is_client() && std::error::Error::source(error).is_some_and(|cause| cause.to_string().contains("SMTPUTF8"))
}

fn judged(code: SmtpCode) -> Failure {
    let number = u16::from(code);
    let reason = format!("smtp_{number}");
    match number {
        // The server is closing down, or does not know us (RFC 4954 section 6): no fault of the mail.
        421 | 454 | 530 | 534 | 535 | 538 => Failure::Away(reason),
        400..=499 => Failure::Passing(reason),
        // No such mailbox, or none that takes mail (RFC 5321 section 4.2.3).
        550 | 551 | 553 => Failure::Refused { reason, address: true },
        _ => Failure::Refused { reason, address: false },
    }
}

#[cfg(test)]
mod tests {
    use lettre::transport::smtp::response::{Category, Detail, Severity};

    use super::*;

    fn check(smtp_url: &str) -> Result<(), SmtpUrlError> {
        let patience = Duration::from_secs(30);
        let smtp_url = smtp_url.to_owned();
        CourierSettings { smtp_url, password: None, authority: None, patience, folder: None }.check()
    }

    #[test]
    fn mail_leaves_this_machine_encrypted_or_not_at_all() {
        for good in [
            "smtps://u:p@mail.example",
            "smtp://mail.example:587?tls=required",
            "smtp://127.0.0.1:25",
            "smtp://localhost",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in
            ["smtp://mail.example", "smtp://mail.example?tls=opportunistic", "https://mail.example", "mail", "smtps://"]
        {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_user_is_read_from_the_address() {
        let user = |url| Server::named(url).unwrap().user;
        assert_eq!(user("smtps://iewm%40example.org@mail.example").unwrap(), "iewm@example.org");
        assert!(user("smtps://mail.example").is_none());
    }

    #[test]
    fn an_answer_of_the_server_decides_what_becomes_of_the_message() {
        let answer = |severity, category, detail| judged(SmtpCode::new(severity, category, detail));
        let refused = answer(Severity::PermanentNegativeCompletion, Category::MailSystem, Detail::Zero);
        assert_eq!(refused, Failure::Refused { reason: "smtp_550".into(), address: true });
        let grey = answer(Severity::TransientNegativeCompletion, Category::MailSystem, Detail::One);
        assert_eq!(grey, Failure::Passing("smtp_451".into()));
        let stranger = answer(Severity::PermanentNegativeCompletion, Category::Unspecified3, Detail::Five);
        assert_eq!(stranger, Failure::Away("smtp_535".into()));
        let too_big = answer(Severity::PermanentNegativeCompletion, Category::MailSystem, Detail::Four);
        assert_eq!(too_big, Failure::Refused { reason: "smtp_554".into(), address: false });
    }
}
