-- Which versions are published, and since when, without reading what they say: asked whenever a decision is recorded.
CREATE INDEX privacy_notices_published ON privacy_notices (status, version, effective_on, published_at);
