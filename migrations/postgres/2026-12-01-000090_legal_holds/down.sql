DROP TABLE held_erasures;
DROP VIEW contacts_of_classes;
DROP VIEW held_contacts;
DROP TABLE legal_holds;
DROP FUNCTION refuse_hold_change();
