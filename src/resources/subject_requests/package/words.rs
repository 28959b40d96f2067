//! The caller's words about a package.

use serde::{Deserialize, Serialize};

use super::super::model::{Explanation, Right, SubjectRequest};
use super::super::store::in_our_words;
use super::delivery::{ChangeDelivery, Delivery, PostalAddress};
use super::model::{BuildPackage, SearchNote};
use crate::domain::{AnsweredMatch, Error, Fault};
use crate::personal::Person;

/// The words to the requester, and the search elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Words {
    /// A sentence of ours, unless set.
    pub(super) explanation: Option<Explanation>,
    pub(super) search_note: Option<SearchNote>,
    /// Whom a job searches for, as they were known when it began.
    #[serde(default)]
    pub(super) person: Option<Person>,
    /// How the person gets it; as the requester's address allows, unless set.
    #[serde(default)]
    pub(super) delivery: Option<Delivery>,
    /// Where a letter with it goes.
    #[serde(default)]
    pub(super) postal_address: Option<PostalAddress>,
    /// Whose the possible matches are, each record once.
    #[serde(default)]
    pub(super) answers: Vec<AnsweredMatch>,
}

impl Words {
    /// What was said.
    pub(super) fn of(asked: BuildPackage) -> Self {
        let delivery = asked.delivery();
        let BuildPackage { explanation, search_note, delivery: _, postal_address, matches, rebuild: _ } = asked;
        Self { explanation, search_note, delivery, postal_address, person: None, answers: matches }
    }

    /// The same, but for replaced words.
    pub(super) fn changed(self, asked: BuildPackage) -> Self {
        let delivery = asked.delivery();
        let BuildPackage { explanation, search_note, delivery: _, postal_address, matches, rebuild: _ } = asked;
        let mut answers = self.answers;
        answers.retain(|earlier| matches.iter().all(|given| given.record != earlier.record));
        answers.extend(matches);
        Self {
            explanation: explanation.or(self.explanation),
            search_note: search_note.or(self.search_note),
            delivery: delivery.or(self.delivery),
            postal_address: postal_address.or(self.postal_address),
            person: self.person,
            answers,
        }
    }

    /// The same, but for the delivery. An address that was given before stays.
    pub(super) fn delivered_by(self, ChangeDelivery { delivery, postal_address }: ChangeDelivery) -> Self {
        let postal_address = postal_address.or(self.postal_address);
        Self { delivery: Some(delivery), postal_address, ..self }
    }

    /// How a package reaches its person: as the council chose, else by a link where there is an e-mail address, and by post
    /// where there is none.
    ///
    /// # Errors
    /// 422 for a link without an e-mail address, and for post without a postal address.
    pub(super) fn delivery_for(&self, request: &SubjectRequest) -> Result<Delivery, Error> {
        let chosen = self.delivery;
        let has_address = request.requester.as_ref().is_some_and(|requester| requester.email.is_some());
        if chosen == Some(Delivery::Link) && !has_address {
            let detail = "needs an e-mail address of the requester, and there is none; choose post or handed_over";
            return Err(Error::invalid(Fault::new("/delivery", "email_needed", detail)));
        }
        let delivery = chosen.unwrap_or(if has_address { Delivery::Link } else { Delivery::Post });
        if delivery == Delivery::Post && self.postal_address.is_none() {
            let detail =
                "is needed, because the package goes by post; send it with `delivery`, or choose `handed_over`";
            return Err(Error::invalid(Fault::new("/postal_address", "address_needed", detail)));
        }
        Ok(delivery)
    }
}

/// The sentence by which a package is given, unless the council chose another.
///
/// # Errors
/// None, unless that sentence were no explanation.
pub(super) fn own(kind: Right) -> Result<Explanation, Error> {
    let words = if kind == Right::Portability {
        "We have prepared the data about you in a form that programs read, with the information that the law says we \
         must give you."
    } else {
        "We have prepared a copy of the data that we hold about you, with the information that the law says we must \
         give you."
    };
    in_our_words(words)
}
