-- Which process took a question up, so that those of a dead one are taken over once.
ALTER TABLE questions ADD COLUMN owner text NOT NULL DEFAULT '';
