package vault

import (
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

// GrantGiven is a grant with what makes it one.
type GrantGiven struct {
	Patient   string
	Grant     identity.Grant     // Subject is not read: it is the patient's handle
	Signer    *identity.Issuer   // in the tree of issuers; nil for a consent, which the patient's own key signs
	Signature identity.Signature // over the leaf
	// Note is the grant for its grantee, encrypted to Inbox, which is an organisation. It may reach them by another way.
	Note  []byte
	Inbox *field.Element
}

// GrantInfo is a grant as its patient sees it.
type GrantInfo struct {
	identity.Grant
	Leaf      field.Element
	Given     time.Time
	Published bool      // it can be proven
	Withdrawn time.Time // zero while it stands
}

// grant is what the index's sealed row says.
type grant struct {
	_         struct{} `cbor:",toarray"`
	At        int64
	Subject   []byte
	Grantee   []byte
	Scope     uint16
	Purpose   uint8
	From      uint64
	Until     uint64
	Basis     uint8
	Role      uint8
	Terms     []byte
	Index     uint32
	Salt      []byte
	ViewHash  []byte
	Signer    []byte // key
	Signature []byte
	GivenSalt []byte // of its entries in the log
	EndedSalt []byte
}

type (
	grantPayload struct {
		_      struct{} `cbor:",toarray"`
		Format uint
		At     int64
		Index  uint32
		Leaf   []byte
	}
	withdrawnPayload struct {
		_      struct{} `cbor:",toarray"`
		Format uint
		Index  uint32
		Leaf   []byte
	}
)

func sealable(at int64, g identity.Grant, signer identity.PublicKey, sig identity.Signature) grant {
	return grant{
		At: at, Subject: field.Bytes(g.Subject), Grantee: field.Bytes(g.Grantee), Scope: g.Scope, Purpose: g.Purpose, From: g.From,
		Until: g.Until, Basis: uint8(g.Basis), Role: uint8(g.Role), Terms: field.Bytes(g.Terms), Index: g.Index, Salt: field.Bytes(g.Salt),
		ViewHash: field.Bytes(g.ViewHash), Signer: signer.Bytes(), Signature: sig.Bytes(), GivenSalt: newSalt(), EndedSalt: newSalt(),
	}
}

func (g *grant) plain() (p identity.Grant, err error) {
	p = identity.Grant{
		Scope: g.Scope, Purpose: g.Purpose, From: g.From, Until: g.Until, Basis: identity.Basis(g.Basis), Role: identity.Role(g.Role), Index: g.Index,
	}
	for _, e := range []struct {
		to   *field.Element
		from []byte
	}{{&p.Subject, g.Subject}, {&p.Grantee, g.Grantee}, {&p.Terms, g.Terms}, {&p.Salt, g.Salt}, {&p.ViewHash, g.ViewHash}} {
		if *e.to, err = field.Parse(e.from); err != nil {
			return p, fmt.Errorf("grant %d: %w", g.Index, err)
		}
	}
	return p, nil
}

// openings are what the log has of a grant; the second stands there once the grant has ended.
func (g *grant) openings(leaf field.Element) [2]anchor.Opening {
	return [2]anchor.Opening{
		opening(anchor.GrantGiven, g.GivenSalt, grantPayload{Format: formatVersion, At: g.At, Index: g.Index, Leaf: field.Bytes(leaf)}),
		opening(anchor.GrantWithdrawn, g.EndedSalt, withdrawnPayload{Format: formatVersion, Index: g.Index, Leaf: field.Bytes(leaf)}),
	}
}

func grantID(index uint32) string { return fmt.Sprintf("grant-%d", index) }

// ReservePlace gives out a place in the tree of grants, to sign a grant for. It says nothing about whose.
func (s *Service) ReservePlace(ctx context.Context) (index uint32, err error) {
	if _, err := s.proving(); err != nil {
		return 0, err
	}
	err = s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		index, err = tx.ReserveLeaf(ctx, string(registry.Grants), capacity(registry.Grants))
		return err
	})
	return index, err
}

