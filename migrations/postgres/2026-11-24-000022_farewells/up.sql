-- Requests of people who were erased: what is written down about them goes as soon as the last letter has left; one
-- for the post must be printed first.
CREATE TABLE subject_request_farewells (
    request_id UUID NOT NULL PRIMARY KEY REFERENCES subject_requests (id),
    since      TIMESTAMPTZ NOT NULL,
    by_post    BOOLEAN NOT NULL
);
