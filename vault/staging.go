package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"lethe/keys"
	"lethe/offchain"
)

// staging holds keys and objects that exist before the transaction that makes them count. Each is announced in the index
// before it is made, so that after a crash the sweep finds and removes it; the transaction that commits them takes the
// announcements back.
type staging struct {
	s       *Service
	intents []offchain.Intent
	fresh   []offchain.Compartment // compartments whose keys are new
	objects []offchain.Object
	opened  []*keys.Key
	swept   bool // somebody took this process for dead, and cleans up after it
}

// compartment is a patient's compartment with its key open.
type compartment struct {
	offchain.Compartment
	key *keys.Key
}

// plan names a new compartment's key, without making it.
func (st *staging) plan(patient, name string) offchain.Compartment {
	return st.planned(offchain.Compartment{ID: newID(), Patient: patient, Name: name, KeyName: string(keys.NewName())})
}

// planCase names the key of a case's file, which the process that erases can open.
func (st *staging) planCase(patient, id string) offchain.Compartment {
	return st.planned(offchain.Compartment{ID: id, Patient: patient, Name: caseCompartment, KeyName: string(keys.NewCaseName())})
}

func (st *staging) planned(c offchain.Compartment) offchain.Compartment {
	c.Created = st.s.now()
	st.intents = append(st.intents, offchain.Intent{Kind: offchain.IntentKey, Name: c.KeyName, Holder: st.s.cfg.Holder})
	return c
}

// place names a new object, without writing it.
func (st *staging) place(c offchain.Compartment) offchain.Object {
	o := offchain.Object{ID: newID(), Patient: c.Patient, Compartment: c.ID, Key: st.s.newObjectKey(), Created: st.s.now()}
	st.intents = append(st.intents, offchain.Intent{Kind: offchain.IntentObject, Name: o.Key, Holder: st.s.cfg.Holder})
	return o
}

// announce makes the plan known before anything of it exists.
func (st *staging) announce(ctx context.Context) error {
	return st.s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return tx.InsertIntents(ctx, st.intents) })
}

// make creates a planned compartment's Transit key, and wraps a new compartment key with it.
func (st *staging) make(ctx context.Context, c offchain.Compartment) (compartment, error) {
	if err := st.s.cfg.Keys.Create(ctx, keys.Name(c.KeyName)); err != nil {
		return compartment{}, fmt.Errorf("create compartment key: %w", err)
	}
	key := keys.NewKey()
	st.opened = append(st.opened, key)
	wrapped, err := st.s.cfg.Keys.Wrap(ctx, keys.Name(c.KeyName), key, st.s.associated(c))
	if err != nil {
		return compartment{}, fmt.Errorf("wrap compartment key: %w", err)
	}
	c.Wrapped = wrapped
	st.fresh = append(st.fresh, c)
	return compartment{c, key}, nil
}

// use opens a compartment that exists.
func (st *staging) use(ctx context.Context, c offchain.Compartment) (compartment, error) {
	key, err := st.s.openKey(ctx, c)
	if err != nil {
		return compartment{}, err
	}
	st.opened = append(st.opened, key)
	return compartment{c, key}, nil
}

// sealedWriter encrypts into an object that has been placed.
type sealedWriter struct {
	*keys.Encrypter
	out    offchain.ObjectWriter
	object offchain.Object
}

func (st *staging) create(ctx context.Context, c compartment, o offchain.Object) (*sealedWriter, error) {
	out, err := st.s.cfg.Objects.Create(ctx, o.Key)
	if err != nil {
		return nil, err
	}
	enc, err := keys.NewEncrypter(out, c.key, st.s.context(c.Compartment, o.ID))
	if err != nil {
		out.Abort()
		return nil, fmt.Errorf("start object: %w", err)
	}
	return &sealedWriter{Encrypter: enc, out: out, object: o}, nil
}

// finish makes the object durable, with the plaintext size it turned out to have.
func (st *staging) finish(w *sealedWriter, size int64) error {
	if err := w.Close(); err != nil {
		return fmt.Errorf("end object: %w", err)
	}
	if err := w.out.Commit(); err != nil {
		return err
	}
	w.object.Size = size
	st.objects = append(st.objects, w.object)
	return nil
}

// commit inserts the new compartments and objects, runs fn, and takes the announcements back, all in one transaction.
func (st *staging) commit(ctx context.Context, fn func(offchain.Tx) error) error {
	return st.s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		for _, c := range st.fresh {
			if err := tx.InsertCompartment(ctx, c); err != nil {
				return err
			}
		}
		for _, o := range st.objects {
			if err := tx.InsertObject(ctx, o); err != nil {
				return err
			}
		}
		if err := fn(tx); err != nil {
			return err
		}
		err := tx.TakeIntents(ctx, st.s.cfg.Holder, names(st.intents))
		st.swept = errors.Is(err, offchain.ErrNotFound)
		return err
	})
}

