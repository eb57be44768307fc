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
	if _, err = s.loadControl(ctx); !errors.Is(err, offchain.ErrNotFound) || s.cfg.Keys == nil && s.cfg.Shared {
		return notYet(err)
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

// notYet is no error where another process makes what there is not.
func notYet(err error) error {
	if errors.Is(err, offchain.ErrNotFound) {
		return nil
	}
	return err
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

// seer shows what decrypts and what does not. In the process that erases, which cannot decrypt, it is another process that is asked
// (questions.go).
type seer interface {
	// before unwraps the key of each part and decrypts the start of one object of each, and counts both.
	before(ctx context.Context, parts []sight) (seen, error)
	// after finds that the same unwrapping fails because there is no such key, and for no other reason, while the control key works:
	// errUnwraps when one of them does not fail.
	after(ctx context.Context, parts []sight) (seen, error)
	// retained opens the manifest of what a case kept, and reads every record that it lists.
	retained(ctx context.Context, caseID, manifest string) (retainedContents, error)
}

// sight is a part to look at.
type sight struct {
	_                    struct{} `cbor:",toarray"`
	Compartment, KeyName string
}

// seen is how many keys and objects were tried.
type seen struct {
	_             struct{} `cbor:",toarray"`
	Keys, Objects int
}

var errUnwraps = errors.New("the destroyed key still unwraps")

// seer is the witness, or who is asked for it.
func (s *Service) seer() seer {
	switch {
	case s.cfg.Witness != nil:
		return eyes{s, s.cfg.Witness}
	case s.cfg.Keys != nil:
		return eyes{s, s.cfg.Keys}
	}
	return asking{s}
}

// eyes is a process that can decrypt.
type eyes struct {
	*Service
	with keys.Unwrapper // not the cache: what it shows is a test
}

var _ seer = eyes{}

// controlLives decrypts with the control key.
func (s eyes) controlLives(ctx context.Context) error {
	k, err := s.loadControl(ctx)
	if err != nil {
		return fmt.Errorf("control key: %w", err)
	}
	c := k.compartment()
	key, err := s.with.Unwrap(ctx, keys.Name(c.KeyName), c.Wrapped, s.associated(c))
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

func (s eyes) before(ctx context.Context, parts []sight) (all seen, err error) {
	if err := s.controlLives(ctx); err != nil {
		return all, err
	}
	for _, p := range parts {
		n, err := s.sample(ctx, p)
		if err != nil {
			return all, fmt.Errorf("positive control: %w", err)
		}
		all.Keys++
		all.Objects += n
	}
	return all, nil
}

// sample decrypts the start of the first object of a compartment that decrypts, and says how many it was (0 when there are
// none). Objects of which none decrypts are an error: the test would prove nothing.
func (s eyes) sample(ctx context.Context, p sight) (int, error) {
	row, err := s.compartmentRow(ctx, p)
	if err != nil {
		return 0, err
	}
	key, err := s.with.Unwrap(ctx, keys.Name(p.KeyName), row.Wrapped, s.associated(row))
	if err != nil {
		return 0, err
	}
	defer key.Zero()
	objects, err := s.objectsOf(ctx, row)
	if err != nil || len(objects) == 0 {
		return 0, err
	}
	for _, o := range objects {
		if err = s.decryptStart(ctx, compartment{row, key}, o); err == nil {
			return 1, nil
		}
	}
	return 0, err
}

func (s eyes) decryptStart(ctx context.Context, c compartment, o offchain.Object) error {
	src, err := s.openObject(ctx, c, o)
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

func (s eyes) compartmentRow(ctx context.Context, p sight) (row offchain.Compartment, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		row, err = q.Compartment(ctx, p.Compartment)
		return err
	})
	return row, err
}

func (s eyes) objectsOf(ctx context.Context, c offchain.Compartment) (mine []offchain.Object, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
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

func (s eyes) after(ctx context.Context, parts []sight) (all seen, err error) {
	for _, p := range parts {
		row, err := s.compartmentRow(ctx, p)
		if err != nil {
			return all, err
		}
		key, err := s.with.Unwrap(ctx, keys.Name(p.KeyName), row.Wrapped, s.associated(row))
		if err == nil {
			key.Zero()
			return all, errUnwraps
		}
		if !errors.Is(err, keys.ErrNoKey) {
			return all, fmt.Errorf("the witness failed for another reason than a missing key: %w", err)
		}
		all.Keys++
	}
	return all, s.controlLives(ctx)
}

// sights are the parts that are destroyed.
func (f *caseFile) sights() (parts []sight) {
	for _, p := range f.erased() {
		parts = append(parts, sight{Compartment: p.Compartment, KeyName: p.KeyName})
	}
	return parts
}

func (e *execution) controlled(all seen, err error) (controlTest, error) {
	return controlTest{At: e.now().Unix(), Live: true, Keys: all.Keys, Objects: all.Objects}, err
}

// controlBefore is step 5: the witness unwraps every key that is about to die and decrypts the start of one object of each.
func (e *execution) controlBefore(ctx context.Context) (err error) {
	e.file.Before, err = e.controlled(e.seer().before(ctx, e.file.sights()))
	return err
}

// controlAfter is step 7: the same unwrapping must now fail.
func (e *execution) controlAfter(ctx context.Context) (err error) {
	test, err := e.controlled(e.seer().after(ctx, e.file.sights()))
	if errors.Is(err, errUnwraps) { // what was reached is not so: the keys are destroyed again
		return errors.Join(err, e.reach(ctx, stateControlled, nil))
	}
	if err == nil {
		e.file.After = test
	}
	return err
}
