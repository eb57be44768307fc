package ceremony

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"lethe/circuits"
)

// maxNoteSize is the most that is read of a note.
const maxNoteSize = 4 << 10

// Record is what a contributor signs of a contribution, as the text of a C2SP signed-note.
type Record struct {
	Contributor  string        // by the name in the ceremony file; the file's name says it, and the signature shows it
	Ceremony     circuits.Hash // of the ceremony file
	Phase        int
	Number       int           // from 1, in each phase
	Before       circuits.Hash // of the contribution that this one stands on, or of the phase's beginning
	Contribution circuits.Hash // of the file
	Time         time.Time     // by the contributor's clock, whole seconds
}

const recordText = `lethe/ceremony/contribution/v1
ceremony %s
phase %d
number %d
before %s
contribution %s
time %s
`

func (r Record) text() string {
	return fmt.Sprintf(recordText, r.Ceremony, r.Phase, r.Number, r.Before, r.Contribution, r.Time.UTC().Format(time.RFC3339))
}

// sign makes a record's note.
func (r Record) sign(s note.Signer) ([]byte, error) { return note.Sign(&note.Note{Text: r.text()}, s) }

// openRecord reads a note that must be signed by one contributor, and says what it says in no other form.
func openRecord(data []byte, by *Contributor) (r Record, err error) {
	if len(data) > maxNoteSize {
		return r, refuse(Malformed, "note: %d bytes", len(data))
	}
	v, err := note.NewVerifier(by.Verifier)
	if err != nil {
		return r, fmt.Errorf("vkey of %s: %w", by.Name, err)
	}
	n, err := note.Open(data, note.VerifierList(v))
	if err != nil {
		return r, refuse(Unknown, "note of %s: %v", by.Name, err)
	}
	r, err = parseRecord(n.Text)
	r.Contributor = by.Name
	return r, err
}

func parseRecord(text string) (r Record, err error) {
	var ceremony, before, contribution, at string
	if _, err := fmt.Sscanf(text, recordText, &ceremony, &r.Phase, &r.Number, &before, &contribution, &at); err != nil {
		return r, refuse(Malformed, "note: %v", err)
	}
	for _, h := range []struct {
		to   *circuits.Hash
		text string
	}{{&r.Ceremony, ceremony}, {&r.Before, before}, {&r.Contribution, contribution}} {
		if *h.to, err = circuits.ParseHash(h.text); err != nil {
			return r, refuse(Malformed, "note: %v", err)
		}
	}
	if r.Time, err = time.Parse(time.RFC3339, at); err != nil {
		return r, refuse(Malformed, "note: %v", err)
	}
	r.Time = r.Time.UTC()
	if r.text() != text {
		return r, refuse(Malformed, "note: not as it is written here")
	}
	return r, nil
}

// base is the name that the two files of a contribution have before their ends.
func base(number int, contributor string) string { return fmt.Sprintf("%03d-%s", number, contributor) }

// parseBase is the opposite of base.
func parseBase(name string) (number int, contributor string, ok bool) {
	head, contributor, found := strings.Cut(name, "-")
	if _, err := fmt.Sscanf(head, "%03d", &number); err != nil || !found {
		return 0, "", false
	}
	return number, contributor, base(number, contributor) == name
}
