package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"lethe/anchor"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault/registry"
)

// changesOfVersion are what everybody sees of the newest version of a tree.
func (s *provingSite) changesOfVersion(k registry.Kind) []registry.Change {
	s.t.Helper()
	v, err := s.TreeVersion(k)
	must(s.t, err)
	encoded, err := s.Delta(s.t.Context(), k, v.Version-1)
	must(s.t, err)
	var d registry.Delta
	must(s.t, d.UnmarshalBinary(encoded))
	return d.Changes
}

// A version of the tree of grants changes a whole number of batches, whatever was waiting; what is not a tombstone looks like all the
// rest.
func TestVersionsAreFilledWithDummies(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	batch, standing := s.config.Batch, []*permit{}
	for waiting := range 2*batch + 2 {
		ended := min(len(standing), waiting/2)
		tombstones := map[uint32]bool{}
		for _, g := range standing[:ended] {
			s.withdraw(g)
			tombstones[g.Index] = true
		}
		standing = standing[ended:]
		for range waiting - ended {
			standing = append(standing, s.give(c))
		}
		size := s.copies[registry.Grants].Size()
		s.publish()
		changes := s.changesOfVersion(registry.Grants)
		if want := max(1, (waiting+batch-1)/batch) * batch; len(changes) != want {
			t.Errorf("%d waiting: %d changes, want %d", waiting, len(changes), want)
		}
		for _, change := range changes {
			if tombstones[change.Index] != (change.Leaf == registry.Tombstone()) {
				t.Errorf("%d waiting: place %d is %s", waiting, change.Index, field.Text(change.Leaf))
			}
			if change.Leaf == registry.Tombstone() {
				continue
			}
			if change.Index != size { // grants and dummies follow each other, without a sign of where the ones end
				t.Errorf("%d waiting: place %d is used before %d", waiting, change.Index, size)
			}
			size++
		}
	}
}

// Every delta leads from its version's root to the newest, and nobody's copy goes back.
func TestThreat45DeltasLeadForward(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	var copies []*registry.Copy
	for range 5 {
		g := s.give(c)
		s.publish()
		copies = append(copies, s.copies[registry.Grants].Clone())
		s.withdraw(g)
	}
	newest := s.publish()
	for _, old := range copies {
		again := old.Clone()
		encoded, err := s.Delta(t.Context(), registry.Grants, old.Version)
		must(t, err)
		var d registry.Delta
		must(t, d.UnmarshalBinary(encoded))
		must(t, old.Update(&d))
		if old.Root() != newest.Root || old.Version != newest.Version {
			t.Errorf("from version %d: another tree", again.Version)
		}
		if err := old.Update(&d); err == nil && d.From != d.To {
			t.Errorf("a delta from %d is taken twice", d.From)
		}
		back := copies[0].Clone()
		back.Version = newest.Version
		d = registry.Delta{Kind: registry.Grants, From: newest.Version, To: again.Version, Root: again.Root()}
		if err := back.Update(&d); err == nil {
			t.Errorf("a copy goes back to version %d", again.Version)
		}
	}
	put := s.copies[registry.Grants].Clone() // for whoever says that what was withdrawn is there again
	for i, l := range s.copies[registry.Grants].Leaves() {
		if l == registry.Tombstone() {
			err := put.Update(&registry.Delta{
				Kind: registry.Grants, From: put.Version, To: put.Version + 1, Root: put.Root(),
				Changes: []registry.Change{{Index: uint32(i), Leaf: field.Random()}},
			})
			is(t, err, registry.ErrUsed)
		}
	}
	for what, call := range map[string]func() error{
		"invalid-request": func() error { return errorOf(s.Delta(t.Context(), registry.Grants, newest.Version+1)) },
		"not-found":       func() error { return errorOf(s.Delta(t.Context(), "patients", 0)) },
	} {
		wantCode(t, "a delta that there is not", call(), what)
	}
	_, err := s.TreeVersion("patients")
	wantCode(t, "a tree that there is not", err, "not-found")
}

