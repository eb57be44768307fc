package vault

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"lethe/circuits"
	"lethe/circuits/authorization"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/offchain"
	"lethe/vault/registry"
)

// anonymous is the actor of disclosures to somebody who has proven that they are entitled.
const anonymous = "a provider who proved to be entitled"

// Presentation is a proof with what it is about.
type Presentation struct {
	Challenge string // its ID
	Proof     []byte // a proof file of the statement authorization
	Escrow    []byte // identity.Escrow
}

// Token is a right to read for a short time.
type Token struct {
	Secret  string // the service keeps its hash alone
	Expires time.Time
	Scope   []string
}

// claims is what a token allows.
type claims struct {
	_             struct{} `cbor:",toarray"`
	Scope         uint16
	Purpose       uint8
	Key           string // thumbprint of the key that it is bound to
	Authorization string // the disclosure that it stands on
}

// evidence is what an anonymous reader leaves in the access log.
type evidence struct {
	_         struct{} `cbor:",toarray"`
	Challenge []byte
	Request   []byte
	Escrow    []byte
	Auditor   []byte // key
	Proof     []byte // that the escrow is that of an entitled provider, whoever it was: without it the operator could make one up
}

// digest is what the log's entry says of evidence.
func (e *evidence) digest() []byte {
	if e == nil {
		return []byte{}
	}
	sum := sha256.Sum256(encode(e))
	return sum[:]
}

// presented is a presentation that has been looked through, and is still to be verified.
type presented struct {
	challenged
	patient   string
	challenge field.Element
	asked     identity.Request // what the challenge is for
	proof     *circuits.Proof
	public    authorization.Public
	escrow    identity.Escrow
	subject   identity.Subject
}

// Authorize verifies a proof, notes the disclosure that it leads to, and gives a token for the key that the challenge names. Each reason
// for a refusal has an error of its own (Code). The challenge and the pseudonym are used up with the token's making, and by nothing
// else.
func (s *Service) Authorize(ctx context.Context, pr Presentation, key string) (Token, error) {
	p, err := s.proving()
	if err != nil {
		return Token{}, err
	}
	if err := errors.Join(s.admit(ctx), s.settledLog(ctx)); err != nil {
		return Token{}, err
	}
	a, err := s.lookThrough(ctx, p, pr, key)
	if err != nil {
		return Token{}, err
	}
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error { return s.checkRoots(ctx, q, p, a) })
	if err != nil {
		return Token{}, err
	}
	if err := p.Verifier.Verify(a.proof); err != nil {
		return Token{}, fmt.Errorf("%w: %w", ErrProof, err)
	}
	proof, err := a.proof.Marshal()
	if err != nil {
		return Token{}, err
	}
	return s.letIn(ctx, p, a, proof)
}

// lookThrough compares what a proof shows with what the challenge was for.
func (s *Service) lookThrough(ctx context.Context, p *Proving, pr Presentation, key string) (a presented, err error) {
	c, payload, err := s.unseal(p, pr.Challenge)
	if err != nil {
		return a, err
	}
	if subtle.ConstantTimeCompare([]byte(c.Key), []byte(key)) != 1 {
		return a, fmt.Errorf("%w: it is for another client key", ErrChallenge)
	}
	a = presented{challenged: c, patient: c.Patient, challenge: challengeOf(payload)}
	if a.proof, err = circuits.ParseProof(pr.Proof); err == nil {
		a.public, err = authorization.PublicOf(a.proof)
	}
	if err != nil {
		return a, fmt.Errorf("%w: %w", ErrProof, err)
	}
	if a.escrow, err = identity.ParseEscrow(pr.Escrow); err != nil {
		return a, fmt.Errorf("%w: %w", ErrEscrow, err)
	}
	if a.subject, err = s.subjectOf(ctx, c.Patient); err != nil {
		return a, err
	}
	packed, err := field.Parse(c.Request)
	if err == nil {
		a.asked, err = identity.Unpack(packed)
	}
	if err != nil {
		return a, fmt.Errorf("%w: %w", ErrChallenge, err)
	}
	return a, a.compare(p)
}

