package vault

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"

	"lethe/anchor"
	"lethe/circuits/identity"
	"lethe/offchain"
)

// What the log hides: an entry is made in the transaction of the change that it tells of, its opening is kept sealed beside what it is
// about, and dies with that.

// The payloads of entries, in the order in which the types are declared.
type (
	storedPayload struct {
		_              struct{} `cbor:",toarray"`
		Format         uint
		Record, Type   string
		SHA256         []byte
		Length, Stored int64
	}
	disclosedPayload struct {
		_                       struct{} `cbor:",toarray"`
		Format                  uint
		Disclosure              string
		At                      int64
		Actor, Purpose, Subject string
		Authorization           string // the disclosure that an anonymous reading stands on
		Evidence                []byte // SHA-256 of what an anonymous reader left, none for others
	}
	requestedPayload struct {
		_            struct{} `cbor:",toarray"`
		Format       uint
		Case, Ground string
		Received     int64
		Filed        string
	}
	decidedPayload struct {
		_                       struct{} `cbor:",toarray"`
		Format                  uint
		Case                    string
		At                      int64
		Approve, Execute        string
		Kept                    int
		RetainGround, RetainLaw string
		RetainUntil             int64
	}
	executedPayload struct {
		_           struct{} `cbor:",toarray"`
		Format      uint
		Case        string
		Completed   int64
		Ledger      uint64
		Certificate []byte // SHA-256 of the first edition
	}
	attestedPayload struct {
		_       struct{} `cbor:",toarray"`
		Format  uint
		At      int64
		Persons []string
	}
)

func newSalt() []byte {
	salt := make([]byte, anchor.HashSize)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	return salt
}

func opening(t anchor.Type, salt []byte, payload any) anchor.Opening {
	o := anchor.Opening{Type: t, Payload: encode(payload)}
	copy(o.Salt[:], salt)
	return o
}

func (d *description) opening(record string, length int64) anchor.Opening {
	return opening(anchor.RecordStored, d.Salt, storedPayload{
		Format: formatVersion, Record: record, Type: d.Type, SHA256: d.SHA256, Length: length, Stored: d.Received,
	})
}

func (d *disclosure) opening(id string) anchor.Opening {
	return opening(anchor.Disclosed, d.Salt, disclosedPayload{
		Format: formatVersion, Disclosure: id, At: d.At, Actor: d.Actor, Purpose: d.Purpose, Subject: d.Record,
		Authorization: d.Authorization, Evidence: d.Evidence.digest(),
	})
}

// note adds the opening of a case's entry to its file, once, and returns the entry.
func (f *caseFile) note(t anchor.Type, id string) offchain.LogEntry {
	for _, o := range f.openings() {
		if o.Type == t {
			return offchain.LogEntry{Entry: o.Entry(), Subject: id}
		}
	}
	o := opening(t, newSalt(), f.payload(t, id))
	f.Openings = append(f.Openings, logged{Type: string(t), Salt: o.Salt[:], Payload: o.Payload})
	return offchain.LogEntry{Entry: o.Entry(), Subject: id}
}

func (f *caseFile) payload(t anchor.Type, id string) any {
	r := f.Request
	switch t {
	case anchor.ErasureRequested:
		return requestedPayload{Format: formatVersion, Case: id, Ground: r.Ground, Received: r.Received, Filed: r.Filed}
	case anchor.ErasureDecided:
		return decidedPayload{
			Format: formatVersion, Case: id, At: f.Approved, Approve: r.Approve, Execute: r.Execute, Kept: len(f.Kept),
			RetainGround: r.RetainGround, RetainLaw: r.RetainLaw, RetainUntil: r.RetainUntil,
		}
	default:
		return executedPayload{Format: formatVersion, Case: id, Completed: f.Done, Ledger: f.Ledger, Certificate: f.First}
	}
}

func (f *caseFile) openings() []anchor.Opening {
	all := make([]anchor.Opening, len(f.Openings))
	for i, l := range f.Openings {
		all[i] = anchor.Opening{Type: anchor.Type(l.Type), Payload: l.Payload}
		copy(all[i].Salt[:], l.Salt)
	}
	return all
}

// erasedKeys are the entries that name the keys which die, blinded by the names themselves.
func (f *caseFile) erasedKeys(id string) []offchain.LogEntry {
	var names []string
	for _, p := range f.erased() {
		names = append(names, p.KeyName)
	}
	return erasedKeys(id, names, len(f.Kept) > 0)
}

