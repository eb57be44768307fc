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

// RFC6962HarnessMetaData contains all meta data concerning the RFC6962Harness contract.
var RFC6962HarnessMetaData = bind.MetaData{
	ABI: "[{\"type\":\"function\",\"name\":\"hashLeaf\",\"inputs\":[{\"name\":\"entry\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"stateMutability\":\"pure\"},{\"type\":\"function\",\"name\":\"verifyConsistency\",\"inputs\":[{\"name\":\"size1\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"size2\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"proof\",\"type\":\"bytes32[]\",\"internalType\":\"bytes32[]\"},{\"name\":\"root1\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"root2\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"pure\"},{\"type\":\"function\",\"name\":\"verifyInclusion\",\"inputs\":[{\"name\":\"index\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"size\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"leafHash\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"proof\",\"type\":\"bytes32[]\",\"internalType\":\"bytes32[]\"},{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"pure\"}]",
	ID:  "RFC6962Harness",
	Bin: "0x60808060405234601557610606908161001a8239f35b5f80fdfe60806040526004361015610011575f80fd5b5f3560e01c80632723c33b146101415780635d5eee4a146100bc57636e0fd1061461003a575f80fd5b346100b85760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100b8576100716101b5565b6100796101cc565b6064359067ffffffffffffffff82116100b8576020926100a06100ae9336906004016101e3565b9160843593604435916104ac565b6040519015158152f35b5f80fd5b346100b85760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100b85760205f6040518281019082825260043560218201526021815261010f60418261043e565b604051918291518091835e8101838152039060025afa156101365760205f51604051908152f35b6040513d5f823e3d90fd5b346100b85760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100b8576101786101b5565b6101806101cc565b6044359067ffffffffffffffff82116100b8576020926101a76100ae9336906004016101e3565b9060843593606435936102bd565b6004359067ffffffffffffffff821682036100b857565b6024359067ffffffffffffffff821682036100b857565b9181601f840112156100b85782359167ffffffffffffffff83116100b8576020808501948460051b0101116100b857565b67ffffffffffffffff7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff9116019067ffffffffffffffff821161025357565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b91908110156102905760051b0190565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b92949391909467ffffffffffffffff861667ffffffffffffffff8516908082116104325781146104205715610416575f839667ffffffffffffffff61030187610214565b8716166103f9575b9167ffffffffffffffff806103276103218b99610214565b95610214565b1693165b6001808216146103ed5792935b818310610367575050505015938461035d575b50508261035757505090565b14919050565b1492505f8061034b565b919390929581156103e05761037d858585610280565b359860018089161480156103d7575b156103c457916103ab6103b1926103a56001958d610573565b9b610573565b976105dc565b91905b811c91811c940191929092610338565b986103d190600192610573565b966103b4565b5082881461038c565b5050505050505050505f90565b600193841c931c61032b565b965050801561040c576001823596610309565b5050505050505f90565b9450505050501590565b50925050925015918261035757505090565b50505050505050505f90565b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff82111761047f57604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b67ffffffffffffffff909594929391951667ffffffffffffffff861681101561040c57919467ffffffffffffffff906104e490610214565b1692945f915b818310610501575050505015918261035757505090565b9193909295811561056857610517858585610280565b35600180891614801561055f575b1561054d57916103ab61053a92600194610573565b91905b811c91811c9401919290926104ea565b61055990600192610573565b9661053d565b50828814610525565b505050505050505f90565b5f9060209260405190848201927f0100000000000000000000000000000000000000000000000000000000000000845260218301526041820152604181526105bc60618261043e565b604051918291518091835e8101838152039060025afa15610136575f5190565b5b6001811615806105fd575b156105fa5760011c9060011c906105dd565b91565b508015156105e856",
}

// RFC6962Harness is an auto generated Go binding around an Ethereum contract.
type RFC6962Harness struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *RFC6962Harness) GetABI() abi.ABI {
	return c.abi
}

