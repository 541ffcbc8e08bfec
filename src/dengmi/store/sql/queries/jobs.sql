-- name: job_insert
-- A new job; nothing happens when its id is there already.
INSERT INTO jobs (id, kind, payload, state, run_at, attempts, failure)
VALUES (:id, :kind, :payload, 'open', :run_at, 0, '')
ON CONFLICT (id) DO NOTHING;

-- name: job_finish
-- A job is done; only for who holds it: a later attempt has another number.
UPDATE jobs SET state = 'done' WHERE id = :id AND attempts = :attempts AND state = 'open'
RETURNING id;

-- name: job_retry
-- A job failed and is to be tried again later; only for who holds it.
UPDATE jobs SET run_at = :run_at, failure = :failure
WHERE id = :id AND attempts = :attempts AND state = 'open' RETURNING id;

-- name: job_fail
-- A job failed for good; only for who holds it.
UPDATE jobs SET state = 'failed', failure = :failure
WHERE id = :id AND attempts = :attempts AND state = 'open' RETURNING id;

-- name: job
-- One job by its id.
SELECT id, kind, payload, state, run_at, attempts, failure FROM jobs WHERE id = :id;

-- name: note_put
-- A job that is taken by its id; another value takes the place of the one that is there.
INSERT INTO jobs (id, kind, payload, state, run_at, attempts, failure)
VALUES (:id, :kind, :payload, 'open', :run_at, 0, '')
ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, run_at = excluded.run_at;

-- name: note_take
-- Take a job by its id: whoever gets the row has it, and nobody else.
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
