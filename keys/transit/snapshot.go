package transit

import (
	"context"
	"fmt"
	"io"
	"time"

	"lethe/keys"
)

// Snapshot writes a snapshot of the server's whole storage, of all tenants, encrypted under the server's own key, as an administrator
// may take it (integrated storage). It brings back every key that was alive: docs/operations.md says what that means for erasures.
func Snapshot(ctx context.Context, cfg Config, to io.Writer) error {
	return administer(ctx, cfg, SetupConfig{}, func(r *Ring, _ []measure, _ SetupConfig) error {
		if err := r.api.Sys().RaftSnapshotWithContext(ctx, to); err != nil {
			return fmt.Errorf("transit: snapshot: %w", r.failed(ctx, err))
		}
		return nil
	})
}

// RestoreSnapshot puts the server's whole storage back to a snapshot of the same server, and waits until it answers again.
func RestoreSnapshot(ctx context.Context, cfg Config, from io.Reader) error {
	return administer(ctx, cfg, SetupConfig{}, func(r *Ring, _ []measure, _ SetupConfig) error {
		if err := r.api.Sys().RaftSnapshotRestoreWithContext(ctx, from, false); err != nil {
			return fmt.Errorf("transit: restore a snapshot: %w", r.failed(ctx, err))
		}
		return r.awaitActive(ctx)
	})
}

// awaitActive asks until the server is unsealed and active.
func (r *Ring) awaitActive(ctx context.Context) error {
	for {
		health, err := r.api.Sys().HealthWithContext(ctx)
		if err == nil && health.Initialized && !health.Sealed && !health.Standby {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: it was restored and is not active: %w", keys.ErrUnavailable, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
