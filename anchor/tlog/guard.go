package tlog

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
)

// guard signs checkpoints that follow from the last one, by a proof from the folder's own tiles, and no other: a folder that is
// put back under the running writer is not signed over (C2SP tlog-checkpoint: a log must not sign what contradicts itself).
type guard struct {
	note.Signer
	local Source

	mu      sync.Mutex
	last    anchor.Checkpoint
	refused error // why the last attempt was, or nil
}

var _ note.Signer = (*guard)(nil)

// Sign implements [note.Signer].
func (g *guard) Sign(text []byte) ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	next, err := g.follows(text)
	if g.refused = err; err != nil {
		return nil, err
	}
	g.last = next
	return g.Signer.Sign(text)
}

// refusal is why nothing was signed at the last attempt.
func (g *guard) refusal() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.refused
}

func (g *guard) follows(text []byte) (anchor.Checkpoint, error) {
	var body log.Checkpoint
	rest, err := body.Unmarshal(text)
	if err == nil && (len(rest) > 0 || len(body.Hash) != anchor.HashSize || body.Origin != g.Name()) {
		err = errors.New("not a checkpoint of this log")
	}
	if err != nil {
		return anchor.Checkpoint{}, fmt.Errorf("refuse to sign: %w", err)
	}
	next := anchor.Checkpoint{Origin: body.Origin, Size: body.Size, Root: anchor.Hash(body.Hash)}
	if next.Size < g.last.Size {
		return next, fmt.Errorf("refuse to sign %v after %v: %w", next, g.last, anchor.ErrBehind)
	}
	ctx := context.Background() // Signer has none; it reads a few local files
	if err := checkRoot(ctx, g.local, next); err != nil {
		return next, fmt.Errorf("refuse to sign: %w", err)
	}
	proof, err := consistency(ctx, extent{g.local, next.Size}, g.last.Size, next.Size)
	if err != nil {
		return next, fmt.Errorf("refuse to sign: %w", err)
	}
	if err := anchor.VerifyConsistency(g.last, next, proof); err != nil {
		return next, fmt.Errorf("refuse to sign: %w: %w", err, anchor.ErrFork)
	}
	return next, nil
}
