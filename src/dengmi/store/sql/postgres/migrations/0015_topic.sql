-- Questions that ask the same wait together, and an asker's turns go on behind those served before.
ALTER TABLE late ADD COLUMN topic text NOT NULL DEFAULT '';
CREATE INDEX late_topic ON late (topic) WHERE state = 'waiting' AND topic <> '';
CREATE INDEX late_turns ON late (whose, turn);
CREATE INDEX late_turn ON late (turn);
