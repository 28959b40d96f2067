//! Faults in a request, and a list of them that cannot outgrow its answer.

use std::borrow::Cow;

use serde::Serialize;

use super::nearest::nearest;

/// How many faults one answer lists. It counts the rest.
pub const LISTED_FAULTS: usize = 100;
/// The longest pointer, in characters. A caller chooses the names of unknown members, and so their length.
const LONGEST_POINTER: usize = 200;
/// The longest detail, in characters.
const LONGEST_DETAIL: usize = 1_000;

/// A fault in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RequestFault)]
pub struct Fault {
    /// A JSON Pointer (RFC 6901) to the faulty member of the body; absent for a fault in the query. The service cuts a
    /// pointer of more than 200 characters and ends it in `…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "/email", max_length = 201)]
    pointer: Option<String>,
    /// The name of the faulty query parameter, cut as a pointer is; absent for a fault in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "limit", max_length = 201)]
    parameter: Option<String>,
    /// The stable code of the fault.
    #[schema(example = "email")]
    pub code: Cow<'static, str>,
    /// The change that makes the member acceptable.
    #[schema(example = "must be a single e-mail address")]
    pub detail: Cow<'static, str>,
}

impl Fault {
    /// A fault at `pointer`, which is cut if it is too long.
    pub fn new(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::at((Some(shortened_place(pointer.into())), None), code.into(), detail.into())
    }

    /// A fault of the query parameter `name`, which is cut if it is too long.
    pub fn of_parameter(
        name: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::at((None, Some(shortened_place(name.into()))), code.into(), detail.into())
    }

    fn at(
        (pointer, parameter): (Option<String>, Option<String>),
        code: Cow<'static, str>,
        mut detail: Cow<'static, str>,
    ) -> Self {
        if let Some(end) = end_of(&detail, LONGEST_DETAIL) {
            detail = shortened(&detail, end).into();
        }
        Self { pointer, parameter, code, detail }
    }

    /// A well-formed id at `pointer` that names nothing.
    pub fn unknown_reference(pointer: &str) -> Self {
        Self::new(pointer, "unknown_reference", "names no existing record")
    }

    /// A member of the object at `at`, which has the members `known` alone. The detail names them, and first the one that the
    /// caller most likely meant.
    pub fn unknown_member<'a>(at: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Self {
        Self::new(member(at, name), "unknown", unknown_name("member", name, known))
    }

    /// Returns whether the pointer repeats a name that the caller made up: that of an unknown member or parameter.
    pub fn repeats_a_name(&self) -> bool {
        self.code == "unknown"
    }

    /// The pointer to the faulty member; empty for a fault of the whole body or of the query.
    pub fn pointer(&self) -> &str {
        self.pointer.as_deref().unwrap_or_default()
    }
}

/// Says that a name is unknown, which one was most likely meant, and which there are.
pub fn unknown_name<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let names = known.clone().collect::<Vec<_>>().join(", ");
    match nearest(name, known) {
        _ if names.is_empty() => format!("is not a {kind} of this operation, which takes none"),
        Some(meant) => format!("is not a {kind} here: did you mean {meant}? The {kind}s are {names}"),
        None => format!("is not a {kind} here; the {kind}s are {names}"),
    }
}

/// Cuts a pointer or a parameter's name that is too long.
fn shortened_place(mut place: String) -> String {
    if let Some(end) = end_of(&place, LONGEST_POINTER) {
        place.truncate(end);
        place.push('…');
        place.shrink_to_fit();
    }
    place
}

/// The pointer to the member `name` of the object at `at` (RFC 6901).
pub fn member(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The byte at which a text of more than `most` characters is cut; `None` for a shorter one.
fn end_of(text: &str, most: usize) -> Option<usize> {
    if text.len() <= most { None } else { text.char_indices().nth(most).map(|(end, _)| end) }
}

fn shortened(text: &str, end: usize) -> String {
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// The first `most` characters of a text, and `…` if it has more.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    end_of(text, most).map_or(Cow::Borrowed(text), |end| Cow::Owned(shortened(text, end)))
}

/// The faults of a request: the first [`LISTED_FAULTS`], and the count of the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    listed: Vec<Fault>,
    more: usize,
}