// Give takes a grant in. It can be proven once the tree's next version is published. Errors: [ErrUnbound], [ErrSignature] when who must
// sign has not, [ErrInvalid] for a grant out of bounds, [ErrConflict] for a place that was not given out or has been used,
// [ErrWithdrawn] for a grant that has ended, as the log says after an index was put back.
func (s *Service) Give(ctx context.Context, g GrantGiven) (GrantInfo, error) {
	if _, err := s.proving(); err != nil {
		return GrantInfo{}, err
	}
	if err := errors.Join(s.admit(ctx), s.settledLog(ctx)); err != nil {
		return GrantInfo{}, err
	}
	who, bound, err := s.bound(ctx, g.Patient)
	if err == nil && len(bound) == 0 {
		err = ErrUnbound
	}
	if err != nil {
		return GrantInfo{}, err
	}
	g.Grant.Subject = who.Handle()
	if err := s.checkGrant(ctx, g, who); err != nil {
		return GrantInfo{}, err
	}
	row := sealable(s.now().Unix(), g.Grant, signerOf(g, who), g.Signature)
	if err := s.give(ctx, g, row, bound); err != nil {
		return GrantInfo{}, err
	}
	return GrantInfo{Grant: g.Grant, Leaf: g.Grant.Leaf(), Given: unix(row.At)}, nil
}

func signerOf(g GrantGiven, who identity.Subject) identity.PublicKey {
	if g.Signer != nil {
		return g.Signer.Key
	}
	return who.Key
}

func (s *Service) checkGrant(ctx context.Context, g GrantGiven, who identity.Subject) error {
	if err := g.Grant.Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if g.Grant.Until <= uint64(s.now().Unix()) || g.Grant.Scope == 0 || PurposeName(g.Grant.Purpose) == "" {
		return fmt.Errorf("%w: a grant that covers nothing, or is over", ErrInvalid)
	}
	if int(g.Grant.Scope)>>len(s.cfg.Proving.Classes) != 0 {
		return fmt.Errorf("%w: a grant that covers classes of data which there are not", ErrInvalid)
	}
	if (len(g.Note) > 0) != (g.Inbox != nil) || len(g.Note) > maxNote {
		return fmt.Errorf("%w: a note of at most %d bytes needs an inbox, and an inbox a note", ErrInvalid, maxNote)
	}
	if g.Inbox != nil && *g.Inbox != g.Grant.Grantee {
		return fmt.Errorf("%w: a note goes to its grantee alone", ErrInvalid)
	}
	return s.signedFor(ctx, g.Grant, g.Signer, who, g.Grant.Leaf(), g.Signature)
}

// maxNote bounds an encrypted grant note, which takes about 900 bytes.
const maxNote = 4096

// signedFor says that whoever may sign for a grant has signed a message.
func (s *Service) signedFor(
	ctx context.Context, g identity.Grant, signer *identity.Issuer, who identity.Subject, message field.Element, sig identity.Signature,
) error {
	if g.Basis != identity.BasisConsent {
		if signer == nil {
			return fmt.Errorf("%w: a grant on this basis is signed by a %v", ErrSignature, identity.SignerRole(g.Basis))
		}
		return s.signedBy(ctx, *signer, identity.SignerRole(g.Basis), message, sig)
	}
	if signer != nil {
		return fmt.Errorf("%w: a consent is signed with the patient's own key", ErrSignature)
	}
	if err := identity.Verify(who.Key, message, sig); err != nil {
		return fmt.Errorf("%w: the patient's", ErrSignature)
	}
	return nil
}

func (s *Service) give(ctx context.Context, g GrantGiven, row grant, bound []byte) error {
	leaf := g.Grant.Leaf()
	return s.inCompartment(ctx, g.Patient, identityCompartment, func(c compartment) (func(offchain.Tx) error, error) {
		sealed, err := keys.Seal(c.key, s.context(c.Compartment, grantID(g.Grant.Index)), encode(row))
		if err != nil {
			return nil, fmt.Errorf("seal grant: %w", err)
		}
		return func(tx offchain.Tx) error {
			if err := writable(ctx, tx, g.Patient); err != nil {
				return err
			}
			err := errors.Join(stillBound(ctx, tx, g.Patient, bound), unused(ctx, tx, g.Grant.Index), s.notEnded(ctx, tx, leaf))
			if err != nil {
				return err
			}
			if g.Inbox != nil {
				if err := tx.InsertNote(ctx, field.Bytes(*g.Inbox), g.Note); err != nil {
					return err
				}
			}
			return errors.Join(
				tx.InsertGrant(ctx, offchain.Grant{Index: g.Grant.Index, Patient: g.Patient, Compartment: c.ID, Sealed: sealed, Created: s.now()}),
				tx.SetLeaf(ctx, string(registry.Grants), g.Grant.Index, [32]byte(field.Bytes(leaf)), nil),
				enterLog(ctx, tx, offchain.LogEntry{Entry: row.openings(leaf)[0].Entry(), Subject: grantID(g.Grant.Index), Compartment: c.ID}))
		}, nil
	})
}

