package vault

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lethe/vault/certificate"
)

// content reads all records of a patient, by id.
func (s *site) content(patient string) map[string][]byte {
	s.t.Helper()
	all := map[string][]byte{}
	for _, r := range s.records(patient) {
		data, err := s.get(r.ID)
		must(s.t, err)
		all[r.ID] = data
	}
	return all
}

// Threat 49: what the law keeps reads afterwards, under its old ids; identity stays for it; the rest is erased.
func TestThreat49KeptPartsReadAfterwards(t *testing.T) {
	s := newSite(t)
	for name, items := range map[string]func(patient string) []string{
		"a compartment":  func(string) []string { return []string{"billing"} },
		"a record":       func(p string) []string { return []string{s.recordOf(p, "Condition").ID} },
		"both":           func(p string) []string { return []string{"billing", s.recordOf(p, "Condition").ID} },
		"care":           func(string) []string { return []string{"care"} },
		"all but nobody": func(string) []string { return []string{"care", "billing"} },
	} {
		t.Run(name, func(t *testing.T) {
			p := person(len(s.texts(`SELECT id FROM patients`)))
			done := s.take(p.bundle(1))
			before, listed, keep := s.content(done.Patient), s.records(done.Patient), items(done.Patient)
			id := s.erase(keeping(done.Patient, keep...))
			kept := 0
			for _, r := range listed {
				switch {
				case r.Compartment == "identity":
					s.reads(r.ID, before[r.ID])
				case slices.Contains(keep, r.Compartment) || slices.Contains(keep, r.ID):
					s.reads(r.ID, before[r.ID])
					kept++
				default:
					s.refuses(r.ID, "erased")
				}
			}
			s.refuses(done.Bundle, "erased")
			c, _, err := certificate.Verify(s.certificate(id))
			must(t, err)
			i := slices.IndexFunc(c.Refused, func(r certificate.Refused) bool { return r.Compartment == "retained" })
			if i < 0 || c.Refused[i].Records != kept || c.Refused[i].Law != "tax code 12" || c.Refused[i].Until != "2036-01-01T00:00:00Z" {
				t.Errorf("kept %d, the certificate says %+v", kept, c.Refused)
			}
			s.stillLives(done.Patient, p)
			s.tidy()
		})
	}
}

// stillLives checks that a patient of whom something was kept is found, written to, and accounted for.
func (s *site) stillLives(patient string, p person) {
	s.t.Helper()
	again := s.take(p.bundle(2))
	if again.Patient != patient || again.NewPatient {
		s.t.Errorf("the next bundle went to %+v", again)
	}
	s.reads(again.Bundle, p.bundle(2))
	log, err := s.AccessLog(s.t.Context(), patient)
	must(s.t, err)
	if len(log) < 5 {
		s.t.Errorf("%d disclosures", len(log))
	}
}

func TestThreat49WhatCannotBeKeptIsRefusedAtApproval(t *testing.T) {
	s := newSite(t)
	patient, other := s.take(person(1).bundle(1)).Patient, s.take(person(2).bundle(1)).Patient
	long := make([]byte, maxText+1)
	for name, change := range map[string]func(*EraseRequest){
		"identity":             func(r *EraseRequest) { r.Retain.Items = []string{"identity"} },
		"an identity record":   func(r *EraseRequest) { r.Retain.Items = []string{s.recordOf(patient, "Patient").ID} },
		"unknown compartment":  func(r *EraseRequest) { r.Retain.Items = []string{"billing", "trial-7"} },
		"record of another":    func(r *EraseRequest) { r.Retain.Items = []string{s.recordOf(other, "Claim").ID} },
		"nothing":              func(r *EraseRequest) { r.Retain.Items = nil },
		"no law":               func(r *EraseRequest) { r.Retain.Law = "" },
		"a ground for erasure": func(r *EraseRequest) { r.Retain.Ground = "17.1.a" },
		"for ever":             func(r *EraseRequest) { r.Retain.Until = time.Time{} },
		"reviewed too late":    func(r *EraseRequest) { r.Retain.Review = r.Retain.Until.Add(1) },
		"no ground":            func(r *EraseRequest) { r.Ground = "17.3.b" },
		"nobody filed":         func(r *EraseRequest) { r.Filed = "" },
		"nobody executes":      func(r *EraseRequest) { r.Execute = "" },
		"a name of two lines":  func(r *EraseRequest) { r.Approve = "a\nb" },
		"a name that hides":    func(r *EraseRequest) { r.Filed = "a\u202eb" },
		"a law that is long":   func(r *EraseRequest) { r.Retain.Law = string(long) },
	} {
		r := keeping(patient, "billing")
		change(&r)
		_, err := s.Approve(t.Context(), r)
		if _, preview := s.Preview(t.Context(), r); Code(err) != "invalid-request" || Code(preview) != "invalid-request" {
			t.Errorf("%s: approve %v, preview %v", name, err, preview)
		}
	}
	if cases := s.texts(`SELECT id FROM cases`); len(cases) > 0 {
		t.Errorf("%d cases were opened", len(cases))
	}
	s.tidy()
}

