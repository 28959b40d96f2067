DROP TABLE sharing_allowance_links;
DROP TABLE obligation_disclosures;
DROP TABLE obligations;
