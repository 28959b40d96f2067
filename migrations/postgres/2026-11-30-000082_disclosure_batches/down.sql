DROP TABLE disclosure_batches;
