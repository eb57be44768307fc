package certificate

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/certificate.json again")

// golden is a certificate that is signed with a known key: RFC 8032's first test key, which signs nothing else.
const goldenFile = "testdata/certificate.json"

func goldenKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	seed := []byte{
		0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
		0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
	}
	return ed25519.NewKeyFromSeed(seed)
}

// sample has something in every member, and texts that encoders treat differently.
func sample() Certificate {
	return Certificate{
		Format: Format, Case: "01890a5d-ac96-774b-bcce-b302099a8057", Edition: 1, Tool: "lethe test",
		Received: "2026-03-01T09:00:00Z", Due: "2026-04-01T09:00:00Z", Completed: "2026-03-02T10:00:00Z",
		Subject: Subject{Commitment: strings.Repeat("ab", 32), Note: "<a> & \"b\" \\ / \u00e9 \u2028 \U0001f512"},
		Ground:  Reason{"17.1.b", "consent withdrawn"},
		Refused: []Refused{{
			Compartment: "retained", Records: 3, Reason: Reason{"17.3.b", "legal obligation"}, Law: "tax code § 12",
			Until: "2036-01-01T00:00:00Z", Review: "2030-01-01T00:00:00Z",
		}},
		People: People{Filed: "desk", Approved: "officer", Executed: "records", Two: true},
		Parts: []Part{
			{Compartment: "care", Action: "erased", Records: 1 << 40, Objects: 2, Bytes: 1 << 50, KeyID: "00", Algorithm: "AES-256-GCM", KeyFate: "gone"},
			{Compartment: "retained", Action: "kept"},
		},
		Test:   Test{Before: Run{At: "2026-03-02T09:00:00Z", Keys: 1, Opened: 1, Objects: 1, Control: true}, After: Run{Keys: 1, Control: true}},
		Gone:   Gone{Live: "2026-03-02T10:00:00Z", Backups: "2026-06-02T10:00:00Z", BackupsNote: "declared", ObjectVersions: 2},
		Ledger: Ledger{Entry: 1, Copies: 2}, Chain: "confirmed",
		Log: Log{Origin: "example.org/log", Key: "example.org/log+00000000+AQ", Keys: []LogEntry{{
			KeyID: "00", Entry: strings.Repeat("cd", 32), Proof: "c2sp.org/tlog-proof@v1\nindex 0\n\nexample.org/log\n1\n",
		}}},
		Anchor: &Anchor{
			ChainID: 1<<53 - 1, Contract: "0x00000000000000000000000000000000000000A1", Log: 1, Size: 1 << 40, Root: strings.Repeat("01", 32),
			Block: 12, BlockHash: strings.Repeat("02", 32), Transaction: strings.Repeat("03", 32), Time: "2026-03-02T11:00:00Z",
		},
		States: []Reached{{"approved", "2026-03-01T09:00:00Z"}}, DoesNotProve: []string{"everything else"},
	}
}

