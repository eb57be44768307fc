package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"lethe/anchor"
	"lethe/offchain"
)

// receipt makes a receipt, and reads it as a stranger does.
func (s *site) receipt(id string) anchor.Receipt {
	s.t.Helper()
	r, err := s.Receipt(s.t.Context(), id, reader)
	must(s.t, err)
	file, err := r.Marshal()
	must(s.t, err)
	again, err := anchor.ParseReceipt(file)
	must(s.t, err)
	second, err := again.Marshal()
	if must(s.t, err); !bytes.Equal(file, second) {
		s.t.Fatal("read as another receipt")
	}
	return again
}

// facts are what the entries of a receipt hide, in words.
func facts(t *testing.T, r anchor.Receipt) (all []map[string]string) {
	t.Helper()
	for _, e := range r.Entries {
		fields, err := DescribeOpening(e.Opening)
		must(t, err)
		words := map[string]string{"": string(e.Type)}
		for _, f := range fields {
			words[f.Name] = f.Value
		}
		all = append(all, words)
	}
	return all
}

// wantFacts compares them with what is known otherwise.
func wantFacts(t *testing.T, r anchor.Receipt, want ...map[string]string) {
	t.Helper()
	if have := facts(t, r); !slices.EqualFunc(have, want, maps.Equal) {
		t.Errorf("the receipt says %v\nwant %v", have, want)
	}
}

const began = "2026-03-01T09:00:00Z" // by the clock of a site

// stored is what the entry of a record must say.
func stored(r RecordInfo, content []byte) map[string]string {
	sum := sha256.Sum256(content)
	return map[string]string{
		"": "record-stored", "record": r.ID, "type": r.Type, "sha256": hex.EncodeToString(sum[:]),
		"length": fmt.Sprint(len(content)), "stored": began,
	}
}

// A receipt opens the entries of a record, of a bundle's records, of a disclosure or of a case, and they say what is so.
func TestReceiptsSayWhatIsSo(t *testing.T) {
	s := newSite(t)
	v := s.patient(true)
	var all []map[string]string
	for _, r := range s.records(v.Patient) {
		content, err := s.get(r.ID)
		must(t, err)
		all = append(all, stored(r, content))
	}
	scan := s.file(v.Patient, "PDF", []byte("a scan"))
	s.logs()
	wantFacts(t, s.receipt(v.Bundle), all...)
	wantFacts(t, s.receipt(v.kept.ID), stored(v.kept, v.claim()))
	record := s.recordOf(v.Patient, "PDF")
	wantFacts(t, s.receipt(record.ID), stored(record, []byte("a scan")))
	if scan.Records != 1 || len(all) != 4 {
		t.Fatalf("%d records, %d", scan.Records, len(all))
	}
	s.logs()
	log, err := s.AccessLog(t.Context(), v.Patient)
	must(t, err)
	d := log[len(log)-1]
	wantFacts(t, s.receipt(d.ID), map[string]string{
		"": "disclosure", "disclosure": d.ID, "at": began, "actor": "ward 3", "purpose": "TREAT", "of": record.ID,
	})
	v.approve()
	must(t, s.execute(v.caseID))
	s.logs()
	first := sha256.Sum256(s.certificate(v.caseID))
	wantFacts(t, s.receipt(v.caseID),
		map[string]string{"": "erasure-requested", "case": v.caseID, "ground": "17.1.b", "received": began, "filed by": "privacy desk"},
		map[string]string{
			"": "erasure-decided", "case": v.caseID, "at": began, "approved by": "data protection officer",
			"executed by": "records officer", "kept": "1 records, 17.3.b, tax code 12, until 2036-01-01T00:00:00Z",
		},
		map[string]string{
			"": "erasure-executed", "case": v.caseID, "completed": began, "ledger entry": "1",
			"certificate": "sha256 " + hex.EncodeToString(first[:]),
		})
}

// Every kind of entry reads; what is none, or was cut, does not.
func TestDescribeOpeningRefusesWhatItDoesNotKnow(t *testing.T) {
	payload := encode(storedPayload{Format: formatVersion})
	for _, o := range []anchor.Opening{
		{}, {Type: "registry-root", Payload: payload}, {Type: anchor.RecordStored},
		{Type: anchor.RecordStored, Payload: payload[:len(payload)-1]},
		{Type: anchor.Disclosed, Payload: payload[1:]}, {Type: anchor.RestoreDenied, Payload: payload},
		{Type: anchor.RecordStored, Payload: append(slices.Clone(payload), 0)},
	} {
		if fields, err := DescribeOpening(o); err == nil {
			t.Errorf("%s %x reads as %v", o.Type, o.Payload, fields)
		}
	}
}

