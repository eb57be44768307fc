package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"lethe/anchor"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/keys"
	"lethe/offchain"
	"lethe/vault/registry"
)

// Binding says that a key is a patient's, by the word of a registrar of the registration authority.
type Binding struct {
	Patient   string
	Subject   identity.Subject
	Registrar identity.Issuer    // in the tree of issuers
	Signature identity.Signature // the registrar's, over BindingMessage with PlaceOf
	// Previous is the same message signed with the key that was bound before. Without it only a recovery replaces a binding, which the
	// registrar signs as one (RecoveryOf) and the patient sees.
	Previous *identity.Signature
	Recovery bool
}

// Bound is what comes of a binding.
type Bound struct {
	Patient string
	Handle  field.Element
	Receipt string // what to ask a receipt for
}

// PlaceOf is which patient of which service a registrar binds; RecoveryOf is the same for a key that takes a lost one's place.
func PlaceOf(service, patient string) field.Element {
	return identity.Place([]byte(service + "\x00" + patient))
}

// RecoveryOf is PlaceOf for a recovery.
func RecoveryOf(service, patient string) field.Element {
	return identity.Place([]byte(service + "\x00" + patient + "\x00recovery"))
}

// binding is what the index's sealed row says.
type binding struct {
	_         struct{} `cbor:",toarray"`
	At        int64
	Key       []byte
	Identity  []byte
	Custody   uint8
	Salt      []byte
	Registrar []byte // key
	Signature []byte
	Recovered bool
	EntrySalt []byte
}

type boundPayload struct {
	_         struct{} `cbor:",toarray"`
	Format    uint
	At        int64
	Handle    []byte
	Custody   uint8
	Registrar []byte
	Signature []byte
	Recovered bool
}

func (b *binding) subject() (who identity.Subject, err error) {
	if who.Key, err = identity.ParsePublicKey(b.Key); err != nil {
		return who, err
	}
	if who.Identity, err = field.Parse(b.Identity); err != nil {
		return who, err
	}
	who.Custody = identity.Custody(b.Custody)
	who.Salt, err = field.Parse(b.Salt)
	return who, err
}

func (b *binding) opening(handle field.Element) anchor.Opening {
	return opening(anchor.KeyBound, b.EntrySalt, boundPayload{
		Format: formatVersion, At: b.At, Handle: field.Bytes(handle), Custody: b.Custody, Registrar: b.Registrar, Signature: b.Signature,
		Recovered: b.Recovered,
	})
}

// bindingID is what a patient's binding is called in the log's bookkeeping.
func bindingID(patient string) string { return "binding-" + patient }

// Bind binds a patient to a key. Errors: [ErrSignature] when the registrar or the key before has not signed, [ErrBound] when a key
// is bound and neither it nor a recovery replaces it. Grants of the key before end.
func (s *Service) Bind(ctx context.Context, b Binding) (Bound, error) {
	p, err := s.proving()
	if err != nil {
		return Bound{}, err
	}
	if err := errors.Join(s.admit(ctx), s.settledLog(ctx)); err != nil {
		return Bound{}, err
	}
	if b.Subject.Key.Check() != nil || b.Subject.Custody > identity.Custodial {
		return Bound{}, fmt.Errorf("%w: the subject has no key, or a custody that there is not", ErrInvalid)
	}
	place := PlaceOf(p.Service, b.Patient)
	if b.Recovery {
		place = RecoveryOf(p.Service, b.Patient)
	}
	handle := b.Subject.Handle()
	message := identity.BindingMessage(handle, b.Subject.Custody, place)
	if err := s.signedBy(ctx, b.Registrar, identity.Registrar, message, b.Signature); err != nil {
		return Bound{}, err
	}
	before, sealed, err := s.bound(ctx, b.Patient)
	if err != nil {
		return Bound{}, err
	}
	if len(sealed) > 0 && !b.Recovery {
		if b.Previous == nil {
			return Bound{}, ErrBound
		}
		if err := identity.Verify(before.Key, message, *b.Previous); err != nil {
			return Bound{}, fmt.Errorf("%w: the key that is bound has not signed", ErrSignature)
		}
	}
	row := binding{
		At: s.now().Unix(), Key: b.Subject.Key.Bytes(), Identity: field.Bytes(b.Subject.Identity), Custody: uint8(b.Subject.Custody),
		Salt: field.Bytes(b.Subject.Salt), Registrar: b.Registrar.Key.Bytes(), Signature: b.Signature.Bytes(), Recovered: b.Recovery, EntrySalt: newSalt(),
	}
	if err := s.bind(ctx, b.Patient, row, handle, sealed); err != nil {
		return Bound{}, err
	}
	return Bound{b.Patient, handle, bindingID(b.Patient)}, nil
}

