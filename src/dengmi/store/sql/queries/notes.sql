-- name: note_put
-- Another value takes the place of the one that is there.
INSERT INTO notes (id, kind, value, at)
VALUES (:id, :kind, :value, :at)
ON CONFLICT (id) DO UPDATE SET value = excluded.value, at = excluded.at;

-- name: note_take
-- Whoever gets the row has it, and nobody else.
DELETE FROM notes WHERE id = :id RETURNING value;

-- name: note_gone
-- Nothing is noted under an id any more.
DELETE FROM notes WHERE id = :id;

-- name: notes_of_questions_gone
-- What channels owe some questions.
DELETE FROM notes WHERE id IN (
    SELECT q.channel || ':' || q.id FROM questions AS q WHERE q.id IN (:ids::text[])
);

-- name: notes
-- What is noted under a kind.
SELECT id, value FROM notes WHERE kind = :kind ORDER BY at, id;
