//! Requirements, as the world sees them.

use std::fmt;

use macro_rules_attribute::apply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::domain::{prose_type, words};

prose_type! {
    /// A requirement in words: at most 1,000 characters.
    RequirementDetails, 1_000, "An allergy to kiwi fruit; arrives in a powered wheelchair."
}

/// A person's dietary requirement.
#[apply(words!)]
#[derive(PartialOrd, Ord, Hash)]
pub enum DietaryRequirement {
    /// No meat or fish.
    Vegetarian,
    /// Nothing of animals.
    Vegan,
    /// Halal.
    Halal,
    /// Kosher.
    Kosher,
    /// No gluten.
    GlutenFree,
    /// No milk.
    DairyFree,
    /// No nuts.
    NutFree,
    /// Something else: `details` says what.
    Other,
}

/// A person's requirement at the place, or online.
#[apply(words!)]
#[derive(PartialOrd, Ord, Hash)]
pub enum AccessRequirement {
    /// A way without steps.
    StepFreeAccess,
    /// Room for a wheelchair.
    WheelchairSpace,
    /// A hearing loop.
    HearingLoop,
    /// A sign-language interpreter.
    SignLanguageInterpreter,
    /// Live captions.
    LiveCaptions,
    /// Papers in large print.
    LargePrint,
    /// Room for an assistance dog.
    AssistanceDog,
    /// A quiet room.
    QuietRoom,
    /// Something else: `details` says what.
    Other,
}

/// A person's requirements for taking part. They may reveal health or belief, so `Debug` does not print
/// them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "says_something"))]
pub struct AccessRequirements {
    /// The dietary requirements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 8)]
    pub dietary: Vec<DietaryRequirement>,
    /// The requirements at the place, or online.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 9)]
    pub access: Vec<AccessRequirement>,
    /// Further requirements, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub details: Option<RequirementDetails>,
}

impl AccessRequirements {
    /// What the same person has told in two places. Where the words of both are more than is kept, these stay.
    #[must_use]
    pub fn with(mut self, more: Self) -> Self {
        self.dietary.extend(more.dietary);
        self.dietary.sort_unstable();
        self.dietary.dedup();
        self.access.extend(more.access);
        self.access.sort_unstable();
        self.access.dedup();
        self.details = match (self.details, more.details) {
            (Some(one), Some(other)) if one != other => {
                RequirementDetails::try_from(format!("{}\n{}", one.as_str(), other.as_str())).ok().or(Some(one))
            }
            (one, other) => one.or(other),
        };
        self
    }
}

impl fmt::Debug for AccessRequirements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

fn says_something(asked: &AccessRequirements) -> Result<(), ValidationError> {
    if asked.dietary.is_empty() && asked.access.is_empty() && asked.details.is_none() {
        let told = "must have at least one of dietary, access and details; omit it, or send null, for none";
        return Err(ValidationError::new("nothing_said").with_message(told.into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_needs_is_not_in_debug_output() {
        let dietary = vec![DietaryRequirement::Halal];
        let needs = AccessRequirements { dietary, access: Vec::new(), details: None };
        assert_eq!(format!("{needs:?}"), "[personal]");
    }

    #[test]
    fn what_was_told_twice_is_known_once() {
        let told = |diet: &[DietaryRequirement], details: Option<&str>| AccessRequirements {
            dietary: diet.to_vec(),
            access: vec![AccessRequirement::QuietRoom],
            details: details.map(|words| RequirementDetails::try_from(words.to_owned()).unwrap()),
        };
        let words = |told: AccessRequirements| told.details.map(|words| words.as_str().to_owned());
        let (halal, vegan) = (DietaryRequirement::Halal, DietaryRequirement::Vegan);
        let both = told(&[halal], Some("Late")).with(told(&[vegan, halal], Some("Early")));
        assert_eq!((both.dietary.as_slice(), both.access.len()), ([vegan, halal].as_slice(), 1));
        assert_eq!(words(both).as_deref(), Some("Late\nEarly"));
        assert_eq!(words(told(&[], None).with(told(&[], Some("Late")))).as_deref(), Some("Late"));
        assert_eq!(words(told(&[], Some("Late")).with(told(&[], Some("Late")))).as_deref(), Some("Late"));
        let long = "x".repeat(1_000);
        assert_eq!(words(told(&[], Some(&long)).with(told(&[], Some("Late")))), Some(long));
    }
}
