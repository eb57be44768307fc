package index_test

import (
	"errors"
	"slices"
	"testing"

	"lethe/offchain"
	"lethe/offchain/index"
)

// Every object that a row names is listed, and every one that is only announced, marked as such; other tenants' are not, nor
// keys.
func TestObjectKeysListsWhatRowsAndAnnouncementsName(t *testing.T) {
	t.Parallel()
	s := filled(t, t.TempDir())
	var want []string
	err := s.View(t.Context(), func(q offchain.Queries) error {
		patients, err := q.Patients(t.Context())
		for _, p := range patients {
			objects, err := q.Objects(t.Context(), p.ID)
			if err != nil {
				return err
			}
			for _, o := range objects {
				want = append(want, o.Key)
			}
		}
		return err
	})
	if err != nil || len(want) == 0 {
		t.Fatalf("%d objects, %v", len(want), err)
	}
	intents := []offchain.Intent{{Kind: offchain.IntentObject, Name: "zz/announced"}, {Kind: offchain.IntentKey, Name: "a-key"}}
	if err := s.InTx(t.Context(), func(tx offchain.Tx) error { return tx.InsertIntents(t.Context(), intents) }); err != nil {
		t.Fatal(err)
	}
	var named, announced []string
	take := func(key string, only bool) error {
		if only {
			announced = append(announced, key)
		} else {
			named = append(named, key)
		}
		return nil
	}
	if err := index.ObjectKeys(t.Context(), s, take); err != nil {
		t.Fatal(err)
	}
	for _, key := range want {
		if !slices.Contains(named, key) {
			t.Errorf("%s is not listed among %q", key, named)
		}
	}
	if !slices.Contains(announced, "zz/announced") || slices.Contains(announced, "a-key") {
		t.Errorf("announced: %q", announced)
	}
	stop := errors.New("stop")
	if err := index.ObjectKeys(t.Context(), s, func(string, bool) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}
