DROP TABLE key_remnants;
