DROP TABLE disclosures;
DROP TABLE disclosure_grounds;