func (a *presented) compare(p *Proving) error {
	shown, err := identity.Unpack(a.public.Request)
	if err != nil {
		return fmt.Errorf("%w: the request is none", ErrProof)
	}
	for _, c := range []struct {
		holds bool
		err   error
	}{
		{a.public.Challenge == a.challenge, ErrOtherChallenge},
		{shown.Service == p.ServiceID() && shown.Service == a.asked.Service, ErrService},
		{shown.Scope == a.asked.Scope, ErrScope},
		{shown.Purpose == a.asked.Purpose, ErrPurpose},
		{shown.Basis == a.asked.Basis, ErrBasis},
		{shown.Custody == a.subject.Custody && shown.Custody == a.asked.Custody, ErrCustody},
		{shown.Time == a.asked.Time, ErrTime},
		{shown.Epoch == a.asked.Epoch, ErrEpoch},
		{shown.K == a.asked.K, ErrReads},
		{a.public.SubjectTag == identity.SubjectTag(a.subject.Handle(), a.challenge), ErrSubject},
		{a.public.Auditor == identity.AuditorDigest(p.Auditor), ErrAuditor},
		{a.public.Escrow == a.escrow.Digest(), ErrEscrow},
	} {
		if !c.holds {
			return c.err
		}
	}
	return nil
}

