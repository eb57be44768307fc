package vault

import (
	"context"
	"time"

	"lethe/offchain"
)

// bury puts tombstones on ids: whatever else an index says of them, they are erased.
func bury(ctx context.Context, tx offchain.Tx, ids []string, caseID string, now func() time.Time) error {
	all, at := make([]offchain.Tombstone, len(ids)), now()
	for i, id := range ids {
		all[i] = offchain.Tombstone{ID: id, Case: caseID, At: at}
	}
	return tx.InsertTombstones(ctx, all)
}
