// Code generated via abigen V2 - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package contracts

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = bytes.Equal
	_ = errors.New
	_ = big.NewInt
	_ = common.Big1
	_ = types.BloomLookup
	_ = abi.ConvertType
)

// StubVerifierMetaData contains all meta data concerning the StubVerifier contract.
var StubVerifierMetaData = bind.MetaData{
	ABI: "[{\"type\":\"constructor\",\"inputs\":[{\"name\":\"tag\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"verifyProof\",\"inputs\":[{\"name\":\"proof\",\"type\":\"bytes\",\"internalType\":\"bytes\"},{\"name\":\"inputs\",\"type\":\"uint256[5]\",\"internalType\":\"uint256[5]\"}],\"outputs\":[],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"verifyProof\",\"inputs\":[{\"name\":\"proof\",\"type\":\"bytes\",\"internalType\":\"bytes\"},{\"name\":\"inputs\",\"type\":\"uint256[8]\",\"internalType\":\"uint256[8]\"}],\"outputs\":[],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"verifyProof\",\"inputs\":[{\"name\":\"proof\",\"type\":\"bytes\",\"internalType\":\"bytes\"},{\"name\":\"inputs\",\"type\":\"uint256[9]\",\"internalType\":\"uint256[9]\"}],\"outputs\":[],\"stateMutability\":\"view\"},{\"type\":\"error\",\"name\":\"ProofInvalid\",\"inputs\":[]}]",
	ID:  "StubVerifier",
	Bin: "0x60a034606457601f6103a238819003918201601f19168301916001600160401b0383118484101760685780849260209460405283398101031260645751608052604051610325908161007d823960805181818160a10152818161014f01526101ee0152f35b5f80fd5b634e487b7160e01b5f52604160045260245ffdfe6080806040526004361015610012575f80fd5b5f3560e01c9081632be688d41461018e57508063449ccd1e146100eb5763454c28a31461003d575f80fd5b346100e7576101407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e75760043567ffffffffffffffff81116100e75761008d90369060040161022a565b9036610144116100e7576100e591604051917f000000000000000000000000000000000000000000000000000000000000000060208401526101206024604085013761014083526100e061016084610258565b6102c6565b005b5f80fd5b346100e7576101207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e75760043567ffffffffffffffff81116100e75761013b90369060040161022a565b9036610124116100e7576100e591604051917f000000000000000000000000000000000000000000000000000000000000000060208401526101006024604085013761012083526100e061014084610258565b346100e75760c07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e75760043567ffffffffffffffff81116100e7576101dd90369060040161022a565b9190913660c4116100e7576100e5927f0000000000000000000000000000000000000000000000000000000000000000602084015260a06024604085013760c083526100e060e084610258565b9181601f840112156100e75782359167ffffffffffffffff83116100e757602083818601950101116100e757565b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff82111761029957604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b9091610100831492831593610307575b5050506102df57565b7f7fcdd1f4000000000000000000000000000000000000000000000000000000005f5260045ffd5b909192506020116100e75760208151910120903514155f80806102d656",
}

// StubVerifier is an auto generated Go binding around an Ethereum contract.
type StubVerifier struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *StubVerifier) GetABI() abi.ABI {
	return c.abi
}

// NewStubVerifier creates a new instance of StubVerifier.
func NewStubVerifier() *StubVerifier {
	parsed, err := StubVerifierMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &StubVerifier{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *StubVerifier) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(bytes32 tag) returns()
func (stubVerifier *StubVerifier) PackConstructor(tag [32]byte) []byte {
	enc, err := stubVerifier.abi.Pack("", tag)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackVerifyProof is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2be688d4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifyProof(bytes proof, uint256[5] inputs) view returns()
func (stubVerifier *StubVerifier) PackVerifyProof(proof []byte, inputs [5]*big.Int) []byte {
	enc, err := stubVerifier.abi.Pack("verifyProof", proof, inputs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifyProof is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2be688d4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifyProof(bytes proof, uint256[5] inputs) view returns()
func (stubVerifier *StubVerifier) TryPackVerifyProof(proof []byte, inputs [5]*big.Int) ([]byte, error) {
	return stubVerifier.abi.Pack("verifyProof", proof, inputs)
}

// PackVerifyProof0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x449ccd1e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifyProof(bytes proof, uint256[8] inputs) view returns()
func (stubVerifier *StubVerifier) PackVerifyProof0(proof []byte, inputs [8]*big.Int) []byte {
	enc, err := stubVerifier.abi.Pack("verifyProof0", proof, inputs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifyProof0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x449ccd1e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifyProof(bytes proof, uint256[8] inputs) view returns()
func (stubVerifier *StubVerifier) TryPackVerifyProof0(proof []byte, inputs [8]*big.Int) ([]byte, error) {
	return stubVerifier.abi.Pack("verifyProof0", proof, inputs)
}

// PackVerifyProof1 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x454c28a3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifyProof(bytes proof, uint256[9] inputs) view returns()
func (stubVerifier *StubVerifier) PackVerifyProof1(proof []byte, inputs [9]*big.Int) []byte {
	enc, err := stubVerifier.abi.Pack("verifyProof1", proof, inputs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifyProof1 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x454c28a3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifyProof(bytes proof, uint256[9] inputs) view returns()
func (stubVerifier *StubVerifier) TryPackVerifyProof1(proof []byte, inputs [9]*big.Int) ([]byte, error) {
	return stubVerifier.abi.Pack("verifyProof1", proof, inputs)
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (stubVerifier *StubVerifier) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], stubVerifier.abi.Errors["ProofInvalid"].ID.Bytes()[:4]) {
		return stubVerifier.UnpackProofInvalidError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// StubVerifierProofInvalid represents a ProofInvalid error raised by the StubVerifier contract.
type StubVerifierProofInvalid struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ProofInvalid()
func StubVerifierProofInvalidErrorID() common.Hash {
	return common.HexToHash("0x7fcdd1f433fad06e243ebb12f415f49dc48f357e41b96f61f504279fe6bb2ac6")
}

// UnpackProofInvalidError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ProofInvalid()
func (stubVerifier *StubVerifier) UnpackProofInvalidError(raw []byte) (*StubVerifierProofInvalid, error) {
	out := new(StubVerifierProofInvalid)
	if err := stubVerifier.abi.UnpackIntoInterface(out, "ProofInvalid", raw); err != nil {
		return nil, err
	}
	return out, nil
}
