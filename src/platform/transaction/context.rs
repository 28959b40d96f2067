//! The parts that both transactions share: the actor, the scope, the time, and the services that a
//! store may use.

use std::sync::Arc;

use super::services::Services;
use crate::domain::{Actor, Error, Reading, Scope};
use crate::platform::audit::{Entry, EntryRow};

/// The context of one request or job.
#[derive(Clone)]
pub struct Context {
    pub(in crate::platform) actor: Arc<Actor>,
    pub(in crate::platform) scope: Scope,
    pub(in crate::platform) time: Reading,
    pub(in crate::platform) services: Arc<Services>,
}

/// A transaction's notes for its end.
#[derive(Default)]
pub struct Noted {
    /// Accesses to record after the read has succeeded.
    pub(in crate::platform) looks: Vec<Entry>,
    /// Audit entries to insert before the write ends.
    pub(in crate::platform) deeds: Vec<EntryRow>,
    /// A person's data was unsealed, so there must be an access or an entry.
    pub(in crate::platform) unsealed: bool,
    /// The number of people in the record of what an organisation was shown; `None` without such a record.
    pub(in crate::platform) disclosed: Option<usize>,
}

impl Noted {
    /// Checks that people are shown to an organisation only by a transaction that records it.
    ///
    /// # Errors
    /// Internal when the transaction unsealed data of a person, or looked at one, and has no such record.
    pub(in crate::platform) fn must_be_disclosed(&self, scope: Scope) -> Result<(), Error> {
        let shows_people = self.unsealed || self.looks.iter().any(|look| look.people_shown() > 0);
        match scope {
            Scope::Organisation(_) if shows_people && self.disclosed.is_none() => {
                Err(Error::internal("an organisation was shown people outside of Access::disclose"))
            }
            Scope::Organisation(_) | Scope::All => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{ContactId, OrganisationId};
    use crate::platform::audit::Action;

    #[test]
    fn an_organisation_is_shown_people_only_by_a_transaction_that_records_it() {
        let recipient = Scope::Organisation(OrganisationId::from_uuid(Uuid::from_u128(1)));
        let person = ContactId::from_uuid(Uuid::from_u128(2));
        let look = |entry: Entry| Noted { looks: vec![entry], ..Noted::default() };
        let unsealed = || Noted { unsealed: true, ..Noted::default() };
        let shows_people = [
            unsealed(),
            look(Entry::new(Action::ContactsRead).contact(person)),
            look(Entry::new(Action::ContactsList).listing(3)),
        ];
        for noted in shows_people {
            let refused = noted.must_be_disclosed(recipient).unwrap_err();
            assert_eq!(refused.cause(), Some("an organisation was shown people outside of Access::disclose"));
            assert!(noted.must_be_disclosed(Scope::All).is_ok());
            assert!(Noted { disclosed: Some(1), ..noted }.must_be_disclosed(recipient).is_ok());
        }
        let of_no_person = look(Entry::new(Action::BreachesList).with("count", 3));
        assert!(of_no_person.must_be_disclosed(recipient).is_ok());
    }
}
