package ceremony

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

func TestRecord(t *testing.T) {
	d := whole()
	by := d.File.Contributors[0]
	r := Record{
		Contributor: by.Name, Ceremony: d.Hash, Phase: 2, Number: 11, Before: hashOf([]byte("b")), Contribution: hashOf([]byte("c")),
		Time: time.Unix(1_900_000_000, 0).UTC(),
	}
	signed, err := r.sign(d.signers[0])
	if err != nil {
		t.Fatal(err)
	}
	if got, err := openRecord(signed, &by); err != nil || got != r {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = openRecord(signed, &d.File.Contributors[1])
	wantRefusal(t, err, Unknown, "rehearser-2")
	_, err = openRecord(append(signed, make([]byte, maxNoteSize)...), &by)
	wantRefusal(t, err, Malformed, "bytes")
}

// One record has one text.
func TestRecordHasOneForm(t *testing.T) {
	d := whole()
	by := d.File.Contributors[0]
	text := Record{Phase: 1, Number: 1, Time: time.Unix(1_900_000_000, 0)}.text()
	for from, to := range map[string]string{
		"phase 1": "phase 01", "number 1": "number +1", "time 2030": "time  2030", "Z\n": "+00:00\n", "\nphase": "\n\nphase",
		"lethe/ceremony": "lethe/Ceremony", "ceremony 00": "ceremony ZZ", "before 0": "before ",
		":40Z": ":40.0Z", "phase 1\n": "phase 1 \n",
	} {
		changed := strings.Replace(text, from, to, 1)
		if changed == text {
			t.Fatalf("no %q in %s", from, text)
		}
		signed, err := note.Sign(&note.Note{Text: changed}, d.signers[0])
		if err != nil {
			t.Fatal(err)
		}
		_, err = openRecord(signed, &by)
		wantRefusal(t, err, Malformed, "note")
	}
}

func TestBaseHasOneForm(t *testing.T) {
	for name, want := range map[string]bool{
		"001-a": true, "012-a-b": true, "1-a": false, "001a": false, "001": false,
		"-01-a": false, "+01-a": false, "1000-a": false, "0001-a": false,
	} {
		if _, _, ok := parseBase(name); ok != want {
			t.Errorf("%s: %v", name, ok)
		}
	}
}

func FuzzThreat53Note(f *testing.F) {
	d := whole()
	f.Add(d.files[first1+noteEnd])
	f.Add([]byte(Record{Phase: 1, Number: 1, Time: time.Unix(1_900_000_000, 0)}.text()))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := openRecord(data, &d.File.Contributors[0]); err == nil && !strings.HasPrefix(string(data), r.text()) {
			t.Fatal("a note of another text")
		}
		if r, err := parseRecord(string(data)); err == nil && r.text() != string(data) {
			t.Fatal("a text in two forms")
		}
	})
}
