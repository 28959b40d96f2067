//! An observer who knows the rule and every published number, and tries every possible table, has at
//! least two values left for each omitted number.

use std::collections::HashMap;
use std::hash::Hash;

use proptest::prelude::*;

use super::*;

/// The lowest and the highest possible value of each number, given the published ones.
struct Possible<T, const N: usize>(HashMap<T, [(u64, u64); N]>);

impl<T: Eq + Hash + std::fmt::Debug, const N: usize> Possible<T, N> {
    fn new() -> Self {
        Self(HashMap::new())
    }

    fn note(&mut self, told: T, numbers: [u64; N]) {
        let known = self.0.entry(told).or_insert_with(|| numbers.map(|number| (number, number)));
        for (known, number) in known.iter_mut().zip(numbers) {
            *known = (known.0.min(number), known.1.max(number));
        }
    }

    /// Fails if a number that is not told could be one thing only.
    fn none_is_determined(&self, numbers_of: impl Fn(&T) -> [Option<u64>; N]) {
        for (told, possible) in &self.0 {
            for (number, (lowest, highest)) in numbers_of(told).iter().zip(possible) {
                match number {
                    Some(number) => assert_eq!((number, number), (lowest, highest), "{told:?}"),
                    None => assert!(lowest < highest, "{told:?} can only be {lowest}: {possible:?}"),
                }
            }
        }
    }
}

/// Every row of `N` numbers up to `most`.
fn every_row<const N: usize>(most: u64) -> impl Iterator<Item = [u64; N]> {
    let values = most + 1;
    let rows = (0..N).fold(1, |rows, _| rows * values);
    (0..rows).map(move |mut row| {
        [(); N].map(|()| {
            let value = row % values;
            row /= values;
            value
        })
    })
}

fn whole_and_parts<const N: usize>(most: u64) {
    let mut possible = Possible::<(Option<u64>, [Option<u64>; N]), N>::new();
    for parts in every_row::<N>(most) {
        let whole = told(parts.iter().sum());
        possible.note((whole, told_parts(whole, parts)), parts);
    }
    possible.none_is_determined(|(_, parts)| *parts);
}

#[test]
fn no_part_that_is_not_told_is_determined_by_the_whole_and_the_others() {
    whole_and_parts::<2>(40);
    whole_and_parts::<3>(16);
    whole_and_parts::<4>(11);
    whole_and_parts::<5>(8);
    whole_and_parts::<6>(6);
}

/// Every way to divide `left` among the numbers from `at` on.
fn divide<const N: usize>(left: u64, at: usize, row: &mut [u64; N], each: &mut impl FnMut(&[u64; N])) {
    if at + 1 == N {
        row[at] = left;
        return each(row);
    }
    for part in 0..=left {
        row[at] = part;
        divide(left - part, at + 1, row, each);
    }
}

/// The numbers of the outcomes, and then the others.
fn all<T: Copy>(outcomes: [T; OUTCOMES], others: [T; 7]) -> [T; OUTCOMES + 7] {
    std::array::from_fn(|at| if at < OUTCOMES { outcomes[at] } else { others[at - OUTCOMES] })
}

/// All the numbers of some counts, in the order of [`told_numbers`].
fn numbers(counts: &Counts) -> [u64; OUTCOMES + 7] {
    let answered: u64 = counts.outcomes.iter().sum();
    let open = counts.open_in_time + counts.open_overdue;
    let Counts { outcomes, answered_late, open_in_time, open_overdue } = *counts;
    let in_time = answered - answered_late;
    all(outcomes, [answered + open, answered, in_time, answered_late, open, open_in_time, open_overdue])
}

fn told_numbers(told: &Told) -> [Option<u64>; OUTCOMES + 7] {
    let Told { outcomes, received, answered, answered_in_time, answered_late, open, open_in_time, open_overdue } =
        *told;
    all(outcomes, [received, answered, answered_in_time, answered_late, open, open_in_time, open_overdue])
}

#[test]
fn no_number_that_is_not_told_is_determined_by_all_that_is_told_of_its_kind() {
    let mut possible = Possible::new();
    for answered in 0..=7 {
        divide(answered, 0, &mut [0; OUTCOMES], &mut |&outcomes| {
            for (answered_late, open) in (0..=answered).flat_map(|late| (0..=7).map(move |open| (late, open))) {
                for open_overdue in 0..=open {
                    let counts = Counts { outcomes, answered_late, open_in_time: open - open_overdue, open_overdue };
                    possible.note(counts.told(), numbers(&counts));
                }
            }
        });
    }
    possible.none_is_determined(told_numbers);
}

/// Any counts, small and large.
fn any_counts() -> impl Strategy<Value = Counts> {
    let number = || prop_oneof![0_u64..12, 0_u64..1000];
    let outcomes = [number(), number(), number(), number(), number(), number()];
    (outcomes, number(), number(), number()).prop_map(|(outcomes, late, open_in_time, open_overdue)| {
        let answered_late = late.min(outcomes.iter().sum());
        Counts { outcomes, answered_late, open_in_time, open_overdue }
    })
}