impl Faults {
    /// Lists a fault, or counts it when the list is full.
    pub fn push(&mut self, fault: Fault) {
        self.push_with(|| fault);
    }

    /// Lists the fault that `make` returns, or counts one without calling it when the list is full.
    pub fn push_with(&mut self, make: impl FnOnce() -> Fault) {
        if self.listed.len() < LISTED_FAULTS {
            self.listed.push(make());
        } else {
            self.more += 1;
        }
    }

    /// Whether each fault is of a member that the operation does not take: an unknown or read-only one. Those that are only
    /// counted may be others.
    pub fn all_of_superfluous_members(&self) -> bool {
        self.more == 0 && self.listed.iter().all(|fault| matches!(&*fault.code, "unknown" | "read_only"))
    }

    /// Adds faults that were listed apart.
    pub fn append(&mut self, others: Self) {
        self.extend(others.listed);
        self.more += others.more;
    }

    /// The same faults, of which the first `most` are listed and the others are counted.
    #[must_use]
    pub fn at_most(mut self, most: usize) -> Self {
        self.more += self.listed.len().saturating_sub(most);
        self.listed.truncate(most);
        self
    }

    /// Whether there is no fault.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.more == 0
    }

    /// How many faults there are.
    pub fn count(&self) -> usize {
        self.listed.len() + self.more
    }

    /// Those that are listed.
    pub fn listed(&self) -> &[Fault] {
        &self.listed
    }

    /// How many there are besides those that are listed.
    pub fn more(&self) -> usize {
        self.more
    }
}

impl Extend<Fault> for Faults {
    fn extend<I: IntoIterator<Item = Fault>>(&mut self, faults: I) {
        faults.into_iter().for_each(|fault| self.push(fault));
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        let mut list = Self::default();
        list.extend(faults);
        list
    }
}

impl From<Vec<Fault>> for Faults {
    fn from(faults: Vec<Fault>) -> Self {
        Self { listed: faults, more: 0 }.at_most(LISTED_FAULTS)
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self { listed: vec![fault], more: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_faults_are_listed_and_the_rest_is_counted() {
        let many = || (0..250).map(|at| Fault::new(format!("/{at}"), "type", "must be a number"));
        for faults in [many().collect::<Faults>(), Faults::from(many().collect::<Vec<_>>())] {
            assert_eq!((faults.listed().len(), faults.more(), faults.count()), (100, 150, 250));
            assert_eq!(faults.listed()[99].pointer(), "/99");
        }
        let fewer = many().take(100).collect::<Faults>();
        assert_eq!((fewer.listed().len(), fewer.more()), (100, 0));
        let fewer = fewer.at_most(10);
        assert_eq!((fewer.listed().len(), fewer.more()), (10, 90));
    }

    #[test]
    fn a_fault_that_is_only_counted_is_not_made() {
        let mut faults: Faults = (0..100).map(|at| Fault::new(format!("/{at}"), "type", "")).collect();
        faults.push_with(|| panic!("made"));
        assert_eq!(faults.more(), 1);
    }

    #[test]
    fn a_pointer_and_a_detail_are_cut_between_characters() {
        let fault = Fault::new(format!("/{}", "字".repeat(500_000)), "unknown", "x".repeat(2_000));
        assert_eq!(fault.pointer(), format!("/{}…", "字".repeat(199)));
        assert_eq!((fault.detail.chars().count(), fault.detail.chars().last()), (1_001, Some('…')));
        let exact = format!("/{}", "字".repeat(199));
        assert_eq!(Fault::new(exact.clone(), "unknown", "").pointer(), exact);
    }

    #[test]
    fn the_name_of_a_member_is_escaped() {
        assert_eq!(Fault::unknown_member("/source", "a/b~c", ["kind"].into_iter()).pointer(), "/source/a~1b~0c");
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let told = |name| unknown_name("member", name, ["name", "email"].into_iter());
        assert_eq!(told("e-mail"), "is not a member here: did you mean email? The members are name, email");
        assert_eq!(told("consent"), "is not a member here; the members are name, email");
        assert_eq!(
            unknown_name("member", "x", std::iter::empty()),
            "is not a member of this operation, which takes none"
        );
    }
}
