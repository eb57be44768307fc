package vault

import (
	"context"
	"errors"
	"io"
	"testing"
)

// Whatever store fails at whatever call of an import, before or after the call took effect: nothing is left behind, and the
// same import succeeds afterwards.
func TestImportUndoesItselfAtEveryFault(t *testing.T) {
	for name, known := range map[string]bool{"new patient": false, "known patient": true} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			tried := map[string]int{}
			for how, next := works+1, 0; how <= answerLost; how++ {
				for at, reached := 0, true; reached; at, next = at+1, next+1 {
					var call string
					if call, reached = importWithFault(s, person(next), known, at, how); call != "" {
						tried[call]++
					}
				}
			}
			t.Log(tried)
			for _, call := range []string{"store.View", "store.InTx", "objects.Create", "objects.Write", "objects.Commit"} {
				if tried[call] == 0 {
					t.Errorf("%s was never broken", call)
				}
			}
		})
	}
}

// importWithFault imports a bundle with one call broken, and names it. reached is false when the import is over before it.
func importWithFault(s *site, p person, known bool, at int, how outcome) (call string, reached bool) {
	s.t.Helper()
	before := 0
	if known {
		before = s.take(p.bundle(0)).Records
	}
	s.cache.DropAll()
	in := Import{Open: opener(p.bundle(1))}
	s.ports.watch(only(at, how))
	done, err := s.Import(s.t.Context(), in)
	calls := s.ports.seen()
	if at >= len(calls) || (how == answerLost && !changes(calls[at])) {
		must(s.t, err)
		return "", at < len(calls)
	}
	call = calls[at]
	if err == nil || Code(err) != "internal-error" {
		s.t.Fatalf("%s (call %d, outcome %d) broken: %+v, %v", call, at, how, done, err)
	}
	s.tidy()
	patients := len(s.texts(`SELECT id FROM patients`))
	again, err := s.Import(s.t.Context(), in)
	must(s.t, err)
	if answered := call == "store.InTx" && how == answerLost; again.Skipped && !answered {
		s.t.Fatalf("%s (call %d) broken: the import counts as done", call, at)
	}
	if n := len(s.records(again.Patient)); n != before+4 {
		s.t.Fatalf("%s (call %d) broken: %d records afterwards", call, at, n)
	}
	if now := len(s.texts(`SELECT id FROM patients`)); now > patients+1 {
		s.t.Fatalf("%s (call %d) broken: %d patients became %d", call, at, patients, now)
	}
	return call, true
}

// When everything is down from some call on, cleaning up fails as well: then the next start does it.
func TestImportIsCleanedUpByTheNextStartWhenAllStoresGoDown(t *testing.T) {
	s := newSite(t)
	for at, reached := 0, true; reached; at++ {
		s.ports.watch(func(n int, _ string) outcome {
			if n >= at {
				return fails
			}
			return works
		})
		_, err := s.Import(t.Context(), Import{Open: opener(person(at).bundle(1))})
		reached = at < len(s.ports.seen())
		if (err != nil) != reached {
			t.Fatalf("down from call %d on: %v", at, err)
		}
		s.stop()
		s.start()
		s.tidy()
		if done := s.take(person(at).bundle(1)); done.Skipped == reached {
			t.Fatalf("down from call %d on, then tried again: %+v", at, done)
		}
	}
}

// cancelling ends a context while it is read, and never ends itself.
type cancelling struct {
	endless
	cancel context.CancelFunc
	read   int
}

func (c *cancelling) Read(p []byte) (int, error) {
	c.cancel()
	n, err := c.endless.Read(p)
	c.read += n
	return n, err
}

func TestImportOfAnEndlessFileEndsWhenCancelled(t *testing.T) {
	s := newSite(t)
	patient := s.take(person(1).bundle(1)).Patient
	for _, kind := range []string{"", "DICOM"} {
		ctx, cancel := context.WithCancel(t.Context())
		in := &cancelling{endless: endless{document: []byte("{ ")}, cancel: cancel}
		_, err := s.Import(ctx, Import{Open: func() (io.ReadCloser, error) { return io.NopCloser(in), nil }, Patient: patient, Type: kind})
		if !errors.Is(err, context.Canceled) || in.read > 1<<20 {
			t.Errorf("%d bytes of %q read: %v", in.read, kind, err)
		}
	}
	s.tidy()
}

func TestImportThatIsCancelledLeavesNothing(t *testing.T) {
	s := newSite(t)
	points := map[string]bool{}
	for at := 0; ; at++ {
		ctx, cancel := context.WithCancel(t.Context())
		n, last := 0, ""
		s.onStep = func(point string) {
			if n++; n == at+1 {
				last = point
				cancel()
			}
		}
		_, err := s.Import(ctx, Import{Open: opener(person(at).bundle(1))})
		s.onStep = nil
		cancel()
		if last == "" {
			break
		}
		points[last] = true
		if last != "import.committed" {
			is(t, err, context.Canceled)
		}
		s.tidy()
		if done := s.take(person(at).bundle(1)); done.Skipped != (last == "import.committed") {
			t.Fatalf("cancelled at %s, then tried again: %+v", last, done)
		}
	}
	if len(points) < 9 {
		t.Errorf("cancelled at %v only", points)
	}
}
