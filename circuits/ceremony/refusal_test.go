package ceremony

import (
	"bytes"
	"context"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/frontend"

	"lethe/circuits"
)

const (
	first1  = "phase1/001-rehearser-1"
	second1 = "phase1/002-rehearser-2"
	third1  = "phase1/003-rehearser-3"
	first2  = "phase2/001-rehearser-1"
	second2 = "phase2/002-rehearser-2"
	third2  = "phase2/003-rehearser-3"
)

func flip(b []byte, at int) []byte {
	c := bytes.Clone(b)
	c[at] ^= 1
	return c
}

// Whatever is changed in a transcript is refused, by its name.
func TestThreat53ChangedTranscriptsAreRefused(t *testing.T) {
	for name, c := range map[string]falsification{
		"byte of a contribution": {Tampered, "phase 1: contribution 2", func(h *held) {
			h.write(second1+contributionEnd, flip(h.read(second1+contributionEnd), 900))
		}},
		"byte of a note": {Unknown, "002-rehearser-2", func(h *held) {
			h.write(second1+noteEnd, flip(h.read(second1+noteEnd), 60))
		}},
		"order": {OutOfOrder, "signed as number 2", func(h *held) {
			for _, end := range []string{contributionEnd, noteEnd} {
				h.rename(first1+end, "phase1/002-rehearser-1"+end)
				h.rename(second1+end, "phase1/001-rehearser-2"+end)
			}
		}},
		"one number twice": {OutOfOrder, "two of this number", func(h *held) {
			for _, end := range []string{contributionEnd, noteEnd} {
				h.rename(third1+end, "phase1/002-rehearser-3"+end)
			}
		}},
		"phase": {OutOfOrder, "signed as number 1 of phase 1", func(h *held) {
			for _, end := range []string{contributionEnd, noteEnd} {
				h.write(first2+end, h.read(first1+end))
			}
		}},
		"middle left out":    {Missing, "contribution 2", func(h *held) { h.remove(second2+contributionEnd, second2+noteEnd) }},
		"note left out":      {Missing, "003-rehearser-3", func(h *held) { h.remove(third2 + noteEnd) }},
		"content left out":   {Missing, "003-rehearser-3", func(h *held) { h.remove(third1 + contributionEnd) }},
		"beacon 1 left out":  {Missing, "beacon.json", func(h *held) { h.remove("phase1/beacon.json") }},
		"beacon 2 left out":  {WrongPhase, "phase 2 is not closed", func(h *held) { h.remove("phase2/beacon.json") }},
		"one too few":        {TooFew, "2 of 3", func(h *held) { h.remove(third2+contributionEnd, third2+noteEnd) }},
		"none in phase 1":    {TooFew, "phase 1: 0 of 3", func(h *held) { removeAll(h, first1, second1, third1) }},
		"none in phase 2":    {TooFew, "phase 2: 0 of 3", func(h *held) { removeAll(h, first2, second2, third2) }},
		"contributor twice":  {Duplicate, "004-rehearser-1", func(h *held) { copyAs(h, first2, "phase2/004-rehearser-1") }},
		"somebody else":      {Unknown, "mallory", func(h *held) { copyAs(h, first2, "phase2/004-mallory") }},
		"a file too many":    {Malformed, "notes.txt", func(h *held) { h.write("phase2/notes.txt", nil) }},
		"a name too many":    {Malformed, "1-x", func(h *held) { copyAs(h, first2, "phase2/1-x") }},
		"ceremony file":      {AnotherCeremony, "", func(h *held) { h.edit("name: rehearsal", "name: another") }},
		"signature":          {WrongBeacon, "", func(h *held) { h.write("phase1/beacon.json", otherSignature(h, 1)) }},
		"round":              {WrongBeacon, "of round", func(h *held) { h.write("phase1/beacon.json", h.read("phase2/beacon.json")) }},
		"half a signature":   {Malformed, "signature", halve},
		"beginning":          {Tampered, "000.start", flipBeginning},
		"larger domain":      {AnotherDomain, "bytes", func(h *held) { larger(h) }},
		"powers of two τ":    {Inconsistent, "by rehearser-3", mixPowers},
		"τ without a proof":  {Tampered, "proof of τ", func(h *held) { changePowers(h, multiply(5, 1, 1)) }},
		"α without a proof":  {Tampered, "proof of α", func(h *held) { changePowers(h, multiply(1, 5, 1)) }},
		"β without a proof":  {Tampered, "proof of β", func(h *held) { changePowers(h, multiply(1, 1, 5)) }},
		"no chain in powers": {OutOfOrder, "", func(h *held) { changePowers(h, func(p *powers) { p.challenge[3] ^= 1 }) }},
		"G2 outside":         {NotInGroup, "τ in G2: point 0", func(h *held) { outside(h) }},
		"not a point":        {NotInGroup, "phase 2", func(h *held) { notAPoint(h) }},
		"δ without a proof":  {Tampered, "δ", func(h *held) { changeDelta(h) }},
	} {
		t.Run(name, c.run)
	}
}