// bind puts a binding in the place of the one that was there before, if any.
func (s *Service) bind(ctx context.Context, patient string, row binding, handle field.Element, before []byte) error {
	return s.inCompartment(ctx, patient, identityCompartment, func(c compartment) (func(offchain.Tx) error, error) {
		sealed, err := keys.Seal(c.key, s.context(c.Compartment, bindingID(patient)), encode(row))
		if err != nil {
			return nil, fmt.Errorf("seal binding: %w", err)
		}
		return func(tx offchain.Tx) error {
			if err := writable(ctx, tx, patient); err != nil {
				return err
			}
			if err := s.bindOnce(ctx, tx, handle); err != nil {
				return err
			}
			if err := stillBound(ctx, tx, patient, before); err != nil {
				return err
			}
			to := offchain.Binding{Patient: patient, Compartment: c.ID, Sealed: sealed, Mark: s.markOf(handle)}
			put := tx.InsertBinding
			if before != nil {
				put = tx.ReplaceBinding
				if err := errors.Join(s.endGrants(ctx, tx, patient), replaced(ctx, tx, patient)); err != nil {
					return err
				}
			}
			return errors.Join(put(ctx, to),
				enterLog(ctx, tx, offchain.LogEntry{Entry: row.opening(handle).Entry(), Subject: bindingID(patient), Compartment: c.ID}))
		}, nil
	})
}

// markOf is the mark that the log gets when a handle is replaced.
func (s *Service) markOf(handle field.Element) []byte {
	m := s.cfg.Proving.mark(handle)
	return m[:]
}

// replaced leaves the mark of the handle that another one takes the place of.
func replaced(ctx context.Context, tx offchain.Tx, patient string) error {
	before, err := tx.Binding(ctx, patient)
	if err != nil || len(before.Mark) != anchor.HashSize {
		return err
	}
	return enterLog(ctx, tx, offchain.LogEntry{Entry: anchor.Hash(before.Mark), Subject: "registry"})
}

// stillBound refuses to go on by a binding that another one has taken the place of meanwhile; nil is none.
func stillBound(ctx context.Context, q offchain.Queries, patient string, sealed []byte) error {
	now, err := q.Binding(ctx, patient)
	if err != nil && !errors.Is(err, offchain.ErrNotFound) {
		return err
	}
	if !bytes.Equal(now.Sealed, sealed) {
		return fmt.Errorf("%w: the patient was bound to another key", ErrConflict)
	}
	return nil
}

// neverEnds is later than anything that expires.
var neverEnds = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// bindOnce refuses a handle that was bound here before: what a registrar has signed once does not bring back a key that was replaced.
func (s *Service) bindOnce(ctx context.Context, tx offchain.Tx, handle field.Element) error {
	if ended, err := s.hasEnded(ctx, tx, handle); err != nil || ended {
		return errors.Join(err, fmt.Errorf("%w: this key was replaced", ErrConflict))
	}
	err := tx.Spend(ctx, "handle", field.Bytes(field.Digest("bound", field.Bytes(handle))), neverEnds)
	if errors.Is(err, offchain.ErrExists) {
		return fmt.Errorf("%w: this key with this salt was bound before", ErrConflict)
	}
	return err
}

