-- name: edits
-- Settings that operators changed, oldest first.
SELECT part, name, key, value, at, operator FROM edits ORDER BY at, part, name, key;

-- name: edit_put
-- A setting as an operator wants it, in the place of what was wanted before.
INSERT INTO edits (part, name, key, value, at, operator)
VALUES (:part, :name, :key, :value, :at, :operator)
ON CONFLICT (part, name, key) DO UPDATE SET
    value = excluded.value, at = excluded.at, operator = excluded.operator;

-- name: edit_delete
-- The setting is as dengmi.toml says again.
DELETE FROM edits WHERE part = :part AND name = :name AND key = :key;
