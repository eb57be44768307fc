package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"lethe/anchor"
	"lethe/offchain"
	"lethe/vault/certificate"
)

// Domains of the hashes that certificates show.
const (
	subjectDomain = "lethe/certificate/subject/v1\x00"
	keyIDDomain   = "lethe/certificate/key/v1\x00"
)

// certify is step 10. The facts are in the case file, so a repetition writes the same certificate.
func (e *execution) certify(ctx context.Context) error {
	checkpoint, err := e.cfg.Log.Checkpoint(ctx, e.file.LogSize)
	if err != nil {
		return err
	}
	e.file.Edition = 1
	sum, err := e.issue(ctx, checkpoint, nil)
	if err != nil {
		return err
	}
	e.file.First = sum
	e.cfg.Step("erase.certificate-written")
	return e.reach(ctx, stateCertified, func(tx offchain.Tx) error {
		return enterLog(ctx, tx, e.file.note(anchor.ErasureExecuted, e.row.ID))
	})
}

// certifyAnchored is step 11: the same facts, and where they stand on the chain.
func (e *execution) certifyAnchored(ctx context.Context, at anchor.Attempt) error {
	checkpoint, err := e.checkpointOf(ctx, at)
	if err != nil {
		return err
	}
	e.file.Edition++
	_, err = e.issue(ctx, checkpoint, &at)
	return err
}

// issue signs an edition and puts it in place of the one before; it returns the file's SHA-256.
func (e *execution) issue(ctx context.Context, checkpoint anchor.Checkpoint, at *anchor.Attempt) ([]byte, error) {
	c := e.certificate(at != nil)
	var err error
	if c.Log, err = e.loggedKeys(ctx, checkpoint); err != nil {
		return nil, err
	}
	if at != nil {
		c.Chain, c.Anchor = "confirmed", e.certifiedAnchor(*at)
	}
	file, err := certificate.Sign(c, e.cfg.Signer)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(file)
	e.file.Certificate, err = e.cfg.Ledger.PutCertificate(ctx, e.row.ID, e.file.Edition, file)
	return sum[:], err
}

// loggedKeys proves the entries of the keys that died in a checkpoint.
func (e *execution) loggedKeys(ctx context.Context, checkpoint anchor.Checkpoint) (certificate.Log, error) {
	l := certificate.Log{Origin: e.cfg.Network.Origin, Key: e.cfg.Network.LogKey, Keys: []certificate.LogEntry{}}
	entries, err := e.entriesOf(ctx, e.row.ID)
	if err != nil {
		return l, err
	}
	positions := map[anchor.Hash]*uint64{}
	for _, entry := range entries {
		positions[entry.Entry] = entry.Position
	}
	doomed := e.file.erased()
	for i, entry := range e.file.erasedKeys(e.row.ID) {
		at := positions[entry.Entry]
		if at == nil {
			return l, ErrNotLogged
		}
		inclusion, err := e.inclusion(ctx, entry.Entry, *at, checkpoint)
		if err != nil {
			return l, err
		}
		l.Keys = append(l.Keys, certificate.LogEntry{
			KeyID: hashHex(keyIDDomain, doomed[i].KeyName), Entry: hex.EncodeToString(entry.Entry[:]), Proof: string(inclusion.Marshal()),
		})
	}
	return l, nil
}

func (e *execution) certifiedAnchor(at anchor.Attempt) *certificate.Anchor {
	a := e.anchored(at)
	return &certificate.Anchor{
		ChainID: a.ChainID, Contract: a.Contract, Log: a.Log, Size: a.Size, Root: hex.EncodeToString(a.Root[:]), Block: a.Block,
		BlockHash: hex.EncodeToString(a.BlockHash[:]), Transaction: hex.EncodeToString(a.Transaction[:]), Time: stamp(a.Time),
	}
}

func (e *execution) certificate(anchored bool) certificate.Certificate {
	f := e.file
	received := unix(f.Request.Received)
	return certificate.Certificate{
		Format: certificate.Format, Case: e.row.ID, Edition: f.Edition, Tool: "lethe " + e.cfg.Version,
		Received: stamp(received), Due: stamp(monthAfter(received)), Completed: stamp(unix(f.Done)),
		Subject: certificate.Subject{
			Commitment: hashHex(subjectDomain, f.Request.Patient, string(f.Salt)),
			Note:       "the case file holds the opening; without it the commitment says nothing",
		},
		Ground:  certificate.Reason{Article: f.Request.Ground, Text: grounds[f.Request.Ground]},
		Refused: e.refused(),
		People: certificate.People{
			Filed: f.Request.Filed, Approved: f.Request.Approve, Executed: f.Request.Execute, Two: f.twoPersons(),
		},
		Parts: e.certifiedParts(),
		Test: certificate.Test{
			Before: certificate.Run{
				At: stamp(unix(f.Before.At)), Keys: f.Before.Keys, Opened: f.Before.Keys, Objects: f.Before.Objects, Control: f.Before.Live,
			},
			After: certificate.Run{At: stamp(unix(f.After.At)), Keys: f.After.Keys, Control: f.After.Live},
		},
		Gone:         e.gone(),
		Ledger:       certificate.Ledger{Entry: f.Ledger, Copies: 2},
		Chain:        "pending",
		States:       e.states(),
		DoesNotProve: e.caveats(anchored),
	}
}

