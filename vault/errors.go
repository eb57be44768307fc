package vault

import (
	"errors"

	"lethe/keys"
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
	{ErrNotFound, "not-found"},
	{keys.ErrNoKey, "key-missing"},
	{keys.ErrWrongKey, "tampered"},
	{keys.ErrCorrupt, "tampered"},
	{keys.ErrUnwrap, "tampered"},
	{keys.ErrUnavailable, "key-store-unavailable"},
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
