package indextest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"lethe/offchain"
)

const tree = "grants"

func value(n byte) *[32]byte { return &[32]byte{31: n} }

// shown is a leaf that compares by what it says.
func shown(l offchain.Leaf) string {
	text := func(v *[32]byte) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprint(v[31])
	}
	return fmt.Sprintf("%d: %s by %d, then %s, of %q", l.Index, text(l.Value), l.Version, text(l.Next), l.Group)
}

func allShown(leaves []offchain.Leaf, err error) (all []string, _ error) {
	for _, l := range leaves {
		all = append(all, shown(l))
	}
	return all, err
}

func leaves(after, upTo uint64) func(context.Context, offchain.Queries) ([]string, error) {
	return func(ctx context.Context, q offchain.Queries) ([]string, error) {
		return allShown(q.Leaves(ctx, tree, after, upTo))
	}
}

func pendingLeaves(ctx context.Context, q offchain.Queries) ([]string, error) {
	return allShown(q.PendingLeaves(ctx, tree))
}

func version(n, floor uint64) offchain.TreeVersion {
	return offchain.TreeVersion{Kind: tree, Version: n, Floor: floor, Root: *value(byte(n)), At: time.Unix(int64(n), 0).UTC(), Note: []byte("note")}
}

func publish(v offchain.TreeVersion) func(context.Context, offchain.Tx) error {
	return func(ctx context.Context, tx offchain.Tx) error { return tx.PublishLeaves(ctx, v) }
}

func set(index uint32, next *[32]byte, group string) func(context.Context, offchain.Tx) error {
	return func(ctx context.Context, tx offchain.Tx) error {
		return tx.SetLeaf(ctx, tree, index, *next, []byte(group))
	}
}

func leavesArePublishedTogether(t *testing.T, s offchain.Store) {
	change(t, s, set(3, value(7), "g"))
	change(t, s, set(1, value(8), "g"))
	equal(t, "pending", look(t, s, pendingLeaves), []string{`1: - by 0, then 8, of "g"`, `3: - by 0, then 7, of "g"`})
	equal(t, "published", look(t, s, leaves(0, 9)), []string(nil))
	equal(t, "counted", look(t, s, counted(tree, "g")), int64(0))

	change(t, s, publish(version(1, 0)))
	equal(t, "pending", look(t, s, pendingLeaves), []string(nil))
	change(t, s, set(3, value(1), "")) // withdrawn, not yet published
	equal(t, "published", look(t, s, leaves(0, 9)), []string{`1: 8 by 1, then -, of "g"`, `3: 7 by 1, then 1, of ""`})
	equal(t, "counted", look(t, s, counted(tree, "g")), int64(1))
	change(t, s, publish(version(2, 2)))
	equal(t, "changed since 1", look(t, s, leaves(1, 2)), []string{`3: 1 by 2, then -, of ""`})
	equal(t, "up to 1", look(t, s, leaves(0, 1)), []string{`1: 8 by 1, then -, of "g"`})
	for _, n := range []uint64{2, 4} {
		if err := s.InTx(t.Context(), func(tx offchain.Tx) error { return tx.PublishLeaves(t.Context(), version(n, 0)) }); !errors.Is(err, offchain.ErrExists) {
			t.Errorf("version %d over 2: %v", n, err)
		}
	}
}

func counted(kind, group string) func(context.Context, offchain.Queries) (int64, error) {
	return func(ctx context.Context, q offchain.Queries) (int64, error) {
		return q.CountLeaves(ctx, kind, []byte(group))
	}
}

