package index

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations
var migrations embed.FS

// migrate brings our tables and the job queue's up to date.
func migrate(ctx context.Context, db *sql.DB, kind goose.Dialect, folder string, driver riverdriver.Driver[*sql.Tx]) error {
	schema, err := steps(db, kind, folder)
	if err != nil {
		return err
	}
	if _, err := schema.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	queue, err := queueSteps(driver)
	if err != nil {
		return err
	}
	if _, err := queue.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	return nil
}

func steps(db *sql.DB, kind goose.Dialect, folder string) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(kind, db, files)
}

func queueSteps(driver riverdriver.Driver[*sql.Tx]) (*rivermigrate.Migrator[*sql.Tx], error) {
	return rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
}
