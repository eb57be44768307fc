package ceremony

import (
	"fmt"
)

// Refusal names why something is refused; errors.Is finds it in what this package answers.
type Refusal string

// Error is the refusal in words.
func (r Refusal) Error() string { return string(r) }

// What is refused.
const (
	Malformed       Refusal = "not in its one form"
	AnotherCeremony Refusal = "of another ceremony file"
	AnotherCircuit  Refusal = "of another circuit than the ceremony file's"
	AnotherDomain   Refusal = "of another size than the circuit's domain"
	Tampered        Refusal = "not as it was made"
	OutOfOrder      Refusal = "not in its place"
	Missing         Refusal = "missing"
	Unknown         Refusal = "not signed by a contributor of the ceremony file"
	Duplicate       Refusal = "a second contribution of one contributor to a phase"
	TooFew          Refusal = "fewer contributions than the ceremony file wants"
	WrongBeacon     Refusal = "not the beacon's signature of the round in the ceremony file"
	Untimely        Refusal = "not between the beacons' rounds"
	NotInGroup      Refusal = "not a point of its group"
	Guessable       Refusal = "made with a secret that anybody can guess"
	Inconsistent    Refusal = "powers that are not of one secret"
	GammaIsDelta    Refusal = "γ = δ, with which anybody can prove anything"
	WrongPhase      Refusal = "not at this point of the ceremony"
	OtherKeys       Refusal = "other keys than those of the transcript"
)

// refuse says that something is refused, and what about it.
func refuse(r Refusal, format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), r)
}
