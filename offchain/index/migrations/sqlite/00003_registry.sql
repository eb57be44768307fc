-- +goose Up
-- The trees that proofs are about. A place is given out once; value is what version has published, next what the next one will.
CREATE TABLE registry_leaves (
    tenant  TEXT NOT NULL,
    kind    TEXT NOT NULL,
    place   INTEGER NOT NULL CHECK (place >= 0),
    value   BLOB CHECK (length(value) = 32),
    version INTEGER NOT NULL DEFAULT 0,
    next    BLOB CHECK (length(next) = 32),
    grouped BLOB NOT NULL DEFAULT x'',
    PRIMARY KEY (tenant, kind, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_leaves_version ON registry_leaves (tenant, kind, version);
CREATE INDEX registry_leaves_next ON registry_leaves (tenant, kind, place) WHERE next IS NOT NULL;
CREATE INDEX registry_leaves_grouped ON registry_leaves (tenant, kind, grouped);

CREATE TABLE registry_versions (
    tenant  TEXT NOT NULL,
    kind    TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    lowest  INTEGER NOT NULL,
    root    BLOB NOT NULL CHECK (length(root) = 32),
    at      INTEGER NOT NULL,
    note    BLOB NOT NULL,
    PRIMARY KEY (tenant, kind, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_versions_root ON registry_versions (tenant, kind, root, version);

-- A patient's handle and grants, sealed under a compartment, with which they go.
CREATE TABLE bindings (
    tenant      TEXT NOT NULL,
    patient     TEXT NOT NULL,
    compartment TEXT NOT NULL,
    sealed      BLOB NOT NULL,
    mark        BLOB NOT NULL,
    lowest      INTEGER NOT NULL,
    PRIMARY KEY (tenant, patient)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    tenant      TEXT NOT NULL,
    place       INTEGER NOT NULL,
    patient     TEXT NOT NULL,
    compartment TEXT NOT NULL,
    sealed      BLOB NOT NULL,
    created     INTEGER NOT NULL,
    ended       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_patient ON grants (tenant, patient, place);

-- Messages that only the inbox's owner can open.
CREATE TABLE notes (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant  TEXT NOT NULL,
    inbox   BLOB NOT NULL,
    message BLOB NOT NULL
) STRICT;
CREATE INDEX notes_inbox ON notes (tenant, inbox, seq);

-- What may be used once: challenges, pseudonyms.
CREATE TABLE spent (
    tenant TEXT NOT NULL,
    used   TEXT NOT NULL,
    value  BLOB NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (tenant, used, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_until ON spent (tenant, until);

CREATE TABLE tokens (
    tenant  TEXT NOT NULL,
    hash    BLOB NOT NULL CHECK (length(hash) = 32),
    patient TEXT NOT NULL,
    claims  BLOB NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_patient ON tokens (tenant, patient);
CREATE INDEX tokens_until ON tokens (tenant, until);

-- +goose Down
DROP TABLE tokens;
DROP TABLE spent;
DROP TABLE notes;
DROP TABLE grants;
DROP TABLE bindings;
DROP TABLE registry_versions;
DROP TABLE registry_leaves;
