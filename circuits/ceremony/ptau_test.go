package ceremony

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	mpc "github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"

	"lethe/circuits"
)

// ptauFile is what a .ptau file is made of.
type ptauFile struct {
	srs     *mpc.SrsCommons
	power   int
	names   []string
	beacon  bool
	last    *mpc.SrsCommons // that the last record is of
	modulus []byte
}

func newPtauFile(t testing.TB, power int) *ptauFile {
	t.Helper()
	srs := someCommons(t, power)
	m := fp.Modulus().FillBytes(make([]byte, fp.Bytes))
	slices.Reverse(m)
	return &ptauFile{srs, power, []string{"ada", "", "grace"}, true, srs, m}
}

func (f *ptauFile) bytes() []byte {
	le := binary.LittleEndian
	header := le.AppendUint32(nil, uint32(len(f.modulus)))
	header = append(header, f.modulus...)
	header = le.AppendUint32(le.AppendUint32(header, uint32(f.power)), uint32(f.power))
	records := le.AppendUint32(nil, uint32(len(f.names)+map[bool]int{true: 1}[f.beacon]))
	for _, name := range f.names {
		parameters := []byte{}
		if name != "" {
			parameters = append([]byte{nameParameter, byte(len(name))}, name...)
		}
		records = f.record(records, contributionKind, parameters)
	}
	if f.beacon {
		records = f.record(records, beaconKind, []byte{nameParameter, 1, 'b', iterationsParameter, 10, hashParameter, 2, 7, 7})
	}
	b := le.AppendUint32(le.AppendUint32([]byte("ptau"), 1), 7)
	for i, s := range [][]byte{
		header, words1(f.srs.G1.Tau...), words2(f.srs.G2.Tau...), words1(f.srs.G1.AlphaTau...), words1(f.srs.G1.BetaTau...),
		words2(f.srs.G2.Beta), records,
	} {
		b = append(le.AppendUint64(le.AppendUint32(b, uint32(i+1)), uint64(len(s))), s...)
	}
	return b
}

func (f *ptauFile) record(b []byte, kind uint32, parameters []byte) []byte {
	le, s := binary.LittleEndian, f.last
	b = append(append(b, words1(s.G1.Tau[1])...), words2(s.G2.Tau[1])...)
	b = append(append(append(b, words1(s.G1.AlphaTau[0])...), words1(s.G1.BetaTau[0])...), words2(s.G2.Beta)...)
	b = append(b, make([]byte, recordKeys+recordHashes)...)
	return append(le.AppendUint32(le.AppendUint32(b, kind), uint32(len(parameters))), parameters...)
}

func words1(points ...bn254.G1Affine) (b []byte) {
	for i := range points {
		b = words(b, &points[i].X, &points[i].Y)
	}
	return b
}

func words2(points ...bn254.G2Affine) (b []byte) {
	for i := range points {
		b = words(b, &points[i].X.A0, &points[i].X.A1, &points[i].Y.A0, &points[i].Y.A1)
	}
	return b
}

func words(b []byte, coordinates ...*fp.Element) []byte {
	for _, c := range coordinates {
		for _, w := range c {
			b = binary.LittleEndian.AppendUint64(b, w)
		}
	}
	return b
}

// ptauTranscript is a ceremony whose phase 1 is a file of the caller's.
func ptauTranscript(t *testing.T, content []byte, names []string) (tr *Transcript, r *rehearsal, file string) {
	t.Helper()
	r = newRehearsal(t.TempDir())
	if err := r.open(); err != nil {
		t.Fatal(err)
	}
	f := r.File
	f.Phase1 = Phase1{Ptau: &Ptau{SHA256: hashOf(content), Source: "https://example.org/", Contributions: names}}
	dir := t.TempDir()
	if _, err := Init(dir, f); err != nil {
		t.Fatal(err)
	}
	tr, err := Open(Config{Dir: dir, Statements: r.config.Statements, Now: r.config.Now})
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "some.ptau")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return tr, r, file
}

// Phase 1 out of a file that is larger than needed, three contributors to phase 2, keys that prove.
func TestPtau(t *testing.T) {
	f := newPtauFile(t, 7)
	finish(t, f.bytes(), f.names)
}

