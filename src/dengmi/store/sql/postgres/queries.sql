-- name: job_claim
-- Take the job that is due longest. Taking it moves `run_at` to the end of the lease, after which
-- somebody else may take it. Jobs that others are just taking are passed over.
UPDATE jobs SET run_at = :lease_until, attempts = attempts + 1
WHERE id = (
    SELECT id FROM jobs WHERE state = 'open' AND run_at <= :now AND kind IN (:kinds::text[])
    ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, kind, payload, state, run_at, attempts, failure;
