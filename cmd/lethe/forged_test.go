package main

import (
	"crypto"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
	"lethe/keys/local"
	"lethe/vault"
	"lethe/vault/certificate"
)

// signers are those of the folder's key store: of its certificates, and of its log.
func (f folder) signers(t *testing.T) (certificates crypto.Signer, log note.Signer) {
	t.Helper()
	ring, err := local.Open(filepath.Join(f.dir, keysFolder), local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	certificates, err = ring.Signer(t.Context())
	n, noNetwork := (&program{dir: f.dir}).readNetwork(filepath.Join(f.dir, publicFolder))
	log, _, noSeed := logSigner(t.Context(), ring, n.Origin)
	if err = errors.Join(err, noNetwork, noSeed, ring.Close()); err != nil {
		t.Fatal(err)
	}
	return certificates, log
}

// forged are ways to make a certificate contradict itself, or its proofs. pending is the edition before.
func forged(pending certificate.Certificate) map[string]func(*certificate.Certificate) {
	return map[string]func(*certificate.Certificate){
		"one entry for all keys": func(c *certificate.Certificate) {
			c.Log.Keys[1].Entry, c.Log.Keys[1].Proof = c.Log.Keys[0].Entry, c.Log.Keys[0].Proof
		},
		"the same in capitals": func(c *certificate.Certificate) {
			c.Log.Keys[1].Entry, c.Log.Keys[1].Proof = strings.ToUpper(c.Log.Keys[0].Entry), c.Log.Keys[0].Proof
		},
		"a key that did not open before": func(c *certificate.Certificate) { c.Test.Before.Opened-- },
		"a key that opened after":        func(c *certificate.Certificate) { c.Test.After.Opened = 1 },
		"a key less was tried before":    func(c *certificate.Certificate) { c.Test.Before.Keys-- },
		"a key less was tried after":     func(c *certificate.Certificate) { c.Test.After.Keys-- },
		"no control before":              func(c *certificate.Certificate) { c.Test.Before.Control = false },
		"no control after":               func(c *certificate.Certificate) { c.Test.After.Control = false },
		"pending, and anchored":          func(c *certificate.Certificate) { c.Chain = "pending" },
		"another origin":                 func(c *certificate.Certificate) { c.Log.Origin = "other" },
		"received after it was done":     func(c *certificate.Certificate) { c.Received = "2098-01-01T00:00:00Z" },
		"two parts, one key":             func(c *certificate.Certificate) { c.Parts = append(c.Parts, c.Parts[0]) },
		"a part is missing":              func(c *certificate.Certificate) { c.Parts = c.Parts[1:] },
		"a part's key has no name": func(c *certificate.Certificate) {
			of := func(k certificate.LogEntry) bool { return k.KeyID == c.Parts[0].KeyID }
			c.Log.Keys[slices.IndexFunc(c.Log.Keys, of)].KeyID, c.Parts[0].KeyID = "", ""
		},
		"a key is missing":      func(c *certificate.Certificate) { c.Log.Keys = c.Log.Keys[1:] },
		"another action":        func(c *certificate.Certificate) { c.Parts[0].Action = "destroyed" },
		"a key of another part": func(c *certificate.Certificate) { c.Log.Keys[0].KeyID = strings.Repeat("00", 32) },
		"a part more, of another action": func(c *certificate.Certificate) {
			c.Parts = append(c.Parts, certificate.Part{Compartment: "care", Action: "destroyed"})
		},
		"a short entry":               func(c *certificate.Certificate) { c.Log.Keys[0].Entry = "00" },
		"a short hash":                func(c *certificate.Certificate) { c.Anchor.BlockHash = "00" },
		"received some day":           func(c *certificate.Certificate) { c.Received = "some day" },
		"completed some day":          func(c *certificate.Certificate) { c.Completed = "some day" },
		"in a block of some day":      func(c *certificate.Certificate) { c.Anchor.Time = "some day" },
		"another entry":               func(c *certificate.Certificate) { c.Log.Keys[0].Entry = strings.Repeat("00", 32) },
		"anchored before it was done": func(c *certificate.Certificate) { c.Completed = "2099-01-01T00:00:00Z" },
		"another size is anchored":    func(c *certificate.Certificate) { c.Anchor.Size-- },
		"another root is anchored":    func(c *certificate.Certificate) { c.Anchor.Root = strings.Repeat("00", 32) },
		"another log":                 func(c *certificate.Certificate) { c.Log.Key = strings.Replace(c.Log.Key, "lethe", "other", 1) },
		"another index": func(c *certificate.Certificate) {
			c.Log.Keys[0].Proof = strings.Replace(c.Log.Keys[0].Proof, "index ", "index 1", 1)
		},
		"a proof of another entry":     func(c *certificate.Certificate) { c.Log.Keys[0].Proof = c.Log.Keys[1].Proof },
		"a proof of the one before it": func(c *certificate.Certificate) { c.Log.Keys[0].Proof = pending.Log.Keys[0].Proof },
		"proofs of the one before it":  func(c *certificate.Certificate) { c.Log.Keys = pending.Log.Keys },
	}
}

// A certificate whose signature is good, and whose content is not: the issuer's own key does not help. No chain is needed to see it.
func TestForgedProofsInACertificate(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	done := must[erased](t, "erase", f.patients[0], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	pending := f.certificates(t)[0]
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	good := f.certificates(t)[0]
	if good.Edition != 2 || pending.Edition != 1 || len(good.Log.Keys) < 2 || good.Parts[0].Action != "erased" {
		t.Fatalf("editions %d and %d, %d keys: the test proves nothing", pending.Edition, good.Edition, len(good.Log.Keys))
	}
	signer, _ := f.signers(t)
	who, err := (&program{}).trust(t.Context(), verifyOptions{public: filepath.Join(f.dir, publicFolder)})
	if err != nil {
		t.Fatal(err)
	}
	sign := func(forge func(*certificate.Certificate)) []byte {
		c, at := good, *good.Anchor
		c.Log.Keys, c.Parts, c.Anchor = slices.Clone(good.Log.Keys), slices.Clone(good.Parts), &at
		forge(&c)
		file, err := certificate.Sign(c, signer)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	if v, err := who.verifyCertificate(t.Context(), sign(func(*certificate.Certificate) {})); err != nil || !v.Issuer {
		t.Fatalf("as it is: %+v, %v", v, err)
	}
	for what, forge := range forged(pending) {
		if v, err := who.verifyCertificate(t.Context(), sign(forge)); !errors.Is(err, certificate.ErrInvalid) {
			t.Errorf("%s: %v, %+v", what, err, v)
		}
	}
	moved := sign(func(c *certificate.Certificate) { c.Anchor.Block++ }) // this only the chain knows
	if err := os.WriteFile(done.Certificate, moved, 0o600); err != nil {
		t.Fatal(err)
	}
	if e := lethe(t, "", "verify", done.Certificate, "--dir", f.dir); e.code == 0 {
		t.Errorf("another block:\n%s", e.stdout)
	}
}

// Threat 27: a checkpoint that the log has signed, of a size that the contract has accepted with another root, is a fork.
func TestThreat27ASignedForkIsOne(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	at := must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	_, signer := f.signers(t)
	fork, err := anchor.Checkpoint{Origin: signer.Name(), Size: at.Confirmed, Root: anchor.Hash{1}}.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "checkpoint")
	if err := os.WriteFile(name, fork.Note, 0o600); err != nil {
		t.Fatal(err)
	}
	if e := lethe(t, "", "verify", name, "--dir", f.dir); e.code == 0 || !strings.Contains(e.stderr, anchor.ErrFork.Error()) {
		t.Errorf("exit %d %s%s", e.code, e.stdout, e.stderr)
	}
}
