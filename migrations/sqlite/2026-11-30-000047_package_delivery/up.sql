-- How the person gets a package. What was released before this migration does not say.
ALTER TABLE subject_request_packages ADD COLUMN delivery TEXT CHECK (delivery IN ('link', 'post', 'handed_over'));

-- The links by which a person opens their package, as hashes. A link is good for fourteen days, and until a few wrong
-- reference numbers were tried with it.
CREATE TABLE subject_request_package_links (
    token_hash       BLOB NOT NULL PRIMARY KEY,
    request_id       BLOB NOT NULL REFERENCES subject_requests (id),
    minted_at        INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    wrong_references INTEGER NOT NULL
) STRICT;
CREATE INDEX subject_request_package_links_of ON subject_request_package_links (request_id);
CREATE INDEX subject_request_package_links_by_expiry ON subject_request_package_links (expires_at);

-- When a package was opened by a link, numbered from 1.
CREATE TABLE subject_request_package_downloads (
    request_id    BLOB NOT NULL REFERENCES subject_requests (id),
    number        INTEGER NOT NULL,
    downloaded_at INTEGER NOT NULL,
    PRIMARY KEY (request_id, number)
) STRICT;
