//! What is withheld from an erasure and why, in words for the person (UK GDPR Article 12(1)).

use crate::domain::ErasureGround;
use crate::policy::subject_requests::Ground;

/// The subject of a table's records, in the words of the letter to the person.
pub fn what(table: &str) -> &'static str {
    match table {
        "contacts" => "your name and contact details",
        "consents" | "consent_decisions" => "what you agreed to and withdrew, and when",
        "memberships" => "the networks that you were in",
        "registrations" => "the events that you registered for",
        "disclosures" => "which organisations received your data",
        "complaints" => "your complaints and our answers",
        "subject_requests" => "your requests about your rights",
        _ => "other records about you",
    }
}

/// Why something must be kept.
pub fn why(ground: ErasureGround) -> &'static str {
    match ground {
        ErasureGround::AccessRequest => {
            "you have asked for a copy, and we may not destroy the data before you have it (Data Protection Act \
             2018, section 173)"
        }
        other => Ground::from(other).plain(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::CARDS;

    #[test]
    fn whatever_can_be_withheld_has_words() {
        for card in CARDS.iter().filter(|card| card.on_erasure.is_counted()) {
            assert_ne!(what(card.table), what(""), "{}", card.table);
        }
    }
}
