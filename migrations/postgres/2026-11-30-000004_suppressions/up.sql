-- Keyed indexes of addresses that must not be written to. They outlive the contact.
CREATE TABLE suppressions (
    mark    BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    since   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mark, purpose)
);
