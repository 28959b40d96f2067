DROP TABLE match_answers;
