-- What was carried out of the answers about records that may be a person's or another's: `another_person`, so that no later plan
-- asks again, and `unsure`, so that a later answer can follow. A record that is known to be a person's has no row.
CREATE TABLE match_answers (
    record_id   BLOB NOT NULL,
    contact_id  BLOB NOT NULL REFERENCES contacts (id),
    record_kind TEXT NOT NULL,
    answer      TEXT NOT NULL CHECK (answer IN ('another_person', 'unsure')),
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (record_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_answers_of ON match_answers (contact_id);
