package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
	"lethe/anchor/evm"
	"lethe/vault"
	"lethe/vault/certificate"
)

// verifyReceipt checks a receipt.
func (t *trust) verifyReceipt(ctx context.Context, data []byte) (v verdict, err error) {
	r, err := anchor.ParseReceipt(data)
	if err != nil {
		return v, err
	}
	t.choose(r.LogKey)
	checkpoint := r.Entries[0].Checkpoint
	v = verdict{Kind: "receipt", Valid: true, Key: r.LogKey, Size: checkpoint.Size, NotProven: []string{
		"that what an entry says is true: it was said before the checkpoint was accepted, and has not been changed since",
	}}
	v.checked("the file's form, and that each entry is the hash of what it shows")
	v.checked("each entry's inclusion in the checkpoint, and the log's signature on it")
	for _, e := range r.Entries {
		s, err := show(e)
		if err != nil {
			return v, err
		}
		v.Entries = append(v.Entries, s)
	}
	if err := t.checkLogKey(&v, r.LogKey); err != nil {
		return v, err
	}
	if err := t.compareContent(&v, r); err != nil {
		return v, err
	}
	return v, t.checkAnchor(ctx, &v, r.Anchor, "lethe receipt")
}

func show(e anchor.Proven) (s shown, err error) {
	entry := e.Entry()
	s = shown{Type: string(e.Type), Index: e.Index, Entry: hex.EncodeToString(entry[:]), Fields: map[string]string{}}
	fields, err := vault.DescribeOpening(e.Opening)
	if err != nil {
		return s, fmt.Errorf("%w: what entry %d hides: %w", anchor.ErrInvalid, e.Index, err)
	}
	for _, f := range fields {
		s.Fields[f.Name] = f.Value
		s.order = append(s.order, f.Name)
	}
	return s, nil
}

// choose goes by the published log of a key: the present one, or one that it has succeeded.
func (t *trust) choose(key string) {
	for i, n := range t.published {
		if n.LogKey == key {
			t.network = &t.published[i]
		}
	}
}

// checkLogKey compares the key of the log with the published one.
func (t *trust) checkLogKey(v *verdict, key string) error {
	if t.network == nil {
		v.notChecked("whose log it is: anyone can make a key. Give --public, or compare the key")
		return nil
	}
	if key != t.network.LogKey {
		return fmt.Errorf("%w: signed with another log's key (%s) than the published one (%s)", anchor.ErrInvalid, key, t.network.LogKey)
	}
	v.Issuer = true
	v.checked("the key is the published one of log %s", t.network.Origin)
	return nil
}

// compareContent compares a file with what a receipt says was stored.
func (t *trust) compareContent(v *verdict, r anchor.Receipt) error {
	if t.content == "" {
		return nil
	}
	data, err := os.ReadFile(t.content)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	for _, e := range v.Entries {
		if e.Type == string(anchor.RecordStored) && e.Fields["sha256"] == hex.EncodeToString(sum[:]) {
			v.checked("%s is what was stored as record %s", t.content, e.Fields["record"])
			return nil
		}
	}
	return fmt.Errorf("%w: none of the receipt's %d entries is of %s", anchor.ErrInvalid, len(r.Entries), t.content)
}

// checkAnchor asks the chain.
func (t *trust) checkAnchor(ctx context.Context, v *verdict, a *anchor.Anchored, again string) error {
	switch {
	case a == nil:
		v.notChecked("the chain: the file names no place on it, as one that is made before its checkpoint is confirmed; `%s` makes a newer one", again)
		return nil
	case len(t.providers) == 0:
		v.notChecked("the chain: %s", t.noChain)
		return nil
	}
	network := anchor.Network{ChainID: a.ChainID, CheckpointLog: a.Contract, Log: a.Log, DeployedIn: a.Block}
	if t.network != nil {
		network = *t.network
	} else {
		v.notChecked("whose contract %s on chain %d is: give --public", a.Contract, a.ChainID)
	}
	reader, err := readerOf(t.providers, network, 0)
	if err != nil {
		return err
	}
	if err := (anchor.Receipt{LogKey: network.LogKey, Anchor: a}).CheckAnchor(ctx, network, reader); err != nil {
		return err
	}
	v.checked("the contract %s on chain %d has accepted the checkpoint in block %d, %s", a.Contract, a.ChainID, a.Block, a.Time.Format(time.RFC3339))
	return v.confirmed(ctx, reader, a.Block, network.Confirmations)
}

