-- The versions of the privacy notice, and which purposes each published one changed materially.
CREATE TABLE privacy_notices (
    version      DATE NOT NULL PRIMARY KEY,
    effective_on DATE NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('draft', 'published')),
    content      TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    published_at TIMESTAMPTZ,
    revision     INTEGER NOT NULL
);

CREATE TABLE material_changes (
    notice_version DATE NOT NULL REFERENCES privacy_notices (version),
    purpose        TEXT NOT NULL,
    effective_on   DATE NOT NULL,
    PRIMARY KEY (notice_version, purpose)
);
