-- The register of personal-data breaches. It names no person. Its text is sealed under a key of the service's own.
CREATE TABLE breaches (
    id                          UUID NOT NULL PRIMARY KEY,
    reference                   TEXT NOT NULL CONSTRAINT breaches_reference UNIQUE,
    aware_at                    TIMESTAMPTZ NOT NULL,
    categories                  TEXT NOT NULL CHECK (categories <> ''),
    approximate_subjects        INTEGER CHECK (approximate_subjects >= 0),
    approximate_records         INTEGER CHECK (approximate_records >= 0),
    reported_by_organisation_id UUID REFERENCES organisations (id),
    status                      TEXT NOT NULL CHECK (status IN ('reported', 'assessed', 'notified', 'closed')),
    risk                        TEXT CHECK (risk IN ('unlikely', 'likely', 'high')),
    notify_regulator            BOOLEAN,
    notify_subjects             BOOLEAN,
    notified_at                 TIMESTAMPTZ,
    closed_at                   TIMESTAMPTZ,
    particulars                 BYTEA NOT NULL,
    created_at                  TIMESTAMPTZ NOT NULL,
    updated_at                  TIMESTAMPTZ NOT NULL,
    version                     INTEGER NOT NULL,
    CHECK ((status = 'reported') = (risk IS NULL)),
    CHECK ((risk IS NULL) = (notify_regulator IS NULL)),
    CHECK ((risk IS NULL) = (notify_subjects IS NULL)),
    CHECK (status <> 'notified' OR notified_at IS NOT NULL),
    CHECK (status IN ('notified', 'closed') OR notified_at IS NULL),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX breaches_by_status ON breaches (status, id);
CREATE INDEX breaches_by_awareness ON breaches (aware_at);
CREATE INDEX breaches_by_organisation ON breaches (reported_by_organisation_id, id)
    WHERE reported_by_organisation_id IS NOT NULL;

-- Each step of a breach, with its notifications. The service only adds rows.
CREATE TABLE breach_steps (
    id          UUID NOT NULL PRIMARY KEY,
    breach_id   UUID NOT NULL REFERENCES breaches (id),
    status      TEXT NOT NULL CHECK (status IN ('reported', 'assessed', 'notified', 'closed')),
    phase       TEXT CHECK (phase IN ('initial', 'further', 'final')),
    occurred_at TIMESTAMPTZ NOT NULL,
    words       BYTEA,
    recorded_at TIMESTAMPTZ NOT NULL,
    recorded_by TEXT NOT NULL,
    CHECK ((status = 'notified') = (phase IS NOT NULL))
);
CREATE INDEX breach_steps_of ON breach_steps (breach_id, id);
