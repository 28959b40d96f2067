-- What the former table held of a person cannot be brought back: keys from before are forgotten.
DROP TABLE kept_answers;
CREATE TABLE kept_answers (
    key         BLOB NOT NULL PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    sealed      BLOB NOT NULL,
    contact_id  BLOB,
    reading     INTEGER NOT NULL,
    kept_until  INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_answers_contact ON kept_answers (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX kept_answers_kept_until ON kept_answers (kept_until);
