package vault

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"lethe/keys"
	"lethe/offchain"
)

// Threat 25: imports and reads of a patient while the patient is erased.
func TestThreat25WriteDuringErasure(t *testing.T) {
	s := newSite(t)
	other := s.take(person(2).bundle(1))
	done := s.take(person(1).bundle(1))
	open, err := s.Read(t.Context(), done.Bundle, reader)
	must(t, err)
	defer open.Close()
	var ids sync.Map // of everything that was stored for the patient
	ids.Store(done.Bundle, true)
	var busy sync.WaitGroup
	for w := range 4 {
		busy.Go(func() { writeUntilRefused(t, s.Service, done.Patient, w, &ids) })
		busy.Go(func() { readUntilRefused(t, s.Service, done.Bundle) })
	}
	busy.Go(func() {
		for err == nil {
			_, err = open.ReadAt(make([]byte, 64), 0)
		}
	})
	id := s.erase(request(done.Patient))
	busy.Wait()
	is(t, err, ErrErased)
	if s.certificate(id) == nil {
		t.Error("no certificate")
	}
	ids.Range(func(stored, _ any) bool {
		s.refuses(stored.(string), "erased")
		return true
	})
	s.gone(done.Patient)
	s.tidy()
	s.reads(other.Bundle, person(2).bundle(1))
}

// gone checks that no trace of an erased patient is left that something could be read from.
func (s *site) gone(patient string) {
	s.t.Helper()
	_, err := s.Records(s.t.Context(), patient)
	is(s.t, err, ErrErased)
	_, err = s.Import(s.t.Context(), Import{Open: opener([]byte("late")), Patient: patient, Type: "PDF"})
	is(s.t, err, ErrErased)
	for _, table := range []string{"objects", "records", "bundles", "identifiers", "imports"} {
		if n := s.text(`SELECT count(*) FROM `+table+` WHERE patient = ?`, patient); n != "0" {
			s.t.Errorf("%s rows in %s", n, table)
		}
	}
	same(s.t, "compartments with a wrapped key",
		s.texts(`SELECT name FROM compartments JOIN wrapped_keys ON compartment = id WHERE patient = ?`, patient), []string{"disclosures"})
}

func writeUntilRefused(t *testing.T, s *Service, patient string, worker int, ids *sync.Map) {
	for i := 0; ; i++ {
		content := fmt.Appendf(nil, `{"resourceType":"Observation","id":"w%d-%d"}`, worker, i)
		in := Import{Open: opener(content), Patient: patient}
		done, err := importUntilSettled(t.Context(), s, in)
		if errors.Is(err, ErrErasing) || errors.Is(err, ErrErased) {
			return
		}
		if err != nil || done.Patient != patient {
			t.Errorf("writer: %+v, %v", done, err)
			return
		}
		if records, err := s.Records(t.Context(), patient); err == nil {
			ids.Store(records[len(records)-1].ID, true)
		} else if !errors.Is(err, ErrErased) {
			t.Errorf("list: %v", err)
		}
	}
}

func readUntilRefused(t *testing.T, s *Service, id string) {
	for {
		_, err := get(t.Context(), s, id)
		if errors.Is(err, ErrErased) {
			return
		}
		if err != nil {
			t.Errorf("reader: %v", err)
			return
		}
	}
}

// Threat 25: a read that is overtaken by an erasure ends with ErrErased wherever both stand, and puts no key into the cache
// that stays there.
func TestThreat25ReadOvertakenByErasure(t *testing.T) {
	s := newSite(t)
	for _, point := range []state{stateTombstoned, stateUncached, stateDestroyed, stateObjectsGone, stateCertified} {
		for at := 0; overtake(t, s, at, point, request); at++ {
		}
	}
	billed := func(patient string) EraseRequest { return keeping(patient, "billing") } // after which the patient is read again
	for at := 0; overtake(t, s, at, stateCertified, billed); at++ {
	}
}

// overtake stops the reading of a record at one of its calls until an erasure has reached a state. It is false when there are
// not that many calls.
func overtake(t *testing.T, s *site, at int, point state, by func(patient string) EraseRequest) bool {
	p := person(len(s.texts(`SELECT id FROM patients`)))
	done := s.take(p.bundle(1))
	record := s.recordOf(done.Patient, "Observation")
	held, err := s.compartments(t.Context(), done.Patient)
	must(t, err)
	s.cache.DropAll()

	arrived, goOn, returned := make(chan string, 1), make(chan bool), make(chan error, 1)
	s.ports.watch(func(n int, call string) outcome {
		if n == at {
			arrived <- call
			<-goOn
		}
		return works
	})
	go func() {
		_, err := get(t.Context(), s.Service, record.ID)
		returned <- err
		close(arrived)
	}()
	call, reached := <-arrived
	noted := slices.Contains(s.ports.seen()[:at], "store.InTx") // before it was stopped
	if !reached {
		must(t, <-returned)
		return false
	}
	var overtaken error
	s.onStep = func(step string) {
		if step == "erase."+string(point) {
			close(goOn)
			overtaken = <-returned
		}
	}
	s.erase(by(done.Patient))
	s.onStep = nil
	if !errors.Is(overtaken, ErrErased) {
		t.Errorf("a read that came to its call %d (%s), and went on at %s: %v", at, call, point, overtaken)
	}
	left, err := s.compartments(t.Context(), done.Patient)
	must(t, err)
	s.uncached(slices.DeleteFunc(held, func(c offchain.Compartment) bool {
		return slices.ContainsFunc(left, func(l offchain.Compartment) bool { return l.ID == c.ID })
	}))
	atOnce := at > 0 && call != "store.InTx" // the content is opened while the disclosure is noted
	if log, err := s.AccessLog(t.Context(), done.Patient); err != nil || len(log) > 1 || (len(log) == 1) != noted && !(atOnce && len(log) == 1) {
		t.Errorf("a read that came to its call %d (%s): %d disclosures, %v", at, call, len(log), err)
	}
	return true
}

