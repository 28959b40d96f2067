DROP TABLE subject_request_farewells;
