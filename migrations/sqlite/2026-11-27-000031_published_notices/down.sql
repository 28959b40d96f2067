DROP INDEX privacy_notices_published;
