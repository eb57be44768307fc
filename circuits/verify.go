package circuits

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
)

// What Verify answers. ErrWrongKey, too, is among it: the proof is of another statement, or made with another key.
var (
	ErrMalformed = errors.New("not a proof in its one form")
	ErrProof     = errors.New("the proof does not hold")
)

// Verifier verifies proofs of one statement by one key. It is safe for concurrent use and holds 64 bytes for each public input,
// and 2 kB beside.
type Verifier struct {
	statement Statement
	key       *groth16.VerifyingKey
	hash      Hash
}

// NewVerifier reads a verifying key as Write left it, once its SHA-256 is the one pinned, else ErrWrongKey. Each point is
// checked, and what CheckKey refuses is refused. It needs no other file.
func NewVerifier(s Statement, key []byte, pin Hash) (*Verifier, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	v := &Verifier{statement: s, key: new(groth16.VerifyingKey), hash: sha256.Sum256(key)}
	if v.hash != pin {
		return nil, fmt.Errorf("verifying key for %s: SHA-256 is %s: %w", s.Name(), v.hash, ErrWrongKey)
	}
	if err := readAll(key, v.key.ReadFrom); err != nil {
		return nil, fmt.Errorf("verifying key for %s: %w", s.Name(), err)
	}
	if err := CheckKey(v.key, len(s.Public)); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name(), err)
	}
	return v, nil
}

// Statement is what is verified.
func (v *Verifier) Statement() Statement { return v.statement }

// Key is the SHA-256 of the verifying key, which a proof names.
func (v *Verifier) Key() Hash { return v.hash }

// WriteKey writes the verifying key in the form that Key is the hash of.
func (v *Verifier) WriteKey(w io.Writer) error {
	_, err := v.key.WriteTo(w)
	return err
}

// Verify says whether a proof holds for its public inputs. The answer is nil, or ErrProof; ErrWrongKey for a proof of another
// statement or key; ErrMalformed where the public inputs are not the statement's, or a point is none of its group. What the
// public inputs should be is for the caller to ask.
func (v *Verifier) Verify(p *Proof) error {
	inputs, err := v.inputs(p)
	if err != nil {
		return fmt.Errorf("verify %s: %w", v.statement.Name(), err)
	}
	if err := groth16.Verify(&groth16.Proof{Ar: p.A, Bs: p.B, Krs: p.C}, v.key, inputs); err != nil {
		return fmt.Errorf("verify %s: %w", v.statement.Name(), ErrProof) // all else that gnark can say was checked before
	}
	return nil
}

// inputs are the public inputs of a proof that is one for this verifier, in the statement's order.
func (v *Verifier) inputs(p *Proof) (fr.Vector, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if p.Statement != v.statement.ID || p.Version != v.statement.Version {
		return nil, fmt.Errorf("%w: the proof is of %s/v%d", ErrWrongKey, p.Statement, p.Version)
	}
	if p.VerifyingKey != v.hash {
		return nil, fmt.Errorf("%w: the proof is for %s", ErrWrongKey, p.VerifyingKey)
	}
	if len(p.Public) != len(v.statement.Public) {
		return nil, fmt.Errorf("%w: public: %d inputs, not %d", ErrMalformed, len(p.Public), len(v.statement.Public))
	}
	inputs := make(fr.Vector, len(p.Public))
	for i, name := range v.statement.Public {
		e, ok := p.Public[name]
		if !ok {
			return nil, fmt.Errorf("%w: public: %s is missing", ErrMalformed, name)
		}
		inputs[i] = e
	}
	return inputs, nil
}
