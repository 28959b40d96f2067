DROP TABLE preference_links;
