package ceremony

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"time"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	blsfr "github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
	"golang.org/x/mod/sumdb/note"

	"lethe/circuits"
)

// Step is a step of a rehearsal, with the time it took.
type Step struct {
	Name  string
	Took  time.Duration
	Bytes int64 // of the file that it made, where it made one to send
}

// Rehearse runs a whole ceremony for the one statement of a Config in its folder, with three contributors and a beacon whose
// secrets this process all has: its keys are marked as those of a development set-up, and refused as such. Phase 1 is
// contributed to at Now, phase 2 two hours later by a clock that is set. Done is told each step that is over.
func Rehearse(ctx context.Context, c Config, done func(Step)) (*Report, error) {
	if len(c.Statements) != 1 {
		return nil, fmt.Errorf("rehearse: %d statements, not one", len(c.Statements))
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	r := &rehearsal{config: c, clock: c.Now().UTC().Truncate(time.Second), done: done}
	r.config.Now = func() time.Time { return r.clock }
	report, err := r.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("rehearse %s: %w", c.Statements[0].Name(), err)
	}
	return report, nil
}

const rehearsers = 3

type rehearsal struct {
	config  Config
	clock   time.Time
	secret  big.Int // the beacon's
	signers []note.Signer
	done    func(Step)
	*Transcript
}

func (r *rehearsal) run(ctx context.Context) (report *Report, err error) {
	if err := r.step("compile and review", 0, r.open); err != nil {
		return nil, err
	}
	second, _, _ := secondSize(r.Circuit)
	for i, size := range []int64{powersSize(r.File.Domain), second} {
		if err := r.runPhase(ctx, i+1, size); err != nil {
			return nil, err
		}
	}
	err = r.step("verify and seal", 0, func() error {
		report, err = r.Seal(ctx)
		return err
	})
	return report, err
}

func (r *rehearsal) runPhase(ctx context.Context, phase int, size int64) error {
	for i, signer := range r.signers {
		err := r.step(fmt.Sprintf("phase %d, contribution %d", phase, i+1), size, func() error {
			_, err := r.Contribute(ctx, signer, false)
			return err
		})
		if err != nil {
			return err
		}
	}
	err := r.step(fmt.Sprintf("phase %d, beacon", phase), 0, func() error { return r.closeWithBeacon(ctx, phase) })
	r.clock = r.clock.Add(2 * time.Hour)
	return err
}

func (r *rehearsal) step(name string, size int64, do func() error) error {
	start := time.Now()
	if err := do(); err != nil {
		return err
	}
	r.done(Step{name, time.Since(start), size})
	return nil
}

// open makes a ceremony of parties that this process is.
func (r *rehearsal) open() error {
	c, err := circuits.Compile(r.config.Statements[0])
	if err != nil {
		return err
	}
	b, err := newBeacon(&r.secret, r.clock)
	if err != nil {
		return err
	}
	f := NewFile("rehearsal", c)
	f.Phase1.Beacon, f.Phase2.Beacon = b.at(r.clock.Add(time.Hour)), b.at(r.clock.Add(3*time.Hour))
	for i := range rehearsers {
		secret, public, err := note.GenerateKey(rand.Reader, fmt.Sprintf("rehearser-%d", i+1))
		if err != nil {
			return err
		}
		signer, err := note.NewSigner(secret)
		if err != nil {
			return err
		}
		r.signers = append(r.signers, signer)
		f.Contributors = append(f.Contributors, Contributor{fmt.Sprintf("rehearser-%d", i+1), public})
	}
	if _, err := Init(r.config.Dir, f); err != nil {
		return err
	}
	r.Transcript, err = Open(r.config)
	if err == nil {
		r.setup = circuits.Development
	}
	return err
}

func (r *rehearsal) closeWithBeacon(ctx context.Context, phase int) error {
	signature, err := r.beacon(phase).sign(&r.secret)
	if err != nil {
		return err
	}
	_, err = r.Close(ctx, signature)
	return err
}

// newBeacon makes a beacon whose first round is at a time, and its secret.
func newBeacon(secret *big.Int, genesis time.Time) (*Beacon, error) {
	var s blsfr.Element
	if _, err := s.SetRandom(); err != nil {
		return nil, err
	}
	var key bls.G2Affine
	raw := key.ScalarMultiplicationBase(s.BigInt(secret)).Bytes()
	return &Beacon{Scheme: Scheme, PublicKey: hex.EncodeToString(raw[:]), Genesis: genesis.Unix(), Period: 3, Round: 1}, nil
}

// sign is a round's signature.
func (b *Beacon) sign(secret *big.Int) ([]byte, error) {
	m, err := b.message()
	if err != nil {
		return nil, err
	}
	s := m.ScalarMultiplication(&m, secret).Bytes()
	return s[:], nil
}
