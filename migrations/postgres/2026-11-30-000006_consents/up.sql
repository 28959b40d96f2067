-- The state of each consent, projected from its decisions. An objection to direct marketing (UK GDPR Article 21(2) and (3))
-- ends a consent as a withdrawal does.
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
    objected_at         TIMESTAMPTZ,
    CHECK ((pending_decision_id IS NULL) = (pending_until IS NULL)),
    CHECK (state <> 'pending' OR pending_decision_id = decision_id),
    CHECK (objected_at IS NULL OR state <> 'given')
);
CREATE UNIQUE INDEX consents_contact_purpose ON consents (contact_id, purpose);
CREATE INDEX consents_purpose_state ON consents (purpose, state, id);

-- Decisions about consents. Append-only, but for the evidence, which goes when the person is erased.
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
    recorded_by    TEXT NOT NULL,
    merged_from    UUID REFERENCES consent_decisions (id),
    objection      BOOLEAN NOT NULL DEFAULT false CHECK (NOT objection OR decision = 'withdrawn')
);
CREATE INDEX consent_decisions_consent ON consent_decisions (consent_id, id);
CREATE TRIGGER consent_decisions_append_only BEFORE UPDATE ON consent_decisions
    FOR EACH ROW
    WHEN (OLD.evidence IS NULL OR NEW.evidence IS NOT NULL
          OR to_jsonb(NEW) - 'evidence' IS DISTINCT FROM to_jsonb(OLD) - 'evidence')
    EXECUTE FUNCTION refuse_change('a consent decision');
CREATE TRIGGER consent_decisions_no_delete BEFORE DELETE ON consent_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a consent decision');
CREATE TRIGGER consent_decisions_no_truncate BEFORE TRUNCATE ON consent_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a consent decision');

-- The links, as hashes, by which a mailbox confirms a decision.
CREATE TABLE consent_confirmations (
    token_hash  BYTEA NOT NULL PRIMARY KEY,
    mark        BYTEA NOT NULL,
    decision_id UUID NOT NULL REFERENCES consent_decisions (id),
    consent_id  UUID NOT NULL REFERENCES consents (id),
    expires_at  TIMESTAMPTZ NOT NULL,
    spent_at    TIMESTAMPTZ
);
CREATE INDEX consent_confirmations_by_consent ON consent_confirmations (consent_id);
