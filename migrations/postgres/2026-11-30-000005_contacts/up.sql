-- People. Their particulars are sealed under a key of their own. A merged contact names the contact that it became in
-- merged_into. A restricted contact (UK GDPR Article 18) has a ground and a time.
CREATE TABLE contacts (
    id                UUID NOT NULL PRIMARY KEY,
    status            TEXT NOT NULL CHECK (status IN ('active', 'erased')),
    obtained_on       DATE NOT NULL,
    created_at        TIMESTAMPTZ NOT NULL,
    updated_at        TIMESTAMPTZ NOT NULL,
    last_activity_on  DATE NOT NULL,
    particulars       BYTEA,
    email_index       BYTEA,
    telephone_index   BYTEA,
    version           INTEGER NOT NULL,
    merged_into       UUID REFERENCES contacts (id),
    former_mark       BYTEA,
    email_bounced_at  TIMESTAMPTZ,
    restricted_ground TEXT
        CHECK (restricted_ground IN ('accuracy_contested', 'unlawful_processing', 'needed_for_claims', 'objection_pending')),
    restricted_at     TIMESTAMPTZ,
    search_tokens     INTEGER[],
    CHECK ((status = 'erased') = (particulars IS NULL)),
    CHECK (status = 'active' OR (email_index IS NULL AND telephone_index IS NULL)),
    CHECK (merged_into IS NULL OR status = 'erased'),
    CHECK (former_mark IS NULL OR merged_into IS NOT NULL),
    CHECK ((restricted_at IS NULL) = (restricted_ground IS NULL) AND (restricted_at IS NULL OR status = 'active')),
    CONSTRAINT contacts_check6 CHECK (status = 'active' OR search_tokens IS NULL)
);
CREATE UNIQUE INDEX contacts_email ON contacts (email_index);
CREATE INDEX contacts_updated ON contacts (updated_at, id);
CREATE INDEX contacts_merged_into ON contacts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX contacts_restricted ON contacts (id) WHERE restricted_at IS NOT NULL;
-- Each start looks for keys that erased contacts should no longer have.
CREATE INDEX contacts_erased ON contacts (id) WHERE particulars IS NULL;
-- Each search reads the list of pending tokens, so the list is short.
CREATE INDEX contacts_search_tokens ON contacts USING gin (search_tokens)
    WITH (fastupdate = on, gin_pending_list_limit = 256);

-- The kinds of recipients with which a person does not want their data shared.
CREATE TABLE sharing_refusals (
    contact_id     UUID NOT NULL REFERENCES contacts (id),
    recipient_kind TEXT NOT NULL
        CHECK (recipient_kind IN ('council', 'event_partner', 'venue', 'approved_contractor', 'public_authority')),
    since          TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (contact_id, recipient_kind)
);

-- Plans of erasure: ids, counts and grounds, who proposed the plan and who executed it.
CREATE TABLE erasure_plans (
    id          UUID NOT NULL PRIMARY KEY,
    contact_id  UUID NOT NULL REFERENCES contacts (id),
    sha256      TEXT NOT NULL,
    plan        TEXT NOT NULL,
    obstacles   TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMPTZ NOT NULL,
    executed_by TEXT,
    executed_at TIMESTAMPTZ,
    CHECK ((executed_by IS NULL) = (executed_at IS NULL)),
    CHECK (executed_by IS NULL OR executed_by <> proposed_by)
);
CREATE UNIQUE INDEX erasure_plans_open ON erasure_plans (contact_id) WHERE executed_at IS NULL;
