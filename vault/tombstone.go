package vault

import (
	"context"
	"time"

	"lethe/offchain"
)

// bury puts tombstones on ids: whatever else an index says of them, they are erased.
func bury(ctx context.Context, tx offchain.Tx, ids []string, caseID string, now func() time.Time) error {
	for _, id := range ids {
		if err := tx.InsertTombstone(ctx, offchain.Tombstone{ID: id, Case: caseID, At: now()}); err != nil {
			return err
		}
	}
	return nil
}