func versionsByRootAndNumber(t *testing.T, s offchain.Store) {
	again := version(3, 1)
	again.Root = *value(1)
	for _, v := range []offchain.TreeVersion{version(1, 0), version(2, 1), again} {
		change(t, s, publish(v))
	}
	newest := look(t, s, func(ctx context.Context, q offchain.Queries) (offchain.TreeVersion, error) {
		return q.TreeVersion(ctx, tree)
	})
	equal(t, "newest", newest, again)
	byRoot := look(t, s, func(ctx context.Context, q offchain.Queries) (offchain.TreeVersion, error) {
		return q.TreeVersionOf(ctx, tree, *value(1))
	})
	equal(t, "by a root that two versions had", byRoot, again)
	byNumber := look(t, s, func(ctx context.Context, q offchain.Queries) (offchain.TreeVersion, error) {
		return q.TreeVersionAt(ctx, tree, 2)
	})
	equal(t, "by its number", byNumber, version(2, 1))
}

func placesAreGivenOutOnce(t *testing.T, s offchain.Store) {
	reserve := func(capacity uint32) (got uint32, err error) {
		err = s.InTx(t.Context(), func(tx offchain.Tx) error {
			got, err = tx.ReserveLeaf(t.Context(), tree, capacity)
			return err
		})
		return got, err
	}
	for want := range uint32(2) {
		if got, err := reserve(4); err != nil || got != want {
			t.Fatalf("place %d: got %d, %v", want, got, err)
		}
	}
	change(t, s, set(2, value(9), ""))
	if got, err := reserve(4); err != nil || got != 3 {
		t.Errorf("after a place that was taken without: got %d, %v", got, err)
	}
	if _, err := reserve(4); !errors.Is(err, offchain.ErrFull) {
		t.Errorf("in a full tree: %v", err)
	}
	equal(t, "a place without a value", shown(look(t, s, leafAt(1))), `1: - by 0, then -, of ""`)
	change(t, s, publish(version(1, 0)))
	equal(t, "published", look(t, s, leaves(0, 1)), []string{`2: 9 by 1, then -, of ""`})
}

func leafAt(i uint32) func(context.Context, offchain.Queries) (offchain.Leaf, error) {
	return func(ctx context.Context, q offchain.Queries) (offchain.Leaf, error) { return q.Leaf(ctx, tree, i) }
}

func binding(ctx context.Context, q offchain.Queries) (offchain.Binding, error) {
	return q.Binding(ctx, "p")
}

func grantsOf(ctx context.Context, q offchain.Queries) ([]offchain.Grant, error) {
	return q.Grants(ctx, "p")
}

func grantsGoWithTheirCompartment(t *testing.T, s offchain.Store) {
	who := newPerson("p")
	change(t, s, who.insert)
	b := offchain.Binding{Patient: "p", Compartment: who.care.ID, Sealed: []byte("handle"), Mark: []byte("mark"), Floor: 3}
	g := offchain.Grant{Index: 5, Patient: "p", Compartment: b.Compartment, Sealed: []byte("grant"), Created: time.Unix(50, 0).UTC()}
	other := offchain.Grant{Index: 6, Patient: "q", Compartment: "other", Sealed: []byte("grant"), Created: g.Created}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return errors.Join(tx.InsertBinding(ctx, b), tx.InsertGrant(ctx, g), tx.InsertGrant(ctx, other),
			tx.RaiseFloor(ctx, "p", 7), tx.RaiseFloor(ctx, "p", 4), tx.EndGrant(ctx, 5, time.Unix(60, 0)), tx.EndGrant(ctx, 5, time.Unix(70, 0)))
	})
	b.Floor, g.Ended = 7, time.Unix(60, 0).UTC()
	equal(t, "binding", look(t, s, binding), b)
	equal(t, "grants", look(t, s, grantsOf), []offchain.Grant{g})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return tx.ReplaceBinding(ctx, offchain.Binding{Patient: "p", Compartment: b.Compartment, Sealed: []byte("new"), Mark: []byte("mark")})
	})
	b.Sealed = []byte("new")
	equal(t, "a new binding under the old floor", look(t, s, binding), b)
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return tx.WipeCompartments(ctx, []string{b.Compartment})
	})
	equal(t, "grants of a wiped compartment", look(t, s, grantsOf), []offchain.Grant(nil))
	kept := look(t, s, func(ctx context.Context, q offchain.Queries) (offchain.Grant, error) { return q.Grant(ctx, 6) })
	equal(t, "a grant of another", kept, other)
}

