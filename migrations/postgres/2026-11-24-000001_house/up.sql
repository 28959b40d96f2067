-- What the floors below the rooms keep: keys, the audit, kept answers, revocations.
CREATE SCHEMA vault;

CREATE TABLE vault.data_keys (
    owner_id   UUID NOT NULL PRIMARY KEY,
    master_key BYTEA NOT NULL,
    wrapped    BYTEA NOT NULL,
    made_at    TIMESTAMPTZ NOT NULL
);

CREATE TABLE vault.service_keys (
    name       TEXT NOT NULL PRIMARY KEY,
    master_key BYTEA NOT NULL,
    wrapped    BYTEA NOT NULL,
    made_at    TIMESTAMPTZ NOT NULL
);

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
