DROP TABLE token_revocations;
DROP TABLE kept_answers;
DROP TABLE audit_entries;
