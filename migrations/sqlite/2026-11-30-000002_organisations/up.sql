-- The council, event partners, venues, contractors and authorities.
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
