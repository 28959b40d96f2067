DROP TABLE obligation_disclosures;
DROP TABLE obligations;
DROP FUNCTION refuse_obligation_transition;
