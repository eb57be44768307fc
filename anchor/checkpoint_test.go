package anchor

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func TestFlippedCheckpointIsRefused(t *testing.T) {
	v := readVectors(t)
	for _, size := range []int{0, 1, 21} {
		flips([]byte(v.Checkpoints[size].Note), func(place int, flipped []byte) {
			if c, err := ParseCheckpoint(flipped, v.verifier(t)); !errors.Is(err, ErrInvalid) {
				t.Errorf("byte %d flipped in %q: %v, %v", place, flipped, c, err)
			}
		})
	}
}

func TestCheckpointHasOneForm(t *testing.T) {
	v := readVectors(t)
	key := v.verifier(t)
	signer, _, err := NewSigner(v.Origin, unhexBytes(t, v.Seed))
	must(t, err)
	other, _, err := NewSigner("witness.example", bytes.Repeat([]byte{7}, 32))
	must(t, err)
	root := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for name, text := range map[string]string{
		"extension line":          v.Origin + "\n5\n" + root + "\nmore\n",
		"leading zero":            v.Origin + "\n05\n" + root + "\n",
		"sign":                    v.Origin + "\n+5\n" + root + "\n",
		"other origin":            "log.example\n5\n" + root + "\n",
		"no root":                 v.Origin + "\n5\n",
		"short root":              v.Origin + "\n5\nAAAA\n",
		"root with trailing bits": v.Origin + "\n5\n" + strings.Replace(root, "A=", "B=", 1) + "\n",
		"no size":                 v.Origin + "\n\n" + root + "\n",
		"size beyond 64 bits":     v.Origin + "\n18446744073709551616\n" + root + "\n",
		"empty log, other root":   v.Origin + "\n0\n" + root + "\n",
	} {
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		must(t, err)
		if c, err := ParseCheckpoint(signed, key); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	text := v.Origin + "\n5\n" + root + "\n"
	both, err := note.Sign(&note.Note{Text: text}, signer, other)
	must(t, err)
	foreign, err := note.Sign(&note.Note{Text: text}, other)
	must(t, err)
	for name, data := range map[string][]byte{
		"two signatures": both, "only a foreign signature": foreign, "unsigned": []byte(text), "nothing": nil,
	} {
		if c, err := ParseCheckpoint(data, key); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
}

func TestSignTakesTheOriginOfTheKey(t *testing.T) {
	v := readVectors(t)
	signer, _, err := NewSigner(v.Origin, unhexBytes(t, v.Seed))
	must(t, err)
	c, err := Checkpoint{Origin: "elsewhere", Size: 3, Root: Hash{1}}.Sign(signer)
	must(t, err)
	back, err := ParseCheckpoint(c.Note, v.verifier(t))
	must(t, err)
	if back.Origin != v.Origin || back.Size != 3 || back.Root != (Hash{1}) {
		t.Errorf("signed %+v", back)
	}
	if _, err := (Checkpoint{Root: Hash{1}}).Sign(signer); !errors.Is(err, ErrInvalid) {
		t.Errorf("an empty log with entries is signed: %v", err)
	}
}

func TestNewSignerRefuses(t *testing.T) {
	seed := make([]byte, 32)
	for name, c := range map[string]struct {
		origin string
		seed   []byte
	}{
		"empty origin":      {"", seed},
		"space":             {"a b", seed},
		"plus":              {"a+b", seed},
		"newline":           {"a\nb", seed},
		"control character": {"a\x01b", seed},
		"not UTF-8":         {"a\xffb", seed},
		"201 bytes":         {strings.Repeat("a", 201), seed},
		"short seed":        {"a", seed[:31]},
		"long seed":         {"a", make([]byte, 64)},
	} {
		if _, vkey, err := NewSigner(c.origin, c.seed); err == nil {
			t.Errorf("%s: %s", name, vkey)
		}
	}
	s, vkey, err := NewSigner(strings.Repeat("a", 200), seed)
	must(t, err)
	c, err := Checkpoint{Size: 1}.Sign(s)
	must(t, err)
	key, err := newVerifier(vkey)
	must(t, err)
	if _, err := ParseCheckpoint(c.Note, key); err != nil {
		t.Error(err)
	}
}

func TestVerifierKeyHasOneForm(t *testing.T) {
	v := readVectors(t)
	name, rest, _ := strings.Cut(v.VKey, "+")
	id, key, _ := strings.Cut(rest, "+")
	for _, vkey := range []string{
		fmt.Sprintf("%s+%s+%s", name, strings.ToUpper(id), key),
		fmt.Sprintf("%s+%s+%s\n", name, id, key),
		fmt.Sprintf("%s+%s+%s\r\n%s", name, id, key[:4], key[4:]),
		fmt.Sprintf("%s+%s", name, id),
		"",
	} {
		if _, err := newVerifier(vkey); err == nil {
			t.Errorf("%q is a verifier key", vkey)
		}
	}
	flips([]byte(v.VKey), func(place int, flipped []byte) {
		if _, err := newVerifier(string(flipped)); err == nil {
			t.Errorf("byte %d flipped: %q is a verifier key", place, flipped)
		}
	})
}

func TestConsistencyIsRefused(t *testing.T) {
	v := readVectors(t)
	newest, err := ParseCheckpoint([]byte(v.Checkpoints[21].Note), v.verifier(t))
	must(t, err)
	older, err := ParseCheckpoint([]byte(v.Checkpoints[13].Note), v.verifier(t))
	must(t, err)
	good := hashes(t, v.Checkpoints[13].Consistency)
	must(t, VerifyConsistency(older, newest, good))

	for i := range good {
		bad := append([]Hash{}, good...)
		bad[i][31] ^= 1
		refused(t, "changed hash", VerifyConsistency(older, newest, bad))
	}
	smaller, rewritten := older, older
	smaller.Size--
	rewritten.Root[0] ^= 1
	refused(t, "other size", VerifyConsistency(smaller, newest, good))
	refused(t, "other root", VerifyConsistency(rewritten, newest, good))
	refused(t, "other newer root", VerifyConsistency(older, rewritten, nil))
	refused(t, "backwards", VerifyConsistency(newest, older, good))
	refused(t, "one hash more", VerifyConsistency(older, newest, append(good, Hash{})))
	refused(t, "no proof", VerifyConsistency(older, newest, nil))
	refused(t, "a proof where none is needed", VerifyConsistency(Checkpoint{}, newest, good))
	must(t, VerifyConsistency(Checkpoint{}, newest, nil))
	must(t, VerifyConsistency(older, older, nil))
}

func refused(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, ErrInvalid) {
		t.Errorf("%s: %v", what, err)
	}
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: says it in more than one line: %q", what, err)
	}
}