// A contributor can sign whatever they like, with their own key.
func TestThreat53FalseNotesAreRefused(t *testing.T) {
	claim := func(r *Record) { r.Before[0] ^= 1 }
	for name, c := range map[string]falsification{
		"another's note":       {Unknown, "002-rehearser-2", func(h *held) { h.resign(2, 2, 0, func(*Record) {}) }},
		"time after":           {Untimely, "", func(h *held) { _, u := h.File.window(1); h.resign(1, 3, 2, at(u)) }},
		"time before":          {Untimely, "", func(h *held) { f, _ := h.File.window(2); h.resign(2, 1, 0, at(f.Add(-time.Second))) }},
		"chain of notes":       {OutOfOrder, "002-rehearser-2 stands on", breakChain},
		"beginning of phase 1": {OutOfOrder, "than its note says", func(h *held) { h.resign(1, 1, 0, claim) }},
		"beginning of phase 2": {OutOfOrder, "than its note says", func(h *held) { h.resign(2, 1, 0, claim) }},
	} {
		t.Run(name, c.run)
	}
}

// falsification is a change of a transcript that holds, and by which name it is refused.
type falsification struct {
	want   Refusal
	says   string
	change func(h *held)
}

func (f falsification) run(t *testing.T) {
	h := newHeld(t)
	f.change(h)
	wantRefusal(t, h.verify(), f.want, f.says)
}

func removeAll(h *held, names ...string) {
	for _, n := range names {
		h.remove(n+contributionEnd, n+noteEnd)
	}
}

func copyAs(h *held, from, to string) {
	for _, end := range []string{contributionEnd, noteEnd} {
		h.write(to+end, h.read(from+end))
	}
}

func (h *held) edit(from, to string) {
	h.t.Helper()
	text := string(h.read(FileName))
	if !strings.Contains(text, from) {
		h.t.Fatalf("no %q in %s", from, text)
	}
	h.write(FileName, []byte(strings.Replace(text, from, to, 1)))
}

// otherSignature closes a phase with a point that somebody else signed.
func otherSignature(h *held, phase int) []byte {
	b := *h.beacon(phase)
	b.Round++
	s, err := b.sign(&h.secret)
	if err != nil {
		h.t.Fatal(err)
	}
	old, err := ParseSignature(h.read(phaseDir(phase) + "/beacon.json"))
	if err != nil {
		h.t.Fatal(err)
	}
	return bytes.Replace(h.read(phaseDir(phase)+"/beacon.json"), []byte(hex.EncodeToString(old)), []byte(hex.EncodeToString(s)), 1)
}

func halve(h *held) {
	s, _, _ := strings.Cut(string(h.read("phase2/beacon.json")), `"signature":"`)
	h.write("phase2/beacon.json", []byte(s+`"signature":"ab"}`))
}

