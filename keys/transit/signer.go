package transit

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	"lethe/keys"
)

// Signer returns the Ed25519 key (RFC 8032) that signs certificates inside Vault, which shows the public key only. It keeps to
// the version that is the latest now. Sign takes a whole message, with opts of no hash, asks Vault once, within Config.Timeout,
// and returns no signature that the public key does not verify. It is safe for concurrent use, until the ring is closed.
func (r *Ring) Signer(ctx context.Context) (crypto.Signer, error) {
	var state keyState
	if err := r.read(ctx, r.path("keys", certificatesKey), &state); err != nil {
		if absent(err) {
			err = errNotSetUp
		}
		return nil, fmt.Errorf("transit: signer: %w", err)
	}
	version := strconv.FormatUint(state.Data.LatestVersion, 10)
	var key struct {
		Public secret `json:"public_key"`
	}
	if json.Unmarshal(state.Data.Keys[version], &key) != nil || len(key.Public) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("transit: signer: %w: no Ed25519 public key in the answer", keys.ErrUnavailable)
	}
	return &signer{ring: r, public: ed25519.PublicKey(key.Public), version: version}, nil
}

type signer struct {
	ring    *Ring
	public  ed25519.PublicKey
	version string
}

var _ crypto.Signer = (*signer)(nil)

// Public implements [crypto.Signer].
func (s *signer) Public() crypto.PublicKey { return slices.Clone(s.public) }

// Sign implements [crypto.Signer] for pure Ed25519. The random source is not used.
func (s *signer) Sign(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if ed, ok := opts.(*ed25519.Options); opts == nil || opts.HashFunc() != 0 || ok && ed.Context != "" {
		return nil, errors.New("transit: sign: only Ed25519 of a whole message, without context")
	}
	signature, err := s.sign(context.Background(), message)
	if err != nil {
		return nil, fmt.Errorf("transit: sign: %w", err)
	}
	return signature, nil
}

func (s *signer) sign(ctx context.Context, message []byte) ([]byte, error) {
	var answer struct {
		Data struct {
			Signature versioned `json:"signature"`
		} `json:"data"`
	}
	body := object(field{name: "input", value: message}, field{name: "key_version", value: []byte(s.version), verbatim: true})
	if err := s.ring.call(ctx, http.MethodPost, s.ring.path("sign", certificatesKey), body, &answer); err != nil {
		return nil, err
	}
	if !ed25519.Verify(s.public, message, answer.Data.Signature.value) {
		return nil, fmt.Errorf("%w: a signature that does not verify", keys.ErrUnavailable)
	}
	return answer.Data.Signature.value, nil
}