// Threat 45: an accreditation is the role's word on one version of one tree of one service, and is carried out once.
func TestThreat45AccreditationsAreCarriedOutOnce(t *testing.T) {
	s := newProvingSite(t)
	k := registry.Providers
	leaf := enter(5, field.Random())
	refused := func(name, code string, k registry.Kind, a Accreditation) {
		t.Helper()
		s.refused(name, code, func() error { return errorOf(s.Accredit(t.Context(), k, a)) })
	}
	good := s.accreditation(k, leaf)
	signing, _, err := note.GenerateKey(rand.Reader, "example.org/accreditation")
	must(t, err)
	stranger, err := note.NewSigner(signing)
	must(t, err)
	text, _, _ := bytes.Cut(good.Note, []byte("\n\n"))
	resigned := func(text string, by note.Signer) Accreditation {
		signed, err := note.Sign(&note.Note{Text: text}, by)
		must(t, err)
		return Accreditation{Changes: good.Changes, Note: signed}
	}
	words := string(text) + "\n"
	refused("by a stranger of the same name", "bad-signature", k, resigned(words, stranger))
	refused("without a note", "bad-signature", k, Accreditation{Changes: good.Changes})
	altered := bytes.Replace(good.Note, []byte("\n2\n"), []byte("\n3\n"), 1)
	refused("of another version", "bad-signature", k, Accreditation{good.Changes, altered})
	refused("of other changes", "conflict", k, Accreditation{[]LeafChange{enter(5, field.Random())}, good.Note})
	refused("of another place", "conflict", k, Accreditation{[]LeafChange{enter(6, leaf.Leaf)}, good.Note})
	refused("of more changes", "conflict", k, Accreditation{append(slices.Clone(good.Changes), remove(0)), good.Note})
	refused("of no changes", "conflict", k, Accreditation{nil, good.Note})
	refused("for another tree", "conflict", registry.Issuers, good)
	elsewhere := strings.Replace(words, s.config.Service, "example.org/other", 1)
	refused("for another service", "conflict", k, resigned(elsewhere, s.accreditor))
	refused("for a version to come", "conflict", k, resigned(strings.Replace(words, "\n2\n", "\n3\n", 1), s.accreditor))
	refused("that says nothing", "invalid-request", k, resigned("lethe registry\n", s.accreditor))
	timeless := words[:strings.LastIndex(words[:len(words)-1], "\n")+1] + "now\n"
	refused("without a time", "invalid-request", k, resigned(timeless, s.accreditor))
	refused("of grants", "invalid-request", registry.Grants, good)
	refused("of a tree that there is not", "invalid-request", "patients", good)
	for name, c := range map[string]LeafChange{
		"of a place that is used": enter(0, field.Random()), "outside the tree": enter(1<<20, field.Random()),
		"of nothing": enter(7, registry.Empty()),
	} {
		refused(name, "invalid-request", k, Accreditation{[]LeafChange{c}, good.Note})
	}
	v, err := s.Accredit(t.Context(), k, good)
	must(t, err)
	if v.Version != 2 || v.Floor != 0 || !bytes.Equal(v.Note, good.Note) || !v.Published.Equal(s.clock.now()) {
		t.Errorf("published %+v", v)
	}
	s.wantEntry(v.Opening())
	refused("a second time", "conflict", k, good)
	s.accredit(k, remove(5))
	refused("again, after it was taken back", "conflict", k, good)
	now, err := s.TreeVersion(k)
	if err != nil || now.Floor != 3 || now.Version != 3 {
		t.Errorf("after a removal: %+v, %v", now, err)
	}
	s.accredit(k) // nothing changes, but the root is new again
	if now, err = s.TreeVersion(k); err != nil || now.Floor != 3 || now.Version != 4 {
		t.Errorf("after a version without changes: %+v, %v", now, err)
	}
}

// What a version's entry in the log says is known to everybody who knows the version.
func TestRootsAreInTheLog(t *testing.T) {
	s := newProvingSite(t)
	v := s.publish()
	if o := v.Opening(); o.Type != anchor.RegistryRoot || o.Salt != (anchor.Hash{}) {
		t.Errorf("opening %+v", o)
	}
	s.wantEntry(v.Opening())
	v.Root = field.Random()
	if n := s.text(`SELECT count(*) FROM log_entries WHERE lower(hex(entry)) = ?`, entryOf(v.Opening())); n != "0" {
		t.Error("the entry says nothing of the root")
	}
}