// NewRFC6962Harness creates a new instance of RFC6962Harness.
func NewRFC6962Harness() *RFC6962Harness {
	parsed, err := RFC6962HarnessMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &RFC6962Harness{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *RFC6962Harness) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackHashLeaf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5d5eee4a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function hashLeaf(bytes32 entry) pure returns(bytes32)
func (rFC6962Harness *RFC6962Harness) PackHashLeaf(entry [32]byte) []byte {
	enc, err := rFC6962Harness.abi.Pack("hashLeaf", entry)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHashLeaf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5d5eee4a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function hashLeaf(bytes32 entry) pure returns(bytes32)
func (rFC6962Harness *RFC6962Harness) TryPackHashLeaf(entry [32]byte) ([]byte, error) {
	return rFC6962Harness.abi.Pack("hashLeaf", entry)
}

// UnpackHashLeaf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5d5eee4a.
//
// Solidity: function hashLeaf(bytes32 entry) pure returns(bytes32)
func (rFC6962Harness *RFC6962Harness) UnpackHashLeaf(data []byte) ([32]byte, error) {
	out, err := rFC6962Harness.abi.Unpack("hashLeaf", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackVerifyConsistency is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2723c33b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifyConsistency(uint64 size1, uint64 size2, bytes32[] proof, bytes32 root1, bytes32 root2) pure returns(bool)
func (rFC6962Harness *RFC6962Harness) PackVerifyConsistency(size1 uint64, size2 uint64, proof [][32]byte, root1 [32]byte, root2 [32]byte) []byte {
	enc, err := rFC6962Harness.abi.Pack("verifyConsistency", size1, size2, proof, root1, root2)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifyConsistency is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2723c33b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifyConsistency(uint64 size1, uint64 size2, bytes32[] proof, bytes32 root1, bytes32 root2) pure returns(bool)
func (rFC6962Harness *RFC6962Harness) TryPackVerifyConsistency(size1 uint64, size2 uint64, proof [][32]byte, root1 [32]byte, root2 [32]byte) ([]byte, error) {
	return rFC6962Harness.abi.Pack("verifyConsistency", size1, size2, proof, root1, root2)
}

// UnpackVerifyConsistency is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x2723c33b.
//
// Solidity: function verifyConsistency(uint64 size1, uint64 size2, bytes32[] proof, bytes32 root1, bytes32 root2) pure returns(bool)
func (rFC6962Harness *RFC6962Harness) UnpackVerifyConsistency(data []byte) (bool, error) {
	out, err := rFC6962Harness.abi.Unpack("verifyConsistency", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackVerifyInclusion is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6e0fd106.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifyInclusion(uint64 index, uint64 size, bytes32 leafHash, bytes32[] proof, bytes32 root) pure returns(bool)
func (rFC6962Harness *RFC6962Harness) PackVerifyInclusion(index uint64, size uint64, leafHash [32]byte, proof [][32]byte, root [32]byte) []byte {
	enc, err := rFC6962Harness.abi.Pack("verifyInclusion", index, size, leafHash, proof, root)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifyInclusion is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6e0fd106.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifyInclusion(uint64 index, uint64 size, bytes32 leafHash, bytes32[] proof, bytes32 root) pure returns(bool)
func (rFC6962Harness *RFC6962Harness) TryPackVerifyInclusion(index uint64, size uint64, leafHash [32]byte, proof [][32]byte, root [32]byte) ([]byte, error) {
	return rFC6962Harness.abi.Pack("verifyInclusion", index, size, leafHash, proof, root)
}

// UnpackVerifyInclusion is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6e0fd106.
//
// Solidity: function verifyInclusion(uint64 index, uint64 size, bytes32 leafHash, bytes32[] proof, bytes32 root) pure returns(bool)
func (rFC6962Harness *RFC6962Harness) UnpackVerifyInclusion(data []byte) (bool, error) {
	out, err := rFC6962Harness.abi.Unpack("verifyInclusion", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}
