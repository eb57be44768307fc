package contracts

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Names of the statements of a trial, as Statement takes them.
const (
	StatementEnrolment    = "enrolment"
	StatementVisits       = "visits"
	StatementCompliance   = "compliance"
	StatementCompensation = "compensation"
)

// StatementVerifierPermissions returns the permissions that a StatementVerifier is used with.
func StatementVerifierPermissions() []Permission {
	verifier := NewStatementVerifier().abi
	return []Permission{
		{RoleAnnouncer, selectors(verifier, "announce")},
		{RoleGuardian, selectors(verifier, "cancel", "retire")},
	}
}

// TrialRegistryPermissions returns the permissions that a TrialRegistry is used with. All that is done with a trial after its
// creation is for its own parties: the registry knows them.
func TrialRegistryPermissions() []Permission {
	return []Permission{{RoleSponsor, selectors(NewTrialRegistry().abi, "create")}}
}

// Statement returns the name of a statement, without its version, as contracts know it. It is an error where Kind's would be.
func Statement(name string) ([32]byte, error) { return name32("statement", name) }

// TrialContext is what binds a proof to a trial: a chain, a TrialRegistry on it, and the trial's number. Its methods give the
// public input "context" of the trial's statements, which is 248 bits long, as the registry's functions of the same names do.
type TrialContext struct {
	ChainID  *big.Int
	Registry common.Address
	Trial    *big.Int
}

// Batch is the context of enrolment and visits, for the batch that follows number others.
func (c TrialContext) Batch(number uint32) *big.Int {
	return c.digest("lethe/trial/batch", new(big.Int).SetUint64(uint64(number)).Bytes())
}

// Compliance is the context of compliance.
func (c TrialContext) Compliance() *big.Int { return c.digest("lethe/trial/compliance") }

// Compensation is the context of compensation, paid to the recipient less the fee, in wei.
func (c TrialContext) Compensation(recipient common.Address, fee *big.Int) *big.Int {
	return c.digest("lethe/trial/compensation", recipient[:], fee.Bytes())
}

// digest hashes the ABI encoding of a string and numbers, and leaves 8 bits out.
func (c TrialContext) digest(tag string, more ...[]byte) *big.Int {
	const word = 32
	words := append([][]byte{c.ChainID.Bytes(), c.Registry[:], c.Trial.Bytes()}, more...)
	data := common.LeftPadBytes(big.NewInt(int64(word*(len(words)+1))).Bytes(), word)
	for _, w := range words {
		data = append(data, common.LeftPadBytes(w, word)...)
	}
	data = append(data, common.LeftPadBytes([]byte{byte(len(tag))}, word)...)
	data = append(data, common.RightPadBytes([]byte(tag), word)...)
	return new(big.Int).Rsh(new(big.Int).SetBytes(crypto.Keccak256(data)), 8)
}
