-- name: pin_keys
-- The keys of all pins.
SELECT DISTINCT key FROM pins;

-- name: pins_of_key
-- The pinned answers of a key, the newest first.
SELECT p.answer_id, p.key, p.asked, p.at, p.operator,
    a.id, a.question_id, a.desk, a.question, a.level, a.wanted, a.text, a.grounded, a.confidence,
    a.citations, a.nearest, a.followups, a.reused, a.currency, a.micros, a.usage, a.took_ms,
    a.created_at, a.lang, a.standalone, a.claims, a.evidence, a.origin, a.model, a.full_micros
FROM pins AS p JOIN answers AS a ON a.id = p.answer_id
WHERE p.key = :key ORDER BY p.at DESC, p.answer_id;

-- name: pin_of_answer
-- The pin of an answer.
SELECT answer_id, key, asked, at, operator FROM pins WHERE answer_id = :answer_id;

-- name: pin_put
-- Pin an answer, or pin it anew.
INSERT INTO pins (answer_id, key, asked, at, operator)
VALUES (:answer_id, :key, :asked, :at, :operator)
ON CONFLICT (answer_id) DO UPDATE SET
    key = excluded.key, asked = excluded.asked, at = excluded.at, operator = excluded.operator;

-- name: pin_delete
-- Take a pin off; a row comes back where there was one.
DELETE FROM pins WHERE answer_id = :answer_id RETURNING answer_id;

-- name: firsts_add
-- First replies of a desk in a quarter of an hour, by how long they took.
INSERT INTO firsts (desk, quarter, bucket, count) VALUES (:desk, :quarter, :bucket, :count)
ON CONFLICT (desk, quarter, bucket) DO UPDATE SET count = firsts.count + excluded.count;

-- name: firsts_between
-- First replies of a time by desk and by how long they took.
SELECT desk, bucket, sum(count) FROM firsts WHERE quarter >= :since AND quarter < :until
GROUP BY desk, bucket ORDER BY desk, bucket;

-- name: firsts_forget
-- What is too long ago to be looked at.
DELETE FROM firsts WHERE quarter < :before;

-- name: questions_of_desks
-- Questions of a time counted by desk.
SELECT desk, count(*) FROM questions
WHERE asked_at >= :since AND asked_at < :until AND channel <> 'eval'
GROUP BY desk ORDER BY desk;
