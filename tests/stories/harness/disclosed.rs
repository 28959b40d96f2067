//! People whose data a recipient has received, written into the tables without a call.

use diesel::sql_types::{Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use iewm::domain::OrganisationId;
use uuid::{Builder, Uuid};

use super::{Engine, Service};

#[derive(QueryableByName)]
struct State {
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Nullable<Text>)]
    recall_cause: Option<String>,
}

impl Service {
    /// The stored status of a disclosure, and why it was recalled.
    pub(crate) fn disclosure_state(&self, id: &str) -> String {
        let query =
            sql_query(format!("SELECT status, recall_cause FROM disclosures WHERE id = {}", self.id_in_sql(id)));
        let State { status, recall_cause } = match self.engine {
            Engine::Sqlite => query.get_result(&mut self.sqlite()),
            Engine::Postgres => query.get_result(&mut self.postgres()),
        }
        .expect("a disclosure");
        recall_cause.map_or(status.clone(), |cause| format!("{status} {cause}"))
    }

    /// An id as a statement names it.
    pub(crate) fn id_in_sql(&self, id: &str) -> String {
        let id: Uuid = id.parse().expect("an id");
        match self.engine {
            Engine::Sqlite => format!("x'{}'", id.simple()),
            Engine::Postgres => format!("'{id}'"),
        }
    }

    /// Now, as a statement writes it.
    pub(crate) fn now_in_sql(&self) -> String {
        match self.engine {
            Engine::Sqlite => self.now().micros().to_string(),
            Engine::Postgres => format!("'{}'", self.now()),
        }
    }

    /// Writes a live disclosure of a person's name to a recipient, and returns its id. `agreement` and `event` are paths.
    pub(crate) fn write_disclosure(
        &self,
        contact: &str,
        organisation: OrganisationId,
        agreement: &str,
        event: Option<&str>,
    ) -> String {
        let made = u64::try_from(self.count("disclosures")).expect("a count");
        let mut random = [0; 10];
        random[2..].copy_from_slice(&made.to_be_bytes());
        let milliseconds = u64::try_from(self.now().micros() / 1000).expect("a time");
        let id = Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid().to_string();
        let last = |path: &str| path.rsplit('/').next().expect("an id").to_owned();
        let event = event.map_or("NULL".to_owned(), |event| self.id_in_sql(&last(event)));
        let agreement = last(agreement);
        let [id_sql, contact, organisation, agreement] =
            [&id, contact, &organisation.to_string(), &agreement].map(|id| self.id_in_sql(id));
        let now = self.now_in_sql();
        let insert = format!(
            "INSERT INTO disclosures (id, contact_id, organisation_id, agreement_id, event_id, purpose, fields, status, disclosed_at, \
             created_at, updated_at, version) VALUES ({id_sql}, {contact}, {organisation}, {agreement}, {event}, 'event_administration', \
             'name', 'live', {now}, {now}, {now}, 1)"
        );
        self.sql(&insert).expect("a disclosure");
        id
    }

    /// Ends a disclosure, by a recall or by its time.
    pub(crate) fn end_disclosure(&self, id: &str, by_recall: bool) {
        let (id, now) = (self.id_in_sql(id), self.now_in_sql());
        let ends = if by_recall {
            format!("status = 'recalled', recalled_at = {now}, recall_cause = 'decision'")
        } else {
            format!("status = 'expired', expires_at = {now}")
        };
        self.sql(&format!("UPDATE disclosures SET {ends} WHERE id = {id}")).expect("a disclosure");
    }

    /// Writes that a recipient has read a person among its shared contacts.
    pub(crate) fn read_by(&self, organisation: OrganisationId, contact: &str) {
        let (now, contact) = (self.now_in_sql(), self.id_in_sql(contact));
        let contacts = match self.engine {
            Engine::Sqlite => contact,
            Engine::Postgres => format!("ARRAY[{contact}::uuid]"),
        };
        let (id, organisation) = (self.id_in_sql(&Uuid::max().to_string()), self.id_in_sql(&organisation.to_string()));
        let insert = format!(
            "INSERT INTO disclosure_batches (id, part, organisation_id, caller, operation, read_at, contact_ids) \
             VALUES ({id}, 0, {organisation}, 'contractor-1', 'shared_contact', {now}, {contacts})"
        );
        self.sql(&insert).expect("a batch");
    }
}
