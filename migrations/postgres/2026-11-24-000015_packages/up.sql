-- What a person is sent of everything that is held about them, for thirty days; sealed under the person's own key, so that
-- it goes with them.
CREATE TABLE subject_request_packages (
    request_id UUID NOT NULL PRIMARY KEY REFERENCES subject_requests (id),
    contact_id UUID NOT NULL REFERENCES contacts (id),
    package    BYTEA,
    built_at   TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX subject_request_packages_by_expiry ON subject_request_packages (expires_at) WHERE package IS NOT NULL;

-- What is told of a person is found by whom or what it is about.
CREATE INDEX consent_confirmations_of ON consent_confirmations (consent_id);
CREATE INDEX preference_links_of ON preference_links (contact_id);
