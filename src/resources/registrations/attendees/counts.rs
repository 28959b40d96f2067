//! Counting dietary requirements.

use super::super::requirements::model::{AccessRequirements, DietaryRequirement};
use super::model::{CateringCounts, DietaryCounts};

/// Counts what people need. The words are sorted, so that their order says nothing about the people.
pub(super) fn count(needs: Vec<AccessRequirements>) -> CateringCounts {
    let mut counts = DietaryCounts::default();
    let mut details = Vec::new();
    for AccessRequirements { mut dietary, access: _, details: words } in needs {
        dietary.sort_unstable();
        dietary.dedup();
        for requirement in &dietary {
            *place(&mut counts, *requirement) += 1;
        }
        if dietary.contains(&DietaryRequirement::Other) {
            details.extend(words);
        }
    }
    details.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    CateringCounts { counts, details }
}

fn place(counts: &mut DietaryCounts, requirement: DietaryRequirement) -> &mut u32 {
    match requirement {
        DietaryRequirement::Vegetarian => &mut counts.vegetarian,
        DietaryRequirement::Vegan => &mut counts.vegan,
        DietaryRequirement::Halal => &mut counts.halal,
        DietaryRequirement::Kosher => &mut counts.kosher,
        DietaryRequirement::GlutenFree => &mut counts.gluten_free,
        DietaryRequirement::DairyFree => &mut counts.dairy_free,
        DietaryRequirement::NutFree => &mut counts.nut_free,
        DietaryRequirement::Other => &mut counts.other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::requirements::model::{AccessRequirement, RequirementDetails};
    use super::*;

    #[test]
    fn each_requirement_is_counted_once_for_each_person_and_only_the_words_of_other_are_shown() {
        let needs =
            |dietary: &[DietaryRequirement], access: &[AccessRequirement], words: Option<&str>| AccessRequirements {
                dietary: dietary.to_vec(),
                access: access.to_vec(),
                details: words.map(|words| RequirementDetails::try_from(words.to_owned()).unwrap()),
            };
        let (vegan, nuts, other) = (DietaryRequirement::Vegan, DietaryRequirement::NutFree, DietaryRequirement::Other);
        let counted = count(vec![
            needs(&[vegan, vegan, nuts], &[], None),
            needs(&[vegan, other], &[], Some("No lupin")),
            needs(&[other], &[], Some("No celery")),
            needs(&[vegan], &[AccessRequirement::Other], Some("A seat at the front")),
        ]);
        assert_eq!(counted.counts, DietaryCounts { vegan: 3, nut_free: 1, other: 2, ..DietaryCounts::default() });
        let words: Vec<&str> = counted.details.iter().map(RequirementDetails::as_str).collect();
        assert_eq!(words, ["No celery", "No lupin"]);
    }
}
