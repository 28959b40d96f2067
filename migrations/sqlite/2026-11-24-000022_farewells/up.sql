-- Requests of people who were erased: what is written down about them goes as soon as the last letter has left; one
-- for the post must be printed first.
CREATE TABLE subject_request_farewells (
    request_id BLOB NOT NULL PRIMARY KEY REFERENCES subject_requests (id),
    since      INTEGER NOT NULL,
    by_post    INTEGER NOT NULL CHECK (by_post IN (0, 1))
) STRICT;
