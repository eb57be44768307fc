package transit

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"lethe/keys"
)

// remadeType is the type of the key that Destroy makes where there is none: it neither encrypts nor decrypts, so that nobody who
// comes late wraps under it.
const remadeType = "ed25519"

// maxRounds bounds how often another Destroy of the same name may come in between. In each round one of them gets through.
const maxRounds = 16

// Why a round did not delete. Neither is an outage, and neither is a proof that the key's archive is gone.
var (
	errGone    = errors.New("no such key")
	errCrossed = errors.New("another Destroy of the same name came in between")
)

// Destroy implements [keys.Destroyer]. It takes two calls to Vault; for a name that is not there, four.
func (r *Ring) Destroy(ctx context.Context, name keys.Name) error {
	if _, err := keys.ParseName(string(name)); err != nil {
		return fmt.Errorf("transit: destroy: %w", err)
	}
	for range maxRounds {
		err := r.allowAndDelete(ctx, name)
		if err == nil {
			return nil
		}
		if errors.Is(err, errGone) {
			err = r.makeAgain(ctx, name)
		}
		if err != nil && !errors.Is(err, errCrossed) {
			return fmt.Errorf("transit: destroy: %w", err)
		}
	}
	return fmt.Errorf("transit: destroy: %w: %w", keys.ErrUnavailable, errCrossed)
}

// allowAndDelete allows the deletion, which Vault ignores when a key is made, and deletes: nil only where Vault deleted both the
// key and its archive.
func (r *Ring) allowAndDelete(ctx context.Context, name keys.Name) error {
	path := r.path("keys", string(name))
	err := r.write(ctx, path+"/config", map[string]bool{"deletion_allowed": true}, nil)
	if refused(err, http.StatusBadRequest, textNoConfig) || refused(err, http.StatusInternalServerError, textDeleted) {
		return errGone
	}
	if err != nil {
		return err
	}
	err = r.call(ctx, http.MethodDelete, path, nil, nil)
	switch {
	case refused(err, http.StatusBadRequest, textNotDeleted):
		return errGone
	case refused(err, http.StatusBadRequest, textNotAllowed): // deleted and made again since it was allowed
		return errCrossed
	}
	return err
}

// makeAgain makes a key of the name, so that there is something to delete its archive with.
func (r *Ring) makeAgain(ctx context.Context, name keys.Name) error {
	err := r.write(ctx, r.path("keys", string(name)), map[string]string{"type": remadeType}, nil)
	if refused(err, http.StatusInternalServerError, textNotMade) {
		return errCrossed
	}
	return err
}

// Exists implements [keys.Destroyer]. What a delete that died midway left in the archive cannot be asked for.
func (r *Ring) Exists(ctx context.Context, name keys.Name) (bool, error) {
	if _, err := keys.ParseName(string(name)); err != nil {
		return false, fmt.Errorf("transit: exists: %w", err)
	}
	var state keyState
	err := r.read(ctx, r.path("keys", string(name)), &state)
	if absent(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("transit: exists: %w", err)
	}
	return true, nil
}
