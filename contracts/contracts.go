// Package contracts holds the contracts that anchor a log, publish roots and run trials: their sources (src), their compiled
// form (artifacts) and the Go bindings made from it.
//
// CheckpointLog accepts a checkpoint of the transparency log only with a proof, verified on chain, that it extends the one
// before. RootRegistry keeps the roots of registries by kind and says how fresh they are. StatementVerifier has the verifying
// keys of statements and says whether proofs hold. TrialRegistry keeps the state of trials, which moves only by a proof, from
// creation to publication, and pays for visits. All ask an AccessManager of OpenZeppelin who may call what. The NatSpec of
// src/interfaces is their reference.
//
// A checkpoint costs between 68,000 and 125,000 gas for logs of up to 2^30 entries, whatever the number of entries it adds; a
// trial's batch some 100,000 beside the 240,000 of its verifier. gas.golden has the figures. The bytecode asks for an EVM of
// Cancun or later.
//
// The bindings and artifacts are made by ./generate and not edited.
package contracts

import (
	"embed"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
)

// Roles of the AccessManager. Role 0 is the manager's own administrator; roles that publish roots are chosen when a kind is
// opened, from FirstPublisherRole on.
const (
	RoleSubmitter      uint64 = 1   // submits checkpoints: the writer of the log
	RoleRecovery       uint64 = 2   // proposes and opens the successor of a lost log
	RoleGuardian       uint64 = 3   // cancels successors and announced keys, retires keys; not to be held by who proposes either
	RoleRegistrar      uint64 = 4   // opens kinds of roots
	RoleSponsor        uint64 = 5   // creates trials
	RoleAnnouncer      uint64 = 6   // announces verifying keys
	FirstPublisherRole uint64 = 100 // the least of the roles that are free for publishers
)

// A Permission says that members of Role may call the functions with these Selectors. It is given to the manager by
// setTargetFunctionRole. A restricted function that no permission names can be called by the administrator only.
type Permission struct {
	Role      uint64
	Selectors [][4]byte
}

// CheckpointLogPermissions returns the permissions that a CheckpointLog is used with.
func CheckpointLogPermissions() []Permission {
	log := NewCheckpointLog().abi
	return []Permission{
		{RoleSubmitter, selectors(log, "submit")},
		{RoleRecovery, selectors(log, "proposeSuccessor", "openSuccessor")},
		{RoleGuardian, selectors(log, "cancelSuccessor")},
	}
}

// RootRegistryPermissions returns the permissions that a RootRegistry is used with. Who publishes a kind is not among them:
// the registry asks for the role that was named when the kind was opened.
func RootRegistryPermissions() []Permission {
	return []Permission{{RoleRegistrar, selectors(NewRootRegistry().abi, "openKind")}}
}

func selectors(contract abi.ABI, functions ...string) [][4]byte {
	ids := make([][4]byte, len(functions))
	for i, name := range functions {
		copy(ids[i][:], contract.Methods[name].ID)
	}
	return ids
}

// Kind returns the name of a kind of roots as the registry knows it: ASCII, padded with zeros on the right, which is what
// `cast format-bytes32-string` makes too. It is an error if the name is empty, longer than 32 bytes, or has anything in it
// but lower-case letters, digits, '-' and '/'.
func Kind(name string) ([32]byte, error) { return name32("kind of roots", name) }

func name32(of, name string) ([32]byte, error) {
	var padded [32]byte
	if name == "" || len(name) > len(padded) {
		return padded, fmt.Errorf("%s %q: 1 to %d characters are allowed", of, name, len(padded))
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '/' {
			return padded, fmt.Errorf("%s %q: only a-z, 0-9, '-' and '/' are allowed", of, name)
		}
	}
	copy(padded[:], name)
	return padded, nil
}

//go:embed artifacts/Verifier5.bin artifacts/Verifier8.bin artifacts/Verifier9.bin
var verifiers embed.FS

// VerifierTemplate is the compiled verifier of proofs with 5, 8 or 9 public inputs, in which circuits.Verifier.SolidityCode puts a key.
func VerifierTemplate(publicInputs int) ([]byte, error) {
	text, err := verifiers.ReadFile(fmt.Sprintf("artifacts/Verifier%d.bin", publicInputs))
	if err != nil {
		return nil, fmt.Errorf("verifier of %d public inputs: there is none", publicInputs)
	}
	return hex.DecodeString(strings.TrimSpace(string(text)))
}
