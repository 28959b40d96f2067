-- Keyed indexes of addresses that must not be written to. They outlive the contact.
CREATE TABLE suppressions (
    mark    BLOB NOT NULL,
    purpose TEXT NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (mark, purpose)
) STRICT, WITHOUT ROWID;
