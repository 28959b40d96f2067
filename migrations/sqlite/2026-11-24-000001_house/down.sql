DROP TABLE token_revocations;
DROP TABLE kept_answers;
DROP TABLE audit_entries;
DROP TABLE vault.service_keys;
DROP TABLE vault.data_keys;
