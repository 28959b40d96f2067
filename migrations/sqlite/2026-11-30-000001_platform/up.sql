-- Tables of the platform: the audit, idempotency keys, revoked tokens, reference numbers and bank holidays.
-- The data keys are in the vault's own file: see migrations/sqlite-vault.

-- Who did what. Append-only.
CREATE TABLE audit_entries (
    id              BLOB NOT NULL PRIMARY KEY,
    at              INTEGER NOT NULL,
    actor_kind      TEXT NOT NULL,
    actor           TEXT NOT NULL,
    roles           TEXT NOT NULL,
    organisation_id BLOB,
    action          TEXT NOT NULL,
    outcome         TEXT NOT NULL,
    code            TEXT,
    contact_id      BLOB,
    subject         TEXT,
    detail          TEXT NOT NULL,
    digest          BLOB NOT NULL
) STRICT;
CREATE INDEX audit_entries_contact ON audit_entries (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX audit_entries_actor ON audit_entries (actor, id);
CREATE INDEX audit_entries_action ON audit_entries (action, id);
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_entries_no_replace BEFORE INSERT ON audit_entries
    WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;

-- The stored response for each idempotency key.
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

CREATE TABLE token_revocations (
    id         BLOB NOT NULL PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('jti', 'subject')),
    value      TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    moot_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX token_revocations_value ON token_revocations (value, kind);

-- The last reference number of each series and year. The transaction that uses a number takes it, so the numbers have no gaps.
CREATE TABLE reference_numbers (
    series TEXT NOT NULL,
    year   INTEGER NOT NULL,
    last   INTEGER NOT NULL CHECK (last >= 1),
    PRIMARY KEY (series, year)
) STRICT;

-- The table of bank holidays by which the service last computed dates.
CREATE TABLE working_days (
    jurisdiction TEXT NOT NULL PRIMARY KEY,
    version      TEXT NOT NULL,
    adopted_at   INTEGER NOT NULL
) STRICT;
