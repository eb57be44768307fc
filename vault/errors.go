package vault

import (
	"errors"

	"lethe/keys"
	"lethe/offchain"
)

// Errors that callers branch on. Code gives each its public name, which is never reused.
var (
	ErrNotFound       = errors.New("no such patient, record or bundle")
	ErrErased         = errors.New("erased: the key that could open it was destroyed")
	ErrErasing        = errors.New("an erasure of this patient is under way")
	ErrQuarantined    = errors.New("quarantined: a store seems to have been put back, and nothing is decrypted until that is settled")
	ErrIdentifierHeld = errors.New("an identifier is held by another patient")
	ErrNoPatient      = errors.New("no patient: the document names none that is known")
	ErrChanged        = errors.New("the file changed while it was read")
	ErrRange          = errors.New("the range lies outside the record")
	ErrInvalid        = errors.New("invalid request")
	ErrConflict       = errors.New("another change came first")
	ErrNotLogged      = errors.New("not in a checkpoint of the log yet")
	ErrNoProving      = errors.New("this service does not let anybody read by proof: it knows no accreditation role and no auditor")
	ErrBound          = errors.New("a key is bound: it must sign for the new one, or the registrar for a recovery")
	ErrUnbound        = errors.New("the patient is not bound to a key")
	ErrSignature      = errors.New("a signature does not verify, or is not of who must sign")
	ErrNotGranted     = errors.New("no grant of this patient covers what is asked")
	ErrNotPublished   = errors.New("the grant that covers this waits for the next version of the tree of grants")
	ErrExpired        = errors.New("the grant that covered this is over, or has not begun")
	ErrSmallSet       = errors.New("too few providers are covered for one of them to be anonymous; read as somebody who is known")
	ErrChallenge      = errors.New("the challenge cannot be answered")
	ErrChallengeUsed  = errors.New("the challenge has been used")
	ErrOtherChallenge = errors.New("the proof is for another challenge")
	ErrPseudonymUsed  = errors.New("this read of the epoch has been used")
	ErrProof          = errors.New("the proof does not verify")
	ErrEscrow         = errors.New("the escrow is not the one that the proof is about")
	ErrAuditor        = errors.New("the escrow is for another auditor")
	ErrService        = errors.New("the proof is for another service")
	ErrScope          = errors.New("the proof is for another scope")
	ErrPurpose        = errors.New("the proof is for another purpose")
	ErrBasis          = errors.New("the proof is for another basis")
	ErrCustody        = errors.New("the proof says that somebody else holds the patient's key")
	ErrTime           = errors.New("the proof is for another time")
	ErrEpoch          = errors.New("the proof is for another epoch")
	ErrReads          = errors.New("the proof is for another number of reads")
	ErrSubject        = errors.New("the proof is about another subject")
	ErrUnknownRoot    = errors.New("the proof is about a tree that was never published here")
	ErrStaleRoot      = errors.New("the proof is about a version of a tree that is too old; fetch what has changed and prove again")
	ErrAccreditation  = errors.New("the proof is about a time before an accreditation ended; fetch what has changed and prove again")
	ErrWithdrawn      = errors.New("the grant was withdrawn: nothing that is older counts for this patient")
	ErrToken          = errors.New("the token is none, has ended, or is bound to another key")
	ErrNoWitness      = errors.New("no witness outside the stores has answered since the start")
)

// codes is the one table of public error names, most specific first.
var codes = []struct {
	err  error
	code string
}{
	{ErrErased, "erased"},
	{ErrErasing, "erasing"},
	{ErrQuarantined, "quarantined"},
	{ErrIdentifierHeld, "identifier-held"},
	{ErrNoPatient, "no-patient"},
	{ErrChanged, "source-changed"},
	{ErrRange, "bad-range"},
	{ErrInvalid, "invalid-request"},
	{ErrConflict, "conflict"},
	{ErrNotLogged, "not-logged"},
	{ErrNoProving, "no-proving"},
	{ErrBound, "already-bound"},
	{ErrUnbound, "unbound"},
	{ErrSignature, "bad-signature"},
	{ErrNotGranted, "not-granted"},
	{ErrNotPublished, "grant-not-published"},
	{ErrExpired, "grant-expired"},
	{ErrSmallSet, "anonymity-set-too-small"},
	{ErrChallengeUsed, "challenge-used"},
	{ErrChallenge, "challenge-invalid"},
	{ErrOtherChallenge, "challenge-differs"},
	{ErrPseudonymUsed, "pseudonym-used"},
	{ErrEscrow, "escrow-differs"},
	{ErrAuditor, "auditor-differs"},
	{ErrService, "service-differs"},
	{ErrScope, "scope-differs"},
	{ErrPurpose, "purpose-differs"},
	{ErrBasis, "basis-differs"},
	{ErrCustody, "custody-differs"},
	{ErrTime, "time-differs"},
	{ErrEpoch, "epoch-differs"},
	{ErrReads, "reads-differ"},
	{ErrSubject, "subject-differs"},
	{ErrUnknownRoot, "root-unknown"},
	{ErrStaleRoot, "root-stale"},
	{ErrAccreditation, "accreditation-ended"},
	{ErrWithdrawn, "grant-withdrawn"},
	{ErrProof, "proof-invalid"},
	{ErrToken, "token-invalid"},
	{ErrNotFound, "not-found"},
	{keys.ErrNoKey, "key-missing"},
	{keys.ErrWrongKey, "tampered"},
	{keys.ErrCorrupt, "tampered"},
	{keys.ErrUnwrap, "tampered"},
	{keys.ErrUnavailable, "key-store-unavailable"},
	{offchain.ErrUnavailable, "store-unavailable"},
}

// Code is the public name of an error: "erased", "erasing", "not-found"… and "internal-error" for what is none of ours.
func Code(err error) string {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return "internal-error"
}