// A receipt proves its entries in the first confirmed checkpoint that has them all, else in the newest that was shown.
func TestReceiptsNameTheFirstConfirmedCheckpoint(t *testing.T) {
	s := newSite(t)
	var ids []string
	var sizes []uint64
	for n := range 3 {
		ids = append(ids, s.take(person(n).bundle(1)).Bundle)
		_, err := s.Receipt(t.Context(), ids[n], reader)
		is(t, err, ErrNotLogged)
		s.logs()
		if r := s.receipt(ids[n]); r.Anchor != nil || r.Entries[0].Checkpoint.Size != s.tlog.Shown().Size {
			t.Fatalf("%+v in %v", r.Anchor, r.Entries[0].Checkpoint)
		}
		s.anchors()
		sizes = append(sizes, s.tlog.Shown().Size)
	}
	s.take(person(9).bundle(1))
	s.logs() // newer than what is confirmed
	for n, id := range ids {
		r := s.receipt(id)
		if r.Anchor == nil || r.Anchor.Size != sizes[n] || r.Entries[0].Checkpoint.Size != sizes[n] {
			t.Fatalf("receipt %d: %+v, want size %d", n, r.Anchor, sizes[n])
		}
		must(t, r.CheckAnchor(t.Context(), s.cfg.Network, s.chain))
	}
	s.chain.reorg()
	must(t, s.Anchor(t.Context(), false)) // the last is taken back
	if r := s.receipt(ids[2]); r.Anchor != nil {
		t.Errorf("no longer confirmed: %+v", r.Anchor)
	}
}

// An entry that stands in the log and in no checkpoint that was shown has no receipt.
func TestNoReceiptBeforeACheckpointIsShown(t *testing.T) {
	s := newSite(t)
	done := s.take(person(1).bundle(1))
	s.ports.watch(func(_ int, call string) outcome { return map[bool]outcome{true: fails}[call == "log.Publish"] })
	if err := s.SequenceLog(t.Context(), offchain.SequenceLog{}); !errors.Is(err, errFault) || len(s.logged()) != 4 {
		t.Fatalf("%v, %d entries", err, len(s.logged()))
	}
	s.ports.seen()
	_, err := s.Receipt(t.Context(), done.Bundle, reader)
	is(t, err, ErrNotLogged)
	s.logs()
	s.receipt(done.Bundle)
}

// Giving out a receipt of records is a disclosure; of a disclosure or a case it is none.
func TestReceiptsOfRecordsAreDisclosures(t *testing.T) {
	s := newSite(t)
	v := s.victim(false)
	s.logs()
	before, err := s.AccessLog(t.Context(), v.Patient)
	must(t, err)
	auditor := Access{Actor: "auditor", Purpose: "HOPERAT"}
	for _, id := range []string{v.kept.ID, v.Bundle, v.caseID, before[0].ID} {
		_, err := s.Receipt(t.Context(), id, auditor)
		must(t, err)
	}
	after, err := s.AccessLog(t.Context(), v.Patient)
	must(t, err)
	if len(after) != len(before)+2 {
		t.Fatalf("%d disclosures became %d", len(before), len(after))
	}
	for i, id := range []string{v.kept.ID, v.Bundle} {
		if d := after[len(before)+i]; d.Record != id || d.Actor != "auditor" || d.Purpose != "HOPERAT" {
			t.Errorf("noted as %+v", d)
		}
	}
	s.ports.watch(func(_ int, call string) outcome { return map[bool]outcome{true: fails}[call == "store.InTx"] })
	_, err = s.Receipt(t.Context(), v.Bundle, auditor) // who cannot note it does not give it out
	s.ports.seen()
	is(t, err, errFault)
	for _, id := range []string{"", "nobody", v.Patient} {
		_, err := s.Receipt(t.Context(), id, auditor)
		is(t, err, ErrNotFound)
	}
}

// After an erasure what it destroyed has no receipt. Those of its case and of disclosures remain, and so does that of what is
// kept, by the entry that it always had.
func TestReceiptsAfterAnErasure(t *testing.T) {
	for _, partial := range []bool{false, true} {
		s := newSite(t)
		v := s.patient(partial)
		s.logs()
		gone, kept := s.recordOf(v.Patient, "Condition").ID, s.receipt(v.kept.ID).Entries[0]
		v.approve()
		s.receiptsDuring(v)
		must(t, s.execute(v.caseID))
		s.logs()
		for _, id := range []string{v.Bundle, gone} {
			_, err := s.Receipt(t.Context(), id, reader)
			is(t, err, ErrErased)
		}
		if n := len(s.receipt(v.caseID).Entries); n != 3 {
			t.Errorf("%d entries of the case", n)
		}
		s.receipt(s.texts(`SELECT id FROM disclosures`)[0])
		if !partial {
			_, err := s.Receipt(t.Context(), v.kept.ID, reader)
			is(t, err, ErrErased)
			continue
		}
		now := s.receipt(v.kept.ID).Entries[0]
		if now.Entry() != kept.Entry() || now.Index != kept.Index || !bytes.Equal(now.Payload, kept.Payload) {
			t.Errorf("what is kept is entry %d now, and was %d", now.Index, kept.Index)
		}
		s.stop()
		s.start()
		s.receipt(v.kept.ID)
	}
}

// receiptsDuring checks that receipts of the victim's records end with the tombstone.
func (s *site) receiptsDuring(v *victim) {
	checked := 0
	s.onStep = func(at string) {
		switch at {
		case "erase." + string(stateTombstoned), "erase." + string(stateLedgered), "erase." + string(stateDestroyed):
			_, err := s.Receipt(s.t.Context(), v.Bundle, reader)
			is(s.t, err, ErrErased)
			checked++
		case "erase." + string(stateCertified):
			s.onStep = nil
			if checked != 3 {
				s.t.Errorf("checked at %d steps", checked)
			}
		}
	}
}

