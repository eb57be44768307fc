-- +goose Up
ALTER TABLE intents ADD COLUMN holder TEXT NOT NULL DEFAULT '';

-- Processes that may hold opened keys, until when, and the revocation that each has carried out last.
CREATE TABLE sessions (
    tenant TEXT NOT NULL,
    holder TEXT NOT NULL,
    seen   INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (tenant, holder)
) STRICT, WITHOUT ROWID;

-- Whose reading ends, for processes that read. Numbers are never given twice.
CREATE TABLE revocations (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant  TEXT NOT NULL,
    patient TEXT NOT NULL,
    keys    INTEGER NOT NULL CHECK (keys IN (0, 1)),
    at      INTEGER NOT NULL
) STRICT;

-- What a process that cannot decrypt asks one that can.
CREATE TABLE questions (
    tenant TEXT NOT NULL,
    id     TEXT NOT NULL,
    asked  BLOB NOT NULL,
    answer BLOB,
    at     INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE questions;
DROP TABLE revocations;
DROP TABLE sessions;
ALTER TABLE intents DROP COLUMN holder;
