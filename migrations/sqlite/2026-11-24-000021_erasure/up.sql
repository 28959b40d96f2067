-- Erasure by plan: who proposed what, who carried it out. A plan holds ids, counts and grounds.
CREATE TABLE erasure_plans (
    id          BLOB NOT NULL PRIMARY KEY,
    contact_id  BLOB NOT NULL REFERENCES contacts (id),
    sha256      TEXT NOT NULL,
    plan        TEXT NOT NULL,
    obstacles   TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,
    executed_by TEXT,
    executed_at INTEGER,
    CHECK ((executed_by IS NULL) = (executed_at IS NULL)),
    CHECK (executed_by IS NULL OR executed_by <> proposed_by)
) STRICT;
CREATE UNIQUE INDEX erasure_plans_open ON erasure_plans (contact_id) WHERE executed_at IS NULL;

-- The one change of a decision: its proof goes when the person is erased.
DROP TRIGGER consent_decisions_no_update;
CREATE TRIGGER consent_decisions_no_update BEFORE UPDATE ON consent_decisions
    WHEN OLD.evidence IS NULL OR NEW.evidence IS NOT NULL
      OR (NEW.id, NEW.consent_id, NEW.contact_id, NEW.purpose, NEW.decision, NEW.method, NEW.occurred_at, NEW.recorded_at,
          NEW.pending_until, NEW.notice_version, NEW.wording_sha256, NEW.confirms, NEW.recorded_by, NEW.merged_from)
  IS NOT (OLD.id, OLD.consent_id, OLD.contact_id, OLD.purpose, OLD.decision, OLD.method, OLD.occurred_at, OLD.recorded_at,
          OLD.pending_until, OLD.notice_version, OLD.wording_sha256, OLD.confirms, OLD.recorded_by, OLD.merged_from)
BEGIN
    SELECT RAISE(ABORT, 'a consent decision is append-only');
END;

-- What is found by the person alone.
CREATE INDEX memberships_by_contact ON memberships (contact_id);
CREATE INDEX preference_links_by_contact ON preference_links (contact_id);
CREATE INDEX consent_confirmations_by_consent ON consent_confirmations (consent_id);
