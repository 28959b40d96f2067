-- The state of each consent, projected from its decisions. An objection to direct marketing (UK GDPR Article 21(2) and (3))
-- ends a consent as a withdrawal does.
CREATE TABLE consents (
    id                  BLOB NOT NULL PRIMARY KEY,
    contact_id          BLOB NOT NULL REFERENCES contacts (id),
    purpose             TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('pending', 'given', 'withdrawn')),
    since               INTEGER NOT NULL,
    notice_version      TEXT NOT NULL REFERENCES privacy_notices (version),
    method              TEXT NOT NULL,
    decision_id         BLOB NOT NULL,
    pending_decision_id BLOB,
    pending_until       INTEGER,
    withdrawn_at        INTEGER,
    created_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    objected_at         INTEGER CHECK (objected_at IS NULL OR state <> 'given'),
    CHECK ((pending_decision_id IS NULL) = (pending_until IS NULL)),
    CHECK (state <> 'pending' OR pending_decision_id = decision_id)
) STRICT;
CREATE UNIQUE INDEX consents_contact_purpose ON consents (contact_id, purpose);
CREATE INDEX consents_purpose_state ON consents (purpose, state, id);

-- Decisions about consents. Append-only, but for the evidence, which goes when the person is erased.
CREATE TABLE consent_decisions (
    id             BLOB NOT NULL PRIMARY KEY,
    consent_id     BLOB NOT NULL REFERENCES consents (id),
    contact_id     BLOB NOT NULL REFERENCES contacts (id),
    purpose        TEXT NOT NULL,
    decision       TEXT NOT NULL CHECK (decision IN ('given', 'confirmed', 'withdrawn')),
    method         TEXT NOT NULL,
    occurred_at    INTEGER NOT NULL,
    recorded_at    INTEGER NOT NULL,
    pending_until  INTEGER,
    notice_version TEXT NOT NULL REFERENCES privacy_notices (version),
    wording_sha256 BLOB,
    evidence       BLOB,
    confirms       BLOB,
    recorded_by    TEXT NOT NULL,
    merged_from    BLOB REFERENCES consent_decisions (id),
    objection      INTEGER NOT NULL DEFAULT 0
        CHECK (objection IN (0, 1) AND (objection = 0 OR decision = 'withdrawn'))
) STRICT;
CREATE INDEX consent_decisions_consent ON consent_decisions (consent_id, id);
CREATE TRIGGER consent_decisions_no_update BEFORE UPDATE ON consent_decisions
    WHEN OLD.evidence IS NULL OR NEW.evidence IS NOT NULL
      OR (NEW.id, NEW.consent_id, NEW.contact_id, NEW.purpose, NEW.decision, NEW.method, NEW.occurred_at, NEW.recorded_at,
          NEW.pending_until, NEW.notice_version, NEW.wording_sha256, NEW.confirms, NEW.recorded_by, NEW.merged_from)
  IS NOT (OLD.id, OLD.consent_id, OLD.contact_id, OLD.purpose, OLD.decision, OLD.method, OLD.occurred_at, OLD.recorded_at,
          OLD.pending_until, OLD.notice_version, OLD.wording_sha256, OLD.confirms, OLD.recorded_by, OLD.merged_from)
BEGIN
    SELECT RAISE(ABORT, 'a consent decision is append-only');
END;
CREATE TRIGGER consent_decisions_no_replace BEFORE INSERT ON consent_decisions
    WHEN EXISTS (SELECT 1 FROM consent_decisions WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'a consent decision is append-only');
END;
CREATE TRIGGER consent_decisions_no_delete BEFORE DELETE ON consent_decisions
BEGIN
    SELECT RAISE(ABORT, 'a consent decision is append-only');
END;

-- The links, as hashes, by which a mailbox confirms a decision.
CREATE TABLE consent_confirmations (
    token_hash  BLOB NOT NULL PRIMARY KEY,
    mark        BLOB NOT NULL,
    decision_id BLOB NOT NULL REFERENCES consent_decisions (id),
    consent_id  BLOB NOT NULL REFERENCES consents (id),
    expires_at  INTEGER NOT NULL,
    spent_at    INTEGER
) STRICT;
CREATE INDEX consent_confirmations_by_consent ON consent_confirmations (consent_id);
