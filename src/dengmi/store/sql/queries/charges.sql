-- name: charge_insert
-- A line of the ledger; nothing happens when its id is there already.
INSERT INTO charges (
    id, question_id, desk, level, purpose, model, version, asker, channel, currency, reserved,
    micros, full_micros, hit, miss, output, reasoning, state, at, settled_at, owner
) VALUES (
    :id, :question_id, :desk, :level, :purpose, :model, :version, :asker, :channel, :currency,
    :reserved, :micros, :full_micros, :hit, :miss, :output, :reasoning, :state, :at,
    :settled_at, :owner
)
ON CONFLICT (id) DO NOTHING;

-- name: charge_settle
-- Complete a reserved line; no row comes back when it was completed before.
UPDATE charges SET version = :version, currency = :currency, micros = :micros,
    full_micros = :full_micros, hit = :hit, miss = :miss, output = :output,
    reasoning = :reasoning, state = :state, settled_at = :settled_at
WHERE id = :id AND state = 'reserved'
RETURNING id;

-- name: charges_open
-- Lines reserved before a time and never completed, oldest first.
SELECT id, question_id, desk, level, purpose, model, version, asker, channel, currency, reserved,
    micros, full_micros, hit, miss, output, reasoning, state, at, settled_at, owner
FROM charges WHERE state = 'reserved' AND at < :before ORDER BY at, id;

-- name: charges_between
-- Lines of a time, oldest first.
SELECT id, question_id, desk, level, purpose, model, version, asker, channel, currency, reserved,
    micros, full_micros, hit, miss, output, reasoning, state, at, settled_at, owner
FROM charges WHERE at >= :since AND at < :until ORDER BY at, id;

-- name: charges_of_desk
-- Lines of a desk and a time, oldest first.
SELECT id, question_id, desk, level, purpose, model, version, asker, channel, currency, reserved,
    micros, full_micros, hit, miss, output, reasoning, state, at, settled_at, owner
FROM charges WHERE desk = :desk AND at >= :since AND at < :until ORDER BY at, id;
