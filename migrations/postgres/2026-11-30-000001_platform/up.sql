-- Tables of the platform: the audit, idempotency keys, revoked tokens, reference numbers and bank holidays.
-- And the vault: a schema of its own, so that its keys can be backed up apart from the data.
CREATE SCHEMA vault;

-- The data keys of people and records, wrapped by a master key.
CREATE TABLE vault.data_keys (
    owner_id   UUID NOT NULL PRIMARY KEY,
    master_key BYTEA NOT NULL,
    wrapped    BYTEA NOT NULL,
    made_at    TIMESTAMPTZ NOT NULL
);

-- The service's own keys, wrapped by a master key.
CREATE TABLE vault.service_keys (
    name       TEXT NOT NULL PRIMARY KEY,
    master_key BYTEA NOT NULL,
    wrapped    BYTEA NOT NULL,
    made_at    TIMESTAMPTZ NOT NULL
);

-- The owners of destroyed keys. After a restore of older data the service erases them again.
CREATE TABLE vault.destroyed_keys (
    owner_id     UUID NOT NULL PRIMARY KEY,
    destroyed_at TIMESTAMPTZ NOT NULL
);

-- The owners of destroyed keys that the pages of vault.data_keys may still hold, until that table is rewritten.
CREATE TABLE vault.key_remnants (
    owner_id     UUID NOT NULL PRIMARY KEY,
    destroyed_at TIMESTAMPTZ NOT NULL
);

-- Who did what. Append-only.
CREATE TABLE audit_entries (
    id              UUID NOT NULL PRIMARY KEY,
    at              TIMESTAMPTZ NOT NULL,
    actor_kind      TEXT NOT NULL,
    actor           TEXT NOT NULL,
    roles           TEXT NOT NULL,
    organisation_id UUID,
    action          TEXT NOT NULL,
    outcome         TEXT NOT NULL,
    code            TEXT,
    contact_id      UUID,
    subject         TEXT,
    detail          TEXT NOT NULL,
    digest          BYTEA NOT NULL
);
CREATE INDEX audit_entries_contact ON audit_entries (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX audit_entries_actor ON audit_entries (actor, id);
CREATE INDEX audit_entries_action ON audit_entries (action, id);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_ARGV[0];
END;
$$;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change('the audit');
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('the audit');

-- The stored response for each idempotency key.
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

CREATE TABLE token_revocations (
    id         UUID NOT NULL PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('jti', 'subject')),
    value      TEXT NOT NULL,
    not_before TIMESTAMPTZ NOT NULL,
    moot_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX token_revocations_value ON token_revocations (value, kind);

-- The last reference number of each series and year. The transaction that uses a number takes it, so the numbers have no gaps.
CREATE TABLE reference_numbers (
    series TEXT NOT NULL,
    year   INTEGER NOT NULL,
    last   INTEGER NOT NULL CHECK (last >= 1),
    PRIMARY KEY (series, year)
);

-- The table of bank holidays by which the service last computed dates.
CREATE TABLE working_days (
    jurisdiction TEXT NOT NULL PRIMARY KEY,
    version      TEXT NOT NULL,
    adopted_at   TIMESTAMPTZ NOT NULL
);
