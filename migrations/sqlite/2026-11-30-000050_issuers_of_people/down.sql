ALTER TABLE token_revocations DROP COLUMN issuer;
CREATE TABLE erasure_plans_without_issuers (
    id          BLOB NOT NULL PRIMARY KEY,
    contact_id  BLOB NOT NULL REFERENCES contacts (id),
    sha256      TEXT NOT NULL,
    plan        TEXT NOT NULL,
    obstacles   TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,
    executed_by TEXT,
    executed_at INTEGER,
    CHECK ((executed_by IS NULL) = (executed_at IS NULL))
) STRICT;
INSERT INTO erasure_plans_without_issuers
    SELECT id, contact_id, sha256, plan, obstacles, proposed_by, proposed_at, executed_by, executed_at FROM erasure_plans;
DROP TABLE erasure_plans;
ALTER TABLE erasure_plans_without_issuers RENAME TO erasure_plans;
CREATE UNIQUE INDEX erasure_plans_open ON erasure_plans (contact_id) WHERE executed_at IS NULL;
