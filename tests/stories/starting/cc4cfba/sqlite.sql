-- iewm.db as commit cc4cfba left it: see README.md.
CREATE TABLE __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE audit_entries (
    id              BLOB NOT NULL PRIMARY KEY,
    at              INTEGER NOT NULL,
    actor_kind      TEXT NOT NULL,
    actor           TEXT NOT NULL,
    roles           TEXT NOT NULL,
    organisation_id BLOB,
    action          TEXT NOT NULL,
    outcome         TEXT NOT NULL,
    code            TEXT,
    contact_id      BLOB,
    subject         TEXT,
    detail          TEXT NOT NULL,
    digest          BLOB NOT NULL
) STRICT;
CREATE TABLE kept_answers (
    key         BLOB NOT NULL PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    sealed      BLOB NOT NULL,
    contact_id  BLOB,
    reading     INTEGER NOT NULL,
    kept_until  INTEGER NOT NULL
) STRICT;
CREATE TABLE token_revocations (
    id         BLOB NOT NULL PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('jti', 'subject')),
    value      TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    moot_at    INTEGER NOT NULL
) STRICT;
CREATE TABLE organisations (
    id            BLOB NOT NULL PRIMARY KEY,
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('council', 'event_partner', 'venue', 'approved_contractor', 'public_authority')),
    status        TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'ended')),
    contact_point BLOB,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL
) STRICT;
CREATE TABLE privacy_notices (
    version      TEXT NOT NULL PRIMARY KEY,
    effective_on TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('draft', 'published')),
    content      TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    published_at INTEGER,
    revision     INTEGER NOT NULL
) STRICT;
CREATE TABLE material_changes (
    notice_version TEXT NOT NULL REFERENCES privacy_notices (version),
    purpose        TEXT NOT NULL,
    effective_on   TEXT NOT NULL,
    PRIMARY KEY (notice_version, purpose)
) STRICT;
CREATE TABLE contacts (
    id               BLOB NOT NULL PRIMARY KEY,
    status           TEXT NOT NULL CHECK (status IN ('active', 'erased')),
    obtained_on      TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    last_activity_on TEXT NOT NULL,
    particulars      BLOB,
    email_index      BLOB,
    telephone_index  BLOB,
    version          INTEGER NOT NULL, merged_into BLOB REFERENCES contacts (id) CHECK (merged_into IS NULL OR status = 'erased'), former_mark BLOB CHECK (former_mark IS NULL OR merged_into IS NOT NULL), email_bounced_at INTEGER, restricted_ground TEXT
    CHECK (restricted_ground IN ('accuracy_contested', 'unlawful_processing', 'needed_for_claims', 'objection_pending')), restricted_at INTEGER
    CHECK ((restricted_at IS NULL) = (restricted_ground IS NULL) AND (restricted_at IS NULL OR status = 'active')), search_tokens BLOB CHECK (status = 'active' OR search_tokens IS NULL),
    CHECK ((status = 'erased') = (particulars IS NULL)),
    CHECK (status = 'active' OR (email_index IS NULL AND telephone_index IS NULL))
) STRICT;
CREATE TABLE suppressions (
    mark    BLOB NOT NULL,
    purpose TEXT NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (mark, purpose)
) STRICT, WITHOUT ROWID;
CREATE TABLE consents (
    id                  BLOB NOT NULL PRIMARY KEY,
    contact_id          BLOB NOT NULL REFERENCES contacts (id),
    purpose             TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('pending', 'given', 'withdrawn')),
    since               INTEGER NOT NULL,
    notice_version      TEXT NOT NULL REFERENCES privacy_notices (version),
    method              TEXT NOT NULL,
    decision_id         BLOB NOT NULL,
    pending_decision_id BLOB,
    pending_until       INTEGER,
    withdrawn_at        INTEGER,
    created_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL, objected_at INTEGER CHECK (objected_at IS NULL OR state <> 'given'),
    CHECK ((pending_decision_id IS NULL) = (pending_until IS NULL)),
    CHECK (state <> 'pending' OR pending_decision_id = decision_id)
) STRICT;
CREATE TABLE consent_decisions (
    id             BLOB NOT NULL PRIMARY KEY,
    consent_id     BLOB NOT NULL REFERENCES consents (id),
    contact_id     BLOB NOT NULL REFERENCES contacts (id),
    purpose        TEXT NOT NULL,
    decision       TEXT NOT NULL CHECK (decision IN ('given', 'confirmed', 'withdrawn')),
    method         TEXT NOT NULL,
    occurred_at    INTEGER NOT NULL,
    recorded_at    INTEGER NOT NULL,
    pending_until  INTEGER,
    notice_version TEXT NOT NULL REFERENCES privacy_notices (version),
    wording_sha256 BLOB,
    evidence       BLOB,
    confirms       BLOB,
    recorded_by    TEXT NOT NULL
, merged_from BLOB REFERENCES consent_decisions (id), objection INTEGER NOT NULL DEFAULT 0
    CHECK (objection IN (0, 1) AND (objection = 0 OR decision = 'withdrawn'))) STRICT;
