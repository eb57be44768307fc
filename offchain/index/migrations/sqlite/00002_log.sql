-- +goose Up
-- What is to stand, or stands, in the log. An entry is a hash; what it is about is known here alone, and goes with the compartment
-- that its opening lies in.
CREATE TABLE log_entries (
    seq         INTEGER PRIMARY KEY,
    tenant      TEXT NOT NULL,
    entry       BLOB NOT NULL CHECK (length(entry) = 32),
    subject     TEXT NOT NULL,
    compartment TEXT NOT NULL,
    announce    INTEGER NOT NULL CHECK (announce IN (0, 1)),
    position    INTEGER,
    UNIQUE (tenant, entry)
) STRICT;
CREATE INDEX log_entries_pending ON log_entries (tenant, seq) WHERE position IS NULL;
CREATE INDEX log_entries_announced ON log_entries (tenant, position) WHERE announce = 1;
CREATE INDEX log_entries_subject ON log_entries (tenant, subject);
CREATE INDEX log_entries_compartment ON log_entries (tenant, compartment);

-- Transactions to the chain, stored before they are sent.
CREATE TABLE chain_attempts (
    seq         INTEGER PRIMARY KEY,
    tenant      TEXT NOT NULL,
    transaction_hash BLOB NOT NULL,
    nonce       INTEGER NOT NULL,
    raw         BLOB NOT NULL,
    state       TEXT NOT NULL,
    log         INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    root        BLOB NOT NULL,
    block       INTEGER NOT NULL,
    block_hash  BLOB NOT NULL,
    block_time  INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    UNIQUE (tenant, transaction_hash)
) STRICT;

CREATE TABLE leases (
    tenant TEXT NOT NULL,
    name   TEXT NOT NULL,
    holder TEXT NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE leases;
DROP TABLE chain_attempts;
DROP TABLE log_entries;
