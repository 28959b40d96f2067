-- The versions of the privacy notice.
CREATE TABLE privacy_notices (
    version      TEXT NOT NULL PRIMARY KEY,
    effective_on TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('draft', 'published')),
    content      TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    published_at INTEGER,
    revision     INTEGER NOT NULL
) STRICT;
-- Each recorded decision asks which versions are published. This index answers it without the content.
CREATE INDEX privacy_notices_published ON privacy_notices (status, version, effective_on, published_at);

-- The purposes that a published version changed materially.
CREATE TABLE material_changes (
    notice_version TEXT NOT NULL REFERENCES privacy_notices (version),
    purpose        TEXT NOT NULL,
    effective_on   TEXT NOT NULL,
    PRIMARY KEY (notice_version, purpose)
) STRICT;
