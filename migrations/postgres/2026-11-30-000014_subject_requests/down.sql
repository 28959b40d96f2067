DROP TABLE subject_request_farewells;
DROP TABLE subject_request_package_parts;
DROP TABLE subject_request_package_builds;
DROP TABLE subject_request_packages;
DROP TABLE subject_request_links;
DROP TABLE subject_request_steps;
DROP TABLE subject_requests;
