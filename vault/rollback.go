package vault

import (
	"context"
	"errors"

	"lethe/keys"
	"lethe/offchain"
)

// errCaseKeyLost says that the key store does not have the key of a case's file: it was put back to a time before the case.
var errCaseKeyLost = errors.New("the case's key is lost")

// rollBack ends a case whose key a restored key store has lost. The ledger does not know the case, or the guard would have
// carried it out, so nothing was destroyed: its tombstones are taken back, and the request has to be filed again.
func (s *Service) rollBack(ctx context.Context, c offchain.Case) error {
	s.cfg.Logger.Error("an erasure was rolled back: the key store was put back to a time before it; file the request again", "case", c.ID)
	dead, err := s.deadCopies(ctx, c.Patient)
	if err != nil {
		return err
	}
	var objects []offchain.Intent
	err = s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		if err := s.holdsLease(ctx, tx, leaseErasing); err != nil {
			return err
		}
		for _, d := range dead {
			all, err := tx.Objects(ctx, c.Patient)
			if err != nil {
				return err
			}
			for _, o := range all {
				if o.Compartment == d {
					objects = append(objects, offchain.Intent{Kind: offchain.IntentObject, Name: o.Key})
				}
			}
		}
		c.State = string(stateRolledBack)
		return errors.Join(tx.InsertIntents(ctx, objects), tx.WipeCompartments(ctx, dead), tx.DeleteTombstones(ctx, c.ID),
			tx.SetPatientState(ctx, c.Patient, offchain.PatientActive), tx.UpdateCase(ctx, c))
	})
	if err != nil {
		return err
	}
	return s.remove(ctx, objects)
}

// deadCopies lists the patient's retained compartments that no record lies in and whose key is lost: the case had made them.
func (s *Service) deadCopies(ctx context.Context, patient string) (dead []string, err error) {
	var held []offchain.Compartment
	var rows []offchain.RecordRef
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		if held, err = q.Compartments(ctx, patient); err != nil {
			return err
		}
		rows, err = q.RecordRefs(ctx, patient)
		return err
	})
	if err != nil {
		return nil, err
	}
	inUse := map[string]bool{}
	for _, r := range rows {
		inUse[r.Compartment] = true
	}
	for _, c := range held {
		if c.Name != retainedCompartment || inUse[c.ID] {
			continue
		}
		live, err := s.cfg.Eraser.Exists(ctx, keys.Name(c.KeyName))
		if err != nil {
			return nil, err
		}
		if !live {
			dead = append(dead, c.ID)
		}
	}
	return dead, nil
}