// abandon removes what was made for a change that did not come about, or leaves that to the process that erases. It goes by what is still announced: a commit whose
// answer was lost has taken its announcements back, and is left alone.
func (st *staging) abandon(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if st.swept { // what was made after it was cleaned up
		return st.announceAgain(ctx)
	}
	announced, err := st.s.announced(ctx)
	if err != nil {
		return err
	}
	mine := slices.DeleteFunc(announced, func(i offchain.Intent) bool { return !slices.Contains(st.intents, i) })
	if st.s.cfg.Eraser != nil {
		return st.s.remove(ctx, mine)
	}
	return st.s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return tx.LeaveIntents(ctx, names(mine)) })
}

// announceAgain leaves everything to whoever cleans up, whether it is there or not.
func (st *staging) announceAgain(ctx context.Context) error {
	return st.s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		var all []offchain.Intent
		for _, i := range st.intents {
			i.Holder = ""
			all = append(all, i)
		}
		return errors.Join(tx.DeleteIntents(ctx, names(all)), tx.InsertIntents(ctx, all))
	})
}

// zero forgets the keys that were opened.
func (st *staging) zero() {
	for _, k := range st.opened {
		k.Zero()
	}
}

func names(intents []offchain.Intent) []string {
	all := make([]string, len(intents))
	for i, v := range intents {
		all[i] = v.Name
	}
	return all
}

// remove deletes announced keys and objects, then their announcements.
func (s *Service) remove(ctx context.Context, intents []offchain.Intent) error {
	if len(intents) == 0 {
		return nil
	}
	for _, i := range intents {
		var err error
		switch i.Kind {
		case offchain.IntentKey:
			err = s.cfg.Eraser.Destroy(ctx, keys.Name(i.Name))
		case offchain.IntentObject:
			_, err = s.cfg.Objects.DeleteAll(ctx, i.Name)
		}
		if err != nil {
			return fmt.Errorf("remove announced %s: %w", i.Kind, err)
		}
	}
	return s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error { return tx.DeleteIntents(ctx, names(intents)) })
}

func (s *Service) announced(ctx context.Context) (all []offchain.Intent, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		all, err = q.Intents(ctx)
		return err
	})
	return all, err
}

// sweep removes what interrupted changes had announced: at a start, also what this process itself had. What another one announces is
// left to it while its session lasts.
func (s *Service) sweep(ctx context.Context, atStart bool) error {
	left, err := s.announced(ctx)
	if err != nil {
		return err
	}
	if s.cfg.Shared {
		sessions, err := s.sessions(ctx) // later: who announces something has begun one
		if err != nil {
			return err
		}
		live := map[string]bool{s.cfg.Holder: !atStart}
		for _, one := range sessions {
			live[one.Holder] = live[one.Holder] || one.Holder != s.cfg.Holder
		}
		left = slices.DeleteFunc(left, func(i offchain.Intent) bool { return live[i.Holder] })
		if left, err = s.takeOver(ctx, left); err != nil {
			return err
		}
	}
	if len(left) > 0 {
		s.cfg.Logger.Info("removing what an interrupted change left", "keys_and_objects", len(left))
	}
	return s.remove(ctx, left)
}

// takeOver makes announcements of processes that died this one's, before anything of them is removed: those processes cannot complete
// them from then on. One that was completed in the meantime is left out.
func (s *Service) takeOver(ctx context.Context, left []offchain.Intent) (mine []offchain.Intent, err error) {
	if len(left) == 0 {
		return nil, nil
	}
	wanted := map[string]bool{}
	for _, i := range left {
		wanted[i.Name] = true
	}
	err = s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		there, err := tx.Intents(ctx)
		if err != nil {
			return err
		}
		mine = slices.DeleteFunc(there, func(i offchain.Intent) bool { return !wanted[i.Name] })
		return tx.LeaveIntents(ctx, names(mine))
	})
	return mine, err
}

// openKey unwraps a compartment's key through the cache. The caller zeroes it.
func (s *Service) openKey(ctx context.Context, c offchain.Compartment) (*keys.Key, error) {
	key, err := s.cache.Key(ctx, keys.Name(c.KeyName), c.Wrapped, s.associated(c))
	if err != nil {
		return nil, fmt.Errorf("open compartment key: %w", err)
	}
	return key, nil
}

// openObject opens an object for reading at any offset. The caller closes it.
func (s *Service) openObject(ctx context.Context, c compartment, o offchain.Object) (*objectReader, error) {
	src, err := s.cfg.Objects.Open(ctx, o.Key)
	if err != nil {
		return nil, err
	}
	plain, err := keys.NewReaderAt(src, src.Size(), c.key, s.context(c.Compartment, o.ID))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open object %s: %w", o.ID, err), src.Close())
	}
	return &objectReader{ReaderAt: plain, Closer: src}, nil
}

type objectReader struct {
	*keys.ReaderAt
	io.Closer
}
