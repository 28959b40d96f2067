-- Packages that are too large to be built at once, for as long as they are being built: up to when entries of the audit are
-- told and which was told last, how many parts there will be, and who is at it until when.
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
CREATE INDEX subject_request_package_builds_due ON subject_request_package_builds (next_attempt_at);

-- What such a package is made of, before and after it is whole; sealed under the person's own key, so that it goes with
-- them. The part without a table is what was said when the package was asked for.
CREATE TABLE subject_request_package_parts (
    request_id BLOB NOT NULL REFERENCES subject_requests (id),
    number     INTEGER NOT NULL,
    table_name TEXT,
    records    INTEGER NOT NULL,
    part       BLOB NOT NULL,
    PRIMARY KEY (request_id, number)
) STRICT;