proptest! {
    #[test]
    fn what_is_told_is_true_and_never_small(counts in any_counts()) {
        for (told, number) in told_numbers(&counts.told()).into_iter().zip(numbers(&counts)) {
            prop_assert!(told.is_none_or(|told| told == number && (told == 0 || told >= FEWEST)));
        }
    }

    /// Beyond the numbers that can all be tried: each part that is not told could have stood in the place of another that
    /// is different, or have been one more or less, and the same would have been told.
    #[test]
    fn another_row_would_have_been_told_alike(parts in prop::array::uniform6(prop_oneof![0_u64..12, 0_u64..1000])) {
        let whole = told(parts.iter().sum());
        let published = told_parts(whole, parts);
        if whole.is_none() {
            return Ok(());
        }
        for (at, _) in published.iter().enumerate().filter(|(_, part)| part.is_none()) {
            let other = (0..parts.len()).filter(|&other| other != at && published[other].is_none()).find_map(|other| {
                let mut row = parts;
                row.swap(at, other);
                if row == parts {
                    row[other] = row[other].checked_sub(1)?;
                    row[at] += 1;
                }
                (told_parts(whole, row) == published && row[at] != parts[at]).then_some(row)
            });
            prop_assert!(other.is_some(), "{parts:?} is all that could be told as {published:?}");
        }
    }
}

/// A tree of two parts with two parts each.
fn tree([a, b, c, d]: [u64; 4]) -> Tree {
    let part = |one, other| Tree::sum(vec![Tree::counted(one), Tree::counted(other)]);
    Tree::sum(vec![part(a, b), part(c, d)])
}

/// The numbers of [`tree`]: the whole, its parts, and theirs.
fn of_tree(tree: &ToldTree) -> [Option<u64>; 7] {
    let (parts, inner) = (tree.parts.iter(), tree.parts.iter().flat_map(|part| &part.parts));
    let mut numbers = std::iter::once(tree).chain(parts).chain(inner).map(|told| told.number);
    std::array::from_fn(|_| numbers.next().unwrap())
}

#[test]
fn no_omitted_number_of_a_tree_is_determined_by_the_published_ones() {
    let mut possible = Possible::<ToldTree, 7>::new();
    for row in every_row::<4>(14) {
        let tree = tree(row);
        possible.note(tree.published(), of_tree(&tree.exact()).map(Option::unwrap));
    }
    possible.none_is_determined(of_tree);
}

#[test]
fn figures_single_out_no_person() {
    use OutcomeKind::{Fulfilled, PartlyFulfilled, Refused};
    let counts = |added: &[(Option<OutcomeKind>, bool, u64)]| {
        let mut counts = Counts::default();
        for &(outcome, late, number) in added {
            counts.add(outcome, late, number);
        }
        counts.told()
    };
    // No small numbers: all are published, zeros too.
    let whole = counts(&[(Some(Fulfilled), false, 30), (Some(Refused), true, 7), (None, false, 5), (None, true, 6)]);
    assert_eq!((whole.received, whole.answered, whole.open), (Some(48), Some(37), Some(11)));
    assert_eq!((whole.outcome(Fulfilled), whole.outcome(Refused)), (Some(30), Some(7)));
    assert_eq!(whole.outcome(PartlyFulfilled), Some(0));
    assert_eq!((whole.answered_in_time, whole.answered_late), (Some(30), Some(7)));
    assert_eq!((whole.open_in_time, whole.open_overdue), (Some(5), Some(6)));
    // One outcome is small: the next goes with it, and so do zeros; the largest stays.
    let hidden = counts(&[(Some(Fulfilled), false, 30), (Some(PartlyFulfilled), false, 8), (Some(Refused), false, 2)]);
    assert_eq!((hidden.received, hidden.answered, hidden.open), (Some(40), Some(40), Some(0)));
    assert_eq!(hidden.outcome(Fulfilled), Some(30));
    assert_eq!((hidden.outcome(PartlyFulfilled), hidden.outcome(Refused)), (None, None));
    assert_eq!(hidden.outcome(OutcomeKind::Withdrawn), None);
    assert_eq!((hidden.answered_in_time, hidden.answered_late), (Some(40), Some(0)));
    // Few are open: how many were received is all that can be told.
    let open = counts(&[(Some(Fulfilled), false, 30), (None, false, 3)]);
    assert_eq!((open.received, open.answered, open.open, open.outcome(Fulfilled)), (Some(33), None, None, None));
    // A small total: all numbers are omitted. A total of zero: it is published.
    assert_eq!(told_numbers(&counts(&[(Some(Refused), false, 4)])), [None; OUTCOMES + 7]);
    assert_eq!(told_numbers(&counts(&[])), [Some(0); OUTCOMES + 7]);
}
