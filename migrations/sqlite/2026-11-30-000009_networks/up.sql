-- Professional networks, such as ADASS.
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

-- Memberships. The particulars, what a member represents and why a membership ended, are sealed under the person's key.
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
-- A person has a role in a network once at a time. A member whose membership ended can return.
CREATE UNIQUE INDEX memberships_live ON memberships (contact_id, network_id, role) WHERE status = 'active';
CREATE INDEX memberships_by_network ON memberships (network_id, id);
CREATE INDEX memberships_by_contact ON memberships (contact_id);