func flipBeginning(h *held) { h.write("phase2/000.start", flip(h.read("phase2/000.start"), 40)) }

func breakChain(h *held) { h.resign(1, 2, 1, func(r *Record) { r.Before[0] ^= 1 }) }

func mixPowers(h *held) { changePowers(h, func(p *powers) { p.srs.G1.Tau[7] = p.srs.G1.Tau[8] }) }

func at(t time.Time) func(*Record) { return func(r *Record) { r.Time = t } }

// larger puts a phase 1 of twice the domain in the last place.
func larger(h *held) {
	var b bytes.Buffer
	if _, err := newPowers(h.File.Domain + 1).WriteTo(&b); err != nil {
		h.t.Fatal(err)
	}
	h.write(third1+contributionEnd, b.Bytes())
	h.resign(1, 3, 2, func(*Record) {})
}

// changePowers changes the last contribution to phase 1 before its contributor signs it.
func changePowers(h *held, change func(*powers)) {
	p, err := readPowers(h.t.Context(), h.read(third1+contributionEnd), h.File.Domain)
	if err != nil {
		h.t.Fatal(err)
	}
	change(p)
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		h.t.Fatal(err)
	}
	h.write(third1+contributionEnd, b.Bytes())
	h.resign(1, 3, 2, func(r *Record) { r.Contribution = hashOf(b.Bytes()) })
}

func multiply(by ...uint64) func(*powers) {
	return func(p *powers) {
		factors := make([]fr.Element, 3)
		for i := range by {
			factors[i].SetUint64(by[i])
		}
		_ = p.update(context.Background(), factors) // which never ends
	}
}

// outside puts a point of the twist, which is in no group, for the first power in G2.
func outside(h *held) {
	b := h.read(third1 + contributionEnd)
	n := 1 << h.File.Domain
	p := outsideG2(h.t)
	q := p.Bytes()
	copy(b[3*proofSize+8+g2Size+(2*n-2)*g1Size:], q[:])
	h.write(third1+contributionEnd, b)
	h.resign(1, 3, 2, func(*Record) {})
}

// notAPoint puts a coordinate without a point into phase 2.
func notAPoint(h *held) {
	b := h.read(third2 + contributionEnd)
	_, at, _ := secondSize(h.Circuit)
	for i := byte(0); ; i++ {
		b[at+4+g1Size-1] = i
		if _, err := new(bn254.G1Affine).SetBytes(b[at+4 : at+4+g1Size]); err != nil {
			break
		}
	}
	h.write(third2+contributionEnd, b)
	h.resign(2, 3, 2, func(*Record) {})
}

// changeDelta multiplies a known number into δ.
func changeDelta(h *held) {
	p, err := readSecond(h.read(third2+contributionEnd), h.Circuit, false)
	if err != nil {
		h.t.Fatal(err)
	}
	five := fr.NewElement(5)
	if err := updateSecond(h.t.Context(), p, &five); err != nil {
		h.t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		h.t.Fatal(err)
	}
	h.write(third2+contributionEnd, b.Bytes())
	h.resign(2, 3, 2, func(*Record) {})
}

// boolean is squaring with one more constraint, under its name.
type boolean struct{ squaring }

func (c *boolean) Define(api frontend.API) error {
	api.AssertIsBoolean(c.Y)
	return c.squaring.Define(api)
}

func TestThreat53AnotherCircuitIsRefused(t *testing.T) {
	h := newHeld(t)
	other := h.statement
	other.New = func() frontend.Circuit { return &boolean{squaring{rounds: testRounds}} }
	_, err := Open(Config{Dir: h.dir, Statements: []circuits.Statement{other}})
	wantRefusal(t, err, AnotherCircuit, "r1cs_sha256 is")
	_, err = Open(Config{Dir: h.dir, Statements: []circuits.Statement{squaringStatement(3)}})
	wantRefusal(t, err, AnotherCircuit, "no statement squaring/v20")
}

