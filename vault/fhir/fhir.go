package fhir

import (
	"errors"
	"fmt"
)

// Limits bound what [Scan] accepts. Every field must be positive.
type Limits struct {
	MaxBytes    int64 // bytes of the whole document
	MaxResource int64 // bytes of one resource, and of what stands between two resources
	MaxEntries  int   // elements of Bundle.entry
	MaxDepth    int   // nested objects and arrays, counted from the document's own object; at most 10,000
}

// DefaultLimits returns 2 GiB a document, 64 MiB a resource, 1,000,000 entries and a depth of 64.
func DefaultLimits() Limits {
	return Limits{MaxBytes: 2 << 30, MaxResource: 64 << 20, MaxEntries: 1_000_000, MaxDepth: 64}
}

func (l Limits) check() error {
	if l.MaxBytes <= 0 || l.MaxResource <= 0 || l.MaxEntries <= 0 || l.MaxDepth <= 0 {
		return errors.New("fhir: every limit must be positive")
	}
	return nil
}

// What no FHIR document comes near, and what keeps the memory of a scan small whatever is sent.
const (
	maxMembers     = 1024 // members of one object; R4's largest type has fewer than a hundred elements
	maxReferences  = 1024 // to the subject, of one resource
	maxIdentifiers = 256  // identifiers of the patient, or of the logical subjects
	maxIdentifier  = 1024 // bytes of an identifier's system, and of its value
)

// Span is a range of bytes of a document.
type Span struct{ Offset, Length int64 }

// End is the offset of the first byte after the span.
func (s Span) End() int64 { return s.Offset + s.Length }

// Entry is one resource: the exact bytes of its JSON object, its resourceType, and its id, empty when it has none.
type Entry struct {
	Span
	Type, ID string
}

// Identifier is a business identifier (https://hl7.org/fhir/R4/datatypes.html#Identifier).
type Identifier struct{ System, Value string }

// Document is what [Scan] found.
type Document struct {
	Bundle     bool     // whether the document is a Bundle; otherwise it is a single resource
	BundleType string   // Bundle.type: transaction or collection
	Size       int64    // bytes of the whole document, white space around it included
	SHA256     [32]byte // of the same bytes

	// Entries are the resources in document order, disjoint. Entries of a Bundle that hold no resource are left
	// out; a single resource is the only entry of its document.
	Entries []Entry

	// Patient is the only Patient resource, nil when there is none.
	Patient *Patient

	// Subjects are, when there is no Patient resource, the identifiers that resources give their subject, patient
	// or beneficiary instead of a literal reference, without repetition, in order of appearance.
	Subjects []Identifier
}

// Patient is the document's Patient resource.
type Patient struct {
	Entry       int          // its index in Document.Entries
	Identifiers []Identifier // those with system and value, without repetition, in order
}

// Sentinels that an [Error] wraps.
var (
	// ErrBroken is a document that is not strict JSON (RFC 7493).
	ErrBroken = errors.New("broken JSON")
	// ErrTooBig is a document beyond a limit; the reason gives the limit and its value.
	ErrTooBig = errors.New("too big")
	// ErrNotFHIR is JSON without the shape of a FHIR resource.
	ErrNotFHIR = errors.New("not FHIR")
	// ErrBundleType is a Bundle that is neither a transaction nor a collection.
	ErrBundleType = errors.New("bundle is neither a transaction nor a collection")
	// ErrTwoPatients is a document that holds, or plainly speaks of, more than one patient.
	ErrTwoPatients = errors.New("more than one patient")
)

// Error says where a document was refused. Its text holds places, counts and limits, and nothing of the document.
type Error struct {
	Offset int64  // bytes from the start of the document
	Line   int    // counted from 1
	Entry  int    // index in Bundle.entry, counted from 0; -1 outside of it
	Reason string // may be empty
	Err    error  // one of the sentinels, or the error of the source
}

// Error gives the place, the kind of failure and the reason.
func (e *Error) Error() string {
	place := fmt.Sprintf("line %d (byte %d)", e.Line, e.Offset)
	if e.Entry >= 0 {
		place = fmt.Sprintf("%s, entry %d", place, e.Entry)
	}
	if e.Reason == "" {
		return fmt.Sprintf("%s: %v", place, e.Err)
	}
	return fmt.Sprintf("%s: %v: %s", place, e.Err, e.Reason)
}

// Unwrap returns the kind of failure.
func (e *Error) Unwrap() error { return e.Err }
