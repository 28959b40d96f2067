DROP TABLE deadline_digests;
