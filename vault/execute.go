package vault

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"lethe/keys"
	"lethe/offchain"
)

// execution is a case on its way.
type execution struct {
	*Service
	row   offchain.Case
	key   *keys.Key
	file  *caseFile
	lease string // under which it is this process's to carry out
}

// step leads from one state to the next. It may run any number of times: what an earlier attempt did is found done.
type step struct {
	from, to state
	run      func(*execution, context.Context) error
}

// steps is the order of an erasure. Nothing is destroyed before what is kept reads from its copy, before the ledger knows the
// keys in two places, and before decryption was shown to work; nothing is certified before it was shown to fail.
func steps() []step {
	return []step{
		{stateApproved, stateRetained, (*execution).copyRetained},
		{stateRetained, stateTombstoned, (*execution).tombstone},
		{stateTombstoned, stateLedgered, (*execution).enterLedger},
		{stateLedgered, stateUncached, (*execution).dropCaches},
		{stateUncached, stateControlled, (*execution).controlBefore},
		{stateControlled, stateDestroyed, (*execution).destroyKeys},
		{stateDestroyed, stateUnreadable, (*execution).controlAfter},
		{stateUnreadable, stateObjectsGone, (*execution).deleteObjects},
		{stateObjectsGone, stateScrubbed, (*execution).scrubIndex},
		{stateScrubbed, stateCertified, (*execution).certify},
	}
}

// ExecuteErasure carries a case through to its certificate, from whatever state it is in. It is what the job calls.
func (s *Service) ExecuteErasure(ctx context.Context, job offchain.ExecuteErasure) error {
	s.erasing.Lock()
	defer s.erasing.Unlock()
	err := s.alone(ctx, leaseErasing, func(ctx context.Context) error {
		return s.execute(ctx, job.Case, leaseErasing, steps())
	})
	s.guard.failed(job.Case, err)
	s.changed.signal()
	return err
}

// PrepareErasure carries out the first step alone, in a process that serves where it is another that erases: what the law keeps is
// copied by who can decrypt it. The job for the rest is queued with it.
func (s *Service) PrepareErasure(ctx context.Context, job offchain.PrepareErasure) error {
	err := s.alone(ctx, leasePreparing, func(ctx context.Context) error {
		return s.execute(ctx, job.Case, leasePreparing, steps()[:1])
	})
	s.guard.failed(job.Case, err)
	return err
}

func (s *Service) execute(ctx context.Context, id, lease string, steps []step) error {
	row, key, file, err := s.openCase(ctx, id)
	if err != nil {
		return err
	}
	defer key.Zero()
	e := &execution{Service: s, row: row, key: key, file: file, lease: lease}
	for _, st := range steps {
		if string(st.from) != e.row.State {
			continue
		}
		if st.from == stateApproved && s.cfg.Keys == nil {
			return s.askToPrepare(ctx, row)
		}
		if s.cfg.Shared {
			if err := s.renew(ctx, lease); err != nil {
				return err
			}
		}
		s.cfg.Logger.Info("erasure step begins", "case", id, "to", string(st.to))
		if err := st.run(e, ctx); err != nil {
			return fmt.Errorf("case %s: on the way to %s: %w", id, st.to, err)
		}
		if err := e.reach(ctx, st.to, nil); err != nil {
			return err
		}
		s.cfg.Logger.Info("erasure step done", "case", id, "state", string(st.to))
		s.cfg.Step("erase." + string(st.to))
	}
	return nil
}

// reach records a state, with what else changes in the same transaction. A step that has reached its state itself is left
// as it is.
func (e *execution) reach(ctx context.Context, to state, with func(offchain.Tx) error) error {
	if e.row.State == string(to) {
		return nil
	}
	err := e.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		if with != nil {
			if err := with(tx); err != nil {
				return err
			}
		}
		return e.save(ctx, tx, to)
	})
	if err != nil {
		return fmt.Errorf("case %s: record %s: %w", e.row.ID, to, err)
	}
	e.row.State = string(to)
	e.changed.signal()
	return nil
}

