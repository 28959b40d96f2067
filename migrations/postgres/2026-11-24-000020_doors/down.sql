DROP TABLE access_requirements;
DROP TABLE check_ins;
