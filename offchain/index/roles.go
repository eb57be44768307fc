package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5/pgconn"
)

// role is a group role and what it may do, each as GRANT takes it.
type role struct {
	name   string
	rights []string
}

// Rights that several roles have: to see whether the schema is current, and to work a queue. A process that may work one could take
// jobs off another's: what is to be done stands in the tables, and whoever does it looks there as well.
const (
	seeVersions = `SELECT ON goose_db_version, river_migration`
	workJobs    = `SELECT, INSERT, UPDATE, DELETE ON river_job, river_leader, river_queue, river_client, river_client_queue`
	numberJobs  = `USAGE ON SEQUENCE river_job_id_seq`
)

// roles are the four processes. Whoever serves destroys nothing that an erasure destroys, and takes back nothing that it has
// noted; whoever works for the log and the chain reads no keys; whoever shows that decryption works changes nothing.
func roles() []role {
	return []role{
		{"lethe_serve", []string{
			`SELECT ON ALL TABLES IN SCHEMA lethe`, workJobs, numberJobs,
			`INSERT ON patients, identifiers, compartments, wrapped_keys, objects, records, bundles, bundle_sources, imports, disclosures,
				cases, intents, settings, log_entries, registry_leaves, registry_versions, bindings, grants, notes, spent, tokens,
				leases, sessions, revocations`,
			`UPDATE ON patients, cases, settings, registry_leaves, bindings, grants, leases, sessions, intents`,
			`DELETE ON intents, spent, tokens, sessions`,
		}},
		{"lethe_work", []string{
			seeVersions, workJobs, numberJobs,
			`SELECT ON log_entries, chain_attempts, leases, registry_leaves, registry_versions, settings, cases, spent, tokens`,
			`INSERT ON log_entries, chain_attempts, leases, registry_leaves, registry_versions, settings`,
			`UPDATE ON log_entries, chain_attempts, leases, registry_leaves, settings`,
			`DELETE ON spent, tokens`,
		}},
		{"lethe_erase", []string{
			`SELECT ON ALL TABLES IN SCHEMA lethe`, workJobs, numberJobs,
			`INSERT ON tombstones, ledger_applied, patients, compartments, wrapped_keys, objects, records, intents, settings, log_entries,
				leases, registry_leaves, revocations, questions`,
			`UPDATE ON patients, cases, wrapped_keys, records, disclosures, bindings, grants, settings, log_entries, leases,
				registry_leaves, intents`,
			`DELETE ON tombstones, identifiers, compartments, wrapped_keys, objects, records, bundles, bundle_sources, imports,
				disclosures, bindings, grants, tokens, intents, log_entries, sessions, revocations, questions`,
			`EXECUTE ON FUNCTION rewrite(text)`,
		}},
		{"lethe_witness", []string{
			seeVersions, workJobs, numberJobs,
			`SELECT ON compartments, wrapped_keys, objects, cases, settings, questions`,
			`UPDATE ON questions`,
		}},
	}
}

// grantRoles gives every role that exists, or can be made, its rights and no others.
func grantRoles(ctx context.Context, db *sql.DB, log *slog.Logger) error {
	for _, r := range roles() {
		there, err := makeRole(ctx, db, r.name)
		if err != nil {
			return fmt.Errorf("make role %s: %w", r.name, err)
		}
		if !there {
			log.Warn("a database role is missing, and may not be made by this one: make it, and migrate again", "role", r.name)
			continue
		}
		if err := r.grant(ctx, db); err != nil {
			return fmt.Errorf("rights of role %s: %w", r.name, err)
		}
	}
	return nil
}

// makeRole makes a role where it may, and says whether it is there. Roles are the server's, so that another database's migration
// may make it first.
func makeRole(ctx context.Context, db *sql.DB, name string) (there bool, err error) {
	var allowed bool
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1),
		(SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)`, name).Scan(&there, &allowed)
	if err != nil || there || !allowed {
		return there, err
	}
	_, err = db.ExecContext(ctx, `CREATE ROLE `+name)
	var said *pgconn.PgError
	if errors.As(err, &said) && (said.Code == "42710" || said.Code == "23505") { // duplicate_object, unique_violation
		err = nil
	}
	return err == nil, err
}

// grant replaces the role's rights, in one transaction, so that a running process never lacks one that it keeps.
func (r role) grant(ctx context.Context, db *sql.DB) error {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback() //nolint:errcheck // after a commit it does nothing
	statements := []string{
		`REVOKE ALL ON ALL TABLES IN SCHEMA lethe FROM `, `REVOKE ALL ON ALL SEQUENCES IN SCHEMA lethe FROM `,
		`REVOKE ALL ON ALL FUNCTIONS IN SCHEMA lethe FROM `, `GRANT USAGE ON SCHEMA lethe TO `,
	}
	for _, right := range r.rights {
		statements = append(statements, `GRANT `+right+` TO `)
	}
	for _, statement := range statements {
		if _, err := t.ExecContext(ctx, statement+r.name); err != nil {
			return fmt.Errorf("%s%s: %w", statement, r.name, err)
		}
	}
	return t.Commit()
}
