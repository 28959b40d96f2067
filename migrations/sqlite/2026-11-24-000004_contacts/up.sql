-- People, sealed under a key of their own, and the marks that outlive them.
CREATE TABLE contacts (
    id               BLOB NOT NULL PRIMARY KEY,
    status           TEXT NOT NULL CHECK (status IN ('active', 'erased')),
    obtained_on      TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    last_activity_on TEXT NOT NULL,
    particulars      BLOB,
    email_index      BLOB,
    telephone_index  BLOB,
    version          INTEGER NOT NULL,
    CHECK ((status = 'erased') = (particulars IS NULL)),
    CHECK (status = 'active' OR (email_index IS NULL AND telephone_index IS NULL))
) STRICT;
CREATE UNIQUE INDEX contacts_email ON contacts (email_index);
CREATE INDEX contacts_telephone ON contacts (telephone_index, id);
CREATE INDEX contacts_updated ON contacts (updated_at, id);

CREATE TABLE contact_name_tokens (
    token      INTEGER NOT NULL,
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    PRIMARY KEY (token, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_name_tokens_contact ON contact_name_tokens (contact_id);

CREATE TABLE suppressions (
    mark    BLOB NOT NULL,
    purpose TEXT NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (mark, purpose)
) STRICT, WITHOUT ROWID;
