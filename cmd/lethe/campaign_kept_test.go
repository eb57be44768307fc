package main

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"testing"

	"lethe/offchain/index"
)

// What the law keeps is readable after a kill at every point around its copy, on the servers, and after the database is put back to a time
// before there was a copy: its manifest is found in the bucket.
func TestThreat49KeptOutlivesKillsAndARestoreOnServers(t *testing.T) {
	s := newSite(t, onTheServers(t), func(*config) {})
	for _, point := range []string{
		"erase.approved", "erase.retained-written", "erase.retained-manifest-written", "erase.retained-read-back", "erase.retained-readable",
		"erase.tombstoned", "erase.key-destroyed", "erase.rows-deleted",
	} {
		t.Run(point, func(t *testing.T) {
			s.t = t
			kept, lost := s.claims(s.takeIn())
			before := s.copyDatabase()
			killed(t, point, s.with("erase", kept.patient, "--ground", "17.1.b", "--yes", "--retain", "billing",
				"--retain-ground", "17.3.b", "--retain-law", "tax code", "--retain-until", "2036-12-31")...)
			s.wantKept(kept, lost) // the next start carries it through
			s.putDatabaseBack(before)
			s.wantKept(kept, lost)
		})
	}
}

// claim is what is kept of a patient, with its bytes.
type claim struct {
	patient string
	records map[string][]byte
}

// claims tells what will be kept of somebody from the rest.
func (s *site) claims(r resident) (kept claim, lost []string) {
	s.t.Helper()
	kept = claim{r.patient, map[string][]byte{}}
	s.opened(func(st *state) {
		lost = s.everythingOf(st, r.patient)
		records, err := st.Records(s.t.Context(), r.patient)
		noError(s.t, err)
		for _, one := range records {
			if one.Compartment != "billing" && one.Compartment != "identity" { // which stays as long as anything does
				continue
			}
			kept.records[one.ID], err = read(s.t.Context(), st, one.ID)
			noError(s.t, err)
			lost = slices.DeleteFunc(lost, func(id string) bool { return id == one.ID })
		}
	})
	if len(kept.records) == 0 {
		s.t.Fatal("nothing to keep")
	}
	return kept, lost
}

func (s *site) wantKept(kept claim, lost []string) {
	s.t.Helper()
	s.opened(func(st *state) {
		for id, want := range kept.records {
			have, err := read(s.t.Context(), st, id)
			if err != nil || !bytes.Equal(have, want) {
				s.t.Errorf("what is kept: %d bytes of %d, %v", len(have), len(want), err)
			}
		}
		if n, _ := opens(s.t, st, lost); n > 0 {
			s.t.Errorf("%d of %d that were erased are read", n, len(lost))
		}
	})
}

func (s *site) copyDatabase() (folder string) {
	s.t.Helper()
	thief := *s.thief
	thief.loot = s.t.TempDir()
	noError(s.t, thief.withIndexes(s.t.Context(), true, func(there, copied *index.Store) error {
		_, err := index.Copy(s.t.Context(), there, copied)
		return err
	}))
	return filepath.Clean(thief.loot)
}

func (s *site) putDatabaseBack(folder string) {
	s.t.Helper()
	thief := *s.thief
	thief.loot = folder
	ctx := context.WithoutCancel(s.t.Context())
	noError(s.t, thief.withIndexes(ctx, true, func(there, copied *index.Store) error {
		if err := index.Clear(ctx, there); err != nil {
			return err
		}
		_, err := index.Copy(ctx, copied, there)
		return err
	}))
}
