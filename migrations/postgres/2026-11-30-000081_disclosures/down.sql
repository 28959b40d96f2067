DROP TABLE disclosures;
DROP FUNCTION refuse_disclosure_transition;
DROP TABLE disclosure_grounds;
