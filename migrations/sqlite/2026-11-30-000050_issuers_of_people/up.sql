-- A subject is a person at its issuer alone: plans and revocations keep the issuer beside it. Rows from before have none, and
-- count for every issuer. SQLite cannot change a check, so the table of plans is made anew.
CREATE TABLE erasure_plans_with_issuers (
    id              BLOB NOT NULL PRIMARY KEY,
    contact_id      BLOB NOT NULL REFERENCES contacts (id),
    sha256          TEXT NOT NULL,
    plan            TEXT NOT NULL,
    obstacles       TEXT NOT NULL,
    proposed_by     TEXT NOT NULL,
    proposed_at     INTEGER NOT NULL,
    executed_by     TEXT,
    executed_at     INTEGER,
    proposed_issuer TEXT,
    proposed_claim  TEXT,
    executed_issuer TEXT,
    CHECK ((executed_by IS NULL) = (executed_at IS NULL)),
    CHECK (executed_by IS NULL OR executed_by <> proposed_by OR coalesce(executed_issuer <> proposed_issuer, 0))
) STRICT;
INSERT INTO erasure_plans_with_issuers
    (id, contact_id, sha256, plan, obstacles, proposed_by, proposed_at, executed_by, executed_at)
    SELECT id, contact_id, sha256, plan, obstacles, proposed_by, proposed_at, executed_by, executed_at FROM erasure_plans;
DROP TABLE erasure_plans;
ALTER TABLE erasure_plans_with_issuers RENAME TO erasure_plans;
CREATE UNIQUE INDEX erasure_plans_open ON erasure_plans (contact_id) WHERE executed_at IS NULL;

ALTER TABLE token_revocations ADD COLUMN issuer TEXT;
-- Tokens may live for two hours now, where they lived for one: what is revoked stays so for as long.
UPDATE token_revocations SET moot_at = moot_at + 3540000000;