// checkRoots says whether the trees that a proof is about are such as may be proven against: as the index has them, before the proof is
// verified and again in the transaction that lets in.
func (s *Service) checkRoots(ctx context.Context, q offchain.Queries, p *Proving, a presented) error {
	if err := readable(ctx, q, a.patient); err != nil {
		return err
	}
	bound, err := q.Binding(ctx, a.patient)
	if errors.Is(err, offchain.ErrNotFound) {
		err = ErrUnbound
	}
	if err != nil {
		return err
	}
	for _, r := range []struct {
		kind    registry.Kind
		root    field.Element
		floor   uint64 // of grants, the subject's own
		removed error
	}{
		{registry.Providers, a.public.ProvidersRoot, 0, ErrAccreditation},
		{registry.Issuers, a.public.IssuersRoot, 0, ErrAccreditation},
		{registry.Grants, a.public.GrantsRoot, bound.Floor, ErrWithdrawn},
	} {
		newest, err := newestVersion(ctx, q, r.kind)
		if err == nil {
			err = settled(ctx, q, r.kind)
		}
		if err != nil {
			return err
		}
		v, err := versionOf(ctx, q, r.kind, r.root)
		if err != nil {
			return err
		}
		if v.Version < max(newest.Floor, r.floor) {
			return fmt.Errorf("%s, version %d: %w", r.kind, v.Version, r.removed)
		}
		if v.Version < newest.Version {
			if err := s.fresh(ctx, q, p, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// versionOf finds the version of a tree that has a root.
func versionOf(ctx context.Context, q offchain.Queries, k registry.Kind, root field.Element) (offchain.TreeVersion, error) {
	v, err := q.TreeVersionOf(ctx, string(k), [32]byte(field.Bytes(root)))
	if !errors.Is(err, offchain.ErrNotFound) {
		return v, err
	}
	empty, err := emptyRoot(k)
	if err == nil && empty != [32]byte(field.Bytes(root)) {
		err = fmt.Errorf("%s: %w", k, ErrUnknownRoot)
	}
	return offchain.TreeVersion{Kind: string(k), Root: empty}, err
}

// fresh refuses a version that another took the place of too long ago.
func (s *Service) fresh(ctx context.Context, q offchain.Queries, p *Proving, v offchain.TreeVersion) error {
	next, err := q.TreeVersionAt(ctx, v.Kind, v.Version+1)
	if err != nil {
		return err
	}
	if s.now().Sub(next.At) > p.MaxRootAge {
		return fmt.Errorf("%s, version %d: %w", v.Kind, v.Version, ErrStaleRoot)
	}
	return nil
}

// letIn notes the disclosure with the proof that was verified, and makes the token, in one transaction that uses up challenge and
// pseudonym.
func (s *Service) letIn(ctx context.Context, p *Proving, a presented, proof []byte) (Token, error) {
	id, err := newRecordID()
	if err != nil {
		return Token{}, err
	}
	secret := make([]byte, sha256.Size)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	t := Token{Secret: base64.RawURLEncoding.EncodeToString(secret), Expires: s.now().Add(p.TokenFor), Scope: p.ClassNames(a.asked.Scope)}
	row := offchain.Token{
		Hash: sha256.Sum256([]byte(t.Secret)), Patient: a.patient, Until: t.Expires,
		Claims: encode(claims{Scope: a.asked.Scope, Purpose: a.asked.Purpose, Key: a.Key, Authorization: id}),
	}
	entry := disclosure{
		At: s.now().Unix(), Actor: anonymous, Purpose: PurposeName(a.asked.Purpose), Salt: newSalt(),
		Evidence: &evidence{
			Challenge: field.Bytes(a.challenge), Request: a.Request, Escrow: a.escrow.Bytes(), Auditor: p.Auditor.Bytes(),
			Proof: proof,
		},
	}
	err = s.inCompartment(ctx, a.patient, disclosuresCompartment, func(c compartment) (func(offchain.Tx) error, error) {
		note, err := s.noteDisclosure(ctx, c, id, entry)
		return func(tx offchain.Tx) error {
			if err := s.spend(ctx, tx, p, a); err != nil {
				return err
			}
			return errors.Join(note(tx), tx.InsertToken(ctx, row))
		}, err
	})
	if err != nil {
		return Token{}, err
	}
	return t, nil
}

// spend uses up what may be used once, and looks once more at what may have changed since the proof was looked through.
func (s *Service) spend(ctx context.Context, tx offchain.Tx, p *Proving, a presented) error {
	if err := s.checkRoots(ctx, tx, p, a); err != nil {
		return err
	}
	err := tx.Spend(ctx, "challenge", field.Bytes(a.challenge), unix(a.Expires))
	if errors.Is(err, offchain.ErrExists) {
		return ErrChallengeUsed
	}
	if err != nil {
		return err
	}
	err = tx.Spend(ctx, "pseudonym", field.Bytes(a.public.Pseudonym), p.epochEnd(a.asked.Epoch).Add(p.ChallengeFor))
	if errors.Is(err, offchain.ErrExists) {
		return ErrPseudonymUsed
	}
	return err
}

// bearer is a token that was looked up.
type bearer struct {
	claims
	patient string
	hash    [32]byte
}

// bearer looks a token up: [ErrToken] when it is none, has ended, or is bound to another key.
func (s *Service) bearer(ctx context.Context, token, key string) (b bearer, err error) {
	var row offchain.Token
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		row, err = q.Token(ctx, sha256.Sum256([]byte(token)))
		return err
	})
	if errors.Is(err, offchain.ErrNotFound) {
		return b, ErrToken
	}
	if err != nil {
		return b, err
	}
	if err := decode(row.Claims, &b.claims); err != nil {
		return b, err
	}
	if !s.now().Before(row.Until) || subtle.ConstantTimeCompare([]byte(b.Key), []byte(key)) != 1 {
		return b, ErrToken
	}
	b.patient, b.hash = row.Patient, row.Hash
	return b, nil
}

// Holds says whether a token is one, and bound to that key: [ErrToken] when not.
func (s *Service) Holds(ctx context.Context, token, key string) error {
	if _, err := s.proving(); err != nil {
		return err
	}
	_, err := s.bearer(ctx, token, key)
	return err
}

// access is how a token's reading stands in the access log.
func (b bearer) access() Access {
	return Access{Actor: anonymous, Purpose: PurposeName(b.Purpose), authorization: b.Authorization, token: b.hash}
}

// may says whether a token's scope covers all of these compartments.
func (s *Service) may(b bearer, names ...string) bool {
	scope := s.cfg.Proving.ClassNames(b.Scope)
	covered := func(name string) bool { return slices.Contains(scope, name) }
	return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return !covered(name) })
}

// AuthorizedRead is Read for the holder of a token, within its scope; key is the thumbprint of the key that the caller has shown to
// hold. What lies outside is [ErrNotFound], as if it were not there.
func (s *Service) AuthorizedRead(ctx context.Context, token, key, id string) (*Content, error) {
	if _, err := s.proving(); err != nil {
		return nil, err
	}
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	b, err := s.bearer(ctx, token, key)
	if err != nil {
		return nil, err
	}
	return s.readIf(ctx, id, b.access(), func(patient string, compartments []string) bool {
		return patient == b.patient && s.may(b, compartments...)
	})
}

// AuthorizedRecords is Records for the holder of a token.
func (s *Service) AuthorizedRecords(ctx context.Context, token, key, patient string) ([]RecordInfo, error) {
	if _, err := s.proving(); err != nil {
		return nil, err
	}
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	b, err := s.bearer(ctx, token, key)
	if err != nil {
		return nil, err
	}
	if b.patient != patient {
		return nil, ErrNotFound
	}
	return s.records(ctx, patient, func(c offchain.Compartment) bool { return s.may(b, c.Name) })
}