CREATE TABLE consent_confirmations (
    token_hash  BLOB NOT NULL PRIMARY KEY,
    mark        BLOB NOT NULL,
    decision_id BLOB NOT NULL REFERENCES consent_decisions (id),
    consent_id  BLOB NOT NULL REFERENCES consents (id),
    expires_at  INTEGER NOT NULL,
    spent_at    INTEGER
) STRICT;
CREATE TABLE messages (
    id              BLOB NOT NULL PRIMARY KEY,
    kind            TEXT NOT NULL,
    contact_id      BLOB REFERENCES contacts (id),
    subject_id      BLOB,
    mark            BLOB,
    status          TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'dropped', 'dead')),
    reason          TEXT,
    attempts        INTEGER NOT NULL,
    next_attempt_at INTEGER,
    created_at      INTEGER NOT NULL,
    settled_at      INTEGER,
    version         INTEGER NOT NULL,
    CHECK ((status = 'queued') = (next_attempt_at IS NOT NULL)),
    CHECK ((status = 'queued') = (settled_at IS NULL))
) STRICT;
CREATE TABLE preference_links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    mark       BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE networks (
    id          BLOB NOT NULL PRIMARY KEY,
    code        TEXT NOT NULL CONSTRAINT networks_code UNIQUE,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('active', 'closed')),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    version     INTEGER NOT NULL
) STRICT;
CREATE TABLE memberships (
    id                   BLOB NOT NULL PRIMARY KEY,
    network_id           BLOB NOT NULL REFERENCES networks (id),
    contact_id           BLOB NOT NULL REFERENCES contacts (id),
    role                 TEXT NOT NULL CHECK (role IN ('member', 'chair', 'deputy', 'secretariat', 'observer')),
    status               TEXT NOT NULL CHECK (status IN ('active', 'ended')),
    started_on           TEXT NOT NULL,
    ended_on             TEXT,
    directory_visibility TEXT NOT NULL CHECK (directory_visibility IN ('nobody', 'network', 'staff')),
    particulars          BLOB NOT NULL,
    created_at           INTEGER NOT NULL,
    version              INTEGER NOT NULL,
    CHECK ((status = 'ended') = (ended_on IS NOT NULL)),
    CHECK (ended_on IS NULL OR ended_on >= started_on)
) STRICT;
CREATE TABLE events (
    id                     BLOB NOT NULL PRIMARY KEY,
    title                  TEXT NOT NULL,
    description            TEXT NOT NULL,
    starts_at              INTEGER,
    ends_at                INTEGER,
    venue_organisation_id  BLOB REFERENCES organisations (id),
    place_name             TEXT,
    place_address          TEXT,
    online_url             TEXT,
    capacity               INTEGER CHECK (capacity >= 0),
    registration_opens_at  INTEGER,
    registration_closes_at INTEGER,
    self_cancel_until      INTEGER,
    waiting_list           INTEGER NOT NULL CHECK (waiting_list IN (0, 1)),
    promotion              TEXT NOT NULL CHECK (promotion IN ('automatic', 'offer')),
    offer_working_hours    INTEGER NOT NULL CHECK (offer_working_hours BETWEEN 1 AND 400),
    status                 TEXT NOT NULL CHECK (status IN ('draft', 'published', 'cancelled', 'completed')),
    created_at             INTEGER NOT NULL,
    updated_at             INTEGER NOT NULL,
    version                INTEGER NOT NULL,
    CHECK (ends_at > starts_at),
    CHECK (status NOT IN ('published', 'completed')
        OR (starts_at IS NOT NULL AND ends_at IS NOT NULL AND place_name IS NOT NULL))
) STRICT;
CREATE TABLE reference_numbers (
    series TEXT    NOT NULL,
    year   INTEGER NOT NULL,
    last   INTEGER NOT NULL CHECK (last >= 1),
    PRIMARY KEY (series, year)
) STRICT;
CREATE TABLE registrations (
    id                  BLOB NOT NULL PRIMARY KEY,
    event_id            BLOB NOT NULL REFERENCES events (id),
    contact_id          BLOB NOT NULL REFERENCES contacts (id),
    status              TEXT NOT NULL CHECK (status IN ('confirmed', 'waitlisted', 'offered', 'declined', 'expired',
        'cancelled', 'attended', 'no_show', 'attendance_unknown')),
    sequence            INTEGER,
    offer_expires_at    INTEGER,
    share_with_partners INTEGER NOT NULL CHECK (share_with_partners IN (0, 1)),
    share_with_venue    INTEGER NOT NULL CHECK (share_with_venue IN (0, 1)),
    source              TEXT NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    CHECK ((status = 'waitlisted') = (sequence IS NOT NULL)),
    CHECK (status <> 'offered' OR offer_expires_at IS NOT NULL),
    CHECK (offer_expires_at IS NULL OR status IN ('offered', 'expired'))
) STRICT;
CREATE TABLE event_places (
    event_id      BLOB NOT NULL PRIMARY KEY REFERENCES events (id),
    confirmed     INTEGER NOT NULL CHECK (confirmed >= 0),
    offered       INTEGER NOT NULL CHECK (offered >= 0),
    waitlisted    INTEGER NOT NULL CHECK (waitlisted >= 0),
    last_sequence INTEGER NOT NULL
) STRICT;
CREATE TABLE registration_steps (
    registration_id BLOB NOT NULL REFERENCES registrations (id),
    version         INTEGER NOT NULL,
    status          TEXT NOT NULL,
    cause           TEXT NOT NULL,
    recorded_at     INTEGER NOT NULL,
    recorded_by     TEXT NOT NULL,
    reason          BLOB,
    PRIMARY KEY (registration_id, version)
) STRICT;
CREATE TABLE subject_requests (
    id                  BLOB NOT NULL PRIMARY KEY,
    reference           TEXT NOT NULL CONSTRAINT subject_requests_reference UNIQUE,
    kind                TEXT NOT NULL CHECK (kind IN (
        'access', 'rectification', 'erasure', 'restriction', 'objection', 'portability')),
    status              TEXT NOT NULL CHECK (status IN (
        'received', 'identity_pending', 'in_progress', 'clarification_pending', 'awaiting_recipients', 'completed',
        'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate')),
    contact_id          BLOB REFERENCES contacts (id),
    channel             TEXT NOT NULL CHECK (channel IN ('email', 'web_form', 'telephone', 'post', 'in_person')),
    received_on         TEXT NOT NULL,
    identity_known      INTEGER NOT NULL CHECK (identity_known IN (0, 1)),
    particulars         BLOB NOT NULL,
    due_on              TEXT,
    dated_by            TEXT NOT NULL,
    final_clock         TEXT,
    outcome             TEXT CHECK (outcome IN (
        'fulfilled', 'partly_fulfilled', 'refused', 'withdrawn', 'lapsed', 'duplicate')),
    outcome_ground      TEXT,
    outcome_explanation BLOB,
    decided_on          TEXT,
    duplicate_of        BLOB REFERENCES subject_requests (id),
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    CHECK ((status IN ('completed', 'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate'))
        = (final_clock IS NOT NULL)),
    CHECK ((final_clock IS NOT NULL OR status = 'awaiting_recipients') = (outcome IS NOT NULL)),
    CHECK ((outcome IS NOT NULL) = (outcome_explanation IS NOT NULL)),
    CHECK ((outcome IS NOT NULL) = (decided_on IS NOT NULL)),
    CHECK ((status = 'duplicate') = (duplicate_of IS NOT NULL)),
    CHECK (duplicate_of <> id)
) STRICT;
CREATE TABLE subject_request_steps (
    id          BLOB NOT NULL PRIMARY KEY,
    request_id  BLOB NOT NULL REFERENCES subject_requests (id),
    kind        TEXT NOT NULL CHECK (kind IN (
        'received', 'identity_requested', 'identity_received', 'authority_requested', 'authority_received',
        'clarification_requested', 'clarification_received', 'extension_notified', 'carried_out', 'completed',
        'partially_completed', 'refused', 'withdrawn', 'lapsed', 'duplicate')),
    happened_on TEXT NOT NULL,
    sufficient  INTEGER NOT NULL CHECK (sufficient IN (0, 1)),
    answers     BLOB REFERENCES subject_request_steps (id),
    told        BLOB,
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    CHECK ((kind = 'clarification_received') = (answers IS NOT NULL))
) STRICT;
CREATE TABLE subject_request_links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    request_id BLOB NOT NULL REFERENCES subject_requests (id),
    expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE deadline_digests (
    day       TEXT NOT NULL PRIMARY KEY,
    queued_at INTEGER NOT NULL
) STRICT;
CREATE TABLE working_days (
    jurisdiction TEXT NOT NULL PRIMARY KEY,
    version      TEXT NOT NULL,
    adopted_at   INTEGER NOT NULL
) STRICT;
CREATE TABLE subject_request_packages (
    request_id BLOB NOT NULL PRIMARY KEY REFERENCES subject_requests (id),
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    package    BLOB,
    built_at   INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE sharing_refusals (
    contact_id     BLOB NOT NULL REFERENCES contacts (id),
    recipient_kind TEXT NOT NULL
        CHECK (recipient_kind IN ('council', 'event_partner', 'venue', 'approved_contractor', 'public_authority')),
    since          INTEGER NOT NULL,
    PRIMARY KEY (contact_id, recipient_kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE check_ins (
    event_id        BLOB NOT NULL REFERENCES events (id),
    device_id       TEXT NOT NULL,
    nonce           TEXT NOT NULL,
    registration_id BLOB NOT NULL REFERENCES registrations (id),
    direction       TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    occurred_at     INTEGER NOT NULL,
    received_at     INTEGER NOT NULL, position INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (event_id, device_id, nonce)
) STRICT;
CREATE TABLE access_requirements (
    registration_id BLOB NOT NULL PRIMARY KEY REFERENCES registrations (id),
    contact_id      BLOB NOT NULL REFERENCES contacts (id),
    event_id        BLOB NOT NULL REFERENCES events (id),
    requirements    BLOB NOT NULL
) STRICT;
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
CREATE TABLE subject_request_farewells (
    request_id BLOB NOT NULL PRIMARY KEY REFERENCES subject_requests (id),
    since      INTEGER NOT NULL,
    by_post    INTEGER NOT NULL CHECK (by_post IN (0, 1))
) STRICT;
CREATE TABLE complaints (
    id              BLOB NOT NULL PRIMARY KEY,
    reference       TEXT NOT NULL CONSTRAINT complaints_reference UNIQUE,
    contact_id      BLOB REFERENCES contacts (id),
    channel         TEXT NOT NULL CHECK (channel IN ('email', 'web_form', 'telephone', 'post', 'in_person')),
    received_on     TEXT NOT NULL,
    status          TEXT NOT NULL
        CHECK (status IN ('received', 'acknowledged', 'investigating', 'outcome_given', 'withdrawn')),
    acknowledged_on TEXT,
    outcome         TEXT CHECK (outcome IN ('upheld', 'partly_upheld', 'not_upheld')),
    closed_on       TEXT,
    particulars     BLOB NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    CHECK (status <> 'acknowledged' OR acknowledged_on IS NOT NULL),
    CHECK ((status = 'outcome_given') = (outcome IS NOT NULL)),
    CHECK ((status IN ('outcome_given', 'withdrawn')) = (closed_on IS NOT NULL)),
    CHECK (acknowledged_on IS NULL OR acknowledged_on >= received_on),
    CHECK (closed_on IS NULL OR closed_on >= received_on)
) STRICT;
CREATE TABLE complaint_steps (
    id           BLOB NOT NULL PRIMARY KEY,
    complaint_id BLOB NOT NULL REFERENCES complaints (id),
    status       TEXT NOT NULL
        CHECK (status IN ('received', 'acknowledged', 'investigating', 'outcome_given', 'withdrawn')),
    occurred_on  TEXT NOT NULL,
    recorded_at  INTEGER NOT NULL,
    recorded_by  TEXT NOT NULL
) STRICT;
CREATE TABLE breaches (
    id                          BLOB NOT NULL PRIMARY KEY,
    reference                   TEXT NOT NULL CONSTRAINT breaches_reference UNIQUE,
    aware_at                    INTEGER NOT NULL,
    categories                  TEXT NOT NULL CHECK (categories <> ''),
    approximate_subjects        INTEGER CHECK (approximate_subjects >= 0),
    approximate_records         INTEGER CHECK (approximate_records >= 0),
    reported_by_organisation_id BLOB REFERENCES organisations (id),
    status                      TEXT NOT NULL CHECK (status IN ('reported', 'assessed', 'notified', 'closed')),
    risk                        TEXT CHECK (risk IN ('unlikely', 'likely', 'high')),
    notify_regulator            INTEGER CHECK (notify_regulator IN (0, 1)),
    notify_subjects             INTEGER CHECK (notify_subjects IN (0, 1)),
    notified_at                 INTEGER,
    closed_at                   INTEGER,
    particulars                 BLOB NOT NULL,
    created_at                  INTEGER NOT NULL,
    updated_at                  INTEGER NOT NULL,
    version                     INTEGER NOT NULL,
    CHECK ((status = 'reported') = (risk IS NULL)),
    CHECK ((risk IS NULL) = (notify_regulator IS NULL)),
    CHECK ((risk IS NULL) = (notify_subjects IS NULL)),
    CHECK (status <> 'notified' OR notified_at IS NOT NULL),
    CHECK (status IN ('notified', 'closed') OR notified_at IS NULL),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
) STRICT;
CREATE TABLE breach_steps (
    id          BLOB NOT NULL PRIMARY KEY,
    breach_id   BLOB NOT NULL REFERENCES breaches (id),
    status      TEXT NOT NULL CHECK (status IN ('reported', 'assessed', 'notified', 'closed')),
    phase       TEXT CHECK (phase IN ('initial', 'further', 'final')),
    occurred_at INTEGER NOT NULL,
    words       BLOB,
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    CHECK ((status = 'notified') = (phase IS NOT NULL))
) STRICT;
CREATE TABLE subject_request_package_builds (
    request_id      BLOB NOT NULL PRIMARY KEY REFERENCES subject_requests (id),
    contact_id      BLOB NOT NULL REFERENCES contacts (id),
    parts           INTEGER NOT NULL,
    begun_at        INTEGER NOT NULL,
    after_entry     BLOB,
    attempts        INTEGER NOT NULL,
    failed          INTEGER NOT NULL CHECK (failed IN (0, 1)),
    next_attempt_at INTEGER NOT NULL
) STRICT;
CREATE TABLE subject_request_package_parts (
    request_id BLOB NOT NULL REFERENCES subject_requests (id),
    number     INTEGER NOT NULL,
    table_name TEXT,
    records    INTEGER NOT NULL,
    part       BLOB NOT NULL,
    PRIMARY KEY (request_id, number)
) STRICT;
CREATE VIRTUAL TABLE "contact_tokens" USING fts5 (tokens, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
CREATE INDEX audit_entries_contact ON audit_entries (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX audit_entries_actor ON audit_entries (actor, id);
CREATE INDEX audit_entries_action ON audit_entries (action, id);
CREATE INDEX kept_answers_contact ON kept_answers (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX kept_answers_kept_until ON kept_answers (kept_until);
CREATE INDEX token_revocations_value ON token_revocations (value, kind);
CREATE UNIQUE INDEX contacts_email ON contacts (email_index);
CREATE INDEX contacts_updated ON contacts (updated_at, id);
CREATE UNIQUE INDEX consents_contact_purpose ON consents (contact_id, purpose);
CREATE INDEX consents_purpose_state ON consents (purpose, state, id);
CREATE INDEX consent_decisions_consent ON consent_decisions (consent_id, id);
CREATE INDEX contacts_merged_into ON contacts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX messages_due ON messages (next_attempt_at) WHERE status = 'queued';
CREATE INDEX messages_settled ON messages (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX messages_by_status ON messages (status, id);
CREATE INDEX messages_by_contact ON messages (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX messages_by_mark ON messages (mark, kind, created_at) WHERE mark IS NOT NULL;
CREATE INDEX preference_links_expiring ON preference_links (expires_at);
CREATE UNIQUE INDEX memberships_live ON memberships (contact_id, network_id, role) WHERE status = 'active';
CREATE INDEX memberships_by_network ON memberships (network_id, id);
CREATE INDEX events_by_start ON events (starts_at, id);
CREATE UNIQUE INDEX registrations_live ON registrations (event_id, contact_id)
    WHERE status IN ('confirmed', 'waitlisted', 'offered');
CREATE UNIQUE INDEX registrations_waiting ON registrations (event_id, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX registrations_by_event ON registrations (event_id, id);
CREATE INDEX registrations_by_status ON registrations (event_id, status, id);
CREATE INDEX registrations_by_contact ON registrations (contact_id, event_id);
CREATE INDEX registrations_offers ON registrations (status, offer_expires_at);
CREATE INDEX subject_requests_by_contact ON subject_requests (contact_id, id);
CREATE INDEX subject_requests_by_due ON subject_requests (due_on);
CREATE INDEX subject_requests_open ON subject_requests (dated_by) WHERE final_clock IS NULL;
CREATE INDEX subject_request_steps_of ON subject_request_steps (request_id, id);
CREATE UNIQUE INDEX subject_request_steps_answered ON subject_request_steps (answers) WHERE answers IS NOT NULL;
CREATE INDEX subject_request_links_of ON subject_request_links (request_id);
CREATE INDEX subject_request_links_by_expiry ON subject_request_links (expires_at);
CREATE INDEX subject_request_packages_by_expiry ON subject_request_packages (expires_at) WHERE package IS NOT NULL;
CREATE INDEX preference_links_of ON preference_links (contact_id);
CREATE INDEX contacts_restricted ON contacts (id) WHERE restricted_at IS NOT NULL;
CREATE INDEX check_ins_by_registration ON check_ins (registration_id, occurred_at);
CREATE INDEX access_requirements_by_contact ON access_requirements (contact_id);
CREATE INDEX access_requirements_by_event ON access_requirements (event_id);
CREATE UNIQUE INDEX erasure_plans_open ON erasure_plans (contact_id) WHERE executed_at IS NULL;
CREATE INDEX memberships_by_contact ON memberships (contact_id);
CREATE INDEX preference_links_by_contact ON preference_links (contact_id);
CREATE INDEX consent_confirmations_by_consent ON consent_confirmations (consent_id);
CREATE INDEX complaints_by_status ON complaints (status, id);
CREATE INDEX complaints_by_receipt ON complaints (received_on);
CREATE INDEX complaints_by_contact ON complaints (contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX complaint_steps_of ON complaint_steps (complaint_id, id);
CREATE INDEX breaches_by_status ON breaches (status, id);
CREATE INDEX breaches_by_awareness ON breaches (aware_at);
CREATE INDEX breaches_by_organisation ON breaches (reported_by_organisation_id, id)
    WHERE reported_by_organisation_id IS NOT NULL;
CREATE INDEX breach_steps_of ON breach_steps (breach_id, id);
CREATE INDEX subject_requests_counted
    ON subject_requests (received_on, kind, status, outcome, decided_on, due_on, dated_by);
CREATE INDEX subject_request_package_builds_due ON subject_request_package_builds (next_attempt_at);
CREATE INDEX privacy_notices_published ON privacy_notices (status, version, effective_on, published_at);
CREATE INDEX contacts_erased ON contacts (id) WHERE particulars IS NULL;
CREATE INDEX contacts_reach ON contacts (id, status, restricted_at, email_index);
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_entries_no_replace BEFORE INSERT ON audit_entries
    WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'the audit is append-only');
END;
CREATE TRIGGER consent_decisions_no_replace BEFORE INSERT ON consent_decisions
    WHEN EXISTS (SELECT 1 FROM consent_decisions WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'a consent decision is append-only');
END;
CREATE TRIGGER consent_decisions_no_delete BEFORE DELETE ON consent_decisions
BEGIN
    SELECT RAISE(ABORT, 'a consent decision is append-only');
END;
CREATE TRIGGER consent_decisions_no_update BEFORE UPDATE ON consent_decisions
    WHEN OLD.evidence IS NULL OR NEW.evidence IS NOT NULL
      OR (NEW.id, NEW.consent_id, NEW.contact_id, NEW.purpose, NEW.decision, NEW.method, NEW.occurred_at, NEW.recorded_at,
          NEW.pending_until, NEW.notice_version, NEW.wording_sha256, NEW.confirms, NEW.recorded_by, NEW.merged_from)
  IS NOT (OLD.id, OLD.consent_id, OLD.contact_id, OLD.purpose, OLD.decision, OLD.method, OLD.occurred_at, OLD.recorded_at,
          OLD.pending_until, OLD.notice_version, OLD.wording_sha256, OLD.confirms, OLD.recorded_by, OLD.merged_from)
BEGIN
    SELECT RAISE(ABORT, 'a consent decision is append-only');
END;
CREATE TRIGGER registrations_transition BEFORE UPDATE OF status ON registrations
    WHEN NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (VALUES
        ('confirmed', 'cancelled'), ('confirmed', 'attended'), ('confirmed', 'no_show'),
        ('confirmed', 'attendance_unknown'),
        ('waitlisted', 'confirmed'), ('waitlisted', 'offered'), ('waitlisted', 'expired'), ('waitlisted', 'cancelled'),
        ('offered', 'confirmed'), ('offered', 'declined'), ('offered', 'expired'), ('offered', 'cancelled'),
        ('no_show', 'attended'),
        ('attendance_unknown', 'attended'), ('attendance_unknown', 'no_show'))
BEGIN
    SELECT RAISE(ABORT, 'a registration does not go there from where it is');
END;
CREATE TRIGGER registration_steps_no_update
    BEFORE UPDATE OF registration_id, version, status, cause, recorded_at, recorded_by ON registration_steps
BEGIN
    SELECT RAISE(ABORT, 'the steps of a registration are append-only');
END;
CREATE TRIGGER registration_steps_no_replace BEFORE INSERT ON registration_steps
    WHEN EXISTS (SELECT 1 FROM registration_steps WHERE registration_id = NEW.registration_id AND version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'the steps of a registration are append-only');
END;
CREATE TRIGGER registration_steps_no_delete BEFORE DELETE ON registration_steps
BEGIN
    SELECT RAISE(ABORT, 'the steps of a registration are append-only');
END;
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000001', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000002', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000003', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000004', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000005', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000006', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000007', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000008', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000009', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000010', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000011', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000014', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000015', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000016', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000017', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000020', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000021', '2026-11-30 16:22:32');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261124000022', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261125000018', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261125000019', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261126000023', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261126000024', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261126000025', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261126000026', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261126000027', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261127000028', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261127000029', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261127000030', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261127000031', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261128000032', '2026-11-30 16:22:33');
INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('20261129000033', '2026-11-30 16:22:33');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D43E29C71EB9C5B8AC1B466B224', 1796055753372120, 'job', 'job:start', '', NULL, 'notices.publish', 'done', NULL, NULL, 'privacy_notice/2019-01-29', '{}', X'B4BB195CD8A87EE9D0BC128E1E1E8AA0224BED8A996EE9157F469B12DB3C9D86');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D43E2BA77F782EC426EB389F328', 1796055753402498, 'job', 'job:start', '', NULL, 'calendar.changed', 'done', NULL, NULL, NULL, '{"from":null,"to":"2028-12-31/91/46c663c8","moved":0}', X'FF453155ECFF5AC23BA3C778EC66876885A1D57CCDA0064ECE5641585D447AF9');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D445C347171A25E7772947B8A21', 1796055784500090, 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.create', 'done', NULL, X'01A22D445C347170B3C99861346A268D', NULL, '{}', X'5D9F33A8A72D5EC3CEB911CD1FEFDE2D529BE36A7781D74A4AC6E56EF1A8D24A');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D445D6D72CDAEC5CBADC0F7ED6E', 1796055784813175, 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.create', 'done', NULL, X'01A22D445D6D72CC996BEE64DEF0D49D', NULL, '{}', X'9290DAF4B1261E82F22569C3833E78280015F148438E8ABB410B9C0962D0DB1B');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D445E8A7F5DAFDB1E5954883490', 1796055785098960, 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.create', 'done', NULL, X'01A22D445E8A7F5CA75F2E0B9F7F60FD', NULL, '{}', X'E9D4206D55C618DD72D6D7B2193F30B323CCB9ECB2A07D47C5C27916AA189435');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D445FAA7893899FCC5AC13C9EC6', 1796055785386536, 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.merged_away', 'done', NULL, X'01A22D445D6D72CC996BEE64DEF0D49D', 'contact/01a22d44-5c34-7170-b3c9-9861346a268d', '{}', X'9AFC023A3C41E2A7CA0F826CC471F35714B0704D1479C92395E28CFDF3AE3953');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D445FAA7894BB4447A606C08BE6', 1796055785386536, 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.merge', 'done', NULL, X'01A22D445C347170B3C99861346A268D', 'contact/01a22d44-5d6d-72cc-996b-ee64def0d49d', '{}', X'BACE7B4F85F12B3AE908581DE8278AFB2439C8CB8413A203F81B5452AAF31F42');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D445FDA7241A5EEB0A356FC0FE9', 1796055785434141, 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.delete', 'done', NULL, X'01A22D445E8A7F5CA75F2E0B9F7F60FD', NULL, '{}', X'2CD7AF98855A309A28EB508F294E019EB4C3E7F0FC0C9E2FA667930E80E36EB9');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D4460077B8B906D93E8BDBF311D', 1796055785479721, 'caller', 'demo-user', 'iewm_staff', NULL, 'consents.record', 'done', NULL, X'01A22D445C347170B3C99861346A268D', 'consent_decision/01a22d44-6007-7b89-b45a-b2fd72959588', '{"purpose":"newsletter","decision":"given"}', X'B7C1E90E01F79BC05F4F6BA23629C530EE717BDD11F532250A64B493E922B6FA');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D44604F72539D4370616D361510', 1796055785551145, 'caller', 'demo-user', 'iewm_staff', NULL, 'consents.record', 'done', NULL, X'01A22D445C347170B3C99861346A268D', 'consent_decision/01a22d44-604f-7251-bba6-507276ae15e6', '{"purpose":"event_information","decision":"withdrawn"}', X'0DD2BB2059460D8471657FC89F5706AF549FB178BDBF868D3D3B9E8CE76862A9');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D44607B71089D7AF56EDABD1FE7', 1796055785595064, 'caller', 'demo-user', 'iewm_staff', NULL, 'complaints.receive', 'done', NULL, NULL, 'complaint/01a22d44-607b-7106-a531-89c63a41913f', '{"reference":"DC-2026-000001"}', X'ACF807C327B7C62F7AFC919E88680CD22E6F6F87B8C1079AAA3A11E07FD203E8');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D4460A779B483990B06F609B072', 1796055785639606, 'caller', 'demo-user', 'council', NULL, 'breaches.report', 'done', NULL, NULL, 'breach/01a22d44-60a7-79b2-b111-60fdf24ecfec', '{"reference":"PB-2026-000001"}', X'48EF7377A89C0581AA253D7ABAA8C589FA36236C93FF78A29AE5B6BA696A50E3');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D4460C57629BACC528F402B651C', 1796055785669385, 'caller', 'demo-user', 'iewm_staff', NULL, 'networks.create', 'done', NULL, NULL, 'network/01a22d44-60c5-7628-850e-ad6adf6449cb', '{}', X'53F46F2E7EEA97FF2714A01F214FA4DECD6F4EC1B1CC09729C41EDCC0A2F1EE7');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D44618A7F9E81676961CA0BBB67', 1796055785866976, 'caller', 'demo-user', 'iewm_staff', NULL, 'memberships.join', 'done', NULL, X'01A22D445C347170B3C99861346A268D', 'membership/01a22d44-618a-7f9d-b3ef-3f83a9aec450', '{"role":"chair"}', X'80C405F5DAEAC96BEAAD47D7EF5A60CDBB021AF61E5E74E5CEFD4D1976395B86');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D4461AE79C78D5745AF56BA018A', 1796055785902611, 'caller', 'demo-user', 'iewm_staff', NULL, 'organisations.create', 'done', NULL, NULL, 'organisation/01a22d44-61ae-79c6-bdc2-c07a9389e535', '{}', X'AEFC922C7037DF88E92E6B8AC0253D979E895A7F9E21DFFC1FE4330D25A89377');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D4462D37ED5AE3ABFFF0F2DE3BA', 1796055786195927, 'caller', 'demo-user', 'iewm_staff', NULL, 'events.create', 'done', NULL, NULL, 'event/01a22d44-62d3-7ed4-af90-7cab5bfa53f0', '{}', X'6C29DDD3C1860966DA2D3C518261A35DBDE03AB39BE709F20A205ABD5140D029');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D4463BC708F8F41C637D7F5B9A8', 1796055786428035, 'caller', 'demo-user', 'iewm_staff', NULL, 'events.status', 'done', NULL, NULL, 'event/01a22d44-62d3-7ed4-af90-7cab5bfa53f0', '{"to":"published"}', X'AF5389CC8EC2B4D1C519F1B9970BEB746774AF049910A8ED4F203ECFB747DED5');
INSERT INTO audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES (X'01A22D4463CB7524B6BFD46F637D1BDF', 1796055786443321, 'caller', 'demo-user', 'iewm_staff', NULL, 'registrations.create', 'done', NULL, X'01A22D445C347170B3C99861346A268D', 'registration/01a22d44-63cb-7522-ab54-652440791529', '{"status":"confirmed"}', X'A2BD652997AF4B9DDE98D170C5C29FDCB55FEAAEB6C54143F1B68F9CED85B289');
INSERT INTO kept_answers (key, fingerprint, sealed, contact_id, reading, kept_until) VALUES (X'EE6F4E1B0F946E1CF2804CA153D4BCDA509F2A56569B21F5EB60D8723D18487C', X'4570DC74B5901777B910FA799EE95DB8DBD3C396EF1EDEDBA4CCB00ABBFED13C', X'01F9DBEF894015470810E750FCADD6F0C57C454B969D15411CF4D6E8F2DD3E725840717A015FD560BA8C4840F0BF0FFFFF23AB8CE2B40A9B6726E02CDB31BD933D641A7E704022AFCDA80C4E7CF2D1AC87F51FE1F5DB91ADB8E94B0AB35EC0824659A9CBA8B265C06F22790161AF549A33F5947D06256B8E2B6217C59D46B29B317343D3F554468ACE3717A3D9BC16A1DB49DAB5BE3F6A81800E8E9137F2B9919B0FEEFCD785E1026D70F2540601B474E6030C6FE809B12DFBE0541CAC82F59CCEFC02EE316EF9DF2CB9153AA047A6CB198BB4D2ACE564339DA25C7D61C3BF241AE52237973C728A0620CB1EBE1A3A39C11619CBBFFDDA5C801CCB475AD8039B511BE17752795A270AC822174318FB71E45749027FA1A955113C7BD57DC8EB12E4A9895A0E8B3B36F90FEE3EC4F45C3A7094228AA32490D79886C24557982C383C5A4FFAE87C712BF1BA24D4DC1D3BD9075EA5F51DCFD2F4A47EA5B477C27E965325795042DDC3C8019E42F7F6B8CAC3542AE313F0830C6006666E1DCD6D873377A490566CCE4FAD83CA32CFAC2B164B53E588691D801AFE62037B33E03C361E45A4FAAFCD759823DF24F0ACF6E4198A3DF422AD41CE7840DD1F7CD968C885EE432FDB8794F317DA6FA69FEE706DEDDB6061C11CC645224D1A9757CFC31D9936AF475D6B04E0856F64A9AD232AB56CEDBE956F5DBEC63A3539875F15C63A6930A1BA8F8ACDAAA3F2EBF1F77ED88FE197132CC83FD0B99E122FF2E4B5E969B1BF375ACF502CBCEC1EFAF4F7E0836C6CBF493A1F9D712D63488646A2FEE6785D6471FA002EF7B27A0AD59E744664C70C', X'01A22D445C347170B3C99861346A268D', 0, 1796142184500090);
INSERT INTO organisations (id, name, kind, status, contact_point, created_at, updated_at, version) VALUES (X'01A22D4461AE79C6BDC2C07A9389E535', 'Council House', 'venue', 'active', X'01B7EC48C9E739056925EE3249B41FC28F290C779ADA13C9D32A96152713E72D56D90084F442FDCB4D22C1A405', 1796055785902611, 1796055785902611, 1);
INSERT INTO privacy_notices (version, effective_on, status, content, sha256, published_at, revision) VALUES ('2019-01-29', '2019-01-29', 'published', '{"controller":"Worcestershire County Council, for Improvement and Efficiency West Midlands\nCounty Hall, Spetchley Road, Worcester WR5 2NP","purposes":[{"code":"newsletter","lawful_basis":["consent"],"data":["Name","E-mail address"],"recipients":["Worcestershire County Council","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"blogs_and_articles","lawful_basis":["consent"],"data":["Name","E-mail address"],"recipients":["Worcestershire County Council","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"trade_articles","lawful_basis":["consent"],"data":["Name","E-mail address"],"recipients":["Worcestershire County Council","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"event_information","lawful_basis":["consent"],"data":["Name","E-mail address"],"recipients":["Worcestershire County Council","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"event_administration","lawful_basis":["contract"],"data":["Name","Telephone number","E-mail address"],"recipients":["Worcestershire County Council","Event partners","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"professional_networks","lawful_basis":["consent","contract"],"data":["Name","Telephone number","E-mail address"],"recipients":["Worcestershire County Council","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"venue_security","lawful_basis":["contract"],"data":["Name"],"recipients":["Event venues"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"}],"rights":["Access: a copy of the data that we hold about you, and an account of how it is used (UK GDPR Article 15).","Rectification: to have wrong data corrected and incomplete data completed (Article 16).","Erasure: to have your data deleted, where no law or legal hold requires us to keep it (Article 17).","Restriction: to have your data stored but not used while a question about it is open (Article 18).","Portability: to receive the data that you gave us in a form that other systems read (Article 20).","Objection: to stop direct marketing at once, without giving a reason (Article 21).","Withdrawal of consent: at any time, as easily as it was given, for each purpose by itself (Article 7(3))."],"contact":"To use any of your rights, write to info@westmidlandsiep.gov.uk or call +441905765765. The data protection officer is reached at dataprotection@worcestershire.gov.uk.","complaint_route":"If you are unhappy with how your data is used, complain to us first: write to dataprotection@worcestershire.gov.uk. We acknowledge a complaint within 30 days and tell you the outcome without undue delay (Data Protection Act 2018, section 164A). You may also complain to the Information Commission (ICO), ico.org.uk (section 165), and you may go to court (section 167)."}', 'bf5f5060247d95050b14b1bf514bc1077cc0f4ced59b72838fca9bd54499fc57', 1796055753372120, 1);
INSERT INTO contacts (id, status, obtained_on, created_at, updated_at, last_activity_on, particulars, email_index, telephone_index, version, merged_into, former_mark, email_bounced_at, restricted_ground, restricted_at, search_tokens) VALUES (X'01A22D445C347170B3C99861346A268D', 'active', '2026-11-24', 1796055784500090, 1796055785386536, '2026-11-30', X'01C42DD5287C5D7FAC0D7FDDF542C32378A53882B5389D266B7DD2E5F0C48AF40B01E2276A9679FAA510F7E6B318E3D3773C215DC44845212BB3B935394E1514FFD62DA8E5887F62D03151357F2200EB7CE938212DD46AFD4EE781091B0318CD525833323E4C', X'E37FE4D21477182951A4ECD65DB93A92AA4CD6CA2EED3B5F7C589087AC807818', X'74D838F766DBA859D3FF60573ABDF08AF697F6685D986C674CD6407012CB01D9', 2, NULL, NULL, NULL, NULL, NULL, X'102B83FA1E5DB4B6471A585D74D838F7AA7EDB1ADD29A34F');
INSERT INTO contacts (id, status, obtained_on, created_at, updated_at, last_activity_on, particulars, email_index, telephone_index, version, merged_into, former_mark, email_bounced_at, restricted_ground, restricted_at, search_tokens) VALUES (X'01A22D445D6D72CC996BEE64DEF0D49D', 'erased', '2026-11-24', 1796055784813175, 1796055785386536, '2026-11-24', NULL, NULL, NULL, 2, X'01A22D445C347170B3C99861346A268D', X'30CF28F24A77B5A2C7E7D40584D89E472F9195DF1B5894ADF2F9554F6621C03E', NULL, NULL, NULL, NULL);
INSERT INTO contacts (id, status, obtained_on, created_at, updated_at, last_activity_on, particulars, email_index, telephone_index, version, merged_into, former_mark, email_bounced_at, restricted_ground, restricted_at, search_tokens) VALUES (X'01A22D445E8A7F5CA75F2E0B9F7F60FD', 'erased', '2026-11-24', 1796055785098960, 1796055785434141, '2026-11-24', NULL, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO suppressions (mark, purpose, since) VALUES (X'9970C0D006441E71BB607475469824040D8F3F961891D9B715DBDF18374152A6', 'blogs_and_articles', 1796055785434141);
INSERT INTO suppressions (mark, purpose, since) VALUES (X'9970C0D006441E71BB607475469824040D8F3F961891D9B715DBDF18374152A6', 'event_information', 1796055785434141);
INSERT INTO suppressions (mark, purpose, since) VALUES (X'9970C0D006441E71BB607475469824040D8F3F961891D9B715DBDF18374152A6', 'newsletter', 1796055785434141);
INSERT INTO suppressions (mark, purpose, since) VALUES (X'9970C0D006441E71BB607475469824040D8F3F961891D9B715DBDF18374152A6', 'professional_networks', 1796055785434141);
INSERT INTO suppressions (mark, purpose, since) VALUES (X'9970C0D006441E71BB607475469824040D8F3F961891D9B715DBDF18374152A6', 'trade_articles', 1796055785434141);
INSERT INTO consents (id, contact_id, purpose, state, since, notice_version, method, decision_id, pending_decision_id, pending_until, withdrawn_at, created_at, version, objected_at) VALUES (X'01A22D4460077B8A940E4A0D5A2612C2', X'01A22D445C347170B3C99861346A268D', 'newsletter', 'given', 1796055785479721, '2019-01-29', 'telephone', X'01A22D4460077B89B45AB2FD72959588', NULL, NULL, NULL, 1796055785479721, 1, NULL);
INSERT INTO consents (id, contact_id, purpose, state, since, notice_version, method, decision_id, pending_decision_id, pending_until, withdrawn_at, created_at, version, objected_at) VALUES (X'01A22D44604F725296429669EFA88B9C', X'01A22D445C347170B3C99861346A268D', 'event_information', 'withdrawn', 1796055785551145, '2019-01-29', 'email', X'01A22D44604F7251BBA6507276AE15E6', NULL, NULL, 1796055785551145, 1796055785551145, 1, NULL);
INSERT INTO consent_decisions (id, consent_id, contact_id, purpose, decision, method, occurred_at, recorded_at, pending_until, notice_version, wording_sha256, evidence, confirms, recorded_by, merged_from, objection) VALUES (X'01A22D4460077B89B45AB2FD72959588', X'01A22D4460077B8A940E4A0D5A2612C2', X'01A22D445C347170B3C99861346A268D', 'newsletter', 'given', 'telephone', 1796055785479721, 1796055785479721, NULL, '2019-01-29', X'5FC0CD928F5C0AA594454B59223E1FF22B89270F653DFAEF8FEA6EA323D30E12', X'01A0A6FAF4EC5787B9A181A3612A9ACAB90B1B3190C4960E9A0DFB2E8DEA7AD43F0FACDEFAB0D300146A9D187CF861F1BF33B961BA9F9C796F28F7304ED223E3BC3E0819534C5D737A3C9414805FC8EF8F0070590D717E0165', NULL, 'demo-user', NULL, 0);
INSERT INTO consent_decisions (id, consent_id, contact_id, purpose, decision, method, occurred_at, recorded_at, pending_until, notice_version, wording_sha256, evidence, confirms, recorded_by, merged_from, objection) VALUES (X'01A22D44604F7251BBA6507276AE15E6', X'01A22D44604F725296429669EFA88B9C', X'01A22D445C347170B3C99861346A268D', 'event_information', 'withdrawn', 'email', 1796055785551145, 1796055785551145, NULL, '2019-01-29', NULL, NULL, NULL, 'demo-user', NULL, 0);
INSERT INTO messages (id, kind, contact_id, subject_id, mark, status, reason, attempts, next_attempt_at, created_at, settled_at, version) VALUES (X'01A22D4463CB75238CDF225C0A879844', 'registration_confirmed', X'01A22D445C347170B3C99861346A268D', X'01A22D4463CB7522AB54652440791529', NULL, 'queued', NULL, 0, 1796055786443321, 1796055786443321, NULL, 1);
INSERT INTO networks (id, code, name, description, status, created_at, updated_at, version) VALUES (X'01A22D4460C57628850EAD6ADF6449CB', 'adass', 'Directors of Adult Social Services', 'The network.', 'active', 1796055785669385, 1796055785669385, 1);
INSERT INTO memberships (id, network_id, contact_id, role, status, started_on, ended_on, directory_visibility, particulars, created_at, version) VALUES (X'01A22D44618A7F9DB3EF3F83A9AEC450', X'01A22D4460C57628850EAD6ADF6449CB', X'01A22D445C347170B3C99861346A268D', 'chair', 'active', '2026-11-24', NULL, 'nobody', X'01347B733F749D3D16B7ABB9FC2EB8CC386184D1EB9E540C8BC6AEE7BC45F3', 1796055785866976, 1);
INSERT INTO events (id, title, description, starts_at, ends_at, venue_organisation_id, place_name, place_address, online_url, capacity, registration_opens_at, registration_closes_at, self_cancel_until, waiting_list, promotion, offer_working_hours, status, created_at, updated_at, version) VALUES (X'01A22D4462D37ED4AF907CAB5BFA53F0', 'Spring conference', 'A day of talks.', 1805878800000000, 1805904000000000, X'01A22D4461AE79C6BDC2C07A9389E535', 'Council House', NULL, NULL, 40, NULL, NULL, NULL, 1, 'automatic', 16, 'published', 1796055786195927, 1796055786428035, 2);
INSERT INTO reference_numbers (series, year, last) VALUES ('DC', 2026, 1);
INSERT INTO reference_numbers (series, year, last) VALUES ('PB', 2026, 1);
INSERT INTO registrations (id, event_id, contact_id, status, sequence, offer_expires_at, share_with_partners, share_with_venue, source, created_at, updated_at, version) VALUES (X'01A22D4463CB7522AB54652440791529', X'01A22D4462D37ED4AF907CAB5BFA53F0', X'01A22D445C347170B3C99861346A268D', 'confirmed', NULL, NULL, 0, 0, 'api', 1796055786443321, 1796055786443321, 1);
INSERT INTO event_places (event_id, confirmed, offered, waitlisted, last_sequence) VALUES (X'01A22D4462D37ED4AF907CAB5BFA53F0', 1, 0, 0, 0);
INSERT INTO registration_steps (registration_id, version, status, cause, recorded_at, recorded_by, reason) VALUES (X'01A22D4463CB7522AB54652440791529', 1, 'confirmed', 'registered', 1796055786443321, 'demo-user', NULL);
INSERT INTO working_days (jurisdiction, version, adopted_at) VALUES ('england-and-wales', '2028-12-31/91/46c663c8', 1796055753402498);
INSERT INTO complaints (id, reference, contact_id, channel, received_on, status, acknowledged_on, outcome, closed_on, particulars, created_at, updated_at, version) VALUES (X'01A22D44607B7106A53189C63A41913F', 'DC-2026-000001', NULL, 'post', '2026-11-20', 'received', NULL, NULL, NULL, X'0169A5EC3705BBF6FEE4B823E77EBACA6CEC4706153DB6AF18FE49FCD544C716D92E1CB2338F76ABF627D072BC7A3D488279F046CF70AB24C96C3F3D37AB7C41C24531188DF62AAD777BBF29DE5805131BD5C030DC4B584D9BB0AB6EACBEA45E1B3882F41207E755BA6E940A6072', 1796055785595064, 1796055785595064, 1);
INSERT INTO complaint_steps (id, complaint_id, status, occurred_on, recorded_at, recorded_by) VALUES (X'01A22D44607B71079FFC7A78C76C7D1D', X'01A22D44607B7106A53189C63A41913F', 'received', '2026-11-20', 1796055785595064, 'demo-user');
INSERT INTO breaches (id, reference, aware_at, categories, approximate_subjects, approximate_records, reported_by_organisation_id, status, risk, notify_regulator, notify_subjects, notified_at, closed_at, particulars, created_at, updated_at, version) VALUES (X'01A22D4460A779B2B11160FDF24ECFEC', 'PB-2026-000001', 1795860000000000, 'contact', NULL, NULL, NULL, 'reported', NULL, NULL, NULL, NULL, NULL, X'018A85EBD66F42DB2ED710A1FFE032F50BE435F762F2A152026E4059571491626460F441E2AA5067C01B129148344306706B74C278792E794F', 1796055785639606, 1796055785639606, 1);
INSERT INTO breach_steps (id, breach_id, status, phase, occurred_at, words, recorded_at, recorded_by) VALUES (X'01A22D4460A779B3BB4D01211CA08949', X'01A22D4460A779B2B11160FDF24ECFEC', 'reported', NULL, 1796055785639606, NULL, 1796055785639606, 'demo-user');
INSERT INTO contact_tokens (contact_tokens, rank) VALUES ('secure-delete', 1);
WITH RECURSIVE kept (id, rest, words) AS (
    SELECT id, lower(hex(search_tokens)), '' FROM contacts WHERE search_tokens IS NOT NULL
    UNION ALL
    SELECT id, substr(rest, 9), words || substr(rest, 1, 8) || ' ' FROM kept WHERE rest <> ''
)
INSERT INTO contact_tokens (rowid, tokens)
SELECT (('0x' || substr(hex(id), 1, 12)) ->> '$') << 12 | (('0x' || substr(hex(id), 14, 3)) ->> '$'), words
FROM kept WHERE rest = '' ORDER BY id;
