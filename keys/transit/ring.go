package transit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"sync"

	"lethe/keys"
)

// Keys of fixed names, beside the patients'. No [keys.Name] has such a form.
const (
	countKey        = "lethe-count"
	blindKey        = "lethe-blind"
	deriveKey       = "lethe-derive"
	certificatesKey = "lethe-certificates"
)

const patientType = "aes256-gcm96"

// Ring is the key store of one tenant, as one credential may use it: every method is there, and what Vault does not allow the
// credential fails with [ErrDenied]. Its promises stand at [keys.Ring]. It is safe for concurrent use; Close ends it.
type Ring struct {
	*client
	mount   string
	session *session
	close   func() error // once
}

var _ keys.Ring = (*Ring)(nil)

// Open logs in, and keeps the login valid in the background until Close. An error names the field of cfg that is wrong, or
// matches [keys.ErrUnavailable]: [ErrDenied] where Vault refuses the login.
func Open(ctx context.Context, cfg Config) (*Ring, error) {
	cfg, err := cfg.checked()
	if err != nil {
		return nil, err
	}
	c, err := newClient(cfg)
	if err != nil {
		return nil, err
	}
	s, err := begin(ctx, c, cfg.Login)
	if err != nil {
		c.transport.CloseIdleConnections()
		return nil, err
	}
	r := &Ring{client: c, mount: cfg.Mount, session: s}
	r.close = sync.OnceValue(r.end)
	return r, nil
}

// Close stops renewing the login and revokes its token; an error says that it could not, and the token then ends by itself. Every
// later call fails with [keys.ErrUnavailable]; closing again is harmless.
func (r *Ring) Close() error { return r.close() }

func (r *Ring) end() error {
	err := r.session.end()
	r.closed.Store(true)
	r.transport.CloseIdleConnections()
	if err != nil {
		return fmt.Errorf("transit: revoke the token: %w", err)
	}
	return nil
}

// path returns the API's path of one operation on one key. Names are of forms that nothing has to be escaped in.
func (r *Ring) path(operation, name string) string { return r.mount + "/" + operation + "/" + name }

// keyState is what Vault says of a key.
type keyState struct {
	Data struct {
		Type             string                     `json:"type"`
		AutoRotatePeriod int64                      `json:"auto_rotate_period"`
		LatestVersion    uint64                     `json:"latest_version"`
		MinAvailable     uint64                     `json:"min_available_version"`
		Keys             map[string]json.RawMessage `json:"keys"`
	} `json:"data"`
}

// Create implements [keys.Wrapper].
//
// Vault answers alike whether it made the key or found one (1.21 lost the warning it had). So each call asks for an automatic
// rotation in its own random second, 136 to 272 years ahead, which only the call that made the key finds in the answer. Two
// calls for one name pass for each other with a probability of 2^-32.
func (r *Ring) Create(ctx context.Context, name keys.Name) error {
	if _, err := keys.ParseName(string(name)); err != nil {
		return fmt.Errorf("transit: create: %w", err)
	}
	mark := make([]byte, 4)
	rand.Read(mark)
	period := 1<<32 + int64(binary.BigEndian.Uint32(mark)) // seconds
	var made keyState
	body := map[string]any{"type": patientType, "auto_rotate_period": period}
	if err := r.write(ctx, r.path("keys", string(name)), body, &made); err != nil {
		return fmt.Errorf("transit: create: %w", err)
	}
	if made.Data.AutoRotatePeriod != period {
		return fmt.Errorf("transit: create: %w", keys.ErrKeyExists)
	}
	return nil
}

// Wrap implements [keys.Wrapper].
func (r *Ring) Wrap(ctx context.Context, name keys.Name, key *keys.Key, ad []byte) ([]byte, error) {
	if key.IsZero() {
		return nil, errors.New("transit: wrap: key is missing or zeroed")
	}
	wrapped, err := r.wrap(ctx, name, key, ad)
	if err != nil {
		return nil, fmt.Errorf("transit: wrap: %w", err)
	}
	return wrapped, nil
}

func (r *Ring) wrap(ctx context.Context, name keys.Name, key *keys.Key, ad []byte) ([]byte, error) {
	if _, err := keys.ParseName(string(name)); err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			Ciphertext string `json:"ciphertext"`
		} `json:"data"`
	}
	body := object(field{name: "plaintext", value: key.Bytes()}, field{name: "associated_data", value: ad})
	err := r.call(ctx, http.MethodPost, r.path("encrypt", string(name)), body, &answer)
	switch {
	case errors.Is(err, ErrDenied):
		return nil, r.whyDenied(ctx, name, err)
	case refused(err, http.StatusBadRequest, textNoKey, textNoEncrypt, textNoAD):
		return nil, keys.ErrNoKey
	case err != nil:
		return nil, err
	case !wrappedForm.MatchString(answer.Data.Ciphertext):
		return nil, fmt.Errorf("%w: a ciphertext that is none of Vault's", keys.ErrUnavailable)
	}
	return []byte(answer.Data.Ciphertext), nil
}

