package vault

import (
	"context"
	"errors"

	"lethe/keys"
	"lethe/offchain"
)

// replay carries a ledger entry out on whatever a restored store has of it. Every part finds what is done already.
func (s *Service) replay(ctx context.Context, e offchain.LedgerEntry) error {
	kept, err := s.findRetained(ctx, e)
	if err != nil {
		return err
	}
	var doomed []offchain.Compartment
	err = s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		if err := s.holdsLease(ctx, tx, leaseErasing); err != nil {
			return err
		}
		if doomed, err = tx.CompartmentsByKey(ctx, e.Keys); err != nil {
			return err
		}
		if err := kept.adopt(ctx, tx); err != nil {
			return err
		}
		if err := enterLog(ctx, tx, erasedKeys(e.Case, e.Keys, e.Retained != "")...); err != nil {
			return err
		}
		return s.buryAgain(ctx, tx, e, doomed)
	})
	if err != nil {
		return err
	}
	s.cfg.Step("replay.tombstoned")
	if err := s.revokeAll(ctx, doomed); err != nil {
		return err
	}
	if err := s.destroyAgain(ctx, e); err != nil {
		return err
	}
	if err := s.revokeAll(ctx, doomed); err != nil { // who had found no tombstone may have unwrapped one since
		return err
	}
	s.cfg.Step("replay.destroyed")
	err = s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		return errors.Join(s.holdsLease(ctx, tx, leaseErasing), s.wipeAgain(ctx, tx, e, doomed))
	})
	if err != nil {
		return err
	}
	return s.cfg.Store.Scrub(ctx)
}

// revokeAll has every process drop the keys of those whose compartments these are.
func (s *Service) revokeAll(ctx context.Context, doomed []offchain.Compartment) error {
	told := map[string]bool{}
	for _, c := range doomed {
		if told[c.Patient] {
			continue
		}
		told[c.Patient] = true
		if err := s.revokeEverywhere(ctx, c.Patient); err != nil {
			return err
		}
	}
	return nil
}

// findRetained opens what the erasure kept. A key store that was put back to a time before the copy was made no longer has its
// key: that is said, and does not keep the dead alive.
func (s *Service) findRetained(ctx context.Context, e offchain.LedgerEntry) (*retainedSet, error) {
	if e.Retained == "" {
		return nil, nil
	}
	set, err := s.openManifest(ctx, e.Case, e.Retained)
	if errors.Is(err, keys.ErrNoKey) || errors.Is(err, offchain.ErrNotFound) {
		if err := s.originalsGone(ctx, e); err != nil {
			return nil, err
		}
		s.cfg.Logger.Error("what an erasure had kept cannot be opened: the restored store is older than the copy", "case", e.Case)
		return nil, nil
	}
	return &set, err
}

// originalsGone refuses to go on while the originals of what was kept may still be readable and their copy is not: destroying them
// would lose what the law keeps.
func (s *Service) originalsGone(ctx context.Context, e offchain.LedgerEntry) error {
	alive, err := s.keysAlive(ctx, e.Keys)
	if err != nil {
		return err
	}
	there, err := s.objectsThere(ctx, e.Objects)
	if err != nil {
		return err
	}
	if alive > 0 && there > 0 {
		return errors.New("the stores were put back to a time before what the law keeps was copied: put newer copies of keys and objects back")
	}
	return nil
}

