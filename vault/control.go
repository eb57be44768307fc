package vault

import (
	"context"
	"errors"
	"fmt"
	"io"

	"lethe/keys"
	"lethe/offchain"
)

// The decryption test shows that destroying a key is what made its data unreadable: the witness decrypts before, fails after,
// and a control key that nothing destroyed works in the same run.

// controlSetting holds the control key's compartment in the index.
const (
	controlSetting   = "control-key"
	controlPatient   = "control"
	controlPlaintext = "lethe: the control key works"
)

type controlKey struct {
	_            struct{} `cbor:",toarray"`
	ID, KeyName  string
	Wrapped, Box []byte
}

// ensureControl makes the control key, once.
func (s *Service) ensureControl(ctx context.Context) (err error) {
	if _, err = s.loadControl(ctx); !errors.Is(err, offchain.ErrNotFound) {
		return err
	}
	st := &staging{s: s}
	defer st.zero()
	defer func() {
		if err != nil {
			err = errors.Join(err, st.abandon(ctx))
		}
	}()
	row := st.plan(controlPatient, controlPatient)
	if err = st.announce(ctx); err != nil {
		return err
	}
	c, err := st.make(ctx, row)
	if err != nil {
		return err
	}
	st.fresh = nil // it belongs to no patient
	box, err := keys.Seal(c.key, s.context(c.Compartment, controlPatient), []byte(controlPlaintext))
	if err != nil {
		return err
	}
	value := encode(controlKey{ID: c.ID, KeyName: c.KeyName, Wrapped: c.Wrapped, Box: box})
	return st.commit(ctx, func(tx offchain.Tx) error { return tx.PutSetting(ctx, controlSetting, value) })
}

func (s *Service) loadControl(ctx context.Context) (controlKey, error) {
	var value []byte
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		value, err = q.Setting(ctx, controlSetting)
		return err
	})
	var c controlKey
	if err != nil {
		return c, err
	}
	return c, decode(value, &c)
}

func (k *controlKey) compartment() offchain.Compartment {
	return offchain.Compartment{ID: k.ID, Patient: controlPatient, Name: controlPatient, KeyName: k.KeyName, Wrapped: k.Wrapped}
}

// controlLives decrypts with the control key, as the witness.
func (s *Service) controlLives(ctx context.Context) error {
	k, err := s.loadControl(ctx)
	if err != nil {
		return fmt.Errorf("control key: %w", err)
	}
	c := k.compartment()
	key, err := s.cfg.Witness.Unwrap(ctx, keys.Name(c.KeyName), c.Wrapped, s.associated(c))
	if err != nil {
		return fmt.Errorf("the control key does not work: %w", err)
	}
	defer key.Zero()
	plain, err := keys.Open(key, s.context(c, controlPatient), k.Box)
	if err == nil && string(plain) != controlPlaintext {
		err = keys.ErrCorrupt
	}
	if err != nil {
		return fmt.Errorf("the control key does not work: %w", err)
	}
	return nil
}

// controlBefore is step 5: the witness unwraps every key that is about to die and decrypts the start of one object of each.
func (e *execution) controlBefore(ctx context.Context) error {
	test := controlTest{At: e.now().Unix(), Live: true}
	if err := e.controlLives(ctx); err != nil {
		return err
	}
	for _, p := range e.file.erased() {
		n, err := e.sample(ctx, p)
		if err != nil {
			return fmt.Errorf("positive control: %w", err)
		}
		test.Keys++
		test.Objects += n
	}
	e.file.Before = test
	return nil
}

// sample decrypts the start of the first object of a compartment that decrypts, and says how many it was (0 when there are
// none). Objects of which none decrypts are an error: the test would prove nothing.
func (e *execution) sample(ctx context.Context, p casePart) (int, error) {
	row, err := e.compartmentRow(ctx, p)
	if err != nil {
		return 0, err
	}
	key, err := e.cfg.Witness.Unwrap(ctx, keys.Name(p.KeyName), row.Wrapped, e.associated(row))
	if err != nil {
		return 0, err
	}
	defer key.Zero()
	objects, err := e.objectsOf(ctx, row)
	if err != nil || len(objects) == 0 {
		return 0, err
	}
	for _, o := range objects {
		if err = e.decryptStart(ctx, compartment{row, key}, o); err == nil {
			return 1, nil
		}
	}
	return 0, err
}

func (e *execution) decryptStart(ctx context.Context, c compartment, o offchain.Object) error {
	src, err := e.openObject(ctx, c, o)
	if err != nil {
		return err
	}
	defer src.Close()
	first := make([]byte, min(src.Size(), keys.ChunkSize))
	if _, err := src.ReadAt(first, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	clear(first)
	return nil
}

func (e *execution) compartmentRow(ctx context.Context, p casePart) (row offchain.Compartment, err error) {
	err = e.cfg.Store.View(ctx, func(q offchain.Queries) error {
		row, err = q.Compartment(ctx, p.Compartment)
		return err
	})
	return row, err
}

func (e *execution) objectsOf(ctx context.Context, c offchain.Compartment) (mine []offchain.Object, err error) {
	err = e.cfg.Store.View(ctx, func(q offchain.Queries) error {
		all, err := q.Objects(ctx, c.Patient)
		for _, o := range all {
			if o.Compartment == c.ID {
				mine = append(mine, o)
			}
		}
		return err
	})
	return mine, err
}

// controlAfter is step 7: the same unwrapping must now fail because there is no such key, and for no other reason, while the
// control key works.
func (e *execution) controlAfter(ctx context.Context) error {
	test := controlTest{At: e.now().Unix(), Live: true}
	for _, p := range e.file.erased() {
		row, err := e.compartmentRow(ctx, p)
		if err != nil {
			return err
		}
		key, err := e.cfg.Witness.Unwrap(ctx, keys.Name(p.KeyName), row.Wrapped, e.associated(row))
		if err == nil {
			key.Zero() // what was reached is not so: the keys are destroyed again
			return errors.Join(errors.New("the destroyed key still unwraps"), e.reach(ctx, stateControlled, nil))
		}
		if !errors.Is(err, keys.ErrNoKey) {
			return fmt.Errorf("the witness failed for another reason than a missing key: %w", err)
		}
		test.Keys++
	}
	if err := e.controlLives(ctx); err != nil {
		return err
	}
	e.file.After = test
	return nil
}
