-- A package is a draft until it is released. Those that are there were given with the request that they completed.
ALTER TABLE subject_request_packages ADD COLUMN released_at INTEGER;
ALTER TABLE subject_request_packages ADD COLUMN released_by TEXT;
UPDATE subject_request_packages SET released_at = built_at;

-- What was withheld from a package, with what stands in its place and why; sealed under the person's own key. It stays with
-- the request.
CREATE TABLE subject_request_redactions (
    id         BLOB NOT NULL PRIMARY KEY,
    request_id BLOB NOT NULL REFERENCES subject_requests (id),
    contact_id BLOB NOT NULL REFERENCES contacts (id),
    ground     TEXT NOT NULL CHECK (ground IN ('third_party', 'legal_privilege', 'crime_prevention', 'other_exemption')),
    withheld   BLOB NOT NULL,
    made_at    INTEGER NOT NULL,
    made_by    TEXT NOT NULL
) STRICT;
CREATE INDEX subject_request_redactions_of ON subject_request_redactions (request_id, id);
CREATE INDEX subject_request_redactions_about ON subject_request_redactions (contact_id);
