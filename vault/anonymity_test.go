package vault

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Nothing that the service keeps, logs or counts tells which of the providers asked. The first test compares everything that one reading leaves
// with what another's leaves, up to what is random; the second lets a classifier loose on what is random.

// crowd enrols a thousand providers of one organisation, and gives it a grant.
func crowd(t *testing.T, s *provingSite) *permit {
	t.Helper()
	s.enrol(slices.Repeat([]string{hospital}, 1000-len(s.doctors))...)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	return g
}

// rows is the whole index, a line for each row: numbers as they are, text and bytes by their lengths, since every id and secret there is
// random.
func (s *provingSite) rows() (all []string) {
	s.t.Helper()
	db := s.database()
	defer db.Close()
	for _, table := range s.texts(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'river%' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%'`) {
		all = append(all, s.rowsOf(db, table)...)
	}
	slices.Sort(all)
	return all
}

func (s *provingSite) rowsOf(db *sql.DB, table string) (all []string) {
	s.t.Helper()
	found, err := db.QueryContext(s.t.Context(), "SELECT * FROM "+table)
	must(s.t, err)
	defer found.Close()
	columns, err := found.Columns()
	must(s.t, err)
	for found.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		must(s.t, found.Scan(into...))
		all = append(all, table+" "+shape(columns, values))
	}
	return all
}

func shape(columns []string, values []any) string {
	var b strings.Builder
	for i, v := range values {
		switch v := v.(type) {
		case []byte:
			fmt.Fprintf(&b, "%s=%d bytes ", columns[i], len(v))
		case string:
			fmt.Fprintf(&b, "%s=%d letters ", columns[i], len(v))
		case int64:
			if columns[i] != "seq" && columns[i] != "position" { // which only say how many came before
				fmt.Fprintf(&b, "%s=%d ", columns[i], v)
			}
		}
	}
	return b.String()
}

// added is what is in b and not in a, as multisets.
func added(a, b []string) (more []string) {
	left := map[string]int{}
	for _, x := range a {
		left[x]++
	}
	for _, x := range b {
		if left[x]--; left[x] < 0 {
			more = append(more, x)
		}
	}
	return more
}

func TestTwoReadersLeaveTheSame(t *testing.T) {
	var log bytes.Buffer
	s := newProvingSite(t)
	g := crowd(t, s)
	s.cfg.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	record := s.recordIn(g.of, "care")
	leaves := func(d *doctor) (rows, lines []string) {
		before := s.rows()
		log.Reset()
		token := s.token(d, g, 0)
		_, err := s.AuthorizedRecords(t.Context(), token.Secret, thumbprint, g.of.Patient)
		must(t, err)
		_, err = s.readBy(token, record)
		must(t, err)
		return added(before, s.rows()), scrubbed(log.String())
	}
	rowsA, linesA := leaves(s.doctors[0])
	rowsB, linesB := leaves(s.doctors[999])
	if len(rowsA) == 0 || !slices.Equal(rowsA, rowsB) {
		t.Errorf("the index tells them apart:\n%s\n\n%s", strings.Join(rowsA, "\n"), strings.Join(rowsB, "\n"))
	}
	if !slices.Equal(linesA, linesB) {
		t.Errorf("the log tells them apart:\n%q\n%q", linesA, linesB)
	}
	s.wantNowhere(log.Bytes(), s.doctors[0], s.doctors[999])
}

// wantNowhere looks for readers' secrets and identities in the index's files and in the log, raw and as text.
func (s *provingSite) wantNowhere(log []byte, readers ...*doctor) {
	s.t.Helper()
	kept := log
	files, err := os.ReadDir(s.folder(indexDir))
	must(s.t, err)
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(s.folder(indexDir), f.Name()))
		must(s.t, err)
		kept = append(kept, data...)
	}
	if leaf := readers[0].Leaf(); !bytes.Contains(kept, field.Bytes(leaf)) {
		s.t.Fatal("the leaves of the tree are there to be found, and were not")
	}
	for i, d := range readers {
		for what, secret := range map[string]field.Element{"secret": d.secret, "identity": d.Identity} {
			if bytes.Contains(kept, field.Bytes(secret)) || bytes.Contains(kept, []byte(field.Text(secret))) {
				s.t.Errorf("the %s of reader %d is kept", what, i)
			}
		}
	}
}

var varying = regexp.MustCompile(`[0-9a-f-]{16,}|time=\S+|[0-9.]+m?µ?s\b`)

func scrubbed(log string) []string { return strings.Split(varying.ReplaceAllString(log, "…"), "\n") }

