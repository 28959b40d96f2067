-- The versions of the privacy notice, and which purposes each published one changed materially.
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