// copyOf is where the case's copy and its manifest are.
func (v *victim) copyOf() (copied, manifest string) {
	v.t.Helper()
	_, key, file, err := v.openCase(v.t.Context(), v.caseID)
	must(v.t, err)
	key.Zero()
	at := func(objectKey string) string { return filepath.Join(v.folder(objectsDir), objectKey) }
	return at(v.text(`SELECT key FROM objects WHERE id = ?`, file.Retained.Object)), at(file.Retained.Manifest)
}

// Threat 49: a copy that does not read stops the erasure before anything is hidden or destroyed.
func TestThreat49DamagedCopyStopsTheErasure(t *testing.T) {
	for name, pick := range map[string]func(*victim) string{
		"copy":     func(v *victim) string { c, _ := v.copyOf(); return c },
		"manifest": func(v *victim) string { _, m := v.copyOf(); return m },
	} {
		for how, damage := range map[string]func([]byte) []byte{
			"a bit flipped": func(d []byte) []byte { d[len(d)/2] ^= 4; return d },
			"cut":           func(d []byte) []byte { return d[:len(d)-1] },
			"empty":         func([]byte) []byte { return nil },
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				v := newSite(t).victim(true)
				claim, keys, objects := v.claim(), v.keyFiles(), v.objectKeys()
				var file string
				var was []byte
				v.onStep = func(at string) {
					if at == "erase."+string(stateRetained) {
						file = pick(v)
						data, err := os.ReadFile(file)
						must(t, err)
						was = slices.Clone(data)
						must(t, os.WriteFile(file, damage(data), 0o600))
					}
				}
				if err := v.execute(v.caseID); err == nil || v.state(v.caseID) != string(stateRetained) {
					t.Fatalf("%v, the case is %s", err, v.state(v.caseID))
				}
				v.intact(keys, objects)
				must(t, os.WriteFile(file, was, 0o600))
				must(t, v.execute(v.caseID))
				v.wantErased(claim)
			})
		}
	}
}

// intact checks that everything reads, and that no key and no object is missing.
func (v *victim) intact(keys, objects []string) {
	v.t.Helper()
	v.reads(v.Bundle, v.person.bundle(1))
	for _, k := range keys {
		if !slices.Contains(v.keyFiles(), k) {
			v.t.Error("a key is gone")
		}
	}
	for _, o := range objects {
		if !slices.Contains(v.objectKeys(), o) {
			v.t.Error("an object is gone")
		}
	}
	if v.certificate(v.caseID) != nil {
		v.t.Error("a certificate")
	}
}

// Threat 49: an original that does not read cannot be copied, and is not destroyed either.
func TestThreat49DamagedOriginalStopsTheErasure(t *testing.T) {
	v := newSite(t).victim(true)
	claim, keys, objects := v.claim(), v.keyFiles(), v.objectKeys()
	repair := v.spoil(`SELECT o.key FROM objects o JOIN compartments c ON c.id = o.compartment WHERE o.patient = ? AND c.name = 'billing'`)
	if err := v.execute(v.caseID); Code(err) != "tampered" || v.state(v.caseID) != string(stateApproved) {
		t.Fatalf("%v, the case is %s", err, v.state(v.caseID))
	}
	repair()
	v.intact(keys, objects)
	v.tidy()
	must(t, v.execute(v.caseID))
	v.wantErased(claim)
}

