DROP TABLE working_days;
DROP TABLE reference_numbers;
DROP TABLE token_revocations;
DROP TABLE kept_answers;
DROP TABLE audit_entries;
