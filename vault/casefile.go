package vault

import (
	"slices"
	"time"

	"lethe/offchain"
)

// state is how far a case has come. Each is named for what has been verified, so that none can be shown too early.
type state string

const (
	stateApproved    state = "approved"
	stateRetained    state = "retained-readable" // 0: what the law keeps reads from its copy
	stateTombstoned  state = "tombstoned"        // 1: no reading, no writing
	stateLedgered    state = "ledgered"          // 2: in both copies of the ledger, and in a checkpoint of the log
	stateUncached    state = "caches-dropped"    // 3: no process holds a key
	stateControlled  state = "readable-before"   // 5: the witness could decrypt
	stateDestroyed   state = "keys-destroyed"    // 6: by the key store's answer
	stateUnreadable  state = "unreadable-after"  // 7: the same decryption fails, another one does not
	stateObjectsGone state = "objects-deleted"   // 8: every version
	stateScrubbed    state = "index-scrubbed"    // 9: wrapped keys overwritten, deleted, log emptied
	stateCertified   state = "certified"         // 10
	stateAnchored    state = "anchored"          // 11: on the chain, confirmed, and so certified
	stateReplayed    state = "replayed"          // by the restore guard, in place of the steps that were left
	stateRolledBack  state = "rolled-back"       // nothing was destroyed: a restored key store lost the case's key
)

// provenStates are the states that a certificate lists with their times.
var provenStates = []state{
	stateRetained, stateTombstoned, stateLedgered, stateUncached, stateControlled, stateDestroyed, stateUnreadable, stateObjectsGone,
	stateScrubbed,
}

// caseFile is everything that is needed to carry a case through and to account for it afterwards. It is sealed under the
// case's own key, which no erasure of the patient destroys.
type caseFile struct {
	Request  caseRequest
	Approved int64    // Unix seconds, as all times here
	Kept     []string // ids of records that are copied into retained
	Retained retainedCopy
	Parts    []casePart
	Ledger   uint64
	LogSize  uint64 // of the checkpoint that covers the keys that die
	Before   controlTest
	After    controlTest
	Versions int // of objects that were deleted
	Locked   lockedCopies
	Done     int64
	Reached  map[string]int64 // state → when
	// Certificate is the path under which the certificate was put.
	Certificate string
	Salt        []byte // of the subject commitment in the certificate
	Edition     int    // of the certificate
	First       []byte // SHA-256 of its first edition, as the log's entry of the execution has it
	Anchor      anchorNote
	Openings    []logged // of the case's entries in the log
}

// lockedCopies are versions of objects that their store keeps under a lock, as ciphertext without a key.
type lockedCopies struct {
	Versions int
	Until    int64 // 0 when a legal hold has no end
}

// add counts an object that answered with a lock.
func (l *lockedCopies) add(by *offchain.LockedError) {
	l.Versions += by.Versions
	if !by.Until.IsZero() {
		l.Until = max(l.Until, by.Until.Unix())
	}
}

// logged is an opening in its stored form.
type logged struct {
	Type          string
	Salt, Payload []byte
}

// anchorNote is the confirmed checkpoint that the certificate names.
type anchorNote struct {
	Size        uint64
	Transaction []byte
	BlockHash   []byte
}

// caseRequest is the decision, in its stored form.
type caseRequest struct {
	Patient, Ground          string
	Filed, Approve, Execute  string
	Received                 int64
	RetainGround, RetainLaw  string
	RetainUntil, RetainCheck int64
}

// casePart is one compartment of the patient.
type casePart struct {
	Compartment, Name, KeyName string
	Erase                      bool
	Records, Copied            int
	Bytes                      int64
	Objects                    []string // object keys
}

// retainedCopy is where what is kept was copied to.
type retainedCopy struct {
	Compartment, Object, Manifest string
	Records                       int
	Bytes                         int64
}

// controlTest is one half of the decryption test.
type controlTest struct {
	At      int64
	Keys    int  // keys tried
	Objects int  // objects of which the first chunk was tried
	Live    bool // whether the control key worked in the same run
}

func fileRequest(r EraseRequest, now time.Time) caseRequest {
	if r.At.IsZero() {
		r.At = now
	}
	f := caseRequest{
		Patient: r.Patient, Ground: r.Ground, Filed: r.Filed, Approve: r.Approve, Execute: r.Execute, Received: r.At.Unix(),
	}
	if r.Retain != nil {
		review := r.Retain.Review
		if review.IsZero() {
			review = r.Retain.Until
		}
		f.RetainGround, f.RetainLaw = r.Retain.Ground, r.Retain.Law
		f.RetainUntil, f.RetainCheck = r.Retain.Until.Unix(), review.Unix()
	}
	return f
}

// tell names the states that were reached and not yet told.
func (f *caseFile) tell(told map[state]bool, progress func(string)) {
	for _, st := range append(append([]state{stateApproved}, provenStates...), stateCertified, stateAnchored) {
		if _, reached := f.Reached[string(st)]; (reached || st == stateApproved) && !told[st] {
			told[st] = true
			progress(string(st))
		}
	}
}

// erased lists the parts that are destroyed.
func (f *caseFile) erased() []casePart {
	var parts []casePart
	for _, p := range f.Parts {
		if p.Erase {
			parts = append(parts, p)
		}
	}
	return parts
}

// wholly says whether nothing of the patient is left but the evidence of disclosures, so that their identity goes too.
func (f *caseFile) wholly() bool {
	return !slices.ContainsFunc(f.Parts, func(p casePart) bool { return !p.Erase && p.Name != disclosuresCompartment })
}
