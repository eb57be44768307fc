package ceremony

import (
	"reflect"
	"strings"
	"testing"

	"lethe/circuits"
)

func TestFileMarshal(t *testing.T) {
	h := newHeld(t)
	f, err := ParseFile(h.read(FileName))
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.Marshal()
	if err != nil || string(again) != string(h.read(FileName)) {
		t.Errorf("%v: %s", err, again)
	}
	f.Phase1 = Phase1{Ptau: &Ptau{SHA256: f.R1CS, Source: "https://example.org/", Contributions: []string{"a", "", "ü"}}}
	data, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if g, err := ParseFile(data); err != nil || !reflect.DeepEqual(f, g) {
		t.Errorf("%v: %+v", err, g)
	}
	f.Phase1.Ptau.Source = strings.Repeat("x", MaxFileSize)
	_, err = f.Marshal()
	wantRefusal(t, err, Malformed, "bytes")
	f.Version = 0
	_, err = f.Marshal()
	wantRefusal(t, err, Malformed, "version")
}

// Every member is held to what it may be, and named.
func TestFileCheck(t *testing.T) {
	h := newHeld(t)
	for says, change := range map[string]func(f *File){
		"format":                         func(f *File) { f.Format = "lethe/ceremony/v2" },
		"name: \"Ω\"":                    func(f *File) { f.Name = "Ω" },
		"name: \"\"":                     func(f *File) { f.Name = "" },
		"statement: \"../x\"":            func(f *File) { f.Statement = "../x" },
		"version: 0":                     func(f *File) { f.Version = 0 },
		"r1cs_sha256: missing":           func(f *File) { f.R1CS = circuits.Hash{} },
		"domain: 25":                     func(f *File) { f.Domain = 25 },
		"domain: 2 ":                     func(f *File) { f.Domain, f.Constraints = 2, 4 },
		"domain: 2^6 is not that of":     func(f *File) { f.Domain = 6 },
		"of 33 constraints":              func(f *File) { f.Constraints = 33 },
		"of 0 constraints":               func(f *File) { f.Constraints = 0 },
		"min_contributions: 1, not 2":    func(f *File) { f.MinContributions = 1 },
		"contributors: 3 of them":        func(f *File) { f.MinContributions = 4 },
		"name \"a/b\"":                   func(f *File) { f.Contributors[0].Name = "a/b" },
		"rehearser-1, the one at 2":      func(f *File) { f.Contributors[1].Name = "rehearser-1" },
		"rehearser-3, the one at 3":      func(f *File) { f.Contributors[2].Verifier = f.Contributors[0].Verifier },
		"vkey of rehearser-2: malformed": func(f *File) { f.Contributors[1].Verifier = "x" },
		"vkey of rehearser-2: too long":  func(f *File) { f.Contributors[1].Verifier = strings.Repeat("x", 300) },
		"or of several lines":            func(f *File) { f.Contributors[1].Verifier += "\n" },
		"phase1: give beacon or ptau":    func(f *File) { f.Phase1.Beacon = nil },
		"one of both":                    func(f *File) { f.Phase1.Ptau = new(Ptau) },
		"phase2.beacon: missing":         func(f *File) { f.Phase2.Beacon = nil },
		"phase2.beacon: its round":       func(f *File) { f.Phase2.Beacon.Round = f.Phase1.Beacon.Round },
		"phase1.beacon: scheme":          func(f *File) { f.Phase1.Beacon.Scheme = "pedersen-bls-chained" },
		"phase1.beacon: genesis":         func(f *File) { f.Phase1.Beacon.Genesis = -1 },
		"phase1.beacon: period":          func(f *File) { f.Phase1.Beacon.Period = 0 },
		"phase2.beacon: round":           func(f *File) { f.Phase2.Beacon.Round = 1 << 40 },
		"public_key: not 192":            func(f *File) { f.Phase2.Beacon.PublicKey = strings.ToUpper(f.Phase2.Beacon.PublicKey) },
		"public_key: not a point":        func(f *File) { f.Phase2.Beacon.PublicKey = "c0" + strings.Repeat("00", 95) },
		"ptau.sha256: missing":           func(f *File) { f.Phase1 = Phase1{Ptau: &Ptau{}} },
		"ptau.source: missing":           func(f *File) { f.Phase1 = Phase1{Ptau: &Ptau{SHA256: f.R1CS}} },
		"ptau.contributions: 0":          func(f *File) { f.Phase1 = Phase1{Ptau: &Ptau{SHA256: f.R1CS, Source: "x"}} },
	} {
		f, err := ParseFile(h.read(FileName))
		if err != nil {
			t.Fatal(err)
		}
		change(&f)
		if err := f.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v; want %q", err, says)
		}
	}
}

func TestParseFileIsStrict(t *testing.T) {
	text := string(newHeld(t).read(FileName))
	for says, data := range map[string]string{
		"field extra not found":        text + "extra: 1\n",
		"already defined":              text + "version: 12\n",
		"something after the document": text + "---\nversion: 12\n",
		"EOF":                          "",
		"not 64 lower-case":            strings.Replace(text, "r1cs_sha256: ", "r1cs_sha256: A", 1),
		"bytes":                        text + strings.Repeat("#", MaxFileSize),
		"format":                       "{}",
	} {
		_, err := ParseFile([]byte(data))
		wantRefusal(t, err, Malformed, says)
	}
}

// Whatever is read as a ceremony file is written again as one that is read the same.
func FuzzThreat53File(f *testing.F) {
	d := whole()
	f.Add(d.files[FileName])
	f.Add([]byte("format: lethe/ceremony/v1\nphase1: {ptau: {contributions: [a, b]}}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ParseFile(data)
		if err != nil {
			return
		}
		again, err := file.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if g, err := ParseFile(again); err != nil || !reflect.DeepEqual(file, g) {
			t.Fatalf("%v: %+v, not %+v", err, g, file)
		}
	})
}
