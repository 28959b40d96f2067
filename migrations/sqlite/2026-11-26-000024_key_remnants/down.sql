DROP TABLE vault.key_remnants;
