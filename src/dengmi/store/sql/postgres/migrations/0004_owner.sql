-- Which process wrote a line of the ledger, so that those of a dead one are closed at once.
ALTER TABLE charges ADD COLUMN owner text NOT NULL DEFAULT '';