// inCompartment runs a change that needs a patient's compartment open, making the compartment when there is none.
func (s *Service) inCompartment(
	ctx context.Context, patient, name string, prepare func(compartment) (func(offchain.Tx) error, error),
) error {
	once := func() (err error) {
		st := &staging{s: s}
		defer st.zero()
		defer func() {
			if err != nil {
				err = errors.Join(err, st.abandon(ctx))
			}
		}()
		c, err := st.ensure(ctx, patient, name)
		if err != nil {
			return err
		}
		change, err := prepare(c)
		if err != nil {
			return err
		}
		return st.commit(ctx, change)
	}
	for try := 1; ; try++ {
		err := once()
		if try == importTries || !errors.Is(err, offchain.ErrExists) {
			return err // ErrExists: somebody else made the compartment first, so it is there now
		}
	}
}

// signedBy says that an issuer of a role, in the tree at this moment, has signed.
func (s *Service) signedBy(ctx context.Context, who identity.Issuer, role identity.Role, message field.Element, sig identity.Signature) error {
	if who.Role != role || who.Until <= uint64(s.now().Unix()) {
		return fmt.Errorf("%w: the signer is no %v, or no longer", ErrSignature, role)
	}
	if err := s.cfg.Store.View(ctx, func(q offchain.Queries) error { return settled(ctx, q, registry.Issuers) }); err != nil {
		return err
	}
	issuers, err := s.tree(ctx, registry.Issuers)
	if err != nil {
		return err
	}
	if _, found := issuers.tree.Find(who.Leaf()); !found {
		return fmt.Errorf("%w: the signer is not accredited", ErrSignature)
	}
	if err := identity.Verify(who.Key, message, sig); err != nil {
		return fmt.Errorf("%w: the %v's", ErrSignature, role)
	}
	return nil
}

// Subject is the key that a patient is bound to; [ErrUnbound] when none is.
func (s *Service) Subject(ctx context.Context, patient string) (identity.Subject, error) {
	if err := s.admit(ctx); err != nil {
		return identity.Subject{}, err
	}
	who, sealed, err := s.bound(ctx, patient)
	if err == nil && len(sealed) == 0 {
		err = ErrUnbound
	}
	return who, err
}

// bound opens a patient's binding, and gives it as it is sealed too: nil when there is none.
func (s *Service) bound(ctx context.Context, patient string) (who identity.Subject, sealed []byte, err error) {
	var row offchain.Binding
	var held offchain.Compartment
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if err := readable(ctx, q, patient); err != nil {
			return err
		}
		if row, err = q.Binding(ctx, patient); err != nil {
			return err
		}
		held, err = q.Compartment(ctx, row.Compartment)
		return err
	})
	if errors.Is(err, offchain.ErrNotFound) && !errors.Is(err, ErrNotFound) {
		return who, nil, nil
	}
	if err != nil {
		return who, nil, err
	}
	if len(row.Sealed) == 0 { // taken away by recall
		return who, []byte{}, nil
	}
	b, err := s.openBinding(ctx, row, held)
	if err != nil {
		return who, nil, err
	}
	who, err = b.subject()
	return who, row.Sealed, err
}

func (s *Service) openBinding(ctx context.Context, row offchain.Binding, held offchain.Compartment) (b binding, err error) {
	key, err := s.openKey(ctx, held)
	if err != nil {
		return b, err
	}
	defer key.Zero()
	plain, err := keys.Open(key, s.context(held, bindingID(row.Patient)), row.Sealed)
	if err != nil {
		return b, fmt.Errorf("open binding: %w", err)
	}
	return b, decode(plain, &b)
}

// subjectOf is the subject that a patient is bound as, or [ErrUnbound].
func (s *Service) subjectOf(ctx context.Context, patient string) (identity.Subject, error) {
	who, sealed, err := s.bound(ctx, patient)
	if err == nil && len(sealed) == 0 {
		err = ErrUnbound
	}
	return who, err
}
