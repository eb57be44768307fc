package vault

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"lethe/circuits"
	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Proving is what a service needs in order to let providers read by proof.
type Proving struct {
	Verifier *circuits.Verifier // of the statement authorization
	// Service is the audience of challenges and proofs: a name that no other service has.
	Service string
	// Accreditor verifies what the accreditation role signs: the trees of providers and issuers.
	Accreditor note.Verifier
	// Auditor is the key to which readers' identities are encrypted. Its secret is nowhere near the service.
	Auditor identity.PublicKey
	// Secret authenticates challenges, 32 bytes; processes that share stores share it.
	Secret []byte

	Classes      []string      // data classes in the order of a scope's bits: names of compartments, at most 16
	Epoch        time.Duration // how long a provider's pseudonyms last
	Reads        uint16        // how many a provider has in an epoch
	MaxRootAge   time.Duration // how long a root may be proven against after another has taken its place
	PublishEvery time.Duration // the schedule of the tree of grants
	Batch        int           // of changes: dummies fill the last one of a version
	Threshold    int64         // the smallest anonymity set
	ChallengeFor time.Duration // a challenge's life
	TokenFor     time.Duration // a token's life
}

const (
	maxClasses     = identity.ScopeBits
	challengeBytes = 32
)

func (p *Proving) check() error {
	positive := func(name string, ok bool) error {
		if !ok {
			return fmt.Errorf("vault: Proving.%s must be given", name)
		}
		return nil
	}
	return errors.Join(
		positive("Verifier", p.Verifier != nil), positive("Service", p.Service != "" && printable(p.Service)), positive("Accreditor", p.Accreditor != nil),
		positive("Auditor", p.Auditor.Check() == nil), positive("Secret", len(p.Secret) >= challengeBytes),
		positive("Classes", len(p.Classes) > 0 && len(p.Classes) <= maxClasses), positive("Epoch", p.Epoch >= time.Second),
		positive("Reads", p.Reads > 0), positive("MaxRootAge", p.MaxRootAge > 0), positive("PublishEvery", p.PublishEvery > 0),
		positive("Batch", p.Batch > 0), positive("ChallengeFor", p.ChallengeFor > 0), positive("TokenFor", p.TokenFor > 0))
}

// ServiceID is the audience as a request's 64 bits.
func (p *Proving) ServiceID() uint64 {
	return binary.BigEndian.Uint64(field.Bytes(field.Digest("service", []byte(p.Service)))[1:])
}

// EpochAt is the number of the epoch that a moment lies in.
func (p *Proving) EpochAt(at time.Time) uint32 { return uint32(at.Unix() / int64(p.Epoch/time.Second)) }

// epochEnd is when an epoch is over.
func (p *Proving) epochEnd(epoch uint32) time.Time {
	return time.Unix((int64(epoch)+1)*int64(p.Epoch/time.Second), 0).UTC()
}

// Scope packs names of data classes into a request's bits.
func (p *Proving) Scope(classes []string) (bits uint16, err error) {
	for _, c := range classes {
		i := slices.Index(p.Classes, c)
		if i < 0 {
			return 0, fmt.Errorf("%w: there is no data class %.40q", ErrInvalid, c)
		}
		bits |= 1 << i
	}
	if bits == 0 {
		return 0, fmt.Errorf("%w: no data class", ErrInvalid)
	}
	return bits, nil
}

// ClassNames are the names of a scope's bits.
func (p *Proving) ClassNames(scope uint16) []string {
	names := []string{}
	for i, c := range p.Classes {
		if scope>>i&1 == 1 {
			names = append(names, c)
		}
	}
	return names
}

// purposes are the codes of HL7 v3 PurposeOfUse (http://terminology.hl7.org/ValueSet/v3-PurposeOfUse) that a grant can be for. Their
// numbers are in signed grants and never change.
var purposes = []string{
	1: "TREAT", 2: "ETREAT", 3: "HPAYMT", 4: "HOPERAT", 5: "HRESCH", 6: "CLINTRL", 7: "PUBHLTH", 8: "PATRQT", 9: "FAMRQT", 10: "HLEGAL",
	11: "HQUALIMP", 12: "PATSFTY", 13: "CAREMGT", 14: "COVERAGE", 15: "MILCDM",
}

// PurposeCode is a purpose's number in grants and requests.
func PurposeCode(name string) (uint8, error) {
	if i := slices.Index(purposes, name); i > 0 {
		return uint8(i), nil
	}
	return 0, fmt.Errorf("%w: purpose %.20q is not one of %v", ErrInvalid, name, purposes[1:])
}

// PurposeName is the inverse of PurposeCode, "" for a number without a name.
func PurposeName(code uint8) string {
	if int(code) < len(purposes) {
		return purposes[code]
	}
	return ""
}

// proving gives what is needed for reading by proof, or [ErrNoProving].
func (s *Service) proving() (*Proving, error) {
	if s.cfg.Proving == nil {
		return nil, ErrNoProving
	}
	return s.cfg.Proving, nil
}