// adopt puts the retained copy into an index that has forgotten it.
func (set *retainedSet) adopt(ctx context.Context, tx offchain.Tx) error {
	if set == nil {
		return nil
	}
	if _, err := tx.Patient(ctx, set.compartment.Patient); errors.Is(err, offchain.ErrNotFound) {
		p := offchain.Patient{ID: set.compartment.Patient, State: offchain.PatientActive, Created: set.objects[0].Created}
		if err := tx.InsertPatient(ctx, p); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	_, err := tx.Compartment(ctx, set.compartment.ID)
	if errors.Is(err, offchain.ErrNotFound) {
		err = tx.InsertCompartment(ctx, set.compartment)
	}
	if err != nil {
		return err
	}
	if err := set.adoptObjects(ctx, tx); err != nil {
		return err
	}
	if err := set.adoptRecords(ctx, tx); err != nil {
		return err
	}
	return tx.DeleteIntents(ctx, set.names()) // of an index put back to when the copy was being made
}

// names are the key and the objects of the copy, as they were announced.
func (set *retainedSet) names() []string {
	all := []string{set.compartment.KeyName}
	for _, o := range set.objects {
		all = append(all, o.Key)
	}
	return all
}

func (set *retainedSet) adoptObjects(ctx context.Context, tx offchain.Tx) error {
	_, err := tx.Object(ctx, set.objects[0].ID)
	if !errors.Is(err, offchain.ErrNotFound) {
		return err // nil: this index knows of the copy
	}
	for _, o := range set.objects {
		if err := tx.InsertObject(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (set *retainedSet) adoptRecords(ctx context.Context, tx offchain.Tx) error {
	for _, r := range set.records {
		_, err := tx.Record(ctx, r.ID)
		if errors.Is(err, offchain.ErrNotFound) {
			err = tx.InsertRecords(ctx, []offchain.Record{r})
		} else if err == nil {
			err = tx.MoveRecord(ctx, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// buryAgain puts tombstones on what a restored index still has of an entry.
func (s *Service) buryAgain(ctx context.Context, tx offchain.Tx, e offchain.LedgerEntry, doomed []offchain.Compartment) error {
	for _, c := range doomed {
		h, err := gather(ctx, tx, c.Patient)
		if err != nil {
			return err
		}
		ids := h.idsIn([]string{c.ID}, nil)
		if c.Name == identityCompartment {
			ids = append(ids, c.Patient)
		}
		if err := bury(ctx, tx, ids, e.Case, s.now); err != nil {
			return err
		}
		if err := errors.Join(tx.SetPatientState(ctx, c.Patient, offchain.PatientErasing), s.endGrants(ctx, tx, c.Patient)); err != nil {
			return err
		}
	}
	return nil
}

// destroyAgain destroys the entry's keys, confirms it, and deletes its objects.
func (s *Service) destroyAgain(ctx context.Context, e offchain.LedgerEntry) error {
	for _, name := range e.Keys {
		if err := s.destroyKey(ctx, keys.Name(name)); err != nil {
			return err
		}
	}
	for _, key := range e.Objects {
		_, err := s.cfg.Objects.DeleteAll(ctx, key)
		if locked := (*offchain.LockedError)(nil); err != nil && !errors.As(err, &locked) {
			return err
		}
	}
	return s.advanceCounter(ctx, e.Seq)
}

// wipeAgain deletes the rows, and ends the state in which the patient could be neither read nor written.
func (s *Service) wipeAgain(ctx context.Context, tx offchain.Tx, e offchain.LedgerEntry, doomed []offchain.Compartment) error {
	identity := map[string]bool{}
	for _, c := range doomed {
		identity[c.Patient] = identity[c.Patient] || c.Name == identityCompartment
		if err := tx.WipeCompartments(ctx, []string{c.ID}); err != nil {
			return err
		}
	}
	for patient, gone := range identity {
		err := tx.SetPatientState(ctx, patient, offchain.PatientActive)
		if gone {
			err = tx.WipeIdentity(ctx, patient)
		}
		if err != nil {
			return err
		}
	}
	if err := closeCase(ctx, tx, e.Case); err != nil {
		return err
	}
	return tx.MarkApplied(ctx, e.Seq)
}

// closeCase ends a case that the replay has carried out in place of its own steps.
func closeCase(ctx context.Context, tx offchain.Tx, id string) error {
	c, err := tx.Case(ctx, id)
	if errors.Is(err, offchain.ErrNotFound) || (err == nil && (c.State == string(stateCertified) || c.State == string(stateAnchored))) {
		return nil
	}
	if err != nil {
		return err
	}
	c.State = string(stateReplayed)
	return tx.UpdateCase(ctx, c)
}
