package ceremony

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"
	"golang.org/x/mod/sumdb/note"

	"lethe/circuits"
)

// done is a whole ceremony, run once: the files that it left, and what its parties hold.
type done struct {
	*rehearsal
	statement circuits.Statement
	files     map[string][]byte
	err       error
}

const testRounds = 20 // 21 constraints, domain 2^5

var whole = sync.OnceValue(func() (d done) {
	dir, err := os.MkdirTemp("", "ceremony")
	if err != nil {
		return done{err: err}
	}
	defer os.RemoveAll(dir)
	d.statement = squaringStatement(testRounds)
	d.rehearsal = newRehearsal(dir)
	if _, d.err = d.run(context.Background()); d.err != nil {
		return d
	}
	if d.err = os.RemoveAll(filepath.Join(dir, KeysFolder)); d.err != nil { // marked insecure
		return d
	}
	d.files = map[string][]byte{}
	d.err = filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		d.files[strings.TrimPrefix(name, dir+"/")] = data
		return err
	})
	return d
})

// newRehearsal is one of a small statement, at a time that is always the same.
func newRehearsal(dir string) *rehearsal {
	r := &rehearsal{clock: time.Unix(1_900_000_000, 0).UTC(), done: func(Step) {}}
	now := func() time.Time { return r.clock }
	r.config = Config{Dir: dir, Statements: []circuits.Statement{squaringStatement(testRounds)}, Now: now}
	return r
}

// held is a copy of the whole ceremony, in which a test may change files.
type held struct {
	t   *testing.T
	dir string
	done
}

func newHeld(t *testing.T) *held {
	t.Helper()
	h := &held{t: t, dir: t.TempDir(), done: whole()}
	if h.err != nil {
		t.Fatal(h.err)
	}
	for name, data := range h.files {
		h.write(name, data)
	}
	return h
}

func (h *held) write(name string, data []byte) {
	h.t.Helper()
	name = filepath.Join(h.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, data, 0o600)); err != nil {
		h.t.Fatal(err)
	}
}