// unused refuses a place that was not given out, or has had its leaf.
func unused(ctx context.Context, q offchain.Queries, index uint32) error {
	l, err := q.Leaf(ctx, string(registry.Grants), index)
	if errors.Is(err, offchain.ErrNotFound) {
		return fmt.Errorf("%w: place %d was not given out", ErrConflict, index)
	}
	if err == nil && (l.Value != nil || l.Next != nil) {
		return fmt.Errorf("%w: place %d has been used", ErrConflict, index)
	}
	return err
}

// notEnded refuses a grant that the log says was withdrawn, which an index that was put back does not know.
func (s *Service) notEnded(ctx context.Context, q offchain.Queries, leaf field.Element) error {
	ended, err := s.hasEnded(ctx, q, leaf)
	if err == nil && ended {
		err = ErrWithdrawn
	}
	return err
}

// openedGrant is a grant's row with what it says.
type openedGrant struct {
	row    offchain.Grant
	sealed grant
	identity.Grant
}

// Grants lists a patient's grants, the ended ones too.
func (s *Service) Grants(ctx context.Context, patient string) ([]GrantInfo, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	opened, err := s.openGrants(ctx, patient)
	if err != nil {
		return nil, err
	}
	published, err := s.tree(ctx, registry.Grants)
	if err != nil {
		return nil, err
	}
	infos := make([]GrantInfo, len(opened))
	for i, g := range opened {
		leaf := g.Leaf()
		infos[i] = GrantInfo{
			Grant: g.Grant, Leaf: leaf, Given: unix(g.sealed.At), Published: published.tree.Leaf(g.Index) == leaf, Withdrawn: g.row.Ended,
		}
	}
	return infos, nil
}

func (s *Service) openGrants(ctx context.Context, patient string) ([]openedGrant, error) {
	var rows []offchain.Grant
	var held []offchain.Compartment
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if err := readable(ctx, q, patient); err != nil {
			return err
		}
		if held, err = q.Compartments(ctx, patient); err != nil {
			return err
		}
		rows, err = q.Grants(ctx, patient)
		return err
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	needed := held[:0:0]
	for _, c := range held {
		if c.Name == identityCompartment {
			needed = append(needed, c)
		}
	}
	open, err := s.openAll(ctx, needed)
	if err != nil {
		return nil, err
	}
	defer zeroAll(open)
	opened := make([]openedGrant, len(rows))
	for i, row := range rows {
		if opened[i], err = s.openGrant(open[row.Compartment], row); err != nil {
			return nil, err
		}
	}
	return opened, nil
}

func (s *Service) openGrant(c compartment, row offchain.Grant) (g openedGrant, err error) {
	plain, err := keys.Open(c.key, s.context(c.Compartment, grantID(row.Index)), row.Sealed)
	if err != nil {
		return g, fmt.Errorf("open grant: %w", err)
	}
	g.row = row
	if err := decode(plain, &g.sealed); err != nil {
		return g, err
	}
	g.Grant, err = g.sealed.plain()
	return g, err
}

// Withdrawal ends a grant, signed by whoever may sign such a grant.
type Withdrawal struct {
	Index     uint32
	Time      uint64 // Unix seconds, within a quarter of an hour of the service's clock
	Signer    *identity.Issuer
	Signature identity.Signature // over WithdrawalMessage
}

// withdrawalSkew is how far a withdrawal's time may be from the service's.
const withdrawalSkew = 15 * 60

// Withdrawn says from when a withdrawal holds.
type Withdrawn struct {
	Index              uint32
	At                 time.Time // from then on this service refuses it
	EffectiveElsewhere time.Time // from then on every verifier that keeps to Proving.MaxRootAge does
	Receipt            string
}

