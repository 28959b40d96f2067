-- What is kept for an idempotency key holds ids and no person. Rows of writes from before stay without their answers, so that
-- nothing is done twice. Other rows go: they were of reads and problems, which did nothing.
ALTER TABLE kept_answers RENAME TO kept_answers_before;
ALTER TABLE kept_answers_before RENAME CONSTRAINT kept_answers_pkey TO kept_answers_before_pkey;

CREATE TABLE kept_answers (
    key         BYTEA NOT NULL PRIMARY KEY,
    fingerprint BYTEA NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('resource', 'status', 'body', 'problem', 'refused')),
    status      INTEGER NOT NULL,
    path        TEXT,
    body        BYTEA,
    body_bytes  INTEGER NOT NULL,
    caller      BYTEA,
    kept_until  TIMESTAMPTZ NOT NULL,
    CHECK ((path IS NOT NULL) = (kind = 'resource')),
    CHECK ((caller IS NOT NULL) = (body IS NOT NULL)),
    CHECK (body IS NOT NULL OR kind NOT IN ('problem', 'refused'))
);
INSERT INTO kept_answers (key, fingerprint, kind, status, body_bytes, kept_until)
    SELECT key, fingerprint, 'body', 200, 0, kept_until FROM kept_answers_before WHERE NOT reading;
DROP TABLE kept_answers_before;
CREATE INDEX kept_answers_kept_until ON kept_answers (kept_until);
CREATE INDEX kept_answers_caller ON kept_answers (caller, kept_until, key, body_bytes) WHERE caller IS NOT NULL;
