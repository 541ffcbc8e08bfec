-- name: note_put
-- Another value takes the place of the one that is there.
INSERT INTO jobs (id, kind, payload, state, run_at, attempts, failure)
VALUES (:id, :kind, :payload, 'open', :run_at, 0, '')
ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, run_at = excluded.run_at;

-- name: note_take
-- Whoever gets the row has it, and nobody else.
DELETE FROM jobs WHERE id = :id AND state = 'open' RETURNING payload;

-- name: notes
-- What is noted under a kind.
SELECT id, payload FROM jobs WHERE kind = :kind AND state = 'open' ORDER BY run_at, id;