// recordIn is the id of a record of a patient's in a compartment.
func (s *provingSite) recordIn(c *citizen, compartment string) string {
	s.t.Helper()
	all, err := s.Records(s.t.Context(), c.Patient)
	must(s.t, err)
	for _, r := range all {
		if r.Compartment == compartment {
			return r.ID
		}
	}
	s.t.Fatal("no record in " + compartment)
	return ""
}

// reading is everything of one reading that is random and stays with the service, and which of two providers it was.
type reading struct {
	kept   []byte
	second bool
}

// readings has two providers read by turns of a coin. A proof takes a third of a second and leaves nothing behind but what is compared here, so the
// everyday run leaves it out; LETHE_CAMPAIGN makes the whole way.
func readings(t *testing.T, s *provingSite, g *permit, n int) (all []reading) {
	t.Helper()
	whole := os.Getenv("LETHE_CAMPAIGN") != ""
	for i := range n {
		r := reading{second: rand.IntN(2) == 1}
		d := s.doctors[0]
		if r.second {
			d = s.doctors[999]
		}
		c := s.challenge(g)
		w := s.witness(d, g, c, uint16(i))
		public, err := w.Public()
		must(t, err)
		escrow, err := w.Escrow()
		must(t, err)
		r.kept = slices.Concat(field.Bytes(public.Pseudonym), field.Bytes(public.Challenge), field.Bytes(public.Request), field.Bytes(public.SubjectTag), escrow.Bytes())
		if whole {
			_, err := s.present(w, c)
			must(t, err)
			kept := s.lastEvidence(g.of.Patient)
			if kept.Challenge != field.Text(public.Challenge) || !bytes.Equal(kept.Escrow, escrow.Bytes()) {
				t.Fatal("what the service keeps is not what is compared")
			}
		}
		all = append(all, r)
	}
	return all
}

func (s *provingSite) lastEvidence(patient string) *Evidence {
	s.t.Helper()
	entries, err := s.AccessLog(s.t.Context(), patient)
	must(s.t, err)
	return entries[len(entries)-1].Evidence
}

// guess trains a naive Bayes classifier on the bits of half the readings, and says how many of the other half it gets right.
func guess(all []reading) (right, of int) {
	train, test := all[:len(all)/2], all[len(all)/2:]
	bits := len(all[0].kept) * 8
	ones, count := [2][]float64{make([]float64, bits), make([]float64, bits)}, [2]float64{}
	class := map[bool]int{false: 0, true: 1}
	bit := func(r reading, i int) float64 { return float64(r.kept[i/8] >> (i % 8) & 1) }
	for _, r := range train {
		k := class[r.second]
		count[k]++
		for i := range bits {
			ones[k][i] += bit(r, i)
		}
	}
	for _, r := range test {
		score := math.Log(count[1]+1) - math.Log(count[0]+1)
		for i := range bits {
			p := func(k int) float64 { return (ones[k][i] + 1) / (count[k] + 2) }
			if bit(r, i) == 1 {
				score += math.Log(p(1)) - math.Log(p(0))
			} else {
				score += math.Log(1-p(1)) - math.Log(1-p(0))
			}
		}
		if (score > 0) == r.second {
			right++
		}
	}
	return right, len(test)
}

func TestADistinguisherDoesNoBetterThanChance(t *testing.T) {
	n := 240
	if k, err := strconv.Atoi(os.Getenv("LETHE_READS")); err == nil {
		n = k
	}
	s := newProvingSite(t, func(p *Proving) { p.Reads = uint16(n) })
	g := crowd(t, s)
	all := readings(t, s, g, n)
	right, of := guess(all)
	// four standard deviations of a coin
	if bound := float64(of)/2 + 4*math.Sqrt(float64(of))/2; float64(right) > bound {
		t.Errorf("of %d readings it tells %d right, and chance gives %d ± %.0f", of, right, of/2, bound-float64(of)/2)
	}
	t.Logf("%d readings: %d of %d told right", n, right, of)
	for i := range all { // the control: one byte of who they are, and the distinguisher has them
		leaf := s.doctors[0].Leaf()
		if all[i].second {
			leaf = s.doctors[999].Leaf()
		}
		all[i].kept = slices.Concat(all[i].kept, bytes.Repeat(field.Bytes(leaf), 4))
	}
	if right, of := guess(all); right < of*9/10 {
		t.Errorf("with their leaves in the open it tells %d of %d right: it is no distinguisher", right, of)
	}
}
