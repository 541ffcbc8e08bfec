-- Budgets and quotas: whose quota a question counts against, what was used in each quarter of an
-- hour, what the operator was told, and a secret under which addresses are named.

ALTER TABLE questions ADD COLUMN payer text NOT NULL DEFAULT '';
ALTER TABLE charges ADD COLUMN payer text NOT NULL DEFAULT '';
ALTER TABLE charges ADD COLUMN held bigint NOT NULL DEFAULT 0;
ALTER TABLE charges ADD COLUMN counted boolean NOT NULL DEFAULT false;

CREATE TABLE used (
    holder text NOT NULL,
    name text NOT NULL,
    quarter bigint NOT NULL,
    currency text NOT NULL,
    micros bigint NOT NULL,
    tokens bigint NOT NULL,
    questions bigint NOT NULL,
    PRIMARY KEY (holder, name, quarter, currency)
);
CREATE INDEX used_quarter ON used (quarter);

CREATE TABLE alerts (
    id text PRIMARY KEY NOT NULL,
    code text NOT NULL,
    params text NOT NULL,
    at double precision NOT NULL
);

CREATE TABLE secrets (
    name text PRIMARY KEY NOT NULL,
    value text NOT NULL
);

INSERT INTO used (holder, name, quarter, currency, micros, tokens, questions)
SELECT 'desk', desk, floor(at / 900)::bigint * 900, currency,
    sum(CASE WHEN state = 'reserved' THEN reserved ELSE micros END), sum(hit + miss + output), 0
FROM charges WHERE purpose NOT IN ('reuse', 'join') AND desk <> ''
GROUP BY 1, 2, 3, 4;
