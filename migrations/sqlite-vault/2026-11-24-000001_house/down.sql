DROP TABLE service_keys;
DROP TABLE data_keys;
