-- A subject is a person at its issuer alone: plans and revocations keep the issuer beside it. Rows from before have none, and
-- count for every issuer.
ALTER TABLE erasure_plans ADD COLUMN proposed_issuer TEXT;
ALTER TABLE erasure_plans ADD COLUMN proposed_claim TEXT;
ALTER TABLE erasure_plans ADD COLUMN executed_issuer TEXT;
ALTER TABLE erasure_plans DROP CONSTRAINT erasure_plans_check1;
ALTER TABLE erasure_plans ADD CONSTRAINT erasure_plans_two_people
    CHECK (executed_by IS NULL OR executed_by <> proposed_by OR coalesce(executed_issuer <> proposed_issuer, FALSE));

ALTER TABLE token_revocations ADD COLUMN issuer TEXT;
-- Tokens may live for two hours now, where they lived for one: what is revoked stays so for as long.
UPDATE token_revocations SET moot_at = moot_at + INTERVAL '59 minutes';
