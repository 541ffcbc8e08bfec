-- A reaction names the message that a reply is.
CREATE INDEX replies_sent ON replies (sent) WHERE sent <> '';
