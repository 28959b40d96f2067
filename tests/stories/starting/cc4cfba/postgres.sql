-- The database as commit cc4cfba left it: see README.md.
CREATE SCHEMA vault;
CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_ARGV[0];
END;
$$;
CREATE FUNCTION public.refuse_transition() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('confirmed', 'cancelled'), ('confirmed', 'attended'), ('confirmed', 'no_show'),
        ('confirmed', 'attendance_unknown'),
        ('waitlisted', 'confirmed'), ('waitlisted', 'offered'), ('waitlisted', 'expired'), ('waitlisted', 'cancelled'),
        ('offered', 'confirmed'), ('offered', 'declined'), ('offered', 'expired'), ('offered', 'cancelled'),
        ('no_show', 'attended'),
        ('attendance_unknown', 'attended'), ('attendance_unknown', 'no_show'))
    THEN
        RAISE EXCEPTION 'a registration does not go there from where it is';
    END IF;
    RETURN NEW;
END $$;
CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE TABLE public.access_requirements (
    registration_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    event_id uuid NOT NULL,
    requirements bytea NOT NULL
);
CREATE TABLE public.audit_entries (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_kind text NOT NULL,
    actor text NOT NULL,
    roles text NOT NULL,
    organisation_id uuid,
    action text NOT NULL,
    outcome text NOT NULL,
    code text,
    contact_id uuid,
    subject text,
    detail text NOT NULL,
    digest bytea NOT NULL
);
CREATE TABLE public.breach_steps (
    id uuid NOT NULL,
    breach_id uuid NOT NULL,
    status text NOT NULL,
    phase text,
    occurred_at timestamp with time zone NOT NULL,
    words bytea,
    recorded_at timestamp with time zone NOT NULL,
    recorded_by text NOT NULL,
    CONSTRAINT breach_steps_check CHECK (((status = 'notified'::text) = (phase IS NOT NULL))),
    CONSTRAINT breach_steps_phase_check CHECK ((phase = ANY (ARRAY['initial'::text, 'further'::text, 'final'::text]))),
    CONSTRAINT breach_steps_status_check CHECK ((status = ANY (ARRAY['reported'::text, 'assessed'::text, 'notified'::text, 'closed'::text])))
);
CREATE TABLE public.breaches (
    id uuid NOT NULL,
    reference text NOT NULL,
    aware_at timestamp with time zone NOT NULL,
    categories text NOT NULL,
    approximate_subjects integer,
    approximate_records integer,
    reported_by_organisation_id uuid,
    status text NOT NULL,
    risk text,
    notify_regulator boolean,
    notify_subjects boolean,
    notified_at timestamp with time zone,
    closed_at timestamp with time zone,
    particulars bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    CONSTRAINT breaches_approximate_records_check CHECK ((approximate_records >= 0)),
    CONSTRAINT breaches_approximate_subjects_check CHECK ((approximate_subjects >= 0)),
    CONSTRAINT breaches_categories_check CHECK ((categories <> ''::text)),
    CONSTRAINT breaches_check CHECK (((status = 'reported'::text) = (risk IS NULL))),
    CONSTRAINT breaches_check1 CHECK (((risk IS NULL) = (notify_regulator IS NULL))),
    CONSTRAINT breaches_check2 CHECK (((risk IS NULL) = (notify_subjects IS NULL))),
    CONSTRAINT breaches_check3 CHECK (((status <> 'notified'::text) OR (notified_at IS NOT NULL))),
    CONSTRAINT breaches_check4 CHECK (((status = ANY (ARRAY['notified'::text, 'closed'::text])) OR (notified_at IS NULL))),
    CONSTRAINT breaches_check5 CHECK (((status = 'closed'::text) = (closed_at IS NOT NULL))),
    CONSTRAINT breaches_risk_check CHECK ((risk = ANY (ARRAY['unlikely'::text, 'likely'::text, 'high'::text]))),
    CONSTRAINT breaches_status_check CHECK ((status = ANY (ARRAY['reported'::text, 'assessed'::text, 'notified'::text, 'closed'::text])))
);
CREATE TABLE public.check_ins (
    event_id uuid NOT NULL,
    device_id text NOT NULL,
    nonce text NOT NULL,
    registration_id uuid NOT NULL,
    direction text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    CONSTRAINT check_ins_direction_check CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text])))
);
CREATE TABLE public.complaint_steps (
    id uuid NOT NULL,
    complaint_id uuid NOT NULL,
    status text NOT NULL,
    occurred_on date NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    recorded_by text NOT NULL,
    CONSTRAINT complaint_steps_status_check CHECK ((status = ANY (ARRAY['received'::text, 'acknowledged'::text, 'investigating'::text, 'outcome_given'::text, 'withdrawn'::text])))
);
CREATE TABLE public.complaints (
    id uuid NOT NULL,
    reference text NOT NULL,
    contact_id uuid,
    channel text NOT NULL,
    received_on date NOT NULL,
    status text NOT NULL,
    acknowledged_on date,
    outcome text,
    closed_on date,
    particulars bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    CONSTRAINT complaints_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'web_form'::text, 'telephone'::text, 'post'::text, 'in_person'::text]))),
    CONSTRAINT complaints_check CHECK (((status <> 'acknowledged'::text) OR (acknowledged_on IS NOT NULL))),
    CONSTRAINT complaints_check1 CHECK (((status = 'outcome_given'::text) = (outcome IS NOT NULL))),
    CONSTRAINT complaints_check2 CHECK (((status = ANY (ARRAY['outcome_given'::text, 'withdrawn'::text])) = (closed_on IS NOT NULL))),
    CONSTRAINT complaints_check3 CHECK (((acknowledged_on IS NULL) OR (acknowledged_on >= received_on))),
    CONSTRAINT complaints_check4 CHECK (((closed_on IS NULL) OR (closed_on >= received_on))),
    CONSTRAINT complaints_outcome_check CHECK ((outcome = ANY (ARRAY['upheld'::text, 'partly_upheld'::text, 'not_upheld'::text]))),
    CONSTRAINT complaints_status_check CHECK ((status = ANY (ARRAY['received'::text, 'acknowledged'::text, 'investigating'::text, 'outcome_given'::text, 'withdrawn'::text])))
);
CREATE TABLE public.consent_confirmations (
    token_hash bytea NOT NULL,
    mark bytea NOT NULL,
    decision_id uuid NOT NULL,
    consent_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    spent_at timestamp with time zone
);
CREATE TABLE public.consent_decisions (
    id uuid NOT NULL,
    consent_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    purpose text NOT NULL,
    decision text NOT NULL,
    method text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    pending_until timestamp with time zone,
    notice_version date NOT NULL,
    wording_sha256 bytea,
    evidence bytea,
    confirms uuid,
    recorded_by text NOT NULL,
    merged_from uuid,
    objection boolean DEFAULT false NOT NULL,
    CONSTRAINT consent_decisions_check CHECK (((NOT objection) OR (decision = 'withdrawn'::text))),
    CONSTRAINT consent_decisions_decision_check CHECK ((decision = ANY (ARRAY['given'::text, 'confirmed'::text, 'withdrawn'::text])))
);
CREATE TABLE public.consents (
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    purpose text NOT NULL,
    state text NOT NULL,
    since timestamp with time zone NOT NULL,
    notice_version date NOT NULL,
    method text NOT NULL,
    decision_id uuid NOT NULL,
    pending_decision_id uuid,
    pending_until timestamp with time zone,
    withdrawn_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    objected_at timestamp with time zone,
    CONSTRAINT consents_check CHECK (((pending_decision_id IS NULL) = (pending_until IS NULL))),
    CONSTRAINT consents_check1 CHECK (((state <> 'pending'::text) OR (pending_decision_id = decision_id))),
    CONSTRAINT consents_check2 CHECK (((objected_at IS NULL) OR (state <> 'given'::text))),
    CONSTRAINT consents_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'given'::text, 'withdrawn'::text])))
);
CREATE TABLE public.contacts (
    id uuid NOT NULL,
    status text NOT NULL,
    obtained_on date NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    last_activity_on date NOT NULL,
    particulars bytea,
    email_index bytea,
    telephone_index bytea,
    version integer NOT NULL,
    merged_into uuid,
    former_mark bytea,
    email_bounced_at timestamp with time zone,
    restricted_ground text,
    restricted_at timestamp with time zone,
    search_tokens integer[],
    CONSTRAINT contacts_check CHECK (((status = 'erased'::text) = (particulars IS NULL))),
    CONSTRAINT contacts_check1 CHECK (((status = 'active'::text) OR ((email_index IS NULL) AND (telephone_index IS NULL)))),
    CONSTRAINT contacts_check2 CHECK (((merged_into IS NULL) OR (status = 'erased'::text))),
    CONSTRAINT contacts_check3 CHECK (((former_mark IS NULL) OR (merged_into IS NOT NULL))),
    CONSTRAINT contacts_check4 CHECK ((((restricted_at IS NULL) = (restricted_ground IS NULL)) AND ((restricted_at IS NULL) OR (status = 'active'::text)))),
    CONSTRAINT contacts_check6 CHECK (((status = 'active'::text) OR (search_tokens IS NULL))),
    CONSTRAINT contacts_restricted_ground_check CHECK ((restricted_ground = ANY (ARRAY['accuracy_contested'::text, 'unlawful_processing'::text, 'needed_for_claims'::text, 'objection_pending'::text]))),
    CONSTRAINT contacts_status_check CHECK ((status = ANY (ARRAY['active'::text, 'erased'::text])))
);
CREATE TABLE public.deadline_digests (
    day date NOT NULL,
    queued_at timestamp with time zone NOT NULL
);
CREATE TABLE public.erasure_plans (
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    sha256 text NOT NULL,
    plan text NOT NULL,
    obstacles text NOT NULL,
    proposed_by text NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    executed_by text,
    executed_at timestamp with time zone,
    CONSTRAINT erasure_plans_check CHECK (((executed_by IS NULL) = (executed_at IS NULL))),
    CONSTRAINT erasure_plans_check1 CHECK (((executed_by IS NULL) OR (executed_by <> proposed_by)))
);
CREATE TABLE public.event_places (
    event_id uuid NOT NULL,
    confirmed integer NOT NULL,
    offered integer NOT NULL,
    waitlisted integer NOT NULL,
    last_sequence bigint NOT NULL,
    CONSTRAINT event_places_confirmed_check CHECK ((confirmed >= 0)),
    CONSTRAINT event_places_offered_check CHECK ((offered >= 0)),
    CONSTRAINT event_places_waitlisted_check CHECK ((waitlisted >= 0))
);
CREATE TABLE public.events (
    id uuid NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    venue_organisation_id uuid,
    place_name text,
    place_address text,
    online_url text,
    capacity integer,
    registration_opens_at timestamp with time zone,
    registration_closes_at timestamp with time zone,
    self_cancel_until timestamp with time zone,
    waiting_list boolean NOT NULL,
    promotion text NOT NULL,
    offer_working_hours integer NOT NULL,
    status text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    CONSTRAINT events_capacity_check CHECK ((capacity >= 0)),
    CONSTRAINT events_check CHECK ((ends_at > starts_at)),
    CONSTRAINT events_check1 CHECK (((status <> ALL (ARRAY['published'::text, 'completed'::text])) OR ((starts_at IS NOT NULL) AND (ends_at IS NOT NULL) AND (place_name IS NOT NULL)))),
    CONSTRAINT events_offer_working_hours_check CHECK (((offer_working_hours >= 1) AND (offer_working_hours <= 400))),
    CONSTRAINT events_promotion_check CHECK ((promotion = ANY (ARRAY['automatic'::text, 'offer'::text]))),
    CONSTRAINT events_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'cancelled'::text, 'completed'::text])))
);
CREATE TABLE public.kept_answers (
    key bytea NOT NULL,
    fingerprint bytea NOT NULL,
    sealed bytea NOT NULL,
    contact_id uuid,
    reading boolean NOT NULL,
    kept_until timestamp with time zone NOT NULL
);
CREATE TABLE public.material_changes (
    notice_version date NOT NULL,
    purpose text NOT NULL,
    effective_on date NOT NULL
);
CREATE TABLE public.memberships (
    id uuid NOT NULL,
    network_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    role text NOT NULL,
    status text NOT NULL,
    started_on date NOT NULL,
    ended_on date,
    directory_visibility text NOT NULL,
    particulars bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    CONSTRAINT memberships_check CHECK (((status = 'ended'::text) = (ended_on IS NOT NULL))),
    CONSTRAINT memberships_check1 CHECK (((ended_on IS NULL) OR (ended_on >= started_on))),
    CONSTRAINT memberships_directory_visibility_check CHECK ((directory_visibility = ANY (ARRAY['nobody'::text, 'network'::text, 'staff'::text]))),
    CONSTRAINT memberships_role_check CHECK ((role = ANY (ARRAY['member'::text, 'chair'::text, 'deputy'::text, 'secretariat'::text, 'observer'::text]))),
    CONSTRAINT memberships_status_check CHECK ((status = ANY (ARRAY['active'::text, 'ended'::text])))
);
CREATE TABLE public.messages (
    id uuid NOT NULL,
    kind text NOT NULL,
    contact_id uuid,
    subject_id uuid,
    mark bytea,
    status text NOT NULL,
    reason text,
    attempts integer NOT NULL,
    next_attempt_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    version integer NOT NULL,
    CONSTRAINT messages_check CHECK (((status = 'queued'::text) = (next_attempt_at IS NOT NULL))),
    CONSTRAINT messages_check1 CHECK (((status = 'queued'::text) = (settled_at IS NULL))),
    CONSTRAINT messages_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sent'::text, 'dropped'::text, 'dead'::text])))
);
CREATE TABLE public.networks (
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    status text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    CONSTRAINT networks_status_check CHECK ((status = ANY (ARRAY['active'::text, 'closed'::text])))
);
CREATE TABLE public.organisations (
    id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    contact_point bytea,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    CONSTRAINT organisations_kind_check CHECK ((kind = ANY (ARRAY['council'::text, 'event_partner'::text, 'venue'::text, 'approved_contractor'::text, 'public_authority'::text]))),
    CONSTRAINT organisations_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'ended'::text])))
);
CREATE TABLE public.preference_links (
    token_hash bytea NOT NULL,
    contact_id uuid NOT NULL,
    mark bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.privacy_notices (
    version date NOT NULL,
    effective_on date NOT NULL,
    status text NOT NULL,
    content text NOT NULL,
    sha256 text NOT NULL,
    published_at timestamp with time zone,
    revision integer NOT NULL,
    CONSTRAINT privacy_notices_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text])))
);
CREATE TABLE public.reference_numbers (
    series text NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    CONSTRAINT reference_numbers_last_check CHECK ((last >= 1))
);
CREATE TABLE public.registration_steps (
    registration_id uuid NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    cause text NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    recorded_by text NOT NULL,
    reason bytea
);
CREATE TABLE public.registrations (
    id uuid NOT NULL,
    event_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    status text NOT NULL,
    sequence bigint,
    offer_expires_at timestamp with time zone,
    share_with_partners boolean NOT NULL,
    share_with_venue boolean NOT NULL,
    source text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    CONSTRAINT registrations_check CHECK (((status = 'waitlisted'::text) = (sequence IS NOT NULL))),
    CONSTRAINT registrations_check1 CHECK (((status <> 'offered'::text) OR (offer_expires_at IS NOT NULL))),
    CONSTRAINT registrations_check2 CHECK (((offer_expires_at IS NULL) OR (status = ANY (ARRAY['offered'::text, 'expired'::text])))),
    CONSTRAINT registrations_status_check CHECK ((status = ANY (ARRAY['confirmed'::text, 'waitlisted'::text, 'offered'::text, 'declined'::text, 'expired'::text, 'cancelled'::text, 'attended'::text, 'no_show'::text, 'attendance_unknown'::text])))
);
CREATE TABLE public.sharing_refusals (
    contact_id uuid NOT NULL,
    recipient_kind text NOT NULL,
    since timestamp with time zone NOT NULL,
    CONSTRAINT sharing_refusals_recipient_kind_check CHECK ((recipient_kind = ANY (ARRAY['council'::text, 'event_partner'::text, 'venue'::text, 'approved_contractor'::text, 'public_authority'::text])))
);
CREATE TABLE public.subject_request_farewells (
    request_id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    by_post boolean NOT NULL
);
CREATE TABLE public.subject_request_links (
    token_hash bytea NOT NULL,
    request_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.subject_request_package_builds (
    request_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    parts integer NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    after_entry uuid,
    attempts integer NOT NULL,
    failed boolean NOT NULL,
    next_attempt_at timestamp with time zone NOT NULL
);
CREATE TABLE public.subject_request_package_parts (
    request_id uuid NOT NULL,
    number integer NOT NULL,
    table_name text,
    records integer NOT NULL,
    part bytea NOT NULL
);
CREATE TABLE public.subject_request_packages (
    request_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    package bytea,
    built_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.subject_request_steps (
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    kind text NOT NULL,
    happened_on date NOT NULL,
    sufficient boolean NOT NULL,
    answers uuid,
    told bytea,
    recorded_at timestamp with time zone NOT NULL,
    recorded_by text NOT NULL,
    CONSTRAINT subject_request_steps_check CHECK (((kind = 'clarification_received'::text) = (answers IS NOT NULL))),
    CONSTRAINT subject_request_steps_kind_check CHECK ((kind = ANY (ARRAY['received'::text, 'identity_requested'::text, 'identity_received'::text, 'authority_requested'::text, 'authority_received'::text, 'clarification_requested'::text, 'clarification_received'::text, 'extension_notified'::text, 'carried_out'::text, 'completed'::text, 'partially_completed'::text, 'refused'::text, 'withdrawn'::text, 'lapsed'::text, 'duplicate'::text])))
);
CREATE TABLE public.subject_requests (
    id uuid NOT NULL,
    reference text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    contact_id uuid,
    channel text NOT NULL,
    received_on date NOT NULL,
    identity_known boolean NOT NULL,
    particulars bytea NOT NULL,
    due_on date,
    dated_by text NOT NULL,
    final_clock text,
    outcome text,
    outcome_ground text,
    outcome_explanation bytea,
    decided_on date,
    duplicate_of uuid,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    CONSTRAINT subject_requests_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'web_form'::text, 'telephone'::text, 'post'::text, 'in_person'::text]))),
    CONSTRAINT subject_requests_check CHECK (((status = ANY (ARRAY['completed'::text, 'partially_completed'::text, 'refused'::text, 'withdrawn'::text, 'lapsed'::text, 'duplicate'::text])) = (final_clock IS NOT NULL))),
    CONSTRAINT subject_requests_check1 CHECK ((((final_clock IS NOT NULL) OR (status = 'awaiting_recipients'::text)) = (outcome IS NOT NULL))),
    CONSTRAINT subject_requests_check2 CHECK (((outcome IS NOT NULL) = (outcome_explanation IS NOT NULL))),
    CONSTRAINT subject_requests_check3 CHECK (((outcome IS NOT NULL) = (decided_on IS NOT NULL))),
    CONSTRAINT subject_requests_check4 CHECK (((status = 'duplicate'::text) = (duplicate_of IS NOT NULL))),
    CONSTRAINT subject_requests_check5 CHECK ((duplicate_of <> id)),
    CONSTRAINT subject_requests_kind_check CHECK ((kind = ANY (ARRAY['access'::text, 'rectification'::text, 'erasure'::text, 'restriction'::text, 'objection'::text, 'portability'::text]))),
    CONSTRAINT subject_requests_outcome_check CHECK ((outcome = ANY (ARRAY['fulfilled'::text, 'partly_fulfilled'::text, 'refused'::text, 'withdrawn'::text, 'lapsed'::text, 'duplicate'::text]))),
    CONSTRAINT subject_requests_status_check CHECK ((status = ANY (ARRAY['received'::text, 'identity_pending'::text, 'in_progress'::text, 'clarification_pending'::text, 'awaiting_recipients'::text, 'completed'::text, 'partially_completed'::text, 'refused'::text, 'withdrawn'::text, 'lapsed'::text, 'duplicate'::text])))
);
CREATE TABLE public.suppressions (
    mark bytea NOT NULL,
    purpose text NOT NULL,
    since timestamp with time zone NOT NULL
);
CREATE TABLE public.token_revocations (
    id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    not_before timestamp with time zone NOT NULL,
    moot_at timestamp with time zone NOT NULL,
    CONSTRAINT token_revocations_kind_check CHECK ((kind = ANY (ARRAY['jti'::text, 'subject'::text])))
);
CREATE TABLE public.working_days (
    jurisdiction text NOT NULL,
    version text NOT NULL,
    adopted_at timestamp with time zone NOT NULL
);
CREATE TABLE vault.data_keys (
    owner_id uuid NOT NULL,
    master_key bytea NOT NULL,
    wrapped bytea NOT NULL,
    made_at timestamp with time zone NOT NULL
);
CREATE TABLE vault.destroyed_keys (
    owner_id uuid NOT NULL,
    destroyed_at timestamp with time zone NOT NULL
);
CREATE TABLE vault.key_remnants (
    owner_id uuid NOT NULL,
    destroyed_at timestamp with time zone NOT NULL
);
CREATE TABLE vault.service_keys (
    name text NOT NULL,
    master_key bytea NOT NULL,
    wrapped bytea NOT NULL,
    made_at timestamp with time zone NOT NULL
);
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000001', '2026-11-30 16:23:09.157774');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000002', '2026-11-30 16:23:09.169368');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000003', '2026-11-30 16:23:09.174669');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000004', '2026-11-30 16:23:09.176669');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000005', '2026-11-30 16:23:09.179262');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000006', '2026-11-30 16:23:09.187688');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000007', '2026-11-30 16:23:09.188684');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000008', '2026-11-30 16:23:09.191687');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000009', '2026-11-30 16:23:09.198688');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000010', '2026-11-30 16:23:09.20097');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000011', '2026-11-30 16:23:09.20188');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000014', '2026-11-30 16:23:09.210265');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000015', '2026-11-30 16:23:09.216685');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000016', '2026-11-30 16:23:09.218439');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000017', '2026-11-30 16:23:09.222433');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000020', '2026-11-30 16:23:09.223695');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000021', '2026-11-30 16:23:09.226473');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261124000022', '2026-11-30 16:23:09.232843');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261125000018', '2026-11-30 16:23:09.233845');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261125000019', '2026-11-30 16:23:09.236735');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261126000023', '2026-11-30 16:23:09.242474');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261126000024', '2026-11-30 16:23:09.24313');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261126000025', '2026-11-30 16:23:09.243854');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261126000026', '2026-11-30 16:23:09.245596');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261126000027', '2026-11-30 16:23:09.246062');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261127000028', '2026-11-30 16:23:09.25191');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261127000029', '2026-11-30 16:23:09.253785');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261127000030', '2026-11-30 16:23:09.255413');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261127000031', '2026-11-30 16:23:09.255551');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261128000032', '2026-11-30 16:23:09.25603');
INSERT INTO public.__diesel_schema_migrations (version, run_on) VALUES ('20261129000033', '2026-11-30 16:23:09.256528');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-6f0b-75b2-9591-8e2bde06219c', '2026-11-30 16:23:09.323356+00', 'job', 'job:start', '', NULL, 'notices.publish', 'done', NULL, NULL, 'privacy_notice/2019-01-29', '{}', '\xf62e55a0a28870e45ea293f44063e1dc1185b2f048f673da8e7452fc5a1b002d');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-6f13-75e3-af0f-ab5b2d304b6c', '2026-11-30 16:23:09.331368+00', 'job', 'job:start', '', NULL, 'calendar.changed', 'done', NULL, NULL, NULL, '{"from":null,"to":"2028-12-31/91/46c663c8","moved":0}', '\x0b36aea2804db48ba47c734c5bc9f2fe21c907fdce23314805e063f96daf4cbe');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-e887-721d-bc4b-018c08d08c66', '2026-11-30 16:23:40.423132+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.create', 'done', NULL, '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', NULL, '{}', '\xc12c2750c3748e25460cc180c379462a2e15c5c75ce7b685f180e4976957fd5d');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-e9e7-7629-933d-2ba6bfc431ee', '2026-11-30 16:23:40.775385+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.create', 'done', NULL, '01a22d44-e9e7-7628-a2ed-7f4646788fcc', NULL, '{}', '\x84147f6ca3ff6c27a38922846c6eb56229a208c071972a430fefc811a4c050ff');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-ea57-71cb-9855-f7cc70ddfb5e', '2026-11-30 16:23:40.887112+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.create', 'done', NULL, '01a22d44-ea57-71ca-91d9-c5f05bb15ec1', NULL, '{}', '\xda88f75407724c4f0ed887e7be4b852e880db6b68ba8c19b1cb107addb7451a3');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-eac2-7dca-bd1a-eaa1c8ff60b3', '2026-11-30 16:23:40.994862+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.merged_away', 'done', NULL, '01a22d44-e9e7-7628-a2ed-7f4646788fcc', 'contact/01a22d44-e887-721c-a9bf-1cd3d3ad08ba', '{}', '\x5aa9f42a09ec897e9bfce53830cca594a214eb2938d74724a53ca8a07587346c');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-eac2-7dcb-b2d7-0b991da356fe', '2026-11-30 16:23:40.994862+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.merge', 'done', NULL, '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'contact/01a22d44-e9e7-7628-a2ed-7f4646788fcc', '{}', '\xcf3c5b6e816f647eea9f1d33c7c629d0bd11e109539e7f3a392f58d2ca1bb03d');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-ead8-74b8-8195-bba11b581ae6', '2026-11-30 16:23:41.016295+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'contacts.delete', 'done', NULL, '01a22d44-ea57-71ca-91d9-c5f05bb15ec1', NULL, '{}', '\xba522ec5841dfb453e16e77470614376fb1499940bf89abac8956d9a5683d048');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-eaf1-7aa1-ab37-e96553f7656f', '2026-11-30 16:23:41.041664+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'consents.record', 'done', NULL, '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'consent_decision/01a22d44-eaf1-7a9f-a77f-c2669c7d5cc1', '{"purpose":"newsletter","decision":"given"}', '\xc15c98960662991bc2e4611e9d63185ed5e96b02b2b3404cc05b5fe9417fa1c3');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-eb03-7f8b-ad17-1ab28e2920ca', '2026-11-30 16:23:41.059971+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'consents.record', 'done', NULL, '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'consent_decision/01a22d44-eb03-7f89-8634-a0c79f8a42a5', '{"purpose":"event_information","decision":"withdrawn"}', '\xf3be935a440839258b5ac3fad542dc77568d37a5fe2afa3b111beb5dca96ee7e');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-eb13-7ec2-9918-25f4ffec2ead', '2026-11-30 16:23:41.075922+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'complaints.receive', 'done', NULL, NULL, 'complaint/01a22d44-eb13-7ec0-b27d-a8653aa0e5bd', '{"reference":"DC-2026-000001"}', '\x98ed6733d9ceca7bdecb8aecc2d49dee1fd1273f07b94e012fc9fe8f7e98625a');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-eb25-7616-b297-1362c974ff6f', '2026-11-30 16:23:41.09338+00', 'caller', 'demo-user', 'council', NULL, 'breaches.report', 'done', NULL, NULL, 'breach/01a22d44-eb25-7614-a38b-789eb38c50c2', '{"reference":"PB-2026-000001"}', '\x7fa087c71902995dc026fb1d9bb8699b948e729ade641dbb1342aeb7a030807f');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-eb56-7467-9e36-539aed0b7142', '2026-11-30 16:23:41.142275+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'networks.create', 'done', NULL, NULL, 'network/01a22d44-eb56-7466-9a9f-78c270f970d9', '{}', '\xdfc02c0d41e504c16d7e46791e0dfc9ec2b3b1349aeb487ee6215504da1f9f93');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-ec89-7877-b3f3-59ef764a22fd', '2026-11-30 16:23:41.449529+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'memberships.join', 'done', NULL, '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'membership/01a22d44-ec89-7876-93cf-9f59736055a4', '{"role":"chair"}', '\xb1959f9120cd1adfbcc13b1c8f8f42bb9bd07fecdc0a42476d5e5441f55ef231');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-eca1-747f-b60d-85528d9583f0', '2026-11-30 16:23:41.473281+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'organisations.create', 'done', NULL, NULL, 'organisation/01a22d44-eca1-747e-a84d-7ba7ca146835', '{}', '\xdb38ad33fed712ef82ff809283084bf29d62b5f0273ccd06cd0c15bd5737603e');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-ed10-78a8-9b4a-48719c434f1f', '2026-11-30 16:23:41.584541+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'events.create', 'done', NULL, NULL, 'event/01a22d44-ed10-78a7-966f-1cbe1537e080', '{}', '\x77d20730c2e0ffaa53a7064765ff97600ee47603c6b6354b2e1e13fd38d447d9');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-ee33-76ed-b327-091d34d7b846', '2026-11-30 16:23:41.875433+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'events.status', 'done', NULL, NULL, 'event/01a22d44-ed10-78a7-966f-1cbe1537e080', '{"to":"published"}', '\x0babd34f4736b0399daa04df2d6ec2eecfea80359fb19c15d483900aac42d27d');
INSERT INTO public.audit_entries (id, at, actor_kind, actor, roles, organisation_id, action, outcome, code, contact_id, subject, detail, digest) VALUES ('01a22d44-ee49-7cb2-9805-64d6f5eab94e', '2026-11-30 16:23:41.897793+00', 'caller', 'demo-user', 'iewm_staff', NULL, 'registrations.create', 'done', NULL, '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'registration/01a22d44-ee49-7cb0-bcd4-a173fd781691', '{"status":"confirmed"}', '\x6603dcc84c16e6ecf1bb49f9e20c2bbb3ca84392c4e3cdad634c87a507f32ad3');
INSERT INTO public.breach_steps (id, breach_id, status, phase, occurred_at, words, recorded_at, recorded_by) VALUES ('01a22d44-eb25-7615-b73f-b45307a8475e', '01a22d44-eb25-7614-a38b-789eb38c50c2', 'reported', NULL, '2026-11-30 16:23:41.09338+00', NULL, '2026-11-30 16:23:41.09338+00', 'demo-user');
INSERT INTO public.breaches (id, reference, aware_at, categories, approximate_subjects, approximate_records, reported_by_organisation_id, status, risk, notify_regulator, notify_subjects, notified_at, closed_at, particulars, created_at, updated_at, version) VALUES ('01a22d44-eb25-7614-a38b-789eb38c50c2', 'PB-2026-000001', '2026-11-28 10:00:00+00', 'contact', NULL, NULL, NULL, 'reported', NULL, NULL, NULL, NULL, NULL, '\x01d176d59a6bad52d2db25a09a4c3852e6abbcddeda31f696bb3e2cf0e3bf5de2606908035686977bf3811a931ebac13d0cee7aa2a66288464', '2026-11-30 16:23:41.09338+00', '2026-11-30 16:23:41.09338+00', 1);
INSERT INTO public.complaint_steps (id, complaint_id, status, occurred_on, recorded_at, recorded_by) VALUES ('01a22d44-eb13-7ec1-8f7f-e5b3f2ec0653', '01a22d44-eb13-7ec0-b27d-a8653aa0e5bd', 'received', '2026-11-20', '2026-11-30 16:23:41.075922+00', 'demo-user');
INSERT INTO public.complaints (id, reference, contact_id, channel, received_on, status, acknowledged_on, outcome, closed_on, particulars, created_at, updated_at, version) VALUES ('01a22d44-eb13-7ec0-b27d-a8653aa0e5bd', 'DC-2026-000001', NULL, 'post', '2026-11-20', 'received', NULL, NULL, NULL, '\x01f74490c71c2c4d69049f25f5012634cac1aa9f5877e7b17303ce1c09e7a62a2c1aee9e31594b20ffc11edcbf184fa7aedcc34a14abc385f0134966edf2c17b75d6365f0278f5f6ce568351849b250a48e0abdd407d45cd1d145ce8f0b1b053063bbc142434935cf1ef031e4a41', '2026-11-30 16:23:41.075922+00', '2026-11-30 16:23:41.075922+00', 1);
INSERT INTO public.consent_decisions (id, consent_id, contact_id, purpose, decision, method, occurred_at, recorded_at, pending_until, notice_version, wording_sha256, evidence, confirms, recorded_by, merged_from, objection) VALUES ('01a22d44-eaf1-7a9f-a77f-c2669c7d5cc1', '01a22d44-eaf1-7aa0-9be9-746c5a85532d', '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'newsletter', 'given', 'telephone', '2026-11-30 16:23:41.041664+00', '2026-11-30 16:23:41.041664+00', NULL, '2019-01-29', '\x5fc0cd928f5c0aa594454b59223e1ff22b89270f653dfaef8fea6ea323d30e12', '\x01d21985f30796b329d35bfbf2b51ef3591bf0eed596664ed38808366ac61cd2af47f3e17967cc99cf1d5e26bf99f0931999de210f7c5d5770dc26c3c477b674b22679ab135f26a5d598a48abba40daf4c0141b619b052acaa', NULL, 'demo-user', NULL, false);
INSERT INTO public.consent_decisions (id, consent_id, contact_id, purpose, decision, method, occurred_at, recorded_at, pending_until, notice_version, wording_sha256, evidence, confirms, recorded_by, merged_from, objection) VALUES ('01a22d44-eb03-7f89-8634-a0c79f8a42a5', '01a22d44-eb03-7f8a-ae4e-ffa3263a8601', '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'event_information', 'withdrawn', 'email', '2026-11-30 16:23:41.059971+00', '2026-11-30 16:23:41.059971+00', NULL, '2019-01-29', NULL, NULL, NULL, 'demo-user', NULL, false);
INSERT INTO public.consents (id, contact_id, purpose, state, since, notice_version, method, decision_id, pending_decision_id, pending_until, withdrawn_at, created_at, version, objected_at) VALUES ('01a22d44-eaf1-7aa0-9be9-746c5a85532d', '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'newsletter', 'given', '2026-11-30 16:23:41.041664+00', '2019-01-29', 'telephone', '01a22d44-eaf1-7a9f-a77f-c2669c7d5cc1', NULL, NULL, NULL, '2026-11-30 16:23:41.041664+00', 1, NULL);
INSERT INTO public.consents (id, contact_id, purpose, state, since, notice_version, method, decision_id, pending_decision_id, pending_until, withdrawn_at, created_at, version, objected_at) VALUES ('01a22d44-eb03-7f8a-ae4e-ffa3263a8601', '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'event_information', 'withdrawn', '2026-11-30 16:23:41.059971+00', '2019-01-29', 'email', '01a22d44-eb03-7f89-8634-a0c79f8a42a5', NULL, NULL, '2026-11-30 16:23:41.059971+00', '2026-11-30 16:23:41.059971+00', 1, NULL);
INSERT INTO public.contacts (id, status, obtained_on, created_at, updated_at, last_activity_on, particulars, email_index, telephone_index, version, merged_into, former_mark, email_bounced_at, restricted_ground, restricted_at, search_tokens) VALUES ('01a22d44-e9e7-7628-a2ed-7f4646788fcc', 'erased', '2026-11-24', '2026-11-30 16:23:40.775385+00', '2026-11-30 16:23:40.994862+00', '2026-11-24', NULL, NULL, NULL, 2, '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', '\xcce8fe66b49def26053146c54a38091e11bb7dbcc8551709e6ced04355bb749b', NULL, NULL, NULL, NULL);
INSERT INTO public.contacts (id, status, obtained_on, created_at, updated_at, last_activity_on, particulars, email_index, telephone_index, version, merged_into, former_mark, email_bounced_at, restricted_ground, restricted_at, search_tokens) VALUES ('01a22d44-ea57-71ca-91d9-c5f05bb15ec1', 'erased', '2026-11-24', '2026-11-30 16:23:40.887112+00', '2026-11-30 16:23:41.016295+00', '2026-11-24', NULL, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.contacts (id, status, obtained_on, created_at, updated_at, last_activity_on, particulars, email_index, telephone_index, version, merged_into, former_mark, email_bounced_at, restricted_ground, restricted_at, search_tokens) VALUES ('01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'active', '2026-11-24', '2026-11-30 16:23:40.423132+00', '2026-11-30 16:23:40.994862+00', '2026-11-30', '\x0155bc16842cf9b0d3ebcad651de8d8f989f5639e011a0b94e86e7602eab01be889f9a265f0c82d03d5333cf621bc37be6d43660453beeeb4350efa3b98a486e4532dab1854f49ee5e1cf6d248562e100146d8422787d936233f350c59470ddcbddf67bb0cb6', '\x5e4e21de8683ee5c069d1f5e889b3fa6cf42bcae741208dfa040820fcddf5e46', '\x5b60a61b0b3327d6bcae17837c11ad091d40e365437e2b8589f18c5a583cd535', 2, NULL, NULL, NULL, NULL, NULL, '{153617255,660735309,1082758951,1533060635,2042165242,-1903219119}');
INSERT INTO public.event_places (event_id, confirmed, offered, waitlisted, last_sequence) VALUES ('01a22d44-ed10-78a7-966f-1cbe1537e080', 1, 0, 0, 0);
INSERT INTO public.events (id, title, description, starts_at, ends_at, venue_organisation_id, place_name, place_address, online_url, capacity, registration_opens_at, registration_closes_at, self_cancel_until, waiting_list, promotion, offer_working_hours, status, created_at, updated_at, version) VALUES ('01a22d44-ed10-78a7-966f-1cbe1537e080', 'Spring conference', 'A day of talks.', '2027-03-24 09:00:00+00', '2027-03-24 16:00:00+00', '01a22d44-eca1-747e-a84d-7ba7ca146835', 'Council House', NULL, NULL, 40, NULL, NULL, NULL, true, 'automatic', 16, 'published', '2026-11-30 16:23:41.584541+00', '2026-11-30 16:23:41.875433+00', 2);
INSERT INTO public.kept_answers (key, fingerprint, sealed, contact_id, reading, kept_until) VALUES ('\x041aa0360c74160b4ae3575970d0e604e3e8b93b177e1bdf6a854fa94341b8dc', '\xd4fb9c05243a6acfd605ab5a447f1957ec24ea22423f13dce7de492b87015b89', '\x01c9009d04156c4c49d3c5d489572184a139d421ad6c1434cf12cd8cbe7153db0e76e508bf412a7eeb8eb16e802b8f356a0ead67b0fd76fd14c0ee664e22766219f10f3588d13f1a896b15cfa32aab6d9404a5979902ed892bc56fa2f8a726a05dab4683df0c0222b2086d5855dbf5887d6a13084872764a41e1db712a23732c2239172b14c2af75b1c013e2eebc2a380d4ea634da3ea7792d9cd1b9f6957f7ad2cc9a4ca00dfeaa0d6ff86e34eaaba02c72eba40c0be10398246e6f7dbde1dd48d668551b263577dea3113f63b0b03aae6e0fe972d54738e5b5789da4695dc470b0552694655037aa3891d42f69e872307ba2093576dc59fed5930885a56e7e1f9f83084018b4badf3ebaead102bec23f6d19fc17f0a959fe827add171a3d26ec1a95520ad352d3cbb37c9825f6a3568b14170bda7313a7c6431a24a3eed9e458f8bf1063d331897aa51ecec3649040236f6feb2387f81ca204231efe4e609d65c225629db8715d44532493e309e278493c041bafce4d623a446c56211581a23fa2f22d17952030219b9000b6a36d469b0e588aea4096f55369b6049157acfeb47c1e4e78f3c657294ad5909b8aa31739f4a705b553121c5f814e0ca353ad99ff6f457615dd495e30a795bb3028d3bc3f0d812a6e531febbbb31ce4e66afc70a6b64ca4e2eeedadc494584bd34fa5ca800d247982bd90eedd9a4ec0bddfa4856a436e969f8a07f63817519e687e9e037735ab2dfe28469df566fba4f6dfdcdb942d671db6beb40872ea1be10fab80cceacf57bb6fcb0eed2d605f0e7bcc8c7a9a19999b51d57b4ce0ed381b7a5e5a', '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', false, '2026-12-01 16:23:40.423132+00');
INSERT INTO public.memberships (id, network_id, contact_id, role, status, started_on, ended_on, directory_visibility, particulars, created_at, version) VALUES ('01a22d44-ec89-7876-93cf-9f59736055a4', '01a22d44-eb56-7466-9a9f-78c270f970d9', '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'chair', 'active', '2026-11-24', NULL, 'nobody', '\x01c95da6c83f047c870657b1406faa15cb6a8ff699cc7950b7a0b9a4ce7419', '2026-11-30 16:23:41.449529+00', 1);
INSERT INTO public.messages (id, kind, contact_id, subject_id, mark, status, reason, attempts, next_attempt_at, created_at, settled_at, version) VALUES ('01a22d44-ee49-7cb1-a94d-d85c8d29d5df', 'registration_confirmed', '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', '01a22d44-ee49-7cb0-bcd4-a173fd781691', NULL, 'queued', NULL, 0, '2026-11-30 16:23:41.897793+00', '2026-11-30 16:23:41.897793+00', NULL, 1);
INSERT INTO public.networks (id, code, name, description, status, created_at, updated_at, version) VALUES ('01a22d44-eb56-7466-9a9f-78c270f970d9', 'adass', 'Directors of Adult Social Services', 'The network.', 'active', '2026-11-30 16:23:41.142275+00', '2026-11-30 16:23:41.142275+00', 1);
INSERT INTO public.organisations (id, name, kind, status, contact_point, created_at, updated_at, version) VALUES ('01a22d44-eca1-747e-a84d-7ba7ca146835', 'Council House', 'venue', 'active', '\x01e996d4e94928f564ad79f919c467af2ab69c6d13bcb3da0b9e3c8dee44e6c46f52e43a80296d00e5beec91bf', '2026-11-30 16:23:41.473281+00', '2026-11-30 16:23:41.473281+00', 1);
INSERT INTO public.privacy_notices (version, effective_on, status, content, sha256, published_at, revision) VALUES ('2019-01-29', '2019-01-29', 'published', '{"controller":"Worcestershire County Council, for Improvement and Efficiency West Midlands\nCounty Hall, Spetchley Road, Worcester WR5 2NP","purposes":[{"code":"newsletter","lawful_basis":["consent"],"data":["Name","E-mail address"],"recipients":["Worcestershire County Council","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"blogs_and_articles","lawful_basis":["consent"],"data":["Name","E-mail address"],"recipients":["Worcestershire County Council","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"trade_articles","lawful_basis":["consent"],"data":["Name","E-mail address"],"recipients":["Worcestershire County Council","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"event_information","lawful_basis":["consent"],"data":["Name","E-mail address"],"recipients":["Worcestershire County Council","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"event_administration","lawful_basis":["contract"],"data":["Name","Telephone number","E-mail address"],"recipients":["Worcestershire County Council","Event partners","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"professional_networks","lawful_basis":["consent","contract"],"data":["Name","Telephone number","E-mail address"],"recipients":["Worcestershire County Council","Approved contractors"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"},{"code":"venue_security","lawful_basis":["contract"],"data":["Name"],"recipients":["Event venues"],"retention":"Six years (P6Y), unless a legal hold under the Inquiries Act 2005 requires longer","change":"unchanged"}],"rights":["Access: a copy of the data that we hold about you, and an account of how it is used (UK GDPR Article 15).","Rectification: to have wrong data corrected and incomplete data completed (Article 16).","Erasure: to have your data deleted, where no law or legal hold requires us to keep it (Article 17).","Restriction: to have your data stored but not used while a question about it is open (Article 18).","Portability: to receive the data that you gave us in a form that other systems read (Article 20).","Objection: to stop direct marketing at once, without giving a reason (Article 21).","Withdrawal of consent: at any time, as easily as it was given, for each purpose by itself (Article 7(3))."],"contact":"To use any of your rights, write to info@westmidlandsiep.gov.uk or call +441905765765. The data protection officer is reached at dataprotection@worcestershire.gov.uk.","complaint_route":"If you are unhappy with how your data is used, complain to us first: write to dataprotection@worcestershire.gov.uk. We acknowledge a complaint within 30 days and tell you the outcome without undue delay (Data Protection Act 2018, section 164A). You may also complain to the Information Commission (ICO), ico.org.uk (section 165), and you may go to court (section 167)."}', 'bf5f5060247d95050b14b1bf514bc1077cc0f4ced59b72838fca9bd54499fc57', '2026-11-30 16:23:09.323356+00', 1);
INSERT INTO public.reference_numbers (series, year, last) VALUES ('DC', 2026, 1);
INSERT INTO public.reference_numbers (series, year, last) VALUES ('PB', 2026, 1);
INSERT INTO public.registration_steps (registration_id, version, status, cause, recorded_at, recorded_by, reason) VALUES ('01a22d44-ee49-7cb0-bcd4-a173fd781691', 1, 'confirmed', 'registered', '2026-11-30 16:23:41.897793+00', 'demo-user', NULL);
INSERT INTO public.registrations (id, event_id, contact_id, status, sequence, offer_expires_at, share_with_partners, share_with_venue, source, created_at, updated_at, version) VALUES ('01a22d44-ee49-7cb0-bcd4-a173fd781691', '01a22d44-ed10-78a7-966f-1cbe1537e080', '01a22d44-e887-721c-a9bf-1cd3d3ad08ba', 'confirmed', NULL, NULL, false, false, 'api', '2026-11-30 16:23:41.897793+00', '2026-11-30 16:23:41.897793+00', 1);
INSERT INTO public.suppressions (mark, purpose, since) VALUES ('\x4cd7d154e21f9f4a3e0cbf7442aec66c4c07f36498f75bfa0acd1e89bf4b44b3', 'newsletter', '2026-11-30 16:23:41.016295+00');
INSERT INTO public.suppressions (mark, purpose, since) VALUES ('\x4cd7d154e21f9f4a3e0cbf7442aec66c4c07f36498f75bfa0acd1e89bf4b44b3', 'blogs_and_articles', '2026-11-30 16:23:41.016295+00');
INSERT INTO public.suppressions (mark, purpose, since) VALUES ('\x4cd7d154e21f9f4a3e0cbf7442aec66c4c07f36498f75bfa0acd1e89bf4b44b3', 'trade_articles', '2026-11-30 16:23:41.016295+00');
INSERT INTO public.suppressions (mark, purpose, since) VALUES ('\x4cd7d154e21f9f4a3e0cbf7442aec66c4c07f36498f75bfa0acd1e89bf4b44b3', 'event_information', '2026-11-30 16:23:41.016295+00');
INSERT INTO public.suppressions (mark, purpose, since) VALUES ('\x4cd7d154e21f9f4a3e0cbf7442aec66c4c07f36498f75bfa0acd1e89bf4b44b3', 'professional_networks', '2026-11-30 16:23:41.016295+00');
INSERT INTO public.working_days (jurisdiction, version, adopted_at) VALUES ('england-and-wales', '2028-12-31/91/46c663c8', '2026-11-30 16:23:09.331368+00');
INSERT INTO vault.data_keys (owner_id, master_key, wrapped, made_at) VALUES ('01a22d44-e887-721c-a9bf-1cd3d3ad08ba', '\xb01d293e41453855', '\xfd3d83b9a43dbe08e7a60b717d41607d8436b6c21804ab7e9fd04303bc4943e35e053fd8fda6152a33ca7c89b3f821c356942de557170c739a6920de', '2026-11-30 16:23:40.423132+00');
INSERT INTO vault.data_keys (owner_id, master_key, wrapped, made_at) VALUES ('01a22d44-e9e7-7628-a2ed-7f4646788fcc', '\xb01d293e41453855', '\xa3fab18b4c6133b377d34e210b509959a0ea6a11d0298815d1ed5e20b938012937ab8a26cbfdce52e956646658774b694650f1c232191c99fd579d01', '2026-11-30 16:23:40.775385+00');
INSERT INTO vault.data_keys (owner_id, master_key, wrapped, made_at) VALUES ('01a22d44-eb13-7ec0-b27d-a8653aa0e5bd', '\xb01d293e41453855', '\xb5e927bf3da2467e841a2005aa4add7c7d9decaab82cbaf07b4b7286af925ca927ce094e4a959513d920db0d598e05385c1e645281874e3407def6a0', '2026-11-30 16:23:41.075922+00');
INSERT INTO vault.destroyed_keys (owner_id, destroyed_at) VALUES ('01a22d44-ea57-71ca-91d9-c5f05bb15ec1', '2026-11-30 16:23:41.016295+00');
INSERT INTO vault.key_remnants (owner_id, destroyed_at) VALUES ('01a22d44-ea57-71ca-91d9-c5f05bb15ec1', '2026-11-30 16:23:41.016295+00');
INSERT INTO vault.service_keys (name, master_key, wrapped, made_at) VALUES ('blind_index', '\xb01d293e41453855', '\x04b73336b850eda9340c1ba4a0b1c434882d7a79ef14d02aabf1adf3feab918130db4ef037dd314496f54e3340a2ca479eafce9d126ae4b9c42dab17', '2026-11-30 16:23:09.145778+00');
INSERT INTO vault.service_keys (name, master_key, wrapped, made_at) VALUES ('cursors', '\xb01d293e41453855', '\x87bd90a3ef70fc7a8a7b2e1ab08a52bd90a9851a20ba42f45e43a809df4e9c3f3a5c61c6888f748528e62c7c669ba7c6ca1c6dae3c84681d317dd00d', '2026-11-30 16:23:09.145778+00');
INSERT INTO vault.service_keys (name, master_key, wrapped, made_at) VALUES ('house', '\xb01d293e41453855', '\x6c78e63cde60ef0cfcd81851859a9ab19ecf285c2aea2b0d55db4ecc3cac95bb87f1f596c9f061c24c7e96ac4a679e4a1cdfe5e814894b9f9f8919e3', '2026-11-30 16:23:09.145778+00');
INSERT INTO vault.service_keys (name, master_key, wrapped, made_at) VALUES ('idempotency', '\xb01d293e41453855', '\x1868e5172d295005cbb1d9836eb19c693abf1f7421df36b1a0557d9b3b054f6d83bcd1644cfa8a08b675e0b01ed224f19d3d5271a67b781820cf156d', '2026-11-30 16:23:09.145778+00');
INSERT INTO vault.service_keys (name, master_key, wrapped, made_at) VALUES ('links', '\xb01d293e41453855', '\x4d7a32b6a6604e32313d4b829b6817714797af56db5484d07326ab2f50ef5785e832dc6669c6052e1568726b1631c871ff03c9120c08373fa33900e9', '2026-11-30 16:23:09.145778+00');
INSERT INTO vault.service_keys (name, master_key, wrapped, made_at) VALUES ('receipts', '\xb01d293e41453855', '\x2b99d06a5349dcfa94dbef4ffca1c38e392d26ce15910ccc72bf3bff31a1ba8ac5dde772d5550eb1b9247a7a3c783caa2efb8d960d61443f5eb2dec3', '2026-11-30 16:23:09.145778+00');
ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.access_requirements
    ADD CONSTRAINT access_requirements_pkey PRIMARY KEY (registration_id);
ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.breach_steps
    ADD CONSTRAINT breach_steps_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.breaches
    ADD CONSTRAINT breaches_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.breaches
    ADD CONSTRAINT breaches_reference UNIQUE (reference);
ALTER TABLE ONLY public.check_ins
    ADD CONSTRAINT check_ins_pkey PRIMARY KEY (event_id, device_id, nonce);
ALTER TABLE ONLY public.complaint_steps
    ADD CONSTRAINT complaint_steps_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.complaints
    ADD CONSTRAINT complaints_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.complaints
    ADD CONSTRAINT complaints_reference UNIQUE (reference);
ALTER TABLE ONLY public.consent_confirmations
    ADD CONSTRAINT consent_confirmations_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.consent_decisions
    ADD CONSTRAINT consent_decisions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.deadline_digests
    ADD CONSTRAINT deadline_digests_pkey PRIMARY KEY (day);
ALTER TABLE ONLY public.erasure_plans
    ADD CONSTRAINT erasure_plans_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_places
    ADD CONSTRAINT event_places_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.kept_answers
    ADD CONSTRAINT kept_answers_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.material_changes
    ADD CONSTRAINT material_changes_pkey PRIMARY KEY (notice_version, purpose);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.networks
    ADD CONSTRAINT networks_code UNIQUE (code);
ALTER TABLE ONLY public.networks
    ADD CONSTRAINT networks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.organisations
    ADD CONSTRAINT organisations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.preference_links
    ADD CONSTRAINT preference_links_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.privacy_notices
    ADD CONSTRAINT privacy_notices_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.reference_numbers
    ADD CONSTRAINT reference_numbers_pkey PRIMARY KEY (series, year);
ALTER TABLE ONLY public.registration_steps
    ADD CONSTRAINT registration_steps_pkey PRIMARY KEY (registration_id, version);
ALTER TABLE ONLY public.registrations
    ADD CONSTRAINT registrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sharing_refusals
    ADD CONSTRAINT sharing_refusals_pkey PRIMARY KEY (contact_id, recipient_kind);
ALTER TABLE ONLY public.subject_request_farewells
    ADD CONSTRAINT subject_request_farewells_pkey PRIMARY KEY (request_id);
ALTER TABLE ONLY public.subject_request_links
    ADD CONSTRAINT subject_request_links_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.subject_request_package_builds
    ADD CONSTRAINT subject_request_package_builds_pkey PRIMARY KEY (request_id);
ALTER TABLE ONLY public.subject_request_package_parts
    ADD CONSTRAINT subject_request_package_parts_pkey PRIMARY KEY (request_id, number);
ALTER TABLE ONLY public.subject_request_packages
    ADD CONSTRAINT subject_request_packages_pkey PRIMARY KEY (request_id);
ALTER TABLE ONLY public.subject_request_steps
    ADD CONSTRAINT subject_request_steps_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.subject_requests
    ADD CONSTRAINT subject_requests_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.subject_requests
    ADD CONSTRAINT subject_requests_reference UNIQUE (reference);
ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_pkey PRIMARY KEY (mark, purpose);
ALTER TABLE ONLY public.token_revocations
    ADD CONSTRAINT token_revocations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.working_days
    ADD CONSTRAINT working_days_pkey PRIMARY KEY (jurisdiction);
ALTER TABLE ONLY vault.data_keys
    ADD CONSTRAINT data_keys_pkey PRIMARY KEY (owner_id);
ALTER TABLE ONLY vault.destroyed_keys
    ADD CONSTRAINT destroyed_keys_pkey PRIMARY KEY (owner_id);
ALTER TABLE ONLY vault.key_remnants
    ADD CONSTRAINT key_remnants_pkey PRIMARY KEY (owner_id);
ALTER TABLE ONLY vault.service_keys
    ADD CONSTRAINT service_keys_pkey PRIMARY KEY (name);
CREATE INDEX access_requirements_by_contact ON public.access_requirements USING btree (contact_id);
CREATE INDEX access_requirements_by_event ON public.access_requirements USING btree (event_id);
CREATE INDEX audit_entries_action ON public.audit_entries USING btree (action, id);
CREATE INDEX audit_entries_actor ON public.audit_entries USING btree (actor, id);
CREATE INDEX audit_entries_contact ON public.audit_entries USING btree (contact_id, id) WHERE (contact_id IS NOT NULL);
CREATE INDEX breach_steps_of ON public.breach_steps USING btree (breach_id, id);
CREATE INDEX breaches_by_awareness ON public.breaches USING btree (aware_at);
CREATE INDEX breaches_by_organisation ON public.breaches USING btree (reported_by_organisation_id, id) WHERE (reported_by_organisation_id IS NOT NULL);
CREATE INDEX breaches_by_status ON public.breaches USING btree (status, id);
CREATE INDEX check_ins_by_registration ON public.check_ins USING btree (registration_id, occurred_at);
CREATE INDEX complaint_steps_of ON public.complaint_steps USING btree (complaint_id, id);
CREATE INDEX complaints_by_contact ON public.complaints USING btree (contact_id, id) WHERE (contact_id IS NOT NULL);
CREATE INDEX complaints_by_receipt ON public.complaints USING btree (received_on);
CREATE INDEX complaints_by_status ON public.complaints USING btree (status, id);
CREATE INDEX consent_confirmations_by_consent ON public.consent_confirmations USING btree (consent_id);
CREATE INDEX consent_decisions_consent ON public.consent_decisions USING btree (consent_id, id);
CREATE UNIQUE INDEX consents_contact_purpose ON public.consents USING btree (contact_id, purpose);
CREATE INDEX consents_purpose_state ON public.consents USING btree (purpose, state, id);
CREATE UNIQUE INDEX contacts_email ON public.contacts USING btree (email_index);
CREATE INDEX contacts_erased ON public.contacts USING btree (id) WHERE (particulars IS NULL);
CREATE INDEX contacts_merged_into ON public.contacts USING btree (merged_into) WHERE (merged_into IS NOT NULL);
CREATE INDEX contacts_restricted ON public.contacts USING btree (id) WHERE (restricted_at IS NOT NULL);
CREATE INDEX contacts_search_tokens ON public.contacts USING gin (search_tokens) WITH (fastupdate='on', gin_pending_list_limit='256');
CREATE INDEX contacts_updated ON public.contacts USING btree (updated_at, id);
CREATE UNIQUE INDEX erasure_plans_open ON public.erasure_plans USING btree (contact_id) WHERE (executed_at IS NULL);
CREATE INDEX events_by_start ON public.events USING btree (starts_at, id);
CREATE INDEX kept_answers_contact ON public.kept_answers USING btree (contact_id) WHERE (contact_id IS NOT NULL);
CREATE INDEX kept_answers_kept_until ON public.kept_answers USING btree (kept_until);
CREATE INDEX memberships_by_contact ON public.memberships USING btree (contact_id);
CREATE INDEX memberships_by_network ON public.memberships USING btree (network_id, id);
CREATE UNIQUE INDEX memberships_live ON public.memberships USING btree (contact_id, network_id, role) WHERE (status = 'active'::text);
CREATE INDEX messages_by_contact ON public.messages USING btree (contact_id) WHERE (contact_id IS NOT NULL);
CREATE INDEX messages_by_mark ON public.messages USING btree (mark, kind, created_at) WHERE (mark IS NOT NULL);
CREATE INDEX messages_by_status ON public.messages USING btree (status, id);
CREATE INDEX messages_due ON public.messages USING btree (next_attempt_at) WHERE (status = 'queued'::text);
CREATE INDEX messages_settled ON public.messages USING btree (settled_at) WHERE (settled_at IS NOT NULL);
CREATE INDEX preference_links_by_contact ON public.preference_links USING btree (contact_id);
CREATE INDEX preference_links_expiring ON public.preference_links USING btree (expires_at);
CREATE INDEX preference_links_of ON public.preference_links USING btree (contact_id);
CREATE INDEX privacy_notices_published ON public.privacy_notices USING btree (status, version, effective_on, published_at);
CREATE INDEX registrations_by_contact ON public.registrations USING btree (contact_id, event_id);
CREATE INDEX registrations_by_event ON public.registrations USING btree (event_id, id);
CREATE INDEX registrations_by_status ON public.registrations USING btree (event_id, status, id);
CREATE UNIQUE INDEX registrations_live ON public.registrations USING btree (event_id, contact_id) WHERE (status = ANY (ARRAY['confirmed'::text, 'waitlisted'::text, 'offered'::text]));
CREATE INDEX registrations_offers ON public.registrations USING btree (status, offer_expires_at);
CREATE UNIQUE INDEX registrations_waiting ON public.registrations USING btree (event_id, sequence) WHERE (sequence IS NOT NULL);
CREATE INDEX subject_request_links_by_expiry ON public.subject_request_links USING btree (expires_at);
CREATE INDEX subject_request_links_of ON public.subject_request_links USING btree (request_id);
CREATE INDEX subject_request_package_builds_due ON public.subject_request_package_builds USING btree (next_attempt_at);
CREATE INDEX subject_request_packages_by_expiry ON public.subject_request_packages USING btree (expires_at) WHERE (package IS NOT NULL);
CREATE UNIQUE INDEX subject_request_steps_answered ON public.subject_request_steps USING btree (answers) WHERE (answers IS NOT NULL);
CREATE INDEX subject_request_steps_of ON public.subject_request_steps USING btree (request_id, id);
CREATE INDEX subject_requests_by_contact ON public.subject_requests USING btree (contact_id, id);
CREATE INDEX subject_requests_by_due ON public.subject_requests USING btree (due_on);
CREATE INDEX subject_requests_counted ON public.subject_requests USING btree (received_on, kind, status, outcome, decided_on, due_on, dated_by);
CREATE INDEX subject_requests_open ON public.subject_requests USING btree (dated_by) WHERE (final_clock IS NULL);
CREATE INDEX token_revocations_value ON public.token_revocations USING btree (value, kind);
CREATE TRIGGER audit_entries_append_only BEFORE DELETE OR UPDATE ON public.audit_entries FOR EACH ROW EXECUTE FUNCTION public.refuse_change('the audit');
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON public.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('the audit');
CREATE TRIGGER consent_decisions_append_only BEFORE UPDATE ON public.consent_decisions FOR EACH ROW WHEN (((old.evidence IS NULL) OR (new.evidence IS NOT NULL) OR ((to_jsonb(new.*) - 'evidence'::text) IS DISTINCT FROM (to_jsonb(old.*) - 'evidence'::text)))) EXECUTE FUNCTION public.refuse_change('a consent decision');
CREATE TRIGGER consent_decisions_no_delete BEFORE DELETE ON public.consent_decisions FOR EACH ROW EXECUTE FUNCTION public.refuse_change('a consent decision');
CREATE TRIGGER consent_decisions_no_truncate BEFORE TRUNCATE ON public.consent_decisions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('a consent decision');
CREATE TRIGGER registration_steps_append_only BEFORE DELETE OR UPDATE OF registration_id, version, status, cause, recorded_at, recorded_by ON public.registration_steps FOR EACH ROW EXECUTE FUNCTION public.refuse_change('a step of a registration');
CREATE TRIGGER registration_steps_no_truncate BEFORE TRUNCATE ON public.registration_steps FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change('a step of a registration');
CREATE TRIGGER registrations_transition BEFORE UPDATE OF status ON public.registrations FOR EACH ROW WHEN ((new.status <> old.status)) EXECUTE FUNCTION public.refuse_transition();
ALTER TABLE ONLY public.access_requirements
    ADD CONSTRAINT access_requirements_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.access_requirements
    ADD CONSTRAINT access_requirements_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id);
ALTER TABLE ONLY public.access_requirements
    ADD CONSTRAINT access_requirements_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES public.registrations(id);
ALTER TABLE ONLY public.breach_steps
    ADD CONSTRAINT breach_steps_breach_id_fkey FOREIGN KEY (breach_id) REFERENCES public.breaches(id);
ALTER TABLE ONLY public.breaches
    ADD CONSTRAINT breaches_reported_by_organisation_id_fkey FOREIGN KEY (reported_by_organisation_id) REFERENCES public.organisations(id);
ALTER TABLE ONLY public.check_ins
    ADD CONSTRAINT check_ins_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id);
ALTER TABLE ONLY public.check_ins
    ADD CONSTRAINT check_ins_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES public.registrations(id);
ALTER TABLE ONLY public.complaint_steps
    ADD CONSTRAINT complaint_steps_complaint_id_fkey FOREIGN KEY (complaint_id) REFERENCES public.complaints(id);
ALTER TABLE ONLY public.complaints
    ADD CONSTRAINT complaints_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.consent_confirmations
    ADD CONSTRAINT consent_confirmations_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES public.consents(id);
ALTER TABLE ONLY public.consent_confirmations
    ADD CONSTRAINT consent_confirmations_decision_id_fkey FOREIGN KEY (decision_id) REFERENCES public.consent_decisions(id);
ALTER TABLE ONLY public.consent_decisions
    ADD CONSTRAINT consent_decisions_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES public.consents(id);
ALTER TABLE ONLY public.consent_decisions
    ADD CONSTRAINT consent_decisions_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.consent_decisions
    ADD CONSTRAINT consent_decisions_merged_from_fkey FOREIGN KEY (merged_from) REFERENCES public.consent_decisions(id);
ALTER TABLE ONLY public.consent_decisions
    ADD CONSTRAINT consent_decisions_notice_version_fkey FOREIGN KEY (notice_version) REFERENCES public.privacy_notices(version);
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_notice_version_fkey FOREIGN KEY (notice_version) REFERENCES public.privacy_notices(version);
ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.erasure_plans
    ADD CONSTRAINT erasure_plans_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.event_places
    ADD CONSTRAINT event_places_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_venue_organisation_id_fkey FOREIGN KEY (venue_organisation_id) REFERENCES public.organisations(id);
ALTER TABLE ONLY public.material_changes
    ADD CONSTRAINT material_changes_notice_version_fkey FOREIGN KEY (notice_version) REFERENCES public.privacy_notices(version);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_network_id_fkey FOREIGN KEY (network_id) REFERENCES public.networks(id);
ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.preference_links
    ADD CONSTRAINT preference_links_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.registration_steps
    ADD CONSTRAINT registration_steps_registration_id_fkey FOREIGN KEY (registration_id) REFERENCES public.registrations(id);
ALTER TABLE ONLY public.registrations
    ADD CONSTRAINT registrations_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.registrations
    ADD CONSTRAINT registrations_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id);
ALTER TABLE ONLY public.sharing_refusals
    ADD CONSTRAINT sharing_refusals_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.subject_request_farewells
    ADD CONSTRAINT subject_request_farewells_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.subject_requests(id);
ALTER TABLE ONLY public.subject_request_links
    ADD CONSTRAINT subject_request_links_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.subject_requests(id);
ALTER TABLE ONLY public.subject_request_package_builds
    ADD CONSTRAINT subject_request_package_builds_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.subject_request_package_builds
    ADD CONSTRAINT subject_request_package_builds_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.subject_requests(id);
ALTER TABLE ONLY public.subject_request_package_parts
    ADD CONSTRAINT subject_request_package_parts_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.subject_requests(id);
ALTER TABLE ONLY public.subject_request_packages
    ADD CONSTRAINT subject_request_packages_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.subject_request_packages
    ADD CONSTRAINT subject_request_packages_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.subject_requests(id);
ALTER TABLE ONLY public.subject_request_steps
    ADD CONSTRAINT subject_request_steps_answers_fkey FOREIGN KEY (answers) REFERENCES public.subject_request_steps(id);
ALTER TABLE ONLY public.subject_request_steps
    ADD CONSTRAINT subject_request_steps_request_id_fkey FOREIGN KEY (request_id) REFERENCES public.subject_requests(id);
ALTER TABLE ONLY public.subject_requests
    ADD CONSTRAINT subject_requests_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES public.contacts(id);
ALTER TABLE ONLY public.subject_requests
    ADD CONSTRAINT subject_requests_duplicate_of_fkey FOREIGN KEY (duplicate_of) REFERENCES public.subject_requests(id);