// uncached checks that no key of erased compartments comes out of the cache.
func (s *site) uncached(held []offchain.Compartment) {
	s.t.Helper()
	for _, c := range held {
		_, err := s.cache.Key(s.t.Context(), keys.Name(c.KeyName), c.Wrapped, s.associated(c))
		if c.Name != disclosuresCompartment && !errors.Is(err, keys.ErrNoKey) {
			s.t.Errorf("after the certificate the cache answers for the key of %s: %v", c.Name, err)
		}
	}
}

// Threat 25: an import that is overtaken stores nothing; when only a part of the patient was erased, it starts again and files
// its document under keys that live.
func TestThreat25ImportOvertakenByErasure(t *testing.T) {
	s := newSite(t)
	for _, point := range []string{"import.scanned", "import.announced", "import.keys-wrapped", "import.objects-written", "import.objects-committed"} {
		for how, want := range map[string]error{"approved": ErrErasing, "certified": ErrErased, "partly": nil} {
			p := person(len(s.texts(`SELECT id FROM patients`)))
			patient := s.take(p.bundle(1)).Patient
			once := sync.OnceFunc(func() { s.overtake(how, patient) })
			s.onStep = func(at string) {
				if at == point {
					once()
				}
			}
			_, err := s.Import(t.Context(), Import{Open: opener([]byte("late")), Patient: patient, Type: "PDF"})
			s.onStep = nil
			if !errors.Is(err, want) {
				t.Errorf("%s at %s: %v, want %v", how, point, err, want)
			}
			if how == "partly" {
				s.reads(s.recordOf(patient, "PDF").ID, []byte("late"))
			}
			s.tidy()
		}
	}
}

func (s *site) overtake(how, patient string) {
	s.t.Helper()
	switch how {
	case "approved":
		s.approve(request(patient))
	case "certified":
		s.erase(request(patient))
	case "partly":
		s.erase(keeping(patient, "billing"))
	}
}

// Threat 25: from the tombstone to the certificate the patient is neither read nor written, what is kept included; everybody
// else is.
func TestThreat25NeitherReadNorWrittenMeanwhile(t *testing.T) {
	for _, partial := range []bool{false, true} {
		s := newSite(t)
		other := s.take(person(100).bundle(1))
		v := s.victim(partial)
		claim, checked := v.claim(), 0
		begun := []state{stateApproved, stateRetained}
		over := []string{"erase.rows-deleted", "erase.index-scrubbed", "erase.certificate-written", "erase.certified"} // what is kept is open again
		s.onStep = func(at string) {
			if strings.HasPrefix(at, "import.") || slices.Contains(over, at) || slices.Contains(begun, state(s.state(v.caseID))) {
				return
			}
			checked++
			s.refuses(v.kept.ID, "erased")
			s.refuses(v.Bundle, "erased")
			_, err := s.Service.Records(t.Context(), v.Patient)
			is(t, err, ErrErased)
			_, err = s.Import(t.Context(), Import{Open: opener([]byte("late")), Patient: v.Patient, Type: "PDF"})
			is(t, err, ErrErasing)
			s.reads(other.Bundle, person(100).bundle(1))
		}
		must(t, s.execute(v.caseID))
		s.onStep = nil
		if checked < 8 {
			t.Errorf("checked at %d steps", checked)
		}
		v.wantErased(claim)
	}
}

// Threat 25: an open content answers ErrErased as soon as the tombstone stands, and gives no further byte.
func TestThreat25OpenContentEndsWithTheTombstone(t *testing.T) {
	s := newSite(t)
	for _, point := range []string{"tombstoned", "ledgered", "caches-dropped", "certified"} {
		p := person(len(s.texts(`SELECT id FROM patients`)))
		done := s.take(p.bundle(1))
		open, err := s.Read(t.Context(), done.Bundle, reader)
		must(t, err)
		whole, err := open.Range(0, -1)
		must(t, err)
		var got error
		s.onStep = func(at string) {
			if at == "erase."+point {
				_, got = io.ReadAll(whole)
			}
		}
		s.erase(request(done.Patient))
		s.onStep = nil
		if !errors.Is(got, ErrErased) {
			t.Errorf("read at %s: %v", point, got)
		}
		must(t, open.Close())
	}
}
