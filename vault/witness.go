package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
)

// The outside witness is the contract: a store can be put back, the chain cannot. It says how far the log had come, and which keys
// had been erased by then.

// witnessed is what the contract has shown this process last; known is false while it has shown nothing and nobody has vouched
// for it.
func (g *guard) witnessed() (floor *anchor.Accepted, known bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.floor, g.floor != nil || g.attested
}

// Witnessed says whether the contract has answered since the start, and agreed.
func (s *Service) Witnessed() bool {
	floor, _ := s.guard.witnessed()
	return floor != nil
}

// contradiction is what was wrong when the contract answered last: unplugging it does not settle that.
func (g *guard) contradiction() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.contradicted
}

func (g *guard) isOpen() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}

// consult asks the contract. A contract that has answered since the start may be unreachable for a while; one that has not
// leaves the vault closed, unless the ledger's copy is kept outside or two persons attest that nothing was put back.
func (s *Service) consult(ctx context.Context) error {
	latest, err := s.cfg.Chain.Latest(ctx)
	if err != nil {
		return s.withoutWitness(ctx, err)
	}
	err = s.compare(ctx, latest)
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	if s.guard.contradicted = err; err == nil {
		s.guard.floor = &latest
	}
	return err
}

// compare measures the log against what the contract has accepted.
func (s *Service) compare(ctx context.Context, latest anchor.Accepted) error {
	if err := s.replayPredecessors(ctx); err != nil {
		return err
	}
	if latest.Log != s.cfg.Network.Log {
		return fmt.Errorf("the contract is at log %d, and what is published here names log %d: `lethe chain successor open` follows it", latest.Log, s.cfg.Network.Log)
	}
	size, err := s.sizeFor(ctx, latest.Size)
	if err != nil {
		return err
	}
	if size < latest.Size {
		return s.replayFromChain(ctx, latest, size)
	}
	return s.agrees(ctx, latest)
}

// sizeFor counts the log's entries. One that seems to be behind may be another process's to write, whose entries are fetched first.
func (s *Service) sizeFor(ctx context.Context, accepted uint64) (uint64, error) {
	size, err := s.cfg.Log.Size(ctx)
	if err != nil || size >= accepted || !s.cfg.Shared || s.cfg.Writer == nil {
		return size, err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.refresh(ctx); err != nil {
		return 0, err
	}
	return s.cfg.Log.Size(ctx)
}

// replayPredecessors erases again what was announced with the logs that this index has not followed to their end: it is from a time
// before a successor.
func (s *Service) replayPredecessors(ctx context.Context) error {
	of, err := s.number(ctx, numberSetting)
	if err != nil || of >= uint64(s.cfg.Network.Log) {
		return err
	}
	return s.replayAnnounced(ctx, uint32(of), 0)
}

func (s *Service) withoutWitness(ctx context.Context, reason error) error {
	of, err := s.number(ctx, numberSetting)
	if err != nil {
		return err
	}
	floor, known := s.guard.witnessed()
	switch contradicted := s.guard.contradiction(); {
	case contradicted != nil:
		return contradicted
	case !errors.Is(reason, anchor.ErrUnreachable):
		return reason // an answer that cannot be is not the absence of one
	case of < uint64(s.cfg.Network.Log):
		return fmt.Errorf("%w: what was erased before the successor of the log is known to the chain alone: %w", ErrNoWitness, reason)
	case floor != nil:
		s.cfg.Logger.Warn("the outside witness does not answer; it did since the start", "reason", reason.Error())
		return nil
	case known:
		return nil
	case s.cfg.LedgerOutside:
		s.cfg.Logger.Warn("the contract does not answer; the outside copy of the erasure ledger does", "reason", reason.Error())
		return nil
	case len(s.cfg.Attested) > 0:
		return s.attest(ctx)
	}
	return fmt.Errorf("%w: %w", ErrNoWitness, reason)
}

// attest takes the word of two persons that no store was put back, and logs it.
func (s *Service) attest(ctx context.Context) error {
	persons := s.cfg.Attested
	if len(persons) != 2 || !differ(persons[0], persons[1]) || !printable(persons[0]) || !printable(persons[1]) {
		return fmt.Errorf("%w: it takes two different persons, by name, to attest that nothing was put back", ErrInvalid)
	}
	if s.cfg.Keys != nil { // a process that cannot seal goes by the word that it was given
		if err := s.logAttested(ctx, persons); err != nil {
			return err
		}
	}
	s.cfg.Logger.Warn("no witness answers; two persons attest that no store was put back")
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	s.guard.attested = true
	return nil
}

// logAttested leaves an entry of who attested.
func (s *Service) logAttested(ctx context.Context, persons []string) error {
	k, err := s.loadControl(ctx)
	if err != nil {
		return err
	}
	c := k.compartment()
	key, err := s.openKey(ctx, c)
	if err != nil {
		return err
	}
	defer key.Zero()
	now := s.now().Unix()
	o := opening(anchor.RestoreDenied, newSalt(), attestedPayload{Format: formatVersion, At: now, Persons: persons})
	id, err := newRecordID()
	if err != nil {
		return err
	}
	name := "attested-" + id
	sealed, err := keys.Seal(key, s.context(c, name), encode(logged{Type: string(o.Type), Salt: o.Salt[:], Payload: o.Payload}))
	if err != nil {
		return err
	}
	return s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		return errors.Join(tx.PutSetting(ctx, name, sealed), enterLog(ctx, tx, offchain.LogEntry{Entry: o.Entry(), Subject: name}))
	})
}