func signed(t testing.TB, c Certificate, key crypto.Signer) []byte {
	t.Helper()
	file, err := Sign(c, key)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func refused(t *testing.T, what string, file []byte) {
	t.Helper()
	c, key, err := Verify(file)
	if !errors.Is(err, ErrInvalid) || !reflect.DeepEqual(c, Certificate{}) || key.Key != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func TestRoundTrip(t *testing.T) {
	for name, c := range map[string]Certificate{"full": sample(), "bare": {Format: Format}} {
		key := goldenKey(t)
		got, by, err := Verify(signed(t, c, key))
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%s: %v\n%+v", name, err, got)
		}
		if want, err := KeyOf(key.Public()); err != nil || by.KeyID != want.KeyID || !key.Public().(ed25519.PublicKey).Equal(by.Key) {
			t.Errorf("%s: signed by %v, %v", name, by.KeyID, err)
		}
	}
}

// A change of the form is a change of what old certificates are checked against.
func TestGoldenCertificate(t *testing.T) {
	made := signed(t, sample(), goldenKey(t))
	if *update {
		if err := os.WriteFile(goldenFile, made, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, golden) {
		t.Errorf("the certificate changed its form:\n%s", made)
	}
	c, key, err := Verify(golden)
	if err != nil || !reflect.DeepEqual(c, sample()) {
		t.Errorf("%v", err)
	}
	if key.KeyID != "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" { // RFC 8037, appendix A.3, of the same key
		t.Errorf("thumbprint %s", key.KeyID)
	}
}

// Larger integers are rounded by the canonical form, so that several certificates would share a signature.
func TestIntegersThatWouldBeRoundedAreRefused(t *testing.T) {
	for _, n := range []uint64{1 << 53, 1<<53 + 1, 1<<64 - 1} {
		c := sample()
		c.Anchor.ChainID = n
		if _, err := Sign(c, goldenKey(t)); err == nil {
			t.Errorf("%d was signed", n)
		}
	}
	c := sample()
	c.Parts[0].Bytes = -1 << 53
	if _, err := Sign(c, goldenKey(t)); err == nil {
		t.Error("a negative one was signed")
	}
	file := signed(t, sample(), goldenKey(t))
	refused(t, "rounded to the same", bytes.Replace(file, []byte("9007199254740991"), []byte("9007199254740993"), 1))
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	file := signed(t, sample(), goldenKey(t))
	var group sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		group.Go(func() {
			mine := bytes.Clone(file)
			for i := w; i < len(mine); i += workers {
				for bit := range 8 {
					mine[i] ^= 1 << bit
					if _, _, err := Verify(mine); !errors.Is(err, ErrInvalid) {
						t.Errorf("bit %d of byte %d (%q): %v", bit, i, file[i], err)
					}
					mine[i] ^= 1 << bit
				}
			}
		})
	}
	group.Wait()
	if _, _, err := Verify(file); err != nil {
		t.Fatal(err)
	}
}

func TestAddedAndMissingBytesAreRefused(t *testing.T) {
	file := signed(t, sample(), goldenKey(t))
	for b := range 256 {
		refused(t, "appended byte", append(bytes.Clone(file), byte(b)))
		refused(t, "prepended byte", append([]byte{byte(b)}, file...))
		at := b * len(file) / 256
		refused(t, "inserted space", append(append(bytes.Clone(file[:at]), ' '), file[at:]...))
		refused(t, "missing byte", append(bytes.Clone(file[:at]), file[at+1:]...))
		refused(t, "cut", file[:at])
	}
	for what, bad := range map[string][]byte{
		"byte order mark": append([]byte("\xef\xbb\xbf"), file...),
		"twice":           append(bytes.Clone(file), file...),
		"no newline":      bytes.TrimSuffix(file, []byte("\n")),
		"CRLF":            bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n")),
		"compact":         compact(t, file),
		"empty":           nil, "null": []byte("null\n"), "array": []byte("[]\n"), "object": []byte("{}\n"),
	} {
		refused(t, what, bad)
	}
}

func compact(t *testing.T, file []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, file); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Other writings of the same document, which a lax reader would take for it.
func TestOtherWritingsAreRefused(t *testing.T) {
	file := string(signed(t, sample(), goldenKey(t)))
	const edition, tool = "\t\t\"edition\": 1,\n", "\t\t\"tool\": \"lethe test\",\n"
	head, jws, _ := strings.Cut(strings.TrimSuffix(file, "\n}\n"), ",\n\t\"jws\"")
	for what, pair := range map[string][2]string{
		"member twice":               {edition, edition + edition},
		"member twice, first false":  {edition, strings.Replace(edition, "1", "2", 1) + edition},
		"member twice, other case":   {edition, edition + strings.Replace(edition, "e", "E", 1)},
		"member in another case":     {`"case"`, `"Case"`},
		"outer in another case":      {`"certificate"`, `"Certificate"`},
		"signature in another case":  {`"jws"`, `"JWS"`},
		"unknown member":             {edition, edition + "\t\t\"comment\": \"\",\n"},
		"members in another order":   {edition + tool, tool + edition},
		"missing member":             {edition, ""},
		"number as 1.0":              {`"edition": 1`, `"edition": 1.0`},
		"number as 1e0":              {`"edition": 1`, `"edition": 1e0`},
		"number as text":             {`"edition": 1`, `"edition": "1"`},
		"escaped letter":             {`"lethe test"`, `"\u006cethe test"`},
		"escaped solidus":            {`\\ /`, `\\ \/`},
		"unescaped line separator":   {`\u2028`, "\u2028"},
		"lone surrogate":             {`"lethe test"`, `"\ud800"`},
		"spaces for a tab":           {edition, strings.Replace(edition, "\t", "  ", 1)},
		"null for a list":            {"\"does_not_prove\": [\n\t\t\t\"everything else\"\n\t\t]", `"does_not_prove": null`},
		"signature member first":     {file, "{\n\t\"jws\"" + jws + ",\n" + strings.TrimPrefix(head, "{\n") + "\n}\n"},
		"case of another erasure":    {"b302099a8057", "b302099a8058"},
		"another format":             {Format, "lethe-erasure-certificate/v2"},
		"kept instead of erased":     {`"action": "erased"`, `"action": "kept"`},
		"one person instead of two":  {`"two_persons": true`, `"two_persons": false`},
		"a caveat less":              {`"everything else"`, `""`},
		"a text that looks the same": {`"care"`, `"c` + "\u0430" + `re"`},
	} {
		if !strings.Contains(file, pair[0]) {
			t.Fatalf("%s: nothing to replace", what)
		}
		bad := strings.Replace(file, pair[0], pair[1], 1)
		if !json.Valid([]byte(bad)) {
			t.Fatalf("%s: not even JSON", what)
		}
		refused(t, what, []byte(bad))
	}
}

func TestSignWantsEd25519(t *testing.T) {
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Sign(sample(), other); err == nil {
		t.Error("signed with ECDSA")
	}
	if _, err := Sign(sample(), failing{goldenKey(t)}); !errors.Is(err, errSigner) {
		t.Errorf("a signer that fails: %v", err)
	}
}

var errSigner = errors.New("the signer is away")

type failing struct{ ed25519.PrivateKey }

func (failing) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, errSigner }

