-- name: reuse_insert
-- An answer that may serve again; one that is there already stays as it is.
INSERT INTO reuses (answer_id, key, desk, basis, state, reason, made_at, served)
VALUES (:answer_id, :key, :desk, :basis, :state, :reason, :made_at, :served)
ON CONFLICT (answer_id) DO NOTHING;

-- name: reuses_of_key
-- The answers of a key that are not void, pinned ones first, then the newest. Chosen before they are
-- read: what many asked at once was kept for each of them.
SELECT r.answer_id, r.key, r.desk, r.basis, r.state, r.reason, r.made_at, r.served,
    a.id, a.question_id, a.desk, a.question, a.level, a.wanted, a.text, a.grounded, a.confidence,
    a.citations, a.nearest, a.followups, a.reused, a.currency, a.micros, a.usage, a.took_ms,
    a.created_at, a.lang, a.standalone, a.claims, a.evidence, a.origin, a.model, a.full_micros
FROM reuses AS r JOIN answers AS a ON a.id = r.answer_id
WHERE r.answer_id IN (
    SELECT answer_id FROM reuses WHERE key = :key AND state <> 'void'
    ORDER BY state = 'pinned' DESC, made_at DESC, answer_id LIMIT :most
)
ORDER BY r.state = 'pinned' DESC, r.made_at DESC, r.answer_id;

-- name: reuse_served
-- Count that an answer served again.
UPDATE reuses SET served = served + 1 WHERE answer_id = :answer_id;

-- name: reuse_state
-- Pin an answer, make it live again or void.
UPDATE reuses SET state = :state, reason = :reason WHERE answer_id = :answer_id
RETURNING answer_id;

-- name: reuse_held
-- Those who put a thumb at the same time wait here, so that the last one counts all.
UPDATE reuses SET reason = reason WHERE answer_id = :answer_id;

-- name: downs
-- Who dislikes an answer or one that serves it again, each once, and whether that is an account.
SELECT DISTINCT
    t.asker,
    EXISTS (SELECT 1 FROM accounts AS c WHERE c.owner = t.asker AND c.kind = 'asker')
FROM thumbs AS t JOIN answers AS a ON a.id = t.answer_id
WHERE NOT t.up AND (a.id = :answer_id OR a.origin = :answer_id);

-- name: reuse_thumbed
-- What an operator pinned or made void stays as it is.
UPDATE reuses SET state = :state, reason = :reason
WHERE answer_id = :answer_id AND (state = 'live' OR (state = 'void' AND reason = 'thumb'));