func (e *execution) save(ctx context.Context, tx offchain.Tx, to state) error {
	if e.file.Reached == nil {
		e.file.Reached = map[string]int64{}
	}
	e.file.Reached[string(to)] = e.now().Unix()
	sealed, err := e.sealCase(e.key, e.row.ID, e.file)
	if err != nil {
		return err
	}
	row := e.row
	row.State, row.File = string(to), sealed
	if to == stateRetained && e.cfg.Eraser == nil {
		err = tx.Enqueue(ctx, offchain.ExecuteErasure{Case: row.ID})
	}
	return errors.Join(err, e.holdsLease(ctx, tx, e.lease), tx.UpdateCase(ctx, row))
}

// askToPrepare leaves a case that waits for its copies to a process that serves, once more when its job seems to be lost.
func (s *Service) askToPrepare(ctx context.Context, c offchain.Case) error {
	if s.cfg.Now().Sub(c.Created) < writerWait || s.cfg.Now().Sub(s.asked[c.ID]) < writerWait {
		return nil
	}
	if s.asked == nil {
		s.asked = map[string]time.Time{}
	}
	s.asked[c.ID] = s.cfg.Now()
	return s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return tx.Enqueue(ctx, offchain.PrepareErasure{Case: c.ID}) })
}

// tombstone is step 1: in one transaction the plan is fixed from what is there now, and reading and writing end.
func (e *execution) tombstone(ctx context.Context) error {
	if _, err := e.openRetained(ctx); err != nil {
		return err
	}
	patient := e.row.Patient
	err := e.reach(ctx, stateTombstoned, func(tx offchain.Tx) error {
		h, err := gather(ctx, tx, patient)
		if err != nil {
			return err
		}
		e.file.Parts = h.parts(e.file.Kept)
		if err := e.bury(ctx, tx, h); err != nil {
			return err
		}
		return errors.Join(e.tellAll(ctx, tx, patient), tx.SetPatientState(ctx, patient, offchain.PatientErasing))
	})
	if err == nil {
		e.open.revoke(patient) // who had been reading stops here as well
	}
	return err
}

// bury puts tombstones on everything that is about to be erased.
func (e *execution) bury(ctx context.Context, tx offchain.Tx, h holdings) error {
	var doomed []string
	for _, p := range e.file.erased() {
		doomed = append(doomed, p.Compartment)
	}
	ids := h.idsIn(doomed, e.file.Kept)
	if e.file.wholly() {
		ids = append(ids, e.row.Patient)
	}
	return bury(ctx, tx, ids, e.row.ID, e.now)
}

// idsIn lists the records and bundles in some compartments, without the records that are kept.
func (h holdings) idsIn(compartments, kept []string) []string {
	stays := setOf(kept)
	var ids []string
	for _, r := range h.records {
		if slices.Contains(compartments, r.Compartment) && !stays[r.ID] {
			ids = append(ids, r.ID)
		}
	}
	for _, b := range h.bundles {
		if slices.Contains(compartments, b.Compartment) {
			ids = append(ids, b.ID)
		}
	}
	return ids
}

func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// enterLedger is step 2: from here any restored store finds its dead keys, in either copy of the ledger or in the log. What is kept
// is read again before that, as it is before the tombstone and before the keys are destroyed.
func (e *execution) enterLedger(ctx context.Context) error {
	if _, err := e.openRetained(ctx); err != nil {
		return err
	}
	entry := offchain.LedgerEntry{Case: e.row.ID, At: e.now(), Keys: []string{}, Objects: []string{}, Retained: e.file.Retained.Manifest}
	for _, p := range e.file.erased() {
		entry.Keys = append(entry.Keys, p.KeyName)
		entry.Objects = append(entry.Objects, p.Objects...)
	}
	written, err := e.cfg.Ledger.Append(ctx, entry)
	if err != nil {
		return err
	}
	e.file.Ledger = written.Seq
	err = e.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		return errors.Join(e.holdsLease(ctx, tx, e.lease), enterLog(ctx, tx, e.file.erasedKeys(e.row.ID)...))
	})
	if err != nil {
		return err
	}
	e.cfg.Step("erase.keys-announced")
	if err := e.awaitLogged(ctx, e.row.ID); err != nil {
		return err
	}
	e.file.LogSize = e.cfg.Log.Shown().Size
	return nil
}