func (h *held) remove(names ...string) {
	h.t.Helper()
	for _, n := range names {
		if err := os.Remove(filepath.Join(h.dir, n)); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *held) rename(from, to string) {
	h.t.Helper()
	if err := os.Rename(filepath.Join(h.dir, from), filepath.Join(h.dir, to)); err != nil {
		h.t.Fatal(err)
	}
}

func (h *held) read(name string) []byte {
	h.t.Helper()
	data, err := os.ReadFile(filepath.Join(h.dir, name))
	if err != nil {
		h.t.Fatal(err)
	}
	return data
}

// open opens the copy, at a time.
func (h *held) open(at time.Time) *Transcript {
	h.t.Helper()
	t, err := Open(Config{Dir: h.dir, Statements: []circuits.Statement{h.statement}, Now: func() time.Time { return at }})
	if err != nil {
		h.t.Fatal(err)
	}
	return t
}

// verify opens and verifies the copy.
func (h *held) verify() error {
	t, err := Open(Config{Dir: h.dir, Statements: []circuits.Statement{h.statement}})
	if err == nil {
		_, err = t.Verify(h.t.Context())
	}
	return err
}

// resign signs a contribution's note again, after a change, by one of the signers.
func (h *held) resign(phase, number, by int, change func(*Record)) {
	h.t.Helper()
	t := h.open(h.clock)
	name := base(number, t.File.Contributors[number-1].Name)
	r, err := t.record(phase, number, t.File.Contributors[number-1].Name)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Contribution = hashOf(h.read(filepath.Join(phaseDir(phase), name+contributionEnd)))
	change(&r)
	signed, err := r.sign(h.signers[by])
	if err != nil {
		h.t.Fatal(err)
	}
	h.write(filepath.Join(phaseDir(phase), name+noteEnd), signed)
}

func phaseDir(phase int) string { return map[int]string{1: "phase1", 2: "phase2"}[phase] }

func wantRefusal(t *testing.T, err error, want Refusal, says string) {
	t.Helper()
	if !errors.Is(err, want) || !strings.Contains(err.Error(), says) {
		t.Errorf("got error %v; want %q saying %q", err, want, says)
	}
}

// From its contributions to a proof: the sealed keys load by their pin, and sealing and verifying come to the same again.
func TestCeremony(t *testing.T) {
	h := newHeld(t)
	if err := h.verify(); err != nil {
		t.Fatal(err)
	}
	tr := h.open(h.clock)
	sealed, err := tr.Seal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	k, err := circuits.Load(filepath.Join(h.dir, KeysFolder), h.statement, sealed.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	if k.Manifest.Setup != circuits.Ceremony || k.Manifest.Insecure {
		t.Errorf("the keys say that they are of a %s", k.Manifest.Setup)
	}
	p, err := circuits.NewProver(k).Prove(t.Context(), square(testRounds, 3))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Verifier().Verify(p); err != nil {
		t.Error(err)
	}
	again, err := tr.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again.Manifest != sealed.Manifest || len(again.Phase1) != 3 || len(again.Phase2) != 3 {
		t.Errorf("verified: %+v", again)
	}
	if twice, err := tr.Seal(t.Context()); err != nil || twice.Manifest != sealed.Manifest {
		t.Errorf("sealed again: %v, %v", twice, err)
	}
}

// gnark's own verifiers take every contribution, and come to the same verifying key.
func TestGnarkAgrees(t *testing.T) {
	h := newHeld(t)
	tr := h.open(h.clock)
	var first []*mpc.Phase1
	var second []*mpc.Phase2
	for i, c := range tr.File.Contributors {
		p1, p2 := new(mpc.Phase1), new(mpc.Phase2)
		if _, err := p1.ReadFrom(bytes.NewReader(h.read("phase1/" + base(i+1, c.Name) + contributionEnd))); err != nil {
			t.Fatal(err)
		}
		if _, err := p2.ReadFrom(bytes.NewReader(h.read("phase2/" + base(i+1, c.Name) + contributionEnd))); err != nil {
			t.Fatal(err)
		}
		first, second = append(first, p1), append(second, p2)
	}
	var random [3][]byte
	for phase := 1; phase <= 2; phase++ {
		var err error
		if random[phase], err = tr.randomness(phase); err != nil {
			t.Fatal(err)
		}
	}
	srs, err := mpc.VerifyPhase1(1<<tr.File.Domain, random[1], first...)
	if err != nil {
		t.Fatal(err)
	}
	_, vk, err := mpc.VerifyPhase2(tr.Circuit.R1CS(), &srs, random[2], second...)
	if err != nil {
		t.Fatal(err)
	}
	report, err := tr.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want, err := hashWritten(vk)
	if err != nil {
		t.Fatal(err)
	}
	if got := report.Keys.Manifest.VerifyingKey; got != want {
		t.Errorf("verifying key %s, and gnark's is %s", got, want)
	}
}

// What gnark contributes to phase 1 is read and verified here.
func TestReadsGnarksContributions(t *testing.T) {
	theirs := mpc.NewPhase1(32)
	ours := newPowers(5)
	for range 2 {
		theirs.Contribute()
		var b bytes.Buffer
		if _, err := theirs.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		next, err := readPowers(t.Context(), b.Bytes(), 5)
		if err != nil {
			t.Fatal(err)
		}
		if err := ours.verify(next); err != nil {
			t.Fatal(err)
		}
		ours = next
	}
}

// Whoever contributes is told what stands in the way, before any work.
func TestContributeRefuses(t *testing.T) {
	h := newHeld(t)
	early := h.Transcript.File.Phase1.Beacon.Time().Add(-time.Minute)
	_, err := h.open(early).Contribute(t.Context(), h.signers[0], false)
	wantRefusal(t, err, WrongPhase, "closed")

	h.remove("phase2/beacon.json")
	from, until := h.File.window(2)
	_, err = h.open(from).Contribute(t.Context(), h.signers[0], false)
	wantRefusal(t, err, Duplicate, "rehearser-1")
	h.remove("phase2/003-rehearser-3.contribution", "phase2/003-rehearser-3.note")
	for _, at := range []time.Time{from.Add(-time.Second), until, until.Add(time.Hour)} {
		_, err = h.open(at).Contribute(t.Context(), h.signers[2], false)
		wantRefusal(t, err, Untimely, "phase 2 is open from")
	}
	_, err = h.open(from).Contribute(t.Context(), newSigner(t, "rehearser-3"), false)
	wantRefusal(t, err, Unknown, "rehearser-3")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = h.open(from).Contribute(ctx, h.signers[2], false); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for _, all := range []bool{false, true} {
		r, err := h.open(from).Contribute(t.Context(), h.signers[2], all)
		if err != nil || r.Number != 3 {
			t.Fatalf("%+v, %v", r, err)
		}
		h.remove("phase2/003-rehearser-3.contribution", "phase2/003-rehearser-3.note")
	}
}

func newSigner(t *testing.T, name string) note.Signer {
	t.Helper()
	secret, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A phase is closed once, with its own round's signature, when there are enough contributions.
func TestCloseRefuses(t *testing.T) {
	h := newHeld(t)
	signature, err := ParseSignature(h.read("phase2/beacon.json"))
	if err != nil {
		t.Fatal(err)
	}
	of1, err := ParseSignature(h.read("phase1/beacon.json"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.open(h.clock).Close(t.Context(), signature)
	wantRefusal(t, err, WrongPhase, "")
	h.remove("phase2/beacon.json")
	_, err = h.open(h.clock).Close(t.Context(), of1)
	wantRefusal(t, err, WrongBeacon, "")
	_, err = h.open(h.clock).Seal(t.Context())
	wantRefusal(t, err, WrongPhase, "phase 2 is not closed")
	if phase, err := h.open(h.clock).Close(t.Context(), signature); err != nil || phase != 2 {
		t.Fatal(phase, err)
	}
	if err := h.verify(); err != nil {
		t.Error(err)
	}
	h.remove("phase2/beacon.json", "phase2/003-rehearser-3.contribution", "phase2/003-rehearser-3.note")
	_, err = h.open(h.clock).Close(t.Context(), signature)
	wantRefusal(t, err, TooFew, "2 of 3")
}
