DROP TABLE token_revocations;
DROP TABLE kept_answers;
DROP TABLE audit_entries;
DROP FUNCTION refuse_change();
DROP TABLE vault.service_keys;
DROP TABLE vault.data_keys;
DROP SCHEMA vault;