// dropCaches is step 3: no process keeps a key of the patient, no open reader goes on, and no grant or token stands.
func (e *execution) dropCaches(ctx context.Context) error {
	if err := e.revokeEverywhere(ctx, e.row.Patient); err != nil {
		return err
	}
	return e.reach(ctx, stateUncached, func(tx offchain.Tx) error { return e.endGrants(ctx, tx, e.row.Patient) })
}

// destroyKeys is step 6. Whatever happened since the last time, what is kept is read before the first original goes.
func (e *execution) destroyKeys(ctx context.Context) error {
	if _, err := e.openRetained(ctx); err != nil {
		return err
	}
	for _, p := range e.file.erased() {
		if err := e.destroyKey(ctx, keys.Name(p.KeyName)); err != nil {
			return err
		}
		e.cfg.Step("erase.key-destroyed")
	}
	if err := e.revokeEverywhere(ctx, e.row.Patient); err != nil { // who had found no tombstone may have unwrapped one since the last time
		return err
	}
	return e.advanceCounter(ctx, e.file.Ledger)
}

// destroyKey destroys a key, confirms that it is gone, and forgets it: who had found no tombstone may have unwrapped it after
// the caches were dropped, and cannot any more.
func (s *Service) destroyKey(ctx context.Context, name keys.Name) error {
	if err := s.cfg.Eraser.Destroy(ctx, name); err != nil {
		return fmt.Errorf("destroy key: %w", err)
	}
	live, err := s.cfg.Eraser.Exists(ctx, name)
	if err != nil {
		return fmt.Errorf("confirm that the key is gone: %w", err)
	}
	if live {
		return errors.New("the key store answers that the key is gone, and still has it")
	}
	s.cache.Drop(name)
	return nil
}

// advanceCounter turns the key store's counter until it stands at the ledger's number or above.
func (s *Service) advanceCounter(ctx context.Context, to uint64) error {
	at, err := s.cfg.Eraser.Count(ctx)
	behind := at < to
	for err == nil && at < to {
		at, err = s.cfg.Eraser.Advance(ctx)
	}
	if err != nil {
		return fmt.Errorf("turn the key store's counter: %w", err)
	}
	if behind && at > to {
		return s.balance(ctx, at)
	}
	return nil
}

// balance brings the ledger up to a counter that was turned once too often, by a process that stood still while another went on: with
// entries of nothing, for a counter ahead of the ledger says that the ledger was put back.
func (s *Service) balance(ctx context.Context, count uint64) error {
	for {
		entries, err := s.cfg.Ledger.Entries(ctx)
		if err != nil || uint64(len(entries)) >= count {
			return err
		}
		id, err := newRecordID()
		if err == nil {
			_, err = s.cfg.Ledger.Append(ctx, offchain.LedgerEntry{Case: id, At: s.now(), Keys: []string{}, Objects: []string{}})
		}
		if err != nil {
			return fmt.Errorf("balance the key store's counter: %w", err)
		}
		s.cfg.Logger.Warn("the key store's counter was turned once too often; an entry of nothing balances it")
	}
}

