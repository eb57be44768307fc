package transit

import (
	"context"
	"fmt"

	"lethe/keys"
)

// keptVersions is how many versions the counter's key may have before the old ones are trimmed. Each takes some 300 bytes of one
// entry of Vault's storage, which ends at a mebibyte: untrimmed, erasures would come to a halt after a few thousand.
const keptVersions = 256

// Count implements [keys.Counter].
func (r *Ring) Count(ctx context.Context) (uint64, error) {
	state, err := r.counter(ctx)
	if err != nil {
		return 0, fmt.Errorf("transit: count: %w", err)
	}
	return state.turns(), nil
}

// turns is how often the key was rotated: its first version is 1.
func (s keyState) turns() uint64 { return max(s.Data.LatestVersion, 1) - 1 }

// Advance implements [keys.Counter].
func (r *Ring) Advance(ctx context.Context) (uint64, error) {
	n, err := r.advance(ctx)
	if err != nil {
		return 0, fmt.Errorf("transit: advance: %w", err)
	}
	return n, nil
}

func (r *Ring) advance(ctx context.Context) (uint64, error) {
	before, err := r.counter(ctx)
	if err != nil {
		return 0, err
	}
	if err := r.trim(ctx, before); err != nil {
		return 0, err
	}
	if err := r.write(ctx, r.path("keys", countKey)+"/rotate", struct{}{}, nil); err != nil {
		return 0, err
	}
	after, err := r.counter(ctx)
	if err != nil {
		return 0, err
	}
	if after.Data.LatestVersion <= before.Data.LatestVersion {
		return 0, fmt.Errorf("%w: the count did not move", keys.ErrUnavailable)
	}
	return after.turns(), nil
}

// trim drops the versions of the counter's key before the latest, where there are many. The count stays.
func (r *Ring) trim(ctx context.Context, state keyState) error {
	latest := state.Data.LatestVersion
	if latest-state.Data.MinAvailable < keptVersions {
		return nil
	}
	path := r.path("keys", countKey)
	err := r.write(ctx, path+"/config", map[string]uint64{"min_decryption_version": latest, "min_encryption_version": latest}, nil)
	if err == nil {
		err = r.write(ctx, path+"/trim", map[string]uint64{"min_available_version": latest}, nil)
	}
	if err != nil {
		if now, readErr := r.counter(ctx); readErr == nil && now.Data.MinAvailable > state.Data.MinAvailable {
			return nil // somebody else trims, and was further on
		}
	}
	return err
}

func (r *Ring) counter(ctx context.Context) (state keyState, err error) {
	if err = r.read(ctx, r.path("keys", countKey), &state); absent(err) {
		err = errNotSetUp
	}
	return state, err
}