// The trees are the same after a restart; an index in which one was altered is not served.
func TestThreat45AlteredTreesAreNotLoaded(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	s.withdraw(g)
	s.publish()
	before := map[registry.Kind]TreeVersion{}
	for _, k := range registry.Kinds() {
		before[k], _ = s.TreeVersion(k)
	}
	s.stop()
	s.start()
	for _, k := range registry.Kinds() {
		now, err := s.TreeVersion(k)
		if was := before[k]; err != nil || now.Root != was.Root || now.Version != was.Version || now.Floor != was.Floor {
			t.Errorf("%s after a restart: %+v, %v, before %+v", k, now, err, before[k])
		}
	}
	blob := func(digits string) string { return "x'" + strings.Repeat(digits, 32) + "'" }
	for name, alter := range map[string][]string{
		"a leaf put back": {
			fmt.Sprintf(`UPDATE registry_leaves SET value = x'%x' WHERE kind = 'grants' AND place = %d`, field.Bytes(g.Leaf()), g.Index),
		},
		"a leaf too many": {
			`INSERT INTO registry_leaves (tenant, kind, place, value, version) VALUES ('main', 'providers', 9, ` + blob("07") + `, 1)`,
		},
		"a leaf too few":      {`DELETE FROM registry_leaves WHERE kind = 'providers' AND place = 0`},
		"a leaf at its place": {`UPDATE registry_leaves SET place = 7 WHERE kind = 'issuers' AND place = 0`},
		"a leaf of no field":  {`UPDATE registry_leaves SET value = ` + blob("ff") + ` WHERE kind = 'issuers' AND place = 0`},
		"another root":        {`UPDATE registry_versions SET root = ` + blob("05") + ` WHERE kind = 'grants'`},
		"no newest version":   {`DELETE FROM registry_versions WHERE kind = 'grants' AND version = 2`},
		"two leaves in turn": {
			`UPDATE registry_leaves SET place = 7 WHERE kind = 'issuers' AND place = 0`,
			`UPDATE registry_leaves SET place = 0 WHERE kind = 'issuers' AND place = 1`,
			`UPDATE registry_leaves SET place = 1 WHERE kind = 'issuers' AND place = 7`,
		},
	} {
		s.stop()
		kept := t.TempDir()
		s.copyTo(kept)
		for _, statement := range alter {
			s.alter(statement)
		}
		s.open()
		if err := s.Recover(t.Context()); err == nil {
			t.Errorf("%s: served", name)
		}
		s.stop()
		s.putBack(kept, indexDir)
		s.start()
	}
}

// Each call of the stores fails once, before or after it took effect: there is the old version or the new one, and the next comes.
func TestThreat45InterruptedVersions(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	accredit := func(change LeafChange) func() error {
		a := s.accreditation(registry.Providers, change)
		return func() error { return errorOf(s.Accredit(t.Context(), registry.Providers, a)) }
	}
	for _, prepare := range []func() func() error{
		func() func() error {
			g := s.given(s.permit(c))
			return func() error { return errorOf(s.Give(t.Context(), g)) }
		},
		func() func() error {
			s.give(c)
			return func() error { return errorOf(s.PublishGrants(t.Context())) }
		},
		func() func() error { return accredit(enter(s.copies[registry.Providers].Size(), field.Random())) },
		func() func() error { return accredit(remove(s.copies[registry.Providers].Size())) },
		func() func() error {
			w := s.withdrawal(s.give(c))
			return func() error { return errorOf(s.Withdraw(t.Context(), w)) }
		},
		func() func() error {
			c := s.citizen(identity.Own)
			s.give(c)
			b := s.rotation(c, c.key)
			return func() error { return errorOf(s.Bind(t.Context(), b)) }
		},
	} {
		for _, how := range []outcome{fails, answerLost} {
			for at, reached := 0, true; reached; at++ {
				action := prepare()
				s.ports.watch(only(at, how))
				err := action()
				calls := s.ports.seen()
				if reached = at < len(calls); reached && (how == fails || changes(calls[at])) != (err != nil) {
					t.Errorf("call %d (%s) broken: %v", at, calls[at], err)
				}
				if at%3 == 2 { // the process died of it
					s.stop()
					s.start()
				}
				must(t, s.settleTrees())
				if !reached && at < 2 {
					t.Errorf("%d calls were broken", at)
				}
			}
		}
	}
}

