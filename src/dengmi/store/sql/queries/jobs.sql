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