// Anybody can sign a certificate of their own: it is authentic as theirs, and the key says so.
func TestAnotherKeyIsNamed(t *testing.T) {
	_, mine, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, by, err := Verify(signed(t, sample(), mine))
	if err != nil {
		t.Fatal(err)
	}
	if issuer, err := KeyOf(goldenKey(t).Public()); err != nil || by.KeyID == issuer.KeyID {
		t.Errorf("signed by %s, which is the issuer's, %v", by.KeyID, err)
	}
}

// Node's own cryptography accepts what we wrote, and refuses what is altered.
func TestNodeVerifies(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs node")
	}
	run := func(file []byte) ([]byte, error) {
		name := filepath.Join(t.TempDir(), "certificate.json")
		if err := os.WriteFile(name, file, 0o600); err != nil {
			t.Fatal(err)
		}
		return exec.CommandContext(t.Context(), node, "testdata/verify.mjs", name).CombinedOutput()
	}
	file := signed(t, sample(), goldenKey(t))
	out, err := run(file)
	var got struct{ Case, Key string }
	if jsonErr := json.Unmarshal(out, &got); err != nil || jsonErr != nil {
		t.Fatalf("%v, %v: %s", err, jsonErr, out)
	}
	if _, key, err := Verify(file); err != nil || got.Case != sample().Case || got.Key != key.KeyID {
		t.Errorf("node says %+v, we %s, %v", got, key.KeyID, err)
	}
	for _, bad := range [][2]string{{`"edition": 1`, `"edition": 2`}, {"consent withdrawn", "consent"}, {`"copies": 2`, `"copies": 3`}} {
		if out, err := run(bytes.Replace(file, []byte(bad[0]), []byte(bad[1]), 1)); err == nil {
			t.Errorf("node accepts %s: %s", bad[1], out)
		}
	}
}
