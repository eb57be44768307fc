package vault

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/offchain"
	"lethe/vault/registry"
)

// ChallengeRequest is what somebody who does not say who they are wants to read.
type ChallengeRequest struct {
	Patient string
	Scope   []string // data classes
	Purpose string   // HL7 v3 PurposeOfUse
	Basis   identity.Basis
	Key     string // thumbprint (RFC 7638) of the key that the token is to be bound to
}

// Challenge is what an authorization is proven for, once.
type Challenge struct {
	ID        string // comes back with the proof
	Challenge field.Element
	Request   identity.Request
	Auditor   identity.PublicKey
	Expires   time.Time
	// AnonymitySet is how many enrolled providers the subject's grants cover for this: one of them reads.
	AnonymitySet int64
}

// challenged is a challenge as its ID carries it: the service keeps nothing until it is spent.
type challenged struct {
	_       struct{} `cbor:",toarray"`
	Format  uint
	Nonce   []byte
	Patient string
	Request []byte // packed
	Expires int64
	Key     string
}

const (
	nonceSize     = 16
	maxThumbprint = 128 // so that every challenge's ID is within maxChallenge
)

// Challenge gives a challenge. Errors: [ErrUnbound], [ErrSmallSet] when too few providers would be hidden among, or none are entitled.
func (s *Service) Challenge(ctx context.Context, r ChallengeRequest) (Challenge, error) {
	p, err := s.proving()
	if err != nil {
		return Challenge{}, err
	}
	if err := errors.Join(s.admit(ctx), s.settledLog(ctx)); err != nil {
		return Challenge{}, err
	}
	request, err := s.requestOf(ctx, p, r)
	if err != nil {
		return Challenge{}, err
	}
	set, err := s.anonymitySet(ctx, r.Patient, request)
	if err != nil {
		return Challenge{}, err
	}
	if set == 0 {
		return Challenge{}, s.whyNone(ctx, r.Patient, request)
	}
	if set < max(p.Threshold, 1) {
		return Challenge{}, fmt.Errorf("%w: %d of at least %d", ErrSmallSet, set, max(p.Threshold, 1))
	}
	packed, err := request.Pack()
	if err != nil {
		return Challenge{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	expires := unix(int64(request.Time)).Add(p.ChallengeFor)
	nonce := make([]byte, nonceSize)
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
	payload := encode(challenged{
		Format: formatVersion, Nonce: nonce, Patient: r.Patient, Request: field.Bytes(packed), Expires: expires.Unix(), Key: r.Key,
	})
	return Challenge{
		ID: p.seal(payload), Challenge: challengeOf(payload), Request: request, Auditor: p.Auditor, Expires: expires, AnonymitySet: set,
	}, nil
}

// challengeOf is the element that stands for a challenge: of its nonce, patient, request, expiry and client key.
func challengeOf(payload []byte) field.Element { return field.Digest("challenge", payload) }

func (s *Service) requestOf(ctx context.Context, p *Proving, r ChallengeRequest) (q identity.Request, err error) {
	if r.Key == "" || len(r.Key) > maxThumbprint {
		return q, fmt.Errorf("%w: no thumbprint of a key to bind the token to", ErrInvalid)
	}
	if q.Scope, err = p.Scope(r.Scope); err != nil {
		return q, err
	}
	if q.Purpose, err = PurposeCode(r.Purpose); err != nil {
		return q, err
	}
	who, err := s.subjectOf(ctx, r.Patient)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrErased) || errors.Is(err, ErrUnbound) {
		return q, ErrNotGranted // who asks is not known, and need not learn which of them it is
	}
	if err != nil {
		return q, err
	}
	now := s.now()
	q.Service, q.Basis, q.Custody, q.Time, q.Epoch, q.K = p.ServiceID(), r.Basis, who.Custody, uint64(now.Unix()), p.EpochAt(now), p.Reads
	return q, nil
}

// anonymitySet is the fewest enrolled providers among whom a reader may be hidden: the subject's published grants for a request cover
// organisations, and the patient learns which one read, so the smallest of them counts. A grantee in whose name nobody is enrolled is a
// single provider, who would be hidden among nobody.
func (s *Service) anonymitySet(ctx context.Context, patient string, r identity.Request) (n int64, err error) {
	grants, err := s.openGrants(ctx, patient)
	if err != nil {
		return 0, err
	}
	published, err := s.tree(ctx, registry.Grants)
	if err != nil {
		return 0, err
	}
	for _, g := range grants {
		if !g.row.Ended.IsZero() || !covers(g.Grant, r) || published.tree.Leaf(g.Index) != g.Leaf() {
			continue
		}
		members, err := s.members(ctx, g.Grantee)
		if err != nil {
			return 0, err
		}
		if members = max(members, 1); n == 0 || members < n {
			n = members
		}
	}
	return n, nil
}

func covers(g identity.Grant, r identity.Request) bool {
	return isFor(g, r) && g.From <= r.Time && r.Time < g.Until
}

// isFor says whether a grant is about what is asked, whenever.
func isFor(g identity.Grant, r identity.Request) bool {
	return r.Scope&^g.Scope == 0 && g.Purpose == r.Purpose && g.Basis == r.Basis
}

// whyNone says why no grant covers a request: one that does is not published yet, or the last one that was about it has ended, or there is
// none.
func (s *Service) whyNone(ctx context.Context, patient string, r identity.Request) error {
	grants, err := s.openGrants(ctx, patient)
	if err != nil {
		return err
	}
	why := ErrNotGranted
	for _, g := range grants {
		switch {
		case !isFor(g.Grant, r):
		case !g.row.Ended.IsZero():
			why = ErrWithdrawn
		case covers(g.Grant, r):
			return ErrNotPublished
		default:
			why = ErrExpired
		}
	}
	return why
}

// members counts the providers that are enrolled in an organisation's name.
func (s *Service) members(ctx context.Context, grantee field.Element) (n int64, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		n, err = q.CountLeaves(ctx, string(registry.Providers), field.Bytes(grantee))
		return err
	})
	return n, err
}

// seal puts an authenticator behind a challenge, so that only this service's come back.
func (p *Proving) seal(payload []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(payload, p.mac(payload)...))
}

func (p *Proving) mac(payload []byte) []byte {
	m := hmac.New(sha256.New, p.Secret)
	m.Write([]byte("lethe/challenge/v1\x00"))
	m.Write(payload)
	return m.Sum(nil)
}

// maxChallenge bounds an ID's length before it is looked at.
const maxChallenge = 1024

// unseal reads a challenge's ID: [ErrChallenge] when it is not one of this service, or is over.
func (s *Service) unseal(p *Proving, id string) (c challenged, payload []byte, err error) {
	if len(id) > maxChallenge {
		return c, nil, fmt.Errorf("%w: it is none of this service", ErrChallenge)
	}
	raw, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil || len(raw) <= sha256.Size || base64.RawURLEncoding.EncodeToString(raw) != id { // which knows one form, unlike the decoder
		return c, nil, fmt.Errorf("%w: it is none of this service", ErrChallenge)
	}
	payload = raw[:len(raw)-sha256.Size]
	if !hmac.Equal(raw[len(payload):], p.mac(payload)) || decode(payload, &c) != nil {
		return c, nil, fmt.Errorf("%w: it is none of this service", ErrChallenge)
	}
	if s.now().Unix() >= c.Expires {
		return c, nil, fmt.Errorf("%w: it has expired", ErrChallenge)
	}
	return c, payload, nil
}