// settleTrees checks that everybody can follow the trees, and that another version comes.
func (s *provingSite) settleTrees() error {
	s.fetch(registry.Kinds()...)
	s.publish()
	for _, k := range registry.Kinds() {
		v, err := s.tree(s.t.Context(), k)
		if err != nil || v.Root != s.copies[k].Root() || v.Version != s.copies[k].Version || v.tree.Root() != v.Root {
			return fmt.Errorf("%s at %d: the service is at %d: %w", k, s.copies[k].Version, v.Version, err)
		}
	}
	if left := s.text(`SELECT count(*) FROM registry_leaves WHERE next IS NOT NULL`); left != "0" {
		return fmt.Errorf("%s places wait", left)
	}
	return nil
}

// When the answer to a removal is lost, it holds: the process does not go on with the tree from before.
func TestLostAnswersAreCaughtUpWith(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own), func(g *identity.Grant) { g.Basis = identity.BasisCare })
	s.publish()
	p := newShown(t, s, g, 0)
	lost := func(_ int, call string) outcome {
		if call == "store.InTx" {
			return answerLost
		}
		return works
	}
	a := s.accreditation(registry.Issuers, remove(0))
	s.ports.watch(lost)
	is(t, errorOf(s.Accredit(t.Context(), registry.Issuers, a)), errFault)
	s.ports.seen()
	p.refusedAs("by the root from before", "accreditation-ended", p.presented(), thumbprint)
	late := s.given(s.permit(g.of, func(g *identity.Grant) { g.Basis = identity.BasisCare }))
	s.refused("a grant by the one who was removed", "bad-signature", func() error { return errorOf(s.Give(t.Context(), late)) })
	s.fetch(registry.Issuers)
	s.accredit(registry.Issuers, enter(5, field.Random()))
}

// Two processes on the same stores have the same trees.
func TestTwoProcessesShareTheTrees(t *testing.T) {
	s := newProvingSite(t)
	two := s.site.second()
	g := s.give(s.citizen(identity.Own), func(g *identity.Grant) { g.Basis = identity.BasisCare })
	must(t, errorOf(two.PublishGrants(t.Context())))
	must(t, errorOf(s.PublishGrants(t.Context())))
	s.publish()
	p := newShown(t, s, g, 0)
	must(t, errorOf(two.Accredit(t.Context(), registry.Issuers, s.accreditation(registry.Issuers, remove(0)))))
	p.refusedAs("what another process has revoked", "accreditation-ended", p.presented(), thumbprint)
	late := s.given(s.permit(g.of, func(g *identity.Grant) { g.Basis = identity.BasisCare }))
	s.refused("a grant by who was revoked there", "bad-signature", func() error { return errorOf(s.Give(t.Context(), late)) })
	s.fetch(registry.Issuers)
	s.accredit(registry.Issuers, enter(5, field.Random()))
}

// The tree of grants is published on its schedule, and what is over is forgotten with it.
func TestKeepPublishing(t *testing.T) {
	s := newProvingSite(t, func(p *Proving) { p.PublishEvery = time.Millisecond })
	g := s.give(s.citizen(identity.Own))
	s.alter(`INSERT INTO spent (tenant, used, value, until) VALUES ('main', 'challenge', x'00', 0)`)
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.KeepPublishing(ctx)
	}()
	for ctx.Err() == nil {
		s.fetch(registry.Grants)
		if s.copies[registry.Grants].Leaf(g.Index) == g.Leaf() && s.text(`SELECT count(*) FROM spent WHERE until = 0`) == "0" {
			stop()
		}
	}
	<-done
	if s.copies[registry.Grants].Leaf(g.Index) != g.Leaf() {
		t.Error("not published")
	}
	if s.text(`SELECT count(*) FROM spent WHERE until = 0`) != "0" {
		t.Error("nothing is forgotten")
	}
}