// agrees compares the log with what the contract has accepted of it.
func (s *Service) agrees(ctx context.Context, latest anchor.Accepted) error {
	root, err := s.cfg.Log.Root(ctx, latest.Size)
	if err != nil {
		return err
	}
	if root != latest.Root {
		return fmt.Errorf("the log's first %d entries are not those that the contract accepted in block %d: %w", latest.Size, latest.Block, anchor.ErrFork)
	}
	return nil
}

// replayFromChain deals with a log that is behind: everything that could be put back was put back. The keys that had been erased are
// found by what was announced with the checkpoints, and erased again. The log itself stays closed until its newer tiles are back.
func (s *Service) replayFromChain(ctx context.Context, latest anchor.Accepted, size uint64) error {
	s.cfg.Logger.Error("the log is behind the contract: everything was put back to an earlier moment", "entries", size, "accepted", latest.Size)
	last, err := s.lastAgreed(ctx, latest.Log, size)
	if err != nil {
		return err
	}
	return s.replayAnnounced(ctx, latest.Log, last)
}

// lastAgreed is the newest accepted checkpoint that the log has reached. A log that has another root there was written to after it
// was put back.
func (s *Service) lastAgreed(ctx context.Context, log uint32, size uint64) (uint64, error) {
	history, err := s.cfg.Chain.History(ctx, log)
	if err != nil {
		return 0, fmt.Errorf("the log is behind the contract, which does not say what it has accepted: %w", err)
	}
	var last anchor.Accepted
	for _, a := range history {
		if a.Size <= size {
			last = a
		}
	}
	if last.Size == 0 {
		return 0, nil
	}
	return last.Size, s.agrees(ctx, last)
}

// replayAnnounced erases again what was announced with the checkpoints of a log larger than a size, and of later logs.
func (s *Service) replayAnnounced(ctx context.Context, log uint32, size uint64) error {
	if s.cfg.Census == nil {
		return nil // this process knows of no keys, and stays closed as the log is behind
	}
	erased, err := s.cfg.Chain.Erased(ctx, log, size)
	if err != nil {
		return fmt.Errorf("the contract does not say what was erased since: %w", err)
	}
	if err := s.eraseNamed(ctx, erased); err != nil {
		return err
	}
	return s.finishNamed(ctx, erased)
}