// deleteObjects is step 8. What its store keeps under a lock is left, and said in the certificate.
func (e *execution) deleteObjects(ctx context.Context) error {
	e.file.Locked = lockedCopies{}
	for _, p := range e.file.erased() {
		for _, key := range p.Objects {
			n, err := e.cfg.Objects.DeleteAll(ctx, key)
			var locked *offchain.LockedError
			if errors.As(err, &locked) {
				e.file.Locked.add(locked)
			} else if err != nil {
				return err
			}
			e.file.Versions += n
			e.cfg.Step("erase.object-deleted")
		}
	}
	return nil
}

// scrubIndex is step 9: what is kept is found at its copy from here; wrapped keys, descriptions and identifiers of the rest are
// overwritten and deleted, and so is their residue.
func (e *execution) scrubIndex(ctx context.Context) error {
	kept, err := e.openRetained(ctx)
	if err != nil {
		return err
	}
	var doomed []string
	for _, p := range e.file.erased() {
		doomed = append(doomed, p.Compartment)
	}
	err = e.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		if err := e.holdsLease(ctx, tx, e.lease); err != nil {
			return err
		}
		for _, r := range kept {
			if err := tx.MoveRecord(ctx, r); err != nil {
				return err
			}
		}
		if err := tx.WipeCompartments(ctx, doomed); err != nil {
			return err
		}
		if err := tx.MarkApplied(ctx, e.file.Ledger); err != nil {
			return err
		}
		if e.file.wholly() {
			return tx.WipeIdentity(ctx, e.row.Patient)
		}
		return tx.SetPatientState(ctx, e.row.Patient, offchain.PatientActive)
	})
	if err != nil {
		return err
	}
	e.cfg.Step("erase.rows-deleted")
	if err := e.cfg.Store.Scrub(ctx); err != nil {
		return err
	}
	debug.FreeOSMemory() // what Go's cryptography kept of the keys and cannot zero: docs/erasure.md, Residue
	e.file.Done, e.file.Salt = e.now().Unix(), make([]byte, sha256.Size)
	_, _ = rand.Read(e.file.Salt) // never fails (crypto/rand)
	return nil
}

// resumeErasures carries through what a crash interrupted, as far as it is this process's to do. A case that cannot go on does not keep
// the others from being served.
func (s *Service) resumeErasures(ctx context.Context) error {
	if s.cfg.Eraser == nil {
		return nil // preparing is asked for again
	}
	var open []offchain.Case
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		open, err = q.OpenCases(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range open {
		s.cfg.Logger.Info("an erasure goes on", "case", c.ID, "state", c.State)
		err := s.ExecuteErasure(ctx, offchain.ExecuteErasure{Case: c.ID})
		if errors.Is(err, errCaseKeyLost) {
			err = s.rollBack(ctx, c)
		}
		if err != nil && ctx.Err() != nil {
			return err
		}
		if err != nil { // its patient stays closed, and its job tries again; the others need not wait
			s.cfg.Logger.Error("an erasure cannot go on", "case", c.ID, "state", c.State, "reason", err.Error())
		}
	}
	return nil
}

// eraserLook is how often the process that erases looks whether everything is as it should be.
const eraserLook = 20 * time.Second

// KeepErasing does in time what otherwise only a start does, until ctx ends: it measures the stores, so that those who serve find them
// mended, goes on with erasures whose job was lost, cleans up after processes that died, and forgets what nobody waits for.
func (s *Service) KeepErasing(ctx context.Context) {
	if !s.cfg.Shared || s.cfg.Eraser == nil {
		return
	}
	tick := time.NewTicker(eraserLook)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := s.checkRestore(ctx)
		if err == nil {
			err = errors.Join(s.sweep(ctx, false), s.resumeErasures(ctx), s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
				return errors.Join(tx.ForgetRevocations(ctx, s.now().Add(-revocationsKept)), s.forgetDead(ctx, tx))
			}))
		}
		if err != nil && ctx.Err() == nil {
			s.cfg.Logger.Error("erasures wait", "error", Code(err))
		}
	}
}
