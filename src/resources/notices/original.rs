//! The texts that the service brings along: the notice of 29 January 2019 with its facts, in our own
//! words, and the passages that the law demands today and the notice of 2019 did not have: the
//! complaint to the controller first (DPA 2018 section 164A), the Information Commission, portability
//! (UK GDPR Article 20), and the right to withdraw a consent (Article 7(3)).

use chrono::NaiveDate;

use super::content::Content;
use super::model::{NoticeItem, NoticePurpose, Passage, PurposeChange};
use crate::domain::{Controller, Error, Purpose, TextFault};

/// The version of 2019.
pub(super) fn version() -> NaiveDate {
    NaiveDate::from_ymd_opt(2019, 1, 29).unwrap_or_default()
}

fn passage(text: String) -> Result<Passage, Error> {
    Passage::try_from(text).map_err(|fault: TextFault| Error::internal(format_args!("a text of the notice {fault}")))
}

fn items(texts: &[&str]) -> Result<Vec<NoticeItem>, Error> {
    let parsed = texts.iter().map(|&text| NoticeItem::try_from(text.to_owned()));
    parsed.collect::<Result<_, _>>().map_err(|fault| Error::internal(format_args!("an entry of the notice {fault}")))
}

/// Who is responsible, as configured.
pub(super) fn controller(controller: &Controller) -> Result<Passage, Error> {
    passage(format!("{}\n{}", controller.name, controller.address))
}

/// How rights are exercised, as configured.
pub(super) fn contact(controller: &Controller) -> Result<Passage, Error> {
    passage(format!(
        "To use any of your rights, write to {} or call {}. The data protection officer is reached at {}.",
        controller.email, controller.telephone, controller.data_protection_email
    ))
}

/// The way of a complaint: to us, to the regulator, to a court.
pub(super) fn complaint_route(controller: &Controller) -> Result<Passage, Error> {
    passage(format!(
        "If you are unhappy with how your data is used, complain to us first: write to {}. We acknowledge a complaint \
         within 30 days and tell you the outcome without undue delay (Data Protection Act 2018, section 164A). You may \
         also complain to the Information Commission (ICO), ico.org.uk (section 165), and you may go to court (section 167).",
        controller.data_protection_email
    ))
}

/// The rights that people have today.
pub(super) fn rights() -> Result<Vec<Passage>, Error> {
    let rights = [
        "Access: a copy of the data that we hold about you, and an account of how it is used (UK GDPR Article 15).",
        "Rectification: to have wrong data corrected and incomplete data completed (Article 16).",
        "Erasure: to have your data deleted, where no law or legal hold requires us to keep it (Article 17).",
        "Restriction: to have your data stored but not used while a question about it is open (Article 18).",
        "Portability: to receive the data that you gave us in a form that other systems read (Article 20).",
        "Objection: to stop direct marketing at once, without giving a reason (Article 21).",
        "Withdrawal of consent: at any time, as easily as it was given, for each purpose by itself (Article 7(3)).",
    ];
    rights.into_iter().map(|right| passage(right.to_owned())).collect()
}

/// What the notice of 2019 says, with what the law has added.
pub(super) fn content(configured: &Controller) -> Result<Content, Error> {
    let purposes = [
        Purpose::Newsletter,
        Purpose::BlogsAndArticles,
        Purpose::TradeArticles,
        Purpose::EventInformation,
        Purpose::EventAdministration,
        Purpose::ProfessionalNetworks,
        Purpose::VenueSecurity,
    ];
    Ok(Content {
        controller: controller(configured)?,
        purposes: purposes.into_iter().map(purpose).collect::<Result<_, _>>()?,
        rights: rights()?,
        contact: contact(configured)?,
        complaint_route: complaint_route(configured)?,
    })
}

fn purpose(code: Purpose) -> Result<NoticePurpose, Error> {
    let contact_details = ["Name", "Telephone number", "E-mail address"];
    let (data, recipients): (&[&str], &[&str]) = match code {
        Purpose::Newsletter | Purpose::BlogsAndArticles | Purpose::TradeArticles | Purpose::EventInformation => {
            (&["Name", "E-mail address"], &["Worcestershire County Council", "Approved contractors"])
        }
        Purpose::EventAdministration => {
            (&contact_details, &["Worcestershire County Council", "Event partners", "Approved contractors"])
        }
        Purpose::ProfessionalNetworks => (&contact_details, &["Worcestershire County Council", "Approved contractors"]),
        Purpose::VenueSecurity => (&["Name"], &["Event venues"]),
    };
    let mut retention = items(&["Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer"])?;
    Ok(NoticePurpose {
        code,
        lawful_basis: code.lawful_bases().to_vec(),
        data: items(data)?,
        recipients: items(recipients)?,
        retention: retention.pop().ok_or_else(|| Error::internal("the notice has no retention"))?,
        change: PurposeChange::Unchanged,
    })
}
