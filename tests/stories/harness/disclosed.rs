//! Disclosures as they are stored, and those of an attendee list, written into the table without the event, the assignment and the read.

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

    /// Writes a live disclosure of a person's name to a recipient at an event, and returns its id. `agreement` and `event` are paths.
    pub(crate) fn write_disclosure(
        &self,
        contact: &str,
        organisation: OrganisationId,
        agreement: &str,
        event: &str,
    ) -> String {
        let made = u64::try_from(self.count("disclosures")).expect("a count");
        let mut random = [0; 10];
        random[2..].copy_from_slice(&made.to_be_bytes());
        let milliseconds = u64::try_from(self.now().micros() / 1000).expect("a time");
        let id = Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid().to_string();
        let last = |path: &str| path.rsplit('/').next().expect("an id").to_owned();
        let [id_sql, contact, organisation, agreement, event] =
            [&id, contact, &organisation.to_string(), &last(agreement), &last(event)].map(|id| self.id_in_sql(id));
        let now = self.now_in_sql();
        let insert = format!(
            "INSERT INTO disclosures (id, contact_id, organisation_id, agreement_id, event_id, purpose, fields, status, disclosed_at, \
             created_at, updated_at, version) VALUES ({id_sql}, {contact}, {organisation}, {agreement}, {event}, 'event_administration', \
             'name', 'live', {now}, {now}, {now}, 1)"
        );
        self.sql(&insert).expect("a disclosure");
        id
    }
}