// Keys that do not come from the transcript are named, also where they would do.
func TestThreat53OtherKeysAreRefused(t *testing.T) {
	h := newHeld(t)
	if _, err := h.open(h.clock).Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.verify(); err != nil {
		t.Fatal(err)
	}
	c := mustCompile(t, h.statement)
	var pk groth16.ProvingKey
	var vk groth16.VerifyingKey
	if err := groth16.Setup(c.R1CS(), &pk, &vk); err != nil {
		t.Fatal(err)
	}
	k, err := circuits.NewKeys(c, circuits.Ceremony, &pk, &vk)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Write(filepath.Join(h.dir, KeysFolder)); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, h.verify(), OtherKeys, "the verifying key is")
	if err := os.WriteFile(filepath.Join(h.dir, KeysFolder, circuits.ManifestFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, h.verify(), OtherKeys, "")
}

// gnark makes keys of no contribution, and of a beacon that everybody knows; δ = 1 is γ.
func TestThreat53NoSecretIsRefused(t *testing.T) {
	c := mustCompile(t, squaringStatement(testRounds))
	srs := someCommons(t, domainOf(c.Constraints))
	p, evals, err := initialise(t.Context(), c, srs, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	made, key := p.Seal(srs, evals, []byte("beacon"))
	pk, vk := made.(*groth16.ProvingKey), key.(*groth16.VerifyingKey)
	if _, err := newKeys(c, circuits.Ceremony, pk, vk); err != nil {
		t.Fatal("that δ is the beacon's alone cannot be seen from keys: ", err)
	}
	_, _, g1, g2 := bn254.Generators()
	vk.G2.Delta = g2
	_, err = newKeys(c, circuits.Ceremony, pk, vk)
	wantRefusal(t, err, GammaIsDelta, "")
	vk.G2.Delta.Double(&g2)
	vk.G1.Delta.Double(&g1)
	_, err = newKeys(c, circuits.Ceremony, pk, vk)
	wantRefusal(t, err, Guessable, "δ is ±2")
}

func TestThreat53GuessableSecrets(t *testing.T) {
	_, _, g, _ := bn254.Generators()
	times := func(k int64) (p bn254.G1Affine) {
		e := fr.NewElement(uint64(max(k, -k)))
		p = g
		scaleOne(&p, &e)
		if k < 0 {
			p.Neg(&p)
		}
		return p
	}
	for says, k := range map[string]int64{
		"is 0": 0, "is ±1": 1, "is ±2": -2, "is ±5": 5, "is ±65536": 1 << 16, "is ±65535": 1 - 1<<16,
	} {
		wantRefusal(t, checkSecrets(map[string]bn254.G1Affine{"τ": times(k), "α": times(1 << 20)}), Guessable, "τ "+says)
	}
	if err := checkSecrets(map[string]bn254.G1Affine{"τ": times(1<<16 + 1), "α": times(-1 << 20)}); err != nil {
		t.Error(err)
	}
}

// outsideG2 is a point of the twist that is not in the group of order r.
func outsideG2(t testing.TB) (p bn254.G2Affine) {
	t.Helper()
	_, _, _, g := bn254.Generators()
	var b, x3 bn254.E2
	x3.Square(&g.X).Mul(&x3, &g.X)
	b.Square(&g.Y).Sub(&b, &x3)
	for i := uint64(1); i < 100; i++ {
		p.X.A0.SetUint64(i)
		x3.Square(&p.X).Mul(&x3, &p.X).Add(&x3, &b)
		if x3.Legendre() != 1 {
			continue
		}
		p.Y.Sqrt(&x3)
		if p.IsOnCurve() && !p.IsInSubGroup() {
			return p
		}
	}
	t.Fatal("no point found")
	return p
}