// confirmed says whether enough blocks are on top of one.
func (v *verdict) confirmed(ctx context.Context, reader *evm.Reader, block, wanted uint64) error {
	head, _, err := reader.Head(ctx)
	if err != nil {
		return err
	}
	v.Block = block
	if wanted == 0 {
		v.notChecked("how many blocks confirm it: that is published with --public; %d are on top", max(head, block)-block)
		return nil
	}
	if head < block+wanted {
		v.notChecked("that it stays on the chain: %d of the %d blocks that confirm it are on top", max(head, block)-block, wanted)
		return nil
	}
	v.Anchored = true
	v.checked("%d blocks are on top of that", head-block)
	return nil
}

// verifyCertificate checks a certificate of erasure.
func (t *trust) verifyCertificate(ctx context.Context, data []byte) (v verdict, err error) {
	c, key, err := certificate.Verify(data)
	if err != nil {
		return v, err
	}
	v = verdict{Kind: "erasure-certificate", Valid: true, Case: c.Case, Key: key.KeyID, NotProven: c.DoesNotProve}
	v.checked("the file's form, and the signature over everything in it")
	if t.certificate == "" {
		v.notChecked("whose key signed it: anyone can make a key. Give --public, --key or --dir, or compare the thumbprint")
	} else {
		if err := checkIssuer(key, t.certificate); err != nil {
			return v, err
		}
		v.Issuer = true
		v.checked("the key is the one published in %s", t.certificate)
	}
	t.choose(c.Log.Key)
	if t.network != nil && c.Log.Key != t.network.LogKey {
		return v, fmt.Errorf("%w: it names another log's key than the published one", certificate.ErrInvalid)
	}
	checkpoint, err := loggedKeys(c)
	if err != nil {
		return v, fmt.Errorf("%w: %w", certificate.ErrInvalid, err)
	}
	if len(c.Log.Keys) > 0 {
		v.Size = checkpoint.Size
		v.checked("the entries that it gives for its %d keys are in the log's checkpoint of %d entries", len(c.Log.Keys), checkpoint.Size)
		v.notChecked("that these entries are of these keys: they hide the keys' names. The case's receipt shows what was logged of the erasure itself")
	}
	if err := consistent(c); err != nil {
		return v, fmt.Errorf("%w: %w", certificate.ErrInvalid, err)
	}
	if len(c.Log.Keys) == 0 {
		v.notChecked("the log and the chain: it names no key that died, so nothing of it is there")
		return v, nil
	}
	at, err := anchoredAt(c, checkpoint)
	if err != nil {
		return v, fmt.Errorf("%w: %w", certificate.ErrInvalid, err)
	}
	return v, t.checkAnchor(ctx, &v, at, "lethe log anchor")
}

// consistent refuses a certificate that contradicts itself.
func consistent(c certificate.Certificate) error {
	key, err := note.NewVerifier(c.Log.Key)
	if err != nil {
		return err
	}
	before, after := c.Test.Before, c.Test.After
	switch n := len(c.Log.Keys); {
	case c.Log.Origin != key.Name():
		return errors.New("it names another log than its key")
	case (c.Chain == "confirmed") != (c.Anchor != nil):
		return errors.New("it says " + c.Chain + " of the chain, and its anchor says otherwise")
	case before.Keys != n || before.Opened != n || after.Keys != n || after.Opened != 0 || !before.Control || !after.Control:
		return errors.New("its decryption test does not show that the keys which it names worked before, and did not after")
	}
	received, err := time.Parse(time.RFC3339, c.Received)
	if err != nil {
		return errors.New("when it was received is not a time")
	}
	completed, err := time.Parse(time.RFC3339, c.Completed)
	if err != nil || completed.Before(received) {
		return errors.New("it was completed before it was received")
	}
	return nil
}

// loggedKeys checks the proofs of a certificate, which are all of one checkpoint.
func loggedKeys(c certificate.Certificate) (checkpoint anchor.Checkpoint, err error) {
	key, err := note.NewVerifier(c.Log.Key)
	if err != nil {
		return checkpoint, err
	}
	erased, entries := map[string]bool{}, map[anchor.Hash]bool{}
	for _, part := range c.Parts {
		switch part.Action {
		case "erased":
			if part.KeyID == "" || erased[part.KeyID] {
				return checkpoint, errors.New("a part that was erased has no key of its own")
			}
			erased[part.KeyID] = true
		case "kept":
		default:
			return checkpoint, fmt.Errorf("a part was neither erased nor kept, but %q", part.Action)
		}
	}
	if len(c.Log.Keys) != len(erased) {
		return checkpoint, fmt.Errorf("it gives %d entries of the log for %d keys", len(c.Log.Keys), len(erased))
	}
	for i, k := range c.Log.Keys {
		proof, err := anchor.ParseInclusion([]byte(k.Proof), key)
		if err != nil {
			return checkpoint, err
		}
		entry, err := hex.DecodeString(k.Entry)
		if err != nil || len(entry) != anchor.HashSize {
			return checkpoint, errors.New("an entry of the log is not 32 bytes")
		}
		if err := proof.Verify(anchor.Hash(entry)); err != nil {
			return checkpoint, err
		}
		if i > 0 && !bytes.Equal(proof.Checkpoint.Note, checkpoint.Note) {
			return checkpoint, errors.New("its proofs are of different checkpoints")
		}
		if entries[anchor.Hash(entry)] {
			return checkpoint, errors.New("it gives one entry of the log for several keys")
		}
		entries[anchor.Hash(entry)] = true
		checkpoint = proof.Checkpoint
		delete(erased, k.KeyID)
	}
	if len(erased) > 0 {
		return checkpoint, fmt.Errorf("%d of its keys are not in the log", len(erased))
	}
	return checkpoint, nil
}

