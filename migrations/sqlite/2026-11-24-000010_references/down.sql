DROP TABLE reference_numbers;
