-- name: note_put
-- Another value takes the place of the one that is there.
INSERT INTO jobs (id, kind, payload, state, run_at, attempts, failure)
VALUES (:id, :kind, :payload, 'open', :run_at, 0, '')
ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, run_at = excluded.run_at;

-- name: note_take
-- Whoever gets the row has it, and nobody else.
DELETE FROM jobs WHERE id = :id AND state = 'open' RETURNING payload;

-- name: note_gone
-- Nothing is noted under an id any more.
DELETE FROM jobs WHERE id = :id AND state = 'open';

-- name: notes_of_questions_gone
-- What channels owe some questions.
DELETE FROM jobs WHERE id IN (
    SELECT q.channel || ':' || q.id FROM questions AS q WHERE q.id IN (:ids::text[])
);

-- name: notes
-- What is noted under a kind.
SELECT id, payload FROM jobs WHERE kind = :kind AND state = 'open' ORDER BY run_at, id;
