-- Complaints about the use of a person's data. The particulars are sealed under a key of the complaint's own, because the
-- complainant need not be a contact.
CREATE TABLE complaints (
    id              UUID NOT NULL PRIMARY KEY,
    reference       TEXT NOT NULL CONSTRAINT complaints_reference UNIQUE,
    contact_id      UUID REFERENCES contacts (id),
    channel         TEXT NOT NULL CHECK (channel IN ('email', 'web_form', 'telephone', 'post', 'in_person')),
    received_on     DATE NOT NULL,
    status          TEXT NOT NULL
        CHECK (status IN ('received', 'acknowledged', 'investigating', 'outcome_given', 'withdrawn')),
    acknowledged_on DATE,
    outcome         TEXT CHECK (outcome IN ('upheld', 'partly_upheld', 'not_upheld')),
    closed_on       DATE,
    particulars     BYTEA NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    version         INTEGER NOT NULL,
    CHECK (status <> 'acknowledged' OR acknowledged_on IS NOT NULL),
    CHECK ((status = 'outcome_given') = (outcome IS NOT NULL)),
    CHECK ((status IN ('outcome_given', 'withdrawn')) = (closed_on IS NOT NULL)),
    CHECK (acknowledged_on IS NULL OR acknowledged_on >= received_on),
    CHECK (closed_on IS NULL OR closed_on >= received_on)
);
CREATE INDEX complaints_by_status ON complaints (status, id);
CREATE INDEX complaints_by_receipt ON complaints (received_on);
CREATE INDEX complaints_by_contact ON complaints (contact_id, id) WHERE contact_id IS NOT NULL;

-- Each step of a complaint. The service only adds rows.
CREATE TABLE complaint_steps (
    id           UUID NOT NULL PRIMARY KEY,
    complaint_id UUID NOT NULL REFERENCES complaints (id),
    status       TEXT NOT NULL
        CHECK (status IN ('received', 'acknowledged', 'investigating', 'outcome_given', 'withdrawn')),
    occurred_on  DATE NOT NULL,
    recorded_at  TIMESTAMPTZ NOT NULL,
    recorded_by  TEXT NOT NULL
);
CREATE INDEX complaint_steps_of ON complaint_steps (complaint_id, id);
