-- Decisions, append-only, and the state of each consent as they project it.
CREATE TABLE consents (
    id                  UUID NOT NULL PRIMARY KEY,
    contact_id          UUID NOT NULL REFERENCES contacts (id),
    purpose             TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('pending', 'given', 'withdrawn')),
    since               TIMESTAMPTZ NOT NULL,
    notice_version      DATE NOT NULL REFERENCES privacy_notices (version),
    method              TEXT NOT NULL,
    decision_id         UUID NOT NULL,
    pending_decision_id UUID,
    pending_until       TIMESTAMPTZ,
    withdrawn_at        TIMESTAMPTZ,
    created_at          TIMESTAMPTZ NOT NULL,
    version             INTEGER NOT NULL,
    CHECK ((pending_decision_id IS NULL) = (pending_until IS NULL)),
    CHECK (state <> 'pending' OR pending_decision_id = decision_id)
);
CREATE UNIQUE INDEX consents_contact_purpose ON consents (contact_id, purpose);
CREATE INDEX consents_purpose_state ON consents (purpose, state, id);

CREATE TABLE consent_decisions (
    id             UUID NOT NULL PRIMARY KEY,
    consent_id     UUID NOT NULL REFERENCES consents (id),
    contact_id     UUID NOT NULL REFERENCES contacts (id),
    purpose        TEXT NOT NULL,
    decision       TEXT NOT NULL CHECK (decision IN ('given', 'confirmed', 'withdrawn')),
    method         TEXT NOT NULL,
    occurred_at    TIMESTAMPTZ NOT NULL,
    recorded_at    TIMESTAMPTZ NOT NULL,
    pending_until  TIMESTAMPTZ,
    notice_version DATE NOT NULL REFERENCES privacy_notices (version),
    wording_sha256 BYTEA,
    evidence       BYTEA,
    confirms       UUID,
    recorded_by    TEXT NOT NULL
);
CREATE INDEX consent_decisions_consent ON consent_decisions (consent_id, id);
CREATE TRIGGER consent_decisions_append_only BEFORE UPDATE OR DELETE ON consent_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a consent decision');
CREATE TRIGGER consent_decisions_no_truncate BEFORE TRUNCATE ON consent_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a consent decision');

CREATE TABLE consent_confirmations (
    token_hash  BYTEA NOT NULL PRIMARY KEY,
    mark        BYTEA NOT NULL,
    decision_id UUID NOT NULL REFERENCES consent_decisions (id),
    consent_id  UUID NOT NULL REFERENCES consents (id),
    expires_at  TIMESTAMPTZ NOT NULL,
    spent_at    TIMESTAMPTZ
);