// finish takes a ceremony from a file of powers to a proof.
func finish(t *testing.T, content []byte, names []string) {
	t.Helper()
	tr, r, file := ptauTranscript(t, content, names)
	_, err := tr.Contribute(t.Context(), r.signers[0], false)
	wantRefusal(t, err, WrongPhase, "made by others")
	report, err := tr.ImportPtau(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(report.Contributions, names) || !report.Beacon {
		t.Errorf("the file says of itself: %+v", report)
	}
	_, err = tr.ImportPtau(t.Context(), file)
	wantRefusal(t, err, WrongPhase, "")
	for i, s := range r.signers {
		if _, err := tr.Contribute(t.Context(), s, i == 2); err != nil {
			t.Fatal(err)
		}
	}
	signature, err := tr.File.Phase2.Beacon.sign(&r.secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Close(t.Context(), signature); err != nil {
		t.Fatal(err)
	}
	sealed, err := tr.Seal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	k, err := circuits.Load(filepath.Join(tr.dir, KeysFolder), tr.Circuit.Statement, sealed.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	p, err := circuits.NewProver(k).Prove(t.Context(), square(testRounds, 3))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Verifier().Verify(p); err != nil {
		t.Error(err)
	}
	if _, err := tr.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// Whatever is wrong with a file of powers is refused, though the ceremony file names its hash.
func TestThreat53PtauIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		want   Refusal
		says   string
		change func(f *ptauFile)
	}{
		"τ is known":         {Guessable, "τ is ±5", func(f *ptauFile) { f.known(5, 0, 0) }},
		"α is known":         {Guessable, "α is ±1", func(f *ptauFile) { f.known(0, 1, 0) }},
		"β is known":         {Guessable, "β is ±40000", func(f *ptauFile) { f.known(0, 0, 40000) }},
		"α is zero":          {Guessable, "α is 0", func(f *ptauFile) { clear(f.srs.G1.AlphaTau) }},
		"τ is zero":          {Guessable, "τ is 0", func(f *ptauFile) { zeroTau(f.srs) }},
		"G1 off the curve":   {NotInGroup, "section 2: point 3", func(f *ptauFile) { f.srs.G1.Tau[3].Y.SetOne() }},
		"α off the curve":    {NotInGroup, "section 4: point 31", func(f *ptauFile) { f.srs.G1.AlphaTau[31].Y.SetOne() }},
		"β off the curve":    {NotInGroup, "section 5: point 0", func(f *ptauFile) { f.srs.G1.BetaTau[0].X.SetOne() }},
		"G2 outside":         {NotInGroup, "section 3: point 9", func(f *ptauFile) { f.srs.G2.Tau[9] = outsideG2(t) }},
		"β in G2 outside":    {NotInGroup, "section 6: point 0", func(f *ptauFile) { f.srs.G2.Beta = outsideG2(t) }},
		"not reduced":        {NotInGroup, "section 2: point 2", func(f *ptauFile) { f.srs.G1.Tau[2].X[3] = 1 << 63 }},
		"a power of another": {Inconsistent, "powers of τ", func(f *ptauFile) { f.srs.G1.Tau[62] = f.srs.G1.Tau[60] }},
		"in G2":              {Inconsistent, "powers of τ", func(f *ptauFile) { f.srs.G2.Tau[31] = f.srs.G2.Tau[30] }},
		"with α":             {Inconsistent, "powers of τ", func(f *ptauFile) { f.srs.G1.AlphaTau[31] = f.srs.G1.AlphaTau[30] }},
		"with β":             {Inconsistent, "powers of τ", func(f *ptauFile) { f.srs.G1.BetaTau[31] = f.srs.G1.BetaTau[30] }},
		"generator":          {Inconsistent, "not the generator", func(f *ptauFile) { shiftAll(f.srs) }},
		"two β":              {Inconsistent, "β in G2", func(f *ptauFile) { f.srs.G2.Beta = f.srs.G2.Tau[1] }},
		"another's records":  {Inconsistent, "last record", func(f *ptauFile) { f.last = someCommons(t, 3) }},
		"two contributions":  {TooFew, "2 of 3 in the file", func(f *ptauFile) { f.names = f.names[:2] }},
		"none":               {TooFew, "0 of 3 in the file", func(f *ptauFile) { f.names = nil }},
		"no beacon":          {Missing, "beacon", func(f *ptauFile) { f.beacon = false }},
		"other names":        {Unknown, "names", func(f *ptauFile) { f.names[0] = "eve" }},
		"another curve":      {Malformed, "curve", func(f *ptauFile) { f.modulus[0]++ }},
		"another length":     {Malformed, "header", func(f *ptauFile) { f.modulus = f.modulus[:31] }},
		"another power":      {Malformed, "section", func(f *ptauFile) { f.power++ }},
		"no power":           {Malformed, "power 0", func(f *ptauFile) { f.power = 0 }},
		"a huge power":       {Malformed, "power 40", func(f *ptauFile) { f.power = 40 }},
		"too small":          {AnotherDomain, "2^4 powers", func(f *ptauFile) { *f = *newPtauFile(t, 4) }},
	} {
		t.Run(name, func(t *testing.T) {
			f := newPtauFile(t, 5)
			names := slices.Clone(f.names)
			c.change(f)
			tr, _, file := ptauTranscript(t, f.bytes(), names)
			_, err := tr.ImportPtau(t.Context(), file)
			wantRefusal(t, err, c.want, c.says)
			if tr.has(1, ptauName) || tr.phase() != 1 {
				t.Error("a file that was refused is in the transcript")
			}
		})
	}
}

// known makes powers again with secrets that are given; those that are 0 stay unknown.
func (f *ptauFile) known(secrets ...uint64) {
	p := newPowers(f.power)
	factors := make([]fr.Element, 3)
	for i, s := range secrets {
		if factors[i].SetUint64(s); s == 0 {
			factors[i].SetUint64(1 << 40)
		}
	}
	_ = p.update(context.Background(), factors) // which never ends
	f.srs, f.last = &p.srs, &p.srs
}

func zeroTau(s *mpc.SrsCommons) {
	clear(s.G1.Tau[1:])
	clear(s.G2.Tau[1:])
	clear(s.G1.AlphaTau[1:])
	clear(s.G1.BetaTau[1:])
}

// shiftAll leaves the first powers out, and so all ratios as they are.
func shiftAll(s *mpc.SrsCommons) {
	five := fr.NewElement(5)
	by := func(int) fr.Element { return five }
	_ = scale(context.Background(), s.G1.Tau, by)
	_ = scale(context.Background(), s.G2.Tau, by)
}

func TestThreat53PtauIsTheOneNamed(t *testing.T) {
	f := newPtauFile(t, 5)
	tr, _, file := ptauTranscript(t, f.bytes(), f.names)
	if err := os.WriteFile(file, newPtauFile(t, 5).bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := tr.ImportPtau(t.Context(), file)
	wantRefusal(t, err, Tampered, "SHA-256 of the file")
}

// Tables of sections that lie about lengths.
func TestPtauSections(t *testing.T) {
	good := newPtauFile(t, 3).bytes()
	if _, err := openPtau(bytes.NewReader(good), int64(len(good))); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(b []byte) []byte{
		"magic":          func(b []byte) []byte { return flip(b, 0) },
		"version":        func(b []byte) []byte { return flip(b, 4) },
		"more sections":  func(b []byte) []byte { return flip(b, 8) },
		"many sections":  func(b []byte) []byte { return flip(b, 11) },
		"twice":          func(b []byte) []byte { b[12] = tauG1Section; return b },
		"length":         func(b []byte) []byte { return flip(b, 16) },
		"huge length":    func(b []byte) []byte { b[23] = 0xff; return b },
		"cut":            func(b []byte) []byte { return b[:len(b)-1] },
		"cut in a table": func(b []byte) []byte { return b[:20] },
		"empty":          func([]byte) []byte { return nil },
		"more":           func(b []byte) []byte { return append(b, 0) },
	} {
		b := change(bytes.Clone(good))
		_, err := openPtau(bytes.NewReader(b), int64(len(b)))
		if wantRefusal(t, err, Malformed, ""); t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestPtauRecords(t *testing.T) {
	f := newPtauFile(t, 3)
	good := f.record(binary.LittleEndian.AppendUint32(nil, 1), contributionKind, []byte{nameParameter, 1, 'x'})
	at := 4 + recordFixed
	for name, change := range map[string]func(b []byte) []byte{
		"more than there are": func(b []byte) []byte { b[0]++; return b },
		"fewer":               func(b []byte) []byte { b[0]--; return b },
		"kind":                func(b []byte) []byte { b[at-8] = 2; return b },
		"length":              func(b []byte) []byte { b[at-4] = 4; return b },
		"shorter":             func(b []byte) []byte { b[at-4] = 2; return b },
		"unknown parameter":   func(b []byte) []byte { b[at] = 4; return b },
		"no parameter":        func(b []byte) []byte { b[at] = 0; return b },
		"long name":           func(b []byte) []byte { b[at+1] = 2; return b },
		"cut":                 func(b []byte) []byte { return b[:at-1] },
	} {
		b := change(bytes.Clone(good))
		p := &ptau{file: sliceReader(b), sections: map[uint32]section{recordsSection: {0, int64(len(b))}}}
		_, err := p.report()
		if wantRefusal(t, err, Malformed, ""); t.Failed() {
			t.Fatal(name)
		}
	}
	p := &ptau{file: sliceReader(good), sections: map[uint32]section{recordsSection: {0, maxRecordsSize + 1}}}
	_, err := p.report()
	wantRefusal(t, err, Malformed, "records of")
}
