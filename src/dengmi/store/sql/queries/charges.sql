-- name: charge_insert
-- A line of the ledger; nothing happens when its id is there already.
INSERT INTO charges (
    id, question_id, desk, level, purpose, model, version, asker, channel, currency, reserved,
    micros, full_micros, hit, miss, output, reasoning, state, at, settled_at, owner,
    payer, held, counted
) VALUES (
    :id, :question_id, :desk, :level, :purpose, :model, :version, :asker, :channel, :currency,
    :reserved, :micros, :full_micros, :hit, :miss, :output, :reasoning, :state, :at,
    :settled_at, :owner, :payer, :held, :counted
)
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: charge_settle
-- Complete a reserved line; no row comes back when it was completed before.
UPDATE charges SET version = :version, currency = :currency, micros = :micros,
    full_micros = :full_micros, hit = :hit, miss = :miss, output = :output,
    reasoning = :reasoning, state = :state, settled_at = :settled_at
WHERE id = :id AND state = 'reserved'
RETURNING desk, payer, at, reserved, held, counted;

-- name: charges_open
-- Lines reserved before a time and never completed, oldest first.
SELECT id, question_id, desk, level, purpose, model, version, asker, channel, currency, reserved,
    micros, full_micros, hit, miss, output, reasoning, state, at, settled_at, owner,
    payer, held, counted
FROM charges WHERE state = 'reserved' AND at < :before ORDER BY at, id;

-- name: charges_between
-- Lines of a time, oldest first.
SELECT id, question_id, desk, level, purpose, model, version, asker, channel, currency, reserved,
    micros, full_micros, hit, miss, output, reasoning, state, at, settled_at, owner,
    payer, held, counted
FROM charges WHERE at >= :since AND at < :until ORDER BY at, id;

-- name: charges_of_desk
-- Lines of a desk and a time, oldest first.
SELECT id, question_id, desk, level, purpose, model, version, asker, channel, currency, reserved,
    micros, full_micros, hit, miss, output, reasoning, state, at, settled_at, owner,
    payer, held, counted
FROM charges WHERE desk = :desk AND at >= :since AND at < :until ORDER BY at, id;

-- name: question_counted
-- A line that counted a question; one that gave nothing does not count it.
SELECT id FROM charges WHERE question_id = :id AND counted
    AND NOT (state = 'settled' AND hit + miss + output = 0) LIMIT 1;

-- name: used_add
-- Add to what a desk or payer used in a quarter of an hour.
INSERT INTO used (holder, name, quarter, currency, micros, tokens, questions)
VALUES (:holder, :name, :quarter, :currency, :micros, :tokens, :questions)
ON CONFLICT (holder, name, quarter, currency) DO UPDATE SET
    micros = used.micros + excluded.micros,
    tokens = used.tokens + excluded.tokens,
    questions = used.questions + excluded.questions;

-- name: used_between
-- What a desk or payer used in a time, by currency.
SELECT currency, sum(micros), sum(tokens), sum(questions) FROM used
WHERE holder = :holder AND name = :name AND quarter >= :since AND quarter < :until
GROUP BY currency;

-- name: used_forget
-- What was used too long ago to matter.
DELETE FROM used WHERE quarter < :before;

-- name: alert_insert
-- A word to the operator; no row comes back when it was said before.
INSERT INTO alerts (id, code, params, at) VALUES (:id, :code, :params, :at)
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: alerts_since
-- What the operator was told since a time, oldest first.
SELECT id, code, params, at FROM alerts WHERE at >= :since ORDER BY at, id;

-- name: alerts_forget
-- What was said too long ago to matter.
DELETE FROM alerts WHERE at < :before;
