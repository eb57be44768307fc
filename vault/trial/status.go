package trial

import (
	"math/big"

	"lethe/circuits"
	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
)

// Made is a trial that was registered, or amended.
type Made struct {
	Trial       field.Element
	Protocol    field.Element
	Transaction string // "" when the contract had it already
}

// Status is how a trial stands.
type Status struct {
	Funds, Reserved string // wei that the contract holds for it, and how much of them for who is enrolled

	Name      string
	State     rollup.State // with counters, which are for the board and the regulator until the end
	Waiting   int          // submissions that are not taken by the contract yet
	Doing     string       // what is being done now, "" for nothing
	Trouble   string       // why what waits does not move; "" for nothing
	ChainID   uint64
	Registry  [20]byte // the contract's address
	Agrees    bool     // the contract has this state and this protocol
	Paused    bool     // enrolment, by a safety flag
	Closed    bool
	Verified  bool // what it has come to, whole
	Published bool
}

// Claim is a participant's claim of what a visit is worth: a proof, bound to who is paid, that anybody may bring to the contract.
type Claim struct {
	Batches   uint16 // of the state that it is about
	Visit     uint16 // from 1
	Nullifier field.Element
	Recipient [20]byte // address
	Fee       *big.Int // wei, for who brings it
	Proof     *circuits.Proof
}