func erasedKeys(caseID string, names []string, kept bool) []offchain.LogEntry {
	entries := make([]offchain.LogEntry, len(names))
	for i, name := range names {
		entries[i] = offchain.LogEntry{Entry: anchor.ErasedKey(name), Subject: caseID, Announce: true}
		if kept {
			entries[i].Entry = anchor.ErasedKeyKept(name)
		}
	}
	return entries
}

// enterLog leaves entries to be logged once the transaction has committed.
func enterLog(ctx context.Context, tx offchain.Tx, entries ...offchain.LogEntry) error {
	if err := tx.InsertEntries(ctx, entries); err != nil {
		return err
	}
	return tx.Enqueue(ctx, offchain.SequenceLog{})
}

// Field is one thing that an entry hides, in words.
type Field struct{ Name, Value string }

// DescribeOpening reads what an entry hides, for people. It does not verify the entry.
func DescribeOpening(o anchor.Opening) ([]Field, error) {
	at := func(seconds int64) string { return stamp(unix(seconds)) }
	switch o.Type {
	case anchor.RecordStored:
		var p storedPayload
		err := decode(o.Payload, &p)
		return []Field{
			{"record", p.Record}, {"type", p.Type}, {"sha256", hex.EncodeToString(p.SHA256)}, {"length", fmt.Sprint(p.Length)}, {"stored", at(p.Stored)},
		}, err
	case anchor.Disclosed:
		var p disclosedPayload
		err := decode(o.Payload, &p)
		return []Field{{"disclosure", p.Disclosure}, {"at", at(p.At)}, {"actor", p.Actor}, {"purpose", p.Purpose}, {"of", p.Subject}}, err
	case anchor.ErasureRequested:
		var p requestedPayload
		err := decode(o.Payload, &p)
		return []Field{{"case", p.Case}, {"ground", p.Ground}, {"received", at(p.Received)}, {"filed by", p.Filed}}, err
	case anchor.ErasureDecided:
		var p decidedPayload
		err := decode(o.Payload, &p)
		fields := []Field{{"case", p.Case}, {"at", at(p.At)}, {"approved by", p.Approve}, {"executed by", p.Execute}}
		if p.Kept > 0 {
			fields = append(fields, Field{"kept", fmt.Sprintf("%d records, %s, %s, until %s", p.Kept, p.RetainGround, p.RetainLaw, at(p.RetainUntil))})
		}
		return fields, err
	case anchor.ErasureExecuted:
		var p executedPayload
		err := decode(o.Payload, &p)
		return []Field{
			{"case", p.Case}, {"completed", at(p.Completed)}, {"ledger entry", fmt.Sprint(p.Ledger)}, {"certificate", "sha256 " + hex.EncodeToString(p.Certificate)},
		}, err
	case anchor.KeyBound, anchor.GrantGiven, anchor.GrantWithdrawn, anchor.RegistryRoot:
		return describeConsent(o)
	case anchor.RestoreDenied:
		var p attestedPayload
		err := decode(o.Payload, &p)
		return []Field{{"at", at(p.At)}, {"attested by", strings.Join(p.Persons, ", ")}}, err
	}
	return nil, fmt.Errorf("an entry of an unknown type %q", string(o.Type))
}

// describeConsent reads what an entry about a binding, a grant or a tree hides.
func describeConsent(o anchor.Opening) ([]Field, error) {
	switch o.Type {
	case anchor.KeyBound:
		var p boundPayload
		err := decode(o.Payload, &p)
		fields := []Field{
			{"at", stamp(unix(p.At))}, {"handle", hex.EncodeToString(p.Handle)}, {"key held by", identity.Custody(p.Custody).String()},
			{"registrar", hex.EncodeToString(p.Registrar)},
		}
		if p.Recovered {
			fields = append(fields, Field{"recovery", "the key before was lost"})
		}
		return fields, err
	case anchor.GrantGiven:
		var p grantPayload
		err := decode(o.Payload, &p)
		return []Field{{"grant", fmt.Sprint(p.Index)}, {"given", stamp(unix(p.At))}, {"leaf", hex.EncodeToString(p.Leaf)}}, err
	case anchor.GrantWithdrawn:
		var p withdrawnPayload
		err := decode(o.Payload, &p)
		return []Field{{"grant", fmt.Sprint(p.Index)}, {"leaf", hex.EncodeToString(p.Leaf)}}, err
	default:
		var p rootPayload
		err := decode(o.Payload, &p)
		return []Field{
			{"tree", p.Kind}, {"version", fmt.Sprint(p.Version)}, {"root", hex.EncodeToString(p.Root)}, {"published", stamp(unix(p.At))},
		}, err
	}
}
