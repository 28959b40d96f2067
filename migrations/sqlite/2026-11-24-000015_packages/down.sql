DROP INDEX preference_links_of;
DROP INDEX consent_confirmations_of;
DROP TABLE subject_request_packages;
