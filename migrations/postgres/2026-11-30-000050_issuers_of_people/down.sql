ALTER TABLE token_revocations DROP COLUMN issuer;
ALTER TABLE erasure_plans DROP CONSTRAINT erasure_plans_two_people;
ALTER TABLE erasure_plans ADD CONSTRAINT erasure_plans_check1
    CHECK (executed_by IS NULL OR executed_by <> proposed_by) NOT VALID;
ALTER TABLE erasure_plans DROP COLUMN proposed_issuer;
ALTER TABLE erasure_plans DROP COLUMN proposed_claim;
ALTER TABLE erasure_plans DROP COLUMN executed_issuer;
