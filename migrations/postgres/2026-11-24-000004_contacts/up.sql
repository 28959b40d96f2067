-- People, sealed under a key of their own, and the marks that outlive them.
CREATE TABLE contacts (
    id               UUID NOT NULL PRIMARY KEY,
    status           TEXT NOT NULL CHECK (status IN ('active', 'erased')),
    obtained_on      DATE NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL,
    last_activity_on DATE NOT NULL,
    particulars      BYTEA,
    email_index      BYTEA,
    telephone_index  BYTEA,
    version          INTEGER NOT NULL,
    CHECK ((status = 'erased') = (particulars IS NULL)),
    CHECK (status = 'active' OR (email_index IS NULL AND telephone_index IS NULL))
);
CREATE UNIQUE INDEX contacts_email ON contacts (email_index);
CREATE INDEX contacts_telephone ON contacts (telephone_index, id);
CREATE INDEX contacts_updated ON contacts (updated_at, id);

CREATE TABLE contact_name_tokens (
    token      INTEGER NOT NULL,
    contact_id UUID NOT NULL REFERENCES contacts (id),
    PRIMARY KEY (token, contact_id)
);
CREATE INDEX contact_name_tokens_contact ON contact_name_tokens (contact_id);

CREATE TABLE suppressions (
    mark    BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    since   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mark, purpose)
);
