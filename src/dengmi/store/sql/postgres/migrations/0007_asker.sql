-- A person's questions, found to be deleted or handed over.
CREATE INDEX questions_asker ON questions (asker) WHERE asker <> '';
