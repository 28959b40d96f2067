DROP TABLE subject_request_package_downloads;
DROP TABLE subject_request_package_links;
ALTER TABLE subject_request_packages DROP COLUMN delivery;
