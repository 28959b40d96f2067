-- What the former table held of a person cannot be brought back: keys from before are forgotten.
DROP TABLE kept_answers;
CREATE TABLE kept_answers (
    key         BYTEA NOT NULL PRIMARY KEY,
    fingerprint BYTEA NOT NULL,
    sealed      BYTEA NOT NULL,
    contact_id  UUID,
    reading     BOOLEAN NOT NULL,
    kept_until  TIMESTAMPTZ NOT NULL
);
CREATE INDEX kept_answers_contact ON kept_answers (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX kept_answers_kept_until ON kept_answers (kept_until);
