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

// errGone says that there is no key of the name, which is no proof that its archive is gone.
var errGone = errors.New("no such key")

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
			err = r.write(ctx, r.path("keys", string(name)), map[string]string{"type": remadeType}, nil)
		}
		if err != nil {
			return fmt.Errorf("transit: destroy: %w", err)
		}
	}
	return fmt.Errorf("transit: destroy: %w: others destroy the same name", keys.ErrUnavailable)
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
	if refused(err, http.StatusBadRequest, textNotDeleted) {
		return errGone
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