// Threat 12: whoever knows everything but the salt, and tries, finds no entry; nor does a record of the same bytes show one.
func TestThreat12GuessedOpeningsFindNoEntry(t *testing.T) {
	s := newSite(t)
	var records []RecordInfo
	for n := range 2 { // twice the same bytes
		patient := s.take(person(n).bundle(1)).Patient
		s.file(patient, "PDF", []byte("HIV: negative"))
		records = append(records, s.records(patient)...)
	}
	s.logs()
	known, salts := map[string]bool{}, map[anchor.Hash]bool{}
	for _, e := range s.logged() {
		known[e] = true
	}
	for _, r := range records {
		o := s.receipt(r.ID).Entries[0].Opening
		if !known[entryOf(o)] || salts[o.Salt] || o.Salt == (anchor.Hash{}) {
			t.Fatalf("salt %x of record %s: the test proves nothing, or it is not its own", o.Salt, r.ID)
		}
		salts[o.Salt] = true
		for _, e := range guesses(o) {
			if known[e] {
				t.Fatalf("the entry of record %s was guessed", r.ID)
			}
		}
	}
	if len(salts) != 10 || len(known) != 10 {
		t.Fatalf("%d salts, %d entries", len(salts), len(known))
	}
}

// guesses are entries of a payload by salts that somebody might try, and hashes without a salt.
func guesses(o anchor.Opening) (all []string) {
	salt := o.Salt
	for i := range uint64(5000) {
		o.Salt = anchor.Hash{}
		binary.BigEndian.PutUint64(o.Salt[24:], i) // 0 among them
		all = append(all, entryOf(o))
		o.Salt = sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))
		all = append(all, entryOf(o))
	}
	for bit := range 8 * anchor.HashSize { // all but one bit of the salt
		o.Salt = salt
		o.Salt[bit/8] ^= 1 << (bit % 8)
		all = append(all, entryOf(o))
	}
	for _, plain := range [][]byte{o.Payload, []byte("HIV: negative"), append([]byte("lethe/v1/record-stored\x00"), o.Payload...)} {
		sum := sha256.Sum256(plain)
		all = append(all, hex.EncodeToString(sum[:]))
	}
	return all
}

// Threat 27: a row of the index that was altered gives no receipt.
func TestThreat27AlteredRowsGiveNoReceipt(t *testing.T) {
	s := newSite(t)
	patient := s.take(person(1).bundle(1)).Patient
	s.take(person(2).bundle(1))
	s.anchors()
	record, other := s.recordOf(patient, "Claim").ID, s.recordOf(patient, "Condition").ID
	s.receipt(record)
	const bad = "tampered"
	for name, c := range map[string]struct {
		alter, code string
	}{
		"another position": {`UPDATE log_entries SET position = position + 1 WHERE subject = ?1`, ""},
		"the position of another": {`UPDATE log_entries SET position =
			(SELECT position FROM log_entries WHERE subject = ?2) WHERE subject = ?1`, ""},
		"a position beyond": {`UPDATE log_entries SET position = 1000 WHERE subject = ?1`, "not-logged"},
		"no position":       {`UPDATE log_entries SET position = NULL WHERE subject = ?1`, "not-logged"},
		"another entry":     {`UPDATE log_entries SET entry = zeroblob(32) WHERE subject = ?1`, "not-logged"},
		"the entry of another": {`UPDATE log_entries SET subject = CASE subject WHEN ?1 THEN ?2 ELSE ?1 END
			WHERE subject IN (?1, ?2)`, "not-logged"},
		"no entry":                 {`DELETE FROM log_entries WHERE subject = ?1`, "not-logged"},
		"another range":            {`UPDATE records SET start = start + 1 WHERE id = ?1`, bad},
		"another length":           {`UPDATE records SET length = length - 1 WHERE id = ?1`, bad},
		"the object of another":    {`UPDATE records SET object = (SELECT object FROM records WHERE id = ?2) WHERE id = ?1`, bad},
		"another description":      {`UPDATE records SET sealed = (SELECT sealed FROM records WHERE id = ?2) WHERE id = ?1`, bad},
		"a checkpoint of its own":  {`UPDATE chain_attempts SET root = zeroblob(32) WHERE ?1 <> ?2`, ""},
		"a size that is not shown": {`UPDATE chain_attempts SET size = size + 1 WHERE ?1 <> ?2`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			was := t.TempDir()
			s.stop()
			s.copyTo(was)
			s.start()
			s.alter(c.alter, record, other)
			r, err := s.Receipt(t.Context(), record, reader)
			if err == nil || (c.code != "" && Code(err) != c.code) {
				_, unproven := r.Marshal()
				t.Errorf("%v, and as a file: %v", err, unproven)
			}
			s.stop()
			s.putBack(was, everything...)
			s.start()
			s.receipt(record)
		})
	}
}
