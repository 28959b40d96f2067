//! The purposes in plain English, in one place: what a person gets, and the sentence that they say yes to on our pages.

use crate::domain::Purpose;

/// What a purpose is called in a sentence: "Please confirm that you want ...".
pub fn called(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Newsletter => "our newsletter",
        Purpose::BlogsAndArticles => "our blogs and website articles",
        Purpose::TradeArticles => "our trade articles",
        Purpose::EventInformation => "news of our events",
        Purpose::ProfessionalNetworks => "mail about our professional networks",
        Purpose::EventAdministration => "mail about the events you have booked",
        Purpose::VenueSecurity => "mail about security at our venues",
    }
}

/// What the person calls what they get for a purpose: "Send me ...", "Stop ...".
pub fn named(purpose: Purpose) -> &'static str {
    plain_english(purpose).map_or_else(|| called(purpose), |words| words.named)
}

/// What a purpose that takes consent is, and what its consent says.
#[derive(Clone, Copy, Debug)]
pub struct PlainEnglish {
    /// What the purpose is called above a text of its own.
    pub title: &'static str,
    /// What the person calls it: "Send me ...".
    pub named: &'static str,
    /// What the person gets.
    pub meaning: &'static str,
    /// What a yes from our pages says, word for word (UK GDPR Article 7(1) to (3)).
    pub wording: &'static str,
}

/// The purpose in plain English; `None` for one that takes no consent.
pub fn plain_english(purpose: Purpose) -> Option<PlainEnglish> {
    let (title, named, meaning, wording) = match purpose {
        Purpose::Newsletter => (
            "Newsletter",
            "the newsletter",
            "What Improvement and Efficiency West Midlands (IEWM) is doing, sent to you by email.",
            "Yes, please send me the IEWM newsletter by email. I can stop it at any time.",
        ),
        Purpose::BlogsAndArticles => (
            "Blogs and website articles",
            "blogs and website articles",
            "Articles by IEWM about its programme and its field, sent to you by email.",
            "Yes, please send me IEWM's blogs and website articles by email. I can stop them at any time.",
        ),
        Purpose::TradeArticles => (
            "Trade articles",
            "trade articles",
            "News and articles in the trade press that feature IEWM's work, sent to you by email.",
            "Yes, please send me trade articles that feature IEWM by email. I can stop them at any time.",
        ),
        Purpose::EventInformation => (
            "News of events",
            "news of events",
            "News of coming IEWM events, sent to you by email. You do not need to say yes to this to book an event.",
            "Yes, please send me news of coming IEWM events by email. I can stop it at any time.",
        ),
        Purpose::ProfessionalNetworks => (
            "Professional networks",
            "mail about professional networks",
            "News of the professional networks that IEWM runs or supports, sent to you by email.",
            "Yes, please send me mail about IEWM's professional networks. I can stop it at any time.",
        ),
        Purpose::EventAdministration | Purpose::VenueSecurity => return None,
    };
    Some(PlainEnglish { title, named, meaning, wording })
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::resources::consents::model::Wording;

    #[test]
    fn exactly_the_purposes_that_take_consent_can_be_said_yes_to() {
        for &purpose in Purpose::VARIANTS {
            assert_eq!(plain_english(purpose).is_some(), purpose.takes_consent(), "{purpose:?}");
        }
    }

    #[test]
    fn every_wording_can_be_recorded_and_says_that_it_can_be_stopped() {
        for words in Purpose::VARIANTS.iter().filter_map(|&purpose| plain_english(purpose)) {
            assert!(Wording::try_from(words.wording.to_owned()).is_ok());
            assert!(words.wording.contains("at any time") && words.wording.contains("IEWM"), "{}", words.wording);
        }
    }
}