// finishNamed carries out what the ledger knows as well, and was put back to before its keys died: the case's own steps may need the
// log, which is closed.
func (s *Service) finishNamed(ctx context.Context, named []anchor.Hash) error {
	entries, err := s.cfg.Ledger.Entries(ctx)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !slices.ContainsFunc(e.Keys, func(name string) bool {
			return slices.Contains(named, anchor.ErasedKey(name)) || slices.Contains(named, anchor.ErasedKeyKept(name))
		}) {
			continue
		}
		alive, err := s.keysAlive(ctx, e.Keys)
		if err == nil && alive > 0 && s.cfg.Eraser == nil {
			err = errWaitsForEraser
		} else if err == nil && alive > 0 {
			err = s.replay(ctx, e)
		}
		if err != nil {
			return fmt.Errorf("carry out ledger entry %d, which was announced: %w", e.Seq, err)
		}
	}
	return nil
}

// replayFromLog looks at what the log has and this index has not noted: when the index was put back, the keys that were erased since
// are named there, even if the ledger was put back as well.
func (s *Service) replayFromLog(ctx context.Context) error {
	from, err := s.frontier(ctx)
	if err != nil {
		return err
	}
	size, err := s.cfg.Log.Size(ctx)
	if err != nil || size <= from {
		return err
	}
	var news []anchor.Hash
	for entry, err := range s.cfg.Log.Entries(ctx, from, size) {
		if err != nil {
			return err
		}
		news = append(news, entry)
	}
	return s.eraseNamed(ctx, news)
}

// eraseNamed erases the keys that are named in some entries and that the ledger does not know.
func (s *Service) eraseNamed(ctx context.Context, named []anchor.Hash) error {
	doomed, err := s.findErased(ctx, named)
	if err != nil {
		return err
	}
	if len(doomed) > 0 && s.cfg.Eraser == nil {
		return fmt.Errorf("the log names erased keys that this index holds: %w", errWaitsForEraser)
	}
	for patient, names := range doomed {
		if err := s.eraseAnnounced(ctx, patient, names); err != nil {
			return fmt.Errorf("erase again what was announced: %w", err)
		}
	}
	return nil
}

// findErased finds the keys of this index that were announced as erased, by patient. Those that the ledger knows are settled.
func (s *Service) findErased(ctx context.Context, erased []anchor.Hash) (map[string][]offchain.Compartment, error) {
	announced := make(map[anchor.Hash]bool, len(erased))
	for _, h := range erased {
		announced[h] = true
	}
	settled, err := s.ledgerKeys(ctx)
	if err != nil {
		return nil, err
	}
	doomed := map[string][]offchain.Compartment{}
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		all, err := q.KeyNames(ctx)
		if err != nil {
			return err
		}
		var dead []string
		for _, name := range all {
			if settled[name] {
				continue
			}
			if announced[anchor.ErasedKeyKept(name)] {
				return errors.New("the law keeps a part of what was erased, and its copy was put back with the rest: put newer copies of the stores and of the erasure ledger back")
			}
			if announced[anchor.ErasedKey(name)] {
				dead = append(dead, name)
			}
		}
		held, err := q.CompartmentsByKey(ctx, dead)
		for _, c := range held {
			doomed[c.Patient] = append(doomed[c.Patient], c)
		}
		return err
	})
	return doomed, err
}

func (s *Service) ledgerKeys(ctx context.Context) (map[string]bool, error) {
	entries, err := s.cfg.Ledger.Entries(ctx)
	known := map[string]bool{}
	for _, e := range entries {
		for _, name := range e.Keys {
			known[name] = true
		}
	}
	return known, err
}

// eraseAnnounced enters an erasure that only the chain remembers into the ledger, and carries it out. Its case is lost with the stores;
// it goes by a name of its own.
func (s *Service) eraseAnnounced(ctx context.Context, patient string, doomed []offchain.Compartment) error {
	id, err := newRecordID()
	if err != nil {
		return err
	}
	entry := offchain.LedgerEntry{Case: id, At: s.now(), Keys: []string{}, Objects: []string{}}
	in := map[string]bool{}
	for _, c := range doomed {
		entry.Keys = append(entry.Keys, c.KeyName)
		in[c.ID] = true
	}
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		objects, err := q.Objects(ctx, patient)
		for _, o := range objects {
			if in[o.Compartment] {
				entry.Objects = append(entry.Objects, o.Key)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if entry, err = s.cfg.Ledger.Append(ctx, entry); err != nil {
		return err
	}
	s.cfg.Step("restore.ledgered")
	return s.replay(ctx, entry)
}
