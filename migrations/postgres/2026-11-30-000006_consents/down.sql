DROP TABLE consent_confirmations;
DROP TABLE consent_decisions;
DROP TABLE consents;