func (f *caseFile) twoPersons() bool {
	return differ(f.Request.Approve, f.Request.Filed) && differ(f.Request.Approve, f.Request.Execute)
}

// differ says whether two names, both given, are of two persons, as far as their spelling tells.
func differ(a, b string) bool {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	return a != "" && b != "" && !strings.EqualFold(a, b)
}

func (e *execution) refused() []certificate.Refused {
	f, refused := e.file, []certificate.Refused{}
	for _, p := range f.Parts {
		if p.Name == disclosuresCompartment && !p.Erase {
			until := stamp(unix(f.Done).Add(e.cfg.Retention.DisclosuresFor))
			ground := e.cfg.Retention.DisclosuresGround
			refused = append(refused, certificate.Refused{
				Compartment: p.Name, Records: p.Records, Reason: certificate.Reason{Article: ground, Text: refusals[ground]},
				Law: e.cfg.Retention.DisclosuresLaw, Until: until, Review: until,
			})
		}
	}
	if len(f.Kept) > 0 {
		refused = append(refused, certificate.Refused{
			Compartment: retainedCompartment, Records: f.Retained.Records,
			Reason: certificate.Reason{Article: f.Request.RetainGround, Text: refusals[f.Request.RetainGround]},
			Law:    f.Request.RetainLaw, Until: stamp(unix(f.Request.RetainUntil)), Review: stamp(unix(f.Request.RetainCheck)),
		})
	}
	return refused
}

func (e *execution) certifiedParts() []certificate.Part {
	parts := []certificate.Part{}
	for _, p := range e.file.Parts {
		part := certificate.Part{
			Compartment: p.Name, Action: "kept", Records: p.Records - p.Copied, Objects: len(p.Objects), Bytes: p.Bytes,
			KeyID: hashHex(keyIDDomain, p.KeyName), Algorithm: "AES-256-GCM, key strength 256 bits (NIST SP 800-57)",
		}
		if p.Name == retainedCompartment {
			part.Records += e.file.Retained.Records
		}
		if p.Erase {
			part.Action = "erased"
			part.KeyFate = "wrapping key destroyed, by the key store's answer; wrapped key overwritten and deleted from the index"
		}
		parts = append(parts, part)
	}
	return parts
}

func (e *execution) gone() certificate.Gone {
	g := certificate.Gone{
		Live: stamp(unix(e.file.Done)), ObjectVersions: e.file.Versions,
		BackupsNote: "no expiry of backups was declared: a copy of the key store and of the index, both from before the erasure, would decrypt together",
	}
	if g.LockedVersions = e.file.Locked.Versions; e.file.Locked.Until != 0 {
		g.LockedUntil = stamp(unix(e.file.Locked.Until))
	}
	if e.cfg.Retention.BackupsExpire > 0 {
		g.Backups = stamp(unix(e.file.Done).Add(e.cfg.Retention.BackupsExpire))
		g.BackupsNote = "declared by the operator as the longest life of any backup"
	}
	return g
}

func (e *execution) states() []certificate.Reached {
	reached := []certificate.Reached{{State: string(stateApproved), At: stamp(unix(e.file.Approved))}}
	for _, st := range provenStates {
		if at, ok := e.file.Reached[string(st)]; ok {
			reached = append(reached, certificate.Reached{State: string(st), At: stamp(unix(at))})
		}
	}
	return reached
}

// caveats says what the certificate does not prove.
func (e *execution) caveats(anchored bool) []string {
	all := []string{
		"that copies handed out before the erasure are gone, or that receipts handed out before can no longer be linked to their entries",
		"that memory, swap, file systems and storage media hold no residue: keys are zeroed where the language allows, files are overwritten and deleted once",
		"that no backup of the key store and the index together exists outside the declared ones",
		"that the persons named acted: their names are as the one who executed gave them",
	}
	if e.file.Locked.Versions > 0 {
		all = append(all, "that no ciphertext is left: object_versions_locked of it stand under a lock of the object store, without a key")
	}
	if !anchored {
		all = append(all, "that the log's checkpoint is on the chain: chain is pending in this edition")
	}
	if !e.file.twoPersons() {
		all = append(all, "that a second person approved: none was named who is neither the one who filed nor the one who executed")
	}
	return all
}

// monthAfter is when a period of one month ends: where the next month has no such day, on its last (Regulation 1182/71,
// Article 3(2)(c)).
func monthAfter(t time.Time) time.Time {
	end := t.AddDate(0, 1, 0)
	if end.Day() != t.Day() {
		end = end.AddDate(0, 0, -end.Day())
	}
	return end
}

func hashHex(domain string, parts ...string) string {
	h := sha256.New()
	h.Write([]byte(domain))
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func unix(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
