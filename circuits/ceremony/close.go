package ceremony

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"
	"github.com/go-json-experiment/json"
)

// Close closes the phase that is open with the signature of its beacon's round, and answers which one it was. Phase 1 is verified
// whole, and phase 2 begun; of phase 2 the notes are verified, and the rest by Seal.
func (t *Transcript) Close(ctx context.Context, signature []byte) (phase int, err error) {
	phase = t.phase()
	if err := t.close(ctx, phase, signature); err != nil {
		return phase, t.wrap(fmt.Errorf("close phase %d: %w", phase, err))
	}
	return phase, nil
}

func (t *Transcript) close(ctx context.Context, phase int, signature []byte) error {
	if phase == 3 || t.imported(phase) {
		return refuse(WrongPhase, "it is closed, or made by others")
	}
	if _, err := t.enough(phase); err != nil {
		return err
	}
	b := t.beacon(phase)
	if _, err := b.Randomness(signature); err != nil {
		return err
	}
	data, err := json.Marshal(beaconFile{Round: b.Round, Signature: hex.EncodeToString(signature)})
	if err != nil {
		return err
	}
	if err := writeFile(t.path(phase, beaconName), bytes.NewReader(append(data, '\n'))); err != nil {
		return err
	}
	if phase == 2 {
		return nil
	}
	srs, _, err := t.first(ctx)
	if err != nil {
		return err
	}
	return t.begin(ctx, srs)
}

// begin writes what phase 2 begins with, which opens it.
func (t *Transcript) begin(ctx context.Context, srs *mpc.SrsCommons) error {
	p, _, err := initialise(ctx, t.Circuit, srs, t.progress)
	if err != nil {
		return err
	}
	return writeFile(t.path(2, beginningName), p)
}

// ImportPtau takes phase 1 from a file of snarkjs, which must be the one that the ceremony file names by its hash, copies it
// into the transcript, and begins phase 2. What is checked of it stands at PtauReport.
func (t *Transcript) ImportPtau(ctx context.Context, name string) (*PtauReport, error) {
	r, err := t.importPtau(ctx, name)
	if err != nil {
		return nil, t.wrap(fmt.Errorf("import %s: %w", name, err))
	}
	return r, nil
}

func (t *Transcript) importPtau(ctx context.Context, name string) (*PtauReport, error) {
	if t.phase() != 1 || !t.imported(1) {
		return nil, refuse(WrongPhase, "phase 1 is done, or contributed here")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t.progress("copying")
	if err := writeFile(t.path(1, ptauName), f); err != nil {
		return nil, err
	}
	srs, report, err := t.first(ctx)
	if err != nil {
		return nil, errors.Join(err, os.Remove(t.path(1, ptauName)))
	}
	return report, t.begin(ctx, srs)
}
