DROP TABLE obligation_disclosures;
DROP TABLE obligations;
