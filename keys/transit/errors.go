package transit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"lethe/keys"
)

// What an operator tells apart. Each of them also matches [keys.ErrUnavailable]. No error holds the name of a key, a URL's path,
// or anything of a request or an answer.
var (
	ErrSealed      error = unavailable("Vault is sealed")
	ErrStandby     error = unavailable("Vault has no active node here")               // or redirects to one, which is not followed
	ErrDenied      error = unavailable("Vault denies it to this role")                // or the credential is no longer valid
	ErrRateLimited error = unavailable("Vault's rate limit for this call is used up") // try again later
)

// unavailable is a reason why Vault did not do what it was asked.
type unavailable string

func (e unavailable) Error() string { return string(e) }

// Is makes every reason match keys.ErrUnavailable.
func (e unavailable) Is(target error) bool { return target == keys.ErrUnavailable }

// refusal is an answer that is no success. Its texts may hold names and are only compared, never shown.
type refusal struct {
	status int
	texts  []string
}

// Texts of Transit (builtin/logical/transit and sdk/helper/keysutil), the same in Vault and OpenBao. What is not listed is taken
// for an outage: nobody concludes from it that a key is gone, or that a ciphertext was altered.
const (
	textNoKey      = "encryption key not found"                      // encrypt, decrypt, hmac
	textNoDecrypt  = "message decryption not supported for key type" // the key that Destroy made again
	textNoEncrypt  = "message encryption not supported for key type"
	textNoAD       = "provided for non-AEAD cipher suite"
	textNoConfig   = "no existing key named" // keys/NAME/config
	textNotDeleted = "could not delete key; not found"
	textDeleted    = "key has been deleted, not persisting" // keys/NAME/config, while another call deletes
	textNotAllowed = "deletion is not allowed for this key"
	textNotMade    = "returned policy was nil" // keys/NAME, while another call deletes
	textAltered    = "message authentication failed"
	textInvalid    = "invalid ciphertext"
	textStandby    = "Vault is in standby mode"
	textNoActive   = "local node not active but active cluster node not found"
	textSealed     = "Vault is sealed"
	textLogin      = "invalid role or secret ID" // auth/approle/login
	textSecretID   = "invalid secret id"
	textNoRoute    = "no handler for route" // a mount that is not there
)

// Error says what kind of answer it was, in this package's words.
func (r *refusal) Error() string {
	if reason := r.reason(); reason != nil {
		return reason.Error()
	}
	return fmt.Sprintf("Vault answered %d", r.status)
}

// Is matches keys.ErrUnavailable, and the one sentinel that fits.
func (r *refusal) Is(target error) bool { return target == keys.ErrUnavailable || target == r.reason() }

func (r *refusal) reason() error {
	switch {
	case r.status == http.StatusForbidden, r.status == http.StatusBadRequest && r.says(textLogin, textSecretID):
		return ErrDenied
	case r.status == http.StatusTooManyRequests:
		return ErrRateLimited
	case r.status/100 == 3, r.says(textStandby, textNoActive):
		return ErrStandby
	case r.says(textSealed):
		return ErrSealed
	case r.says(textNoRoute):
		return errNoMount
	}
	return nil
}

const errNoMount = unavailable("Vault has no such mount: it was not set up, or the namespace is another")

// says reports whether one of Vault's texts holds one of these.
func (r *refusal) says(texts ...string) bool {
	return slices.ContainsFunc(r.texts, func(said string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(said, text) })
	})
}

// refused reports whether err is a refusal with this status and one of these texts.
func refused(err error, status int, texts ...string) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == status && r.says(texts...)
}

// absent reports whether err is Vault's answer to a read of what is not there: 404 and no text.
func absent(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == http.StatusNotFound && r.texts != nil && len(r.texts) == 0
}

// unanswered turns a failure of sending or reading into what the ports promise: the caller's own end of ctx, or unavailable.
func unanswered(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: no answer within Config.Timeout", keys.ErrUnavailable)
	}
	return fmt.Errorf("%w: %w", keys.ErrUnavailable, err)
}
