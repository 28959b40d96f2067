-- Whoever asked for it is stored and not used (UK GDPR Article 18): on which ground, since when.
ALTER TABLE contacts ADD COLUMN restricted_ground TEXT
    CHECK (restricted_ground IN ('accuracy_contested', 'unlawful_processing', 'needed_for_claims', 'objection_pending'));
ALTER TABLE contacts ADD COLUMN restricted_at INTEGER
    CHECK ((restricted_at IS NULL) = (restricted_ground IS NULL) AND (restricted_at IS NULL OR status = 'active'));
CREATE INDEX contacts_restricted ON contacts (id) WHERE restricted_at IS NOT NULL;

-- An objection to direct marketing (Article 21(2) and (3)) ends a consent as a withdrawal does, and stands until the mailbox
-- itself confirms another.
ALTER TABLE consents ADD COLUMN objected_at INTEGER CHECK (objected_at IS NULL OR state <> 'given');
ALTER TABLE consent_decisions ADD COLUMN objection INTEGER NOT NULL DEFAULT 0
    CHECK (objection IN (0, 1) AND (objection = 0 OR decision = 'withdrawn'));