// whyDenied tells a key that is missing from one that may not be used. To encrypt with a missing key is to create it, for Vault,
// and that is what the policy denies.
func (r *Ring) whyDenied(ctx context.Context, name keys.Name, denied error) error {
	if _, err := r.unwrap(ctx, name, nil, nil); errors.Is(err, keys.ErrNoKey) {
		return err
	}
	return denied
}

// wrappedForm is a ciphertext of 12 + 32 + 16 bytes as Vault writes it: 80 digits of base64 without padding, so that no other
// text stands for the same bytes. Vault itself takes v0 for v1, v01, and line breaks.
var wrappedForm = regexp.MustCompile(`\Avault:v[1-9][0-9]{0,8}:[A-Za-z0-9+/]{80}\z`)

// shut is of that form, and opens under no key.
const shut = "vault:v1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Unwrap implements [keys.Unwrapper].
func (r *Ring) Unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (*keys.Key, error) {
	key, err := r.unwrap(ctx, name, wrapped, ad)
	if err != nil {
		return nil, fmt.Errorf("transit: unwrap: %w", err)
	}
	return key, nil
}

func (r *Ring) unwrap(ctx context.Context, name keys.Name, wrapped, ad []byte) (*keys.Key, error) {
	if _, err := keys.ParseName(string(name)); err != nil {
		return nil, err
	}
	if !wrappedForm.Match(wrapped) {
		wrapped = []byte(shut) // Vault still has to say whether there is such a key
	}
	var answer struct {
		Data struct {
			Plaintext secret `json:"plaintext"`
		} `json:"data"`
	}
	defer func() { clear(answer.Data.Plaintext) }()
	body := object(field{name: "ciphertext", value: wrapped, verbatim: true}, field{name: "associated_data", value: ad})
	err := r.call(ctx, http.MethodPost, r.path("decrypt", string(name)), body, &answer)
	switch {
	case refused(err, http.StatusBadRequest, textNoKey, textNoDecrypt, textNoAD):
		return nil, keys.ErrNoKey
	case refused(err, http.StatusBadRequest, textAltered, textInvalid):
		return nil, keys.ErrUnwrap
	case err != nil:
		return nil, err
	case len(answer.Data.Plaintext) != keys.KeySize:
		return nil, keys.ErrUnwrap
	}
	return keys.KeyFrom(answer.Data.Plaintext)
}

// Blind implements [keys.Blinder].
func (r *Ring) Blind(ctx context.Context, data []byte) (sum [sha256.Size]byte, err error) {
	key, err := r.hmac(ctx, blindKey, data)
	if err != nil {
		return sum, fmt.Errorf("transit: blind: %w", err)
	}
	defer key.Zero()
	copy(sum[:], key.Bytes())
	return sum, nil
}

// Derive returns a 256-bit secret for a purpose outside the patients' keys, such as signing the log: HMAC-SHA-256 (RFC 2104) of
// "lethe/derive/" and what under a key of the mount, so that it is the same for the life of the mount. Vault denies a role what
// its policy does not list. The caller zeroes it.
func (r *Ring) Derive(ctx context.Context, what string) (*keys.Key, error) {
	key, err := r.hmac(ctx, deriveKey, []byte(derivePrefix+what))
	if err != nil {
		return nil, fmt.Errorf("transit: derive: %w", err)
	}
	return key, nil
}

const derivePrefix = "lethe/derive/"

// hmac asks for the first version's HMAC, which a rotation of the key does not change. The answer may be a secret.
func (r *Ring) hmac(ctx context.Context, name string, data []byte) (*keys.Key, error) {
	var answer struct {
		Data struct {
			HMAC versioned `json:"hmac"`
		} `json:"data"`
	}
	defer func() { clear(answer.Data.HMAC.value) }()
	body := object(field{name: "input", value: data}, field{name: "key_version", value: []byte("1"), verbatim: true})
	if err := r.call(ctx, http.MethodPost, r.path("hmac", name), body, &answer); err != nil {
		if refused(err, http.StatusBadRequest, textNoKey) {
			return nil, errNotSetUp
		}
		return nil, err
	}
	if answer.Data.HMAC.version != "1" || len(answer.Data.HMAC.value) != sha256.Size {
		return nil, fmt.Errorf("%w: no HMAC-SHA-256 of version 1 in the answer", keys.ErrUnavailable)
	}
	return keys.KeyFrom(answer.Data.HMAC.value)
}

const errNotSetUp = unavailable("the mount lacks a key that Setup makes")