// Withdraw ends a grant. In the same transaction the subject's tokens end, and no version of the tree that is there already counts for the
// subject any more. A second time it gives the same answer.
func (s *Service) Withdraw(ctx context.Context, w Withdrawal) (Withdrawn, error) {
	p, err := s.proving()
	if err != nil {
		return Withdrawn{}, err
	}
	if err := s.admit(ctx); err != nil {
		return Withdrawn{}, err
	}
	// before the place is looked at: the answer must not tell a grant's from a dummy's
	if now := uint64(s.now().Unix()); w.Time+withdrawalSkew < now || w.Time > now+withdrawalSkew {
		return Withdrawn{}, fmt.Errorf("%w: the withdrawal's time is not now", ErrInvalid)
	}
	g, who, err := s.grantAt(ctx, w.Index)
	if err != nil {
		return Withdrawn{}, err
	}
	if err := s.signedFor(ctx, g.Grant, w.Signer, who, identity.WithdrawalMessage(g.Leaf(), w.Time), w.Signature); err != nil {
		return Withdrawn{}, err
	}
	var at time.Time
	err = s.cfg.Store.InTx(ctx, func(tx offchain.Tx) error {
		at, err = s.endGrant(ctx, tx, g)
		return err
	})
	if err != nil {
		return Withdrawn{}, err
	}
	s.open.revokeTokens(g.row.Patient)
	return Withdrawn{w.Index, at, at.Add(p.PublishEvery + p.MaxRootAge), grantID(w.Index)}, nil
}

// grantAt opens a grant by its place, with its subject.
func (s *Service) grantAt(ctx context.Context, index uint32) (g openedGrant, who identity.Subject, err error) {
	var row offchain.Grant
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		row, err = q.Grant(ctx, index)
		return notFound(err)
	})
	if err != nil {
		return g, who, err
	}
	if who, err = s.subjectOf(ctx, row.Patient); err != nil {
		return g, who, err
	}
	all, err := s.openGrants(ctx, row.Patient)
	for _, g := range all {
		if g.row.Index == index {
			return g, who, err
		}
	}
	return g, who, errors.Join(ErrNotFound, err)
}

// endGrant ends one grant, with everything that hangs on it, and says when it ended: a place has one tombstone.
func (s *Service) endGrant(ctx context.Context, tx offchain.Tx, g openedGrant) (time.Time, error) {
	row, err := tx.Grant(ctx, g.Index)
	if err != nil || !row.Ended.IsZero() {
		return row.Ended, notFound(err)
	}
	at := s.now()
	entry := offchain.LogEntry{Entry: g.sealed.openings(g.Leaf())[1].Entry(), Subject: grantID(g.Index), Compartment: g.row.Compartment}
	return at, errors.Join(s.entomb(ctx, tx, g.row, at), s.floor(ctx, tx, g.row.Patient), enterLog(ctx, tx, entry))
}

// entomb puts a tombstone in a grant's place.
func (s *Service) entomb(ctx context.Context, tx offchain.Tx, g offchain.Grant, at time.Time) error {
	l, err := tx.Leaf(ctx, string(registry.Grants), g.Index)
	if err != nil {
		return err
	}
	if err := s.markLeaf(ctx, tx, l); err != nil {
		return err
	}
	return errors.Join(
		tx.EndGrant(ctx, g.Index, at),
		tx.SetLeaf(ctx, string(registry.Grants), g.Index, [32]byte(field.Bytes(registry.Tombstone())), nil))
}

// floor refuses, for a patient, every version of the tree of grants that there is, and ends the tokens that stand on one.
func (s *Service) floor(ctx context.Context, tx offchain.Tx, patient string) error {
	newest, err := tx.TreeVersion(ctx, string(registry.Grants))
	if err != nil && !errors.Is(err, offchain.ErrNotFound) {
		return err
	}
	return errors.Join(tx.RaiseFloor(ctx, patient, newest.Version+1), tx.RevokeTokens(ctx, patient), s.tellTokens(ctx, tx, patient))
}

// endGrants ends all of a patient's grants, as an erasure and a new key do.
func (s *Service) endGrants(ctx context.Context, tx offchain.Tx, patient string) error {
	grants, err := tx.Grants(ctx, patient)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if !g.Ended.IsZero() {
			continue
		}
		if err := s.entomb(ctx, tx, g, s.now()); err != nil {
			return err
		}
	}
	return s.floor(ctx, tx, patient)
}

// Inbox gives the notes for an organisation, oldest first, after a number: a page of them, and the number to go on from. Each can be
// opened by the organisation alone.
func (s *Service) Inbox(ctx context.Context, organisation field.Element, after int64) (notes [][]byte, next int64, err error) {
	const page = 500
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		found, err := q.Notes(ctx, field.Bytes(organisation), after, page)
		next = after
		for _, n := range found {
			notes, next = append(notes, n.Message), n.Seq
		}
		return err
	})
	return notes, next, err
}
