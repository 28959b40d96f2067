-- Plans of erasure that left something of the person, kept beside the keys: an older copy of the data is erased again by them. A
-- plan holds ids, counts and grounds. The table may be there already when such a copy stands beside the present vault.
CREATE TABLE IF NOT EXISTS vault.executed_plans (
    plan_id     UUID NOT NULL PRIMARY KEY,
    contact_id  UUID NOT NULL,
    sha256      TEXT NOT NULL,
    plan        TEXT NOT NULL,
    executed_at TIMESTAMPTZ NOT NULL
);