func valuesAreSpentOnce(t *testing.T, s offchain.Store) {
	spend := func(use string, v byte, until int64) error {
		return s.InTx(t.Context(), func(tx offchain.Tx) error { return tx.Spend(t.Context(), use, []byte{v}, time.Unix(until, 0)) })
	}
	for _, c := range []struct {
		use  string
		v    byte
		want error
	}{{"challenge", 1, nil}, {"challenge", 2, nil}, {"pseudonym", 1, nil}, {"challenge", 1, offchain.ErrExists}} {
		if err := spend(c.use, c.v, int64(c.v)*100); !errors.Is(err, c.want) {
			t.Errorf("%s %d: %v", c.use, c.v, err)
		}
	}
	spent := func(v byte) bool {
		return look(t, s, func(ctx context.Context, q offchain.Queries) (bool, error) {
			return q.Spent(ctx, "challenge", []byte{v})
		})
	}
	equal(t, "spent", []bool{spent(1), spent(2), spent(3)}, []bool{true, true, false})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.Expire(ctx, time.Unix(150, 0)) })
	equal(t, "spent, after the first one's time", []bool{spent(1), spent(2)}, []bool{false, true})
	if err := errors.Join(spend("challenge", 1, 900)); err != nil {
		t.Errorf("after its time: %v", err)
	}
	if err := spend("challenge", 2, 900); !errors.Is(err, offchain.ErrExists) {
		t.Errorf("before its time: %v", err)
	}
}

func tokensAreRevokedByPatient(t *testing.T, s offchain.Store) {
	token := func(n byte, patient string, until int64) offchain.Token {
		return offchain.Token{Hash: *value(n), Patient: patient, Claims: []byte("c"), Until: time.Unix(until, 0).UTC()}
	}
	get := func(n byte) (offchain.Token, error) {
		var k offchain.Token
		err := s.View(t.Context(), func(q offchain.Queries) (err error) {
			k, err = q.Token(t.Context(), *value(n))
			return err
		})
		return k, err
	}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error {
		return errors.Join(tx.InsertToken(ctx, token(1, "p", 100)), tx.InsertToken(ctx, token(2, "p", 200)), tx.InsertToken(ctx, token(3, "q", 200)))
	})
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.Expire(ctx, time.Unix(150, 0)) })
	if _, err := get(1); !errors.Is(err, offchain.ErrNotFound) {
		t.Errorf("an expired token: %v", err)
	}
	if k, err := get(2); err != nil || k.Patient != "p" || string(k.Claims) != "c" {
		t.Errorf("a living token: %v, %v", k, err)
	}
	change(t, s, func(ctx context.Context, tx offchain.Tx) error { return tx.RevokeTokens(ctx, "p") })
	if _, err := get(2); !errors.Is(err, offchain.ErrNotFound) {
		t.Errorf("a revoked token: %v", err)
	}
	if k, err := get(3); err != nil || k.Patient != "q" {
		t.Errorf("somebody else's token: %v, %v", k, err)
	}
}

func notesAreReadInOrder(t *testing.T, s offchain.Store) {
	for _, m := range []string{"a", "b", "c"} {
		change(t, s, func(ctx context.Context, tx offchain.Tx) error {
			return errors.Join(tx.InsertNote(ctx, []byte("inbox"), []byte(m)), tx.InsertNote(ctx, []byte("other"), []byte("x")))
		})
	}
	read := func(after int64, limit int) []offchain.Note {
		return look(t, s, func(ctx context.Context, q offchain.Queries) ([]offchain.Note, error) {
			return q.Notes(ctx, []byte("inbox"), after, limit)
		})
	}
	all := read(0, 9)
	if len(all) != 3 || string(all[0].Message) != "a" || string(all[2].Message) != "c" {
		t.Fatalf("notes: %v", all)
	}
	equal(t, "after the first, one", read(all[0].Seq, 1), all[1:2])
}
