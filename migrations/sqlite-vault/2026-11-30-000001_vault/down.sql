DROP TABLE key_remnants;
DROP TABLE destroyed_keys;
DROP TABLE service_keys;
DROP TABLE data_keys;