// Threats 8 and 49: the manifest of another case, in itself good, in the place of this one's.
func TestThreat08ManifestOfAnotherCase(t *testing.T) {
	s := newSite(t)
	other := s.victim(true)
	stop := func(v *victim, then func()) {
		s.onStep = func(at string) {
			if at == "erase."+string(stateRetained) {
				then()
			}
		}
		if err := s.execute(v.caseID); err == nil {
			t.Error("the erasure went on")
		}
		s.onStep = nil
		s.ports.seen()
	}
	stop(other, func() { s.ports.watch(func(int, string) outcome { return fails }) })
	_, foreign := other.copyOf()
	theirs, err := os.ReadFile(foreign)
	must(t, err)

	v := s.victim(true)
	claim, keys, objects := v.claim(), v.keyFiles(), v.objectKeys()
	var own []byte
	stop(v, func() {
		_, manifest := v.copyOf()
		own, err = os.ReadFile(manifest)
		must(t, err)
		must(t, os.WriteFile(manifest, theirs, 0o600))
	})
	if s.state(v.caseID) != string(stateRetained) {
		t.Fatalf("the case is %s", s.state(v.caseID))
	}
	v.intact(keys, objects)
	_, manifest := v.copyOf()
	must(t, os.WriteFile(manifest, own, 0o600))
	must(t, s.execute(v.caseID))
	v.wantErased(claim)
}

// A complete erasure that follows leaves what an earlier decision keeps, and identity with it, and erases what has come since.
func TestThreat49LaterErasureLeavesWhatIsKept(t *testing.T) {
	s := newSite(t)
	done := s.take(person(1).bundle(1))
	claim := s.recordOf(done.Patient, "Claim").ID
	want, err := s.get(claim)
	must(t, err)
	s.erase(keeping(done.Patient, "billing"))
	later := s.take(person(1).bundle(2))
	if later.Patient != done.Patient {
		t.Fatalf("%+v", later)
	}
	s.erase(request(done.Patient))
	s.refuses(later.Bundle, "erased")
	s.reads(claim, want)
	same(t, "compartments", s.texts(`SELECT name FROM compartments WHERE patient = ?`, done.Patient), []string{"disclosures", "identity", "retained"})
	s.tidy()
}

// A second decision keeps into the same compartment, and both copies are found again by an index that knows neither.
func TestThreat49SecondDecisionKeepsAsWell(t *testing.T) {
	s := newSite(t)
	done, older := s.take(person(1).bundle(1)), t.TempDir()
	first := s.recordOf(done.Patient, "Claim").ID
	s.copyTo(older)
	s.erase(keeping(done.Patient, "billing"))
	s.take(person(1).bundle(2))
	second := s.recordOf(done.Patient, "Observation").ID
	want := s.content(done.Patient)
	s.erase(keeping(done.Patient, second))
	s.stop()
	s.putBack(older, indexDir)
	s.start()
	s.reads(first, want[first])
	s.reads(second, want[second])
	s.refuses(done.Bundle, "erased")
}

// Evidence of who read what outlives the erasure of what was read.
func TestAccessLogOutlivesTheErasure(t *testing.T) {
	s := newSite(t)
	done := s.take(person(1).bundle(1))
	record := s.recordOf(done.Patient, "Condition").ID
	for _, who := range []Access{{Actor: "ward 3", Purpose: "TREAT"}, {Actor: "auditor", Purpose: "HOPERAT"}} {
		c, err := s.Read(t.Context(), record, who)
		must(t, err)
		must(t, c.Close())
		s.clock.move(time.Hour)
	}
	before, err := s.AccessLog(t.Context(), done.Patient)
	must(t, err)
	s.erase(request(done.Patient))
	s.refuses(record, "erased") // and is no disclosure
	after, err := s.AccessLog(t.Context(), done.Patient)
	must(t, err)
	if len(before) != 2 || !slices.Equal(before, after) || after[1].Actor != "auditor" || after[1].At.Sub(after[0].At) != time.Hour {
		t.Errorf("%+v became %+v", before, after)
	}
	_, err = s.AccessLog(t.Context(), "nobody")
	is(t, err, ErrNotFound)
}