// maxSkew is how far the chain's clock may be behind the issuer's.
const maxSkew = time.Hour

// anchoredAt reads where a certificate says that its checkpoint stands.
func anchoredAt(c certificate.Certificate, checkpoint anchor.Checkpoint) (*anchor.Anchored, error) {
	if c.Anchor == nil {
		return nil, nil
	}
	a := &anchor.Anchored{ChainID: c.Anchor.ChainID, Contract: c.Anchor.Contract, Accepted: anchor.Accepted{
		Log: c.Anchor.Log, Size: c.Anchor.Size, Block: c.Anchor.Block,
	}}
	for _, h := range []struct {
		text string
		to   *anchor.Hash
	}{{c.Anchor.Root, &a.Root}, {c.Anchor.BlockHash, &a.BlockHash}, {c.Anchor.Transaction, &a.Transaction}} {
		raw, err := hex.DecodeString(h.text)
		if err != nil || len(raw) != anchor.HashSize {
			return nil, errors.New("a hash of its anchor is not 32 bytes")
		}
		*h.to = anchor.Hash(raw)
	}
	var err error
	if a.Time, err = time.Parse(time.RFC3339, c.Anchor.Time); err != nil {
		return nil, errors.New("the time of its block is not a time")
	}
	if at, err := time.Parse(time.RFC3339, c.Completed); err != nil || a.Time.Add(maxSkew).Before(at) {
		return nil, errors.New("its anchor is older than what it certifies")
	}
	if a.Size != checkpoint.Size || a.Root != checkpoint.Root {
		return nil, errors.New("its anchor is of another checkpoint than its proofs")
	}
	return a, nil
}

// verifyCheckpoint checks a signed checkpoint of the log.
func (t *trust) verifyCheckpoint(ctx context.Context, data []byte) (v verdict, err error) {
	if t.network == nil {
		return v, withHint(fmt.Errorf("%w: neither a receipt, nor a certificate, nor a checkpoint of a known log", anchor.ErrInvalid),
			"a checkpoint needs --public, which names the log's key")
	}
	key, err := t.network.Verifier()
	if err != nil {
		return v, err
	}
	c, err := anchor.ParseCheckpoint(data, key)
	if err != nil {
		return v, err
	}
	v = verdict{Kind: "checkpoint", Valid: true, Issuer: true, Key: t.network.LogKey, Size: c.Size}
	v.checked("the signature of log %s", c.Origin)
	if len(t.providers) == 0 {
		v.notChecked("the chain: %s", t.noChain)
		return v, nil
	}
	reader, err := readerOf(t.providers, *t.network, 0)
	if err != nil {
		return v, err
	}
	at, err := reader.Accepted(ctx, t.network.Log, c.Size)
	switch {
	case errors.Is(err, anchor.ErrNotAnchored):
		v.notChecked("the chain has not accepted a checkpoint of this size: not every one is sent there")
		return v, nil
	case err != nil:
		return v, err
	case at.Root != c.Root:
		return v, fmt.Errorf("the contract accepted another root for %d entries in block %d: %w", c.Size, at.Block, anchor.ErrFork)
	}
	v.checked("the contract has accepted it in block %d, %s", at.Block, at.Time.Format(time.RFC3339))
	return v, v.confirmed(ctx, reader, at.Block, t.network.Confirmations)
}

// checkIssuer compares the key that signed with the published one.
func checkIssuer(key jose.JSONWebKey, file string) error {
	data, err := readBounded(file, maxPublished)
	if err != nil {
		return withHint(fmt.Errorf("the published key cannot be read: %w", err), "without --public, --key and --dir only the signature is checked")
	}
	var published jose.JSONWebKey
	if err := json.Unmarshal(data, &published); err != nil {
		return fmt.Errorf("the published key is not a JWK: %w", err)
	}
	issuer, err := certificate.KeyOf(published.Key)
	if err != nil {
		return err
	}
	if issuer.KeyID != key.KeyID {
		return fmt.Errorf("%w: signed with another key (%s) than the published one (%s)", certificate.ErrInvalid, key.KeyID, issuer.KeyID)
	}
	return nil
}
