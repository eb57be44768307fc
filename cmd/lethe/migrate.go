package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lethe/offchain/index"
)

// movedFolder is what the embedded index is called once another database has taken its place.
const movedFolder = "index.moved"

func (p *program) migrateCommand() *cobra.Command {
	c := &cobra.Command{Use: "migrate", Short: "the index: bring a schema up to date, move between SQLite and PostgreSQL"}
	var owner string
	schema := &cobra.Command{
		Use: "schema", Short: "bring the PostgreSQL schema up to date, as its owner", Args: cobra.NoArgs,
		Long: `Makes or updates the tables, the roles' rights and the job queue in the configured PostgreSQL database. Several may run at once. The
processes do not need the owner's rights: they log in as members of lethe_serve, lethe_work, lethe_erase and lethe_witness.`,
		RunE: func(c *cobra.Command, _ []string) error {
			url, err := p.ownerURL(owner)
			if err != nil {
				return err
			}
			if err := index.Migrate(c.Context(), url, p.log); err != nil {
				return err
			}
			p.say("the schema is up to date")
			return nil
		},
	}
	toPostgres := &cobra.Command{
		Use: "to-postgres", Short: "move the index of the state folder into the configured PostgreSQL database", Args: cobra.NoArgs,
		Long: `Copies every row of the tenant, and the jobs that have not ended, into the empty database, reads everything back and compares it, and
then renames the folder index to index.moved. It holds wrapped keys: destroy it once the database is backed up.`,
		RunE: func(c *cobra.Command, _ []string) error { return p.moveIndex(c.Context(), owner, true) },
	}
	toSQLite := &cobra.Command{
		Use: "to-sqlite", Short: "move the index from the configured PostgreSQL database into the state folder", Args: cobra.NoArgs,
		Long: `Copies every row of the tenant, and the jobs that have not ended, into a new folder index. Take index.postgres out of the configuration
afterwards, and drop the database: it holds wrapped keys.`,
		RunE: func(c *cobra.Command, _ []string) error { return p.moveIndex(c.Context(), owner, false) },
	}
	c.PersistentFlags().StringVar(&owner, "owner-url-file", "", "file with the owner's URL of the database (default: index.postgres)")
	c.AddCommand(schema, toPostgres, toSQLite)
	return c
}

func (p *program) ownerURL(file string) (string, error) {
	from := p.config.Index.Postgres
	if file != "" {
		from = secret{File: file}
	}
	url, err := from.text()
	if err == nil && url == "" {
		err = withHint(errors.New("no PostgreSQL database is configured"), "give --config FILE with index.postgres, or --owner-url-file FILE")
	}
	return url, err
}

// moveIndex copies the index from one database to the other, with nobody at work on the state folder.
func (p *program) moveIndex(ctx context.Context, owner string, toPostgres bool) (err error) {
	url, err := p.ownerURL(owner)
	if err != nil {
		return err
	}
	folder := filepath.Join(p.dir, indexFolder)
	if _, err := os.Stat(folder); toPostgres != (err == nil) {
		return fmt.Errorf("%s: %w", folder, errors.Join(err, errIndexPlace))
	}
	unlock, err := lock(filepath.Join(p.dir, lockFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := index.Migrate(ctx, url, p.log); err != nil {
		return err
	}
	copied, err := p.copyIndex(ctx, url, folder, toPostgres)
	if err != nil {
		return err
	}
	if toPostgres {
		err = os.Rename(folder, filepath.Join(p.dir, movedFolder))
	}
	if err != nil {
		return err
	}
	return p.tellCopied(copied, toPostgres)
}

var errIndexPlace = errors.New("moving to PostgreSQL needs an index here, and moving back needs that there is none")

func (p *program) copyIndex(ctx context.Context, url, folder string, toPostgres bool) (c index.Copied, err error) {
	sqlite, err := index.Open(ctx, index.Config{Dir: folder, Tenant: p.config.Tenant, Log: p.log})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, sqlite.Close()) }()
	postgres, err := index.Open(ctx, index.Config{URL: url, Tenant: p.config.Tenant, Log: p.log})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, postgres.Close()) }()
	if toPostgres {
		return index.Copy(ctx, sqlite, postgres)
	}
	return index.Copy(ctx, postgres, sqlite)
}

func (p *program) tellCopied(c index.Copied, toPostgres bool) error {
	if p.json {
		rows := map[string]int64{}
		for _, t := range c.Tables {
			rows[t.Name] = t.Rows
		}
		return p.print(map[string]any{"rows": rows, "jobs": c.Jobs})
	}
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	for _, t := range c.Tables {
		fmt.Fprintf(w, "%d\t %s\t\n", t.Rows, t.Name)
	}
	fmt.Fprintf(w, "%d\t jobs\t\n", c.Jobs)
	if err := w.Flush(); err != nil {
		return err
	}
	if toPostgres {
		p.say("both databases answer the same. %s holds wrapped keys: destroy it once the database is backed up", filepath.Join(p.dir, movedFolder))
	} else {
		p.say("both databases answer the same. Take index.postgres out of the configuration, and drop the database: it holds wrapped keys")
	}
	return nil
}
