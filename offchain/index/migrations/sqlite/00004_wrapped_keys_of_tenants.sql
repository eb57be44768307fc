-- +goose Up
CREATE TABLE wrapped_keys_of_tenants (
    tenant      TEXT NOT NULL,
    compartment TEXT NOT NULL,
    wrapped     BLOB NOT NULL,
    PRIMARY KEY (tenant, compartment)
) STRICT;
INSERT INTO wrapped_keys_of_tenants (tenant, compartment, wrapped)
    SELECT c.tenant, k.compartment, k.wrapped FROM wrapped_keys k JOIN compartments c ON c.id = k.compartment;
DROP TABLE wrapped_keys;
ALTER TABLE wrapped_keys_of_tenants RENAME TO wrapped_keys;

-- +goose Down
CREATE TABLE wrapped_keys_of_all (
    compartment TEXT NOT NULL PRIMARY KEY,
    wrapped     BLOB NOT NULL
) STRICT;
INSERT INTO wrapped_keys_of_all (compartment, wrapped) SELECT compartment, wrapped FROM wrapped_keys;
DROP TABLE wrapped_keys;
ALTER TABLE wrapped_keys_of_all RENAME TO wrapped_keys;
