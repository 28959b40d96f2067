-- People. Their particulars are sealed under a key of their own. A merged contact names the contact that it became in
-- merged_into. A restricted contact (UK GDPR Article 18) has a ground and a time.
CREATE TABLE contacts (
    id                BLOB NOT NULL PRIMARY KEY,
    status            TEXT NOT NULL CHECK (status IN ('active', 'erased')),
    obtained_on       TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    last_activity_on  TEXT NOT NULL,
    particulars       BLOB,
    email_index       BLOB,
    telephone_index   BLOB,
    version           INTEGER NOT NULL,
    merged_into       BLOB REFERENCES contacts (id) CHECK (merged_into IS NULL OR status = 'erased'),
    former_mark       BLOB CHECK (former_mark IS NULL OR merged_into IS NOT NULL),
    email_bounced_at  INTEGER,
    restricted_ground TEXT
        CHECK (restricted_ground IN ('accuracy_contested', 'unlawful_processing', 'needed_for_claims', 'objection_pending')),
    restricted_at     INTEGER
        CHECK ((restricted_at IS NULL) = (restricted_ground IS NULL) AND (restricted_at IS NULL OR status = 'active')),
    search_tokens     BLOB CHECK (status = 'active' OR search_tokens IS NULL),
    CHECK ((status = 'erased') = (particulars IS NULL)),
    CHECK (status = 'active' OR (email_index IS NULL AND telephone_index IS NULL))
) STRICT;
CREATE UNIQUE INDEX contacts_email ON contacts (email_index);
CREATE INDEX contacts_updated ON contacts (updated_at, id);
CREATE INDEX contacts_merged_into ON contacts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX contacts_restricted ON contacts (id) WHERE restricted_at IS NOT NULL;
-- Each start looks for keys that erased contacts should no longer have.
CREATE INDEX contacts_erased ON contacts (id) WHERE particulars IS NULL;
-- The columns that a consent check reads. The table's row, with the sealed particulars, is ten times as large.
CREATE INDEX contacts_reach ON contacts (id, status, restricted_at, email_index);

-- The full-text index of search_tokens. A row's number is the 60 bits of the contact's id that hold its time.
CREATE VIRTUAL TABLE contact_tokens USING fts5 (tokens, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
-- A removed token leaves the pages at once.
INSERT INTO contact_tokens (contact_tokens, rank) VALUES ('secure-delete', 1);

-- The kinds of recipients with which a person does not want their data shared.
CREATE TABLE sharing_refusals (
    contact_id     BLOB NOT NULL REFERENCES contacts (id),
    recipient_kind TEXT NOT NULL
        CHECK (recipient_kind IN ('council', 'event_partner', 'venue', 'approved_contractor', 'public_authority')),
    since          INTEGER NOT NULL,
    PRIMARY KEY (contact_id, recipient_kind)
) STRICT, WITHOUT ROWID;

-- Plans of erasure: ids, counts and grounds, who proposed the plan and who executed it.
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
