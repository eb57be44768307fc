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

// ITrialRegistryBatch is an auto generated low-level Go binding around an user-defined struct.
type ITrialRegistryBatch struct {
	Statement   [32]byte
	Version     uint32
	OldState    *big.Int
	NewState    *big.Int
	GrantsRoot  *big.Int
	IssuersRoot *big.Int
	Time        *big.Int
	Safety      bool
}

// ITrialRegistryChunk is an auto generated low-level Go binding around an user-defined struct.
type ITrialRegistryChunk struct {
	Version     uint32
	Number      uint32
	Counters    *big.Int
	Deviations  *big.Int
	ResultsRoot *big.Int
	AccIn       *big.Int
	AccOut      *big.Int
}

// ITrialRegistryClaim is an auto generated low-level Go binding around an user-defined struct.
type ITrialRegistryClaim struct {
	Version   uint32
	Number    uint32
	Visit     uint32
	Nullifier *big.Int
	Recipient common.Address
	Fee       *big.Int
}

// ITrialRegistryEntry is an auto generated low-level Go binding around an user-defined struct.
type ITrialRegistryEntry struct {
	VerifiedAt  *big.Int
	PublishedAt *big.Int
	Counters    *big.Int
	Deviations  *big.Int
	ResultsRoot *big.Int
	Document    [32]byte
}

// ITrialRegistryFunds is an auto generated low-level Go binding around an user-defined struct.
type ITrialRegistryFunds struct {
	Balance  *big.Int
	Reserved *big.Int
	Places   uint32
}

// ITrialRegistryPin is an auto generated low-level Go binding around an user-defined struct.
type ITrialRegistryPin struct {
	Statement [32]byte
	Version   uint32
	Size      uint32
	KeyHash   [32]byte
}

// ITrialRegistryTerms is an auto generated low-level Go binding around an user-defined struct.
type ITrialRegistryTerms struct {
	FirstState  *big.Int
	Protocol    *big.Int
	Sequencer   common.Address
	Board       common.Address
	GrantsKind  [32]byte
	IssuersKind [32]byte
	MaxBatchAge uint32
	MaxRootAge  uint32
	ClaimPeriod uint32
	Thresholds  [7]uint32
	Prices      []*big.Int
	Pins        []ITrialRegistryPin
}

// ITrialRegistryTrial is an auto generated low-level Go binding around an user-defined struct.
type ITrialRegistryTrial struct {
	Sponsor         common.Address
	Board           common.Address
	Sequencer       common.Address
	NextSequencer   common.Address
	NextSequencerAt *big.Int
	Protocol        *big.Int
	Consented       *big.Int
	State           *big.Int
	Batches         uint32
	LastTime        *big.Int
	Flag            uint32
	ClosedAt        *big.Int
	GrantsKind      [32]byte
	IssuersKind     [32]byte
	MaxBatchAge     uint32
	MaxRootAge      uint32
	ClaimPeriod     uint32
	Thresholds      [7]uint32
	Prices          []*big.Int
}

// TrialRegistryMetaData contains all meta data concerning the TrialRegistry contract.
var TrialRegistryMetaData = bind.MetaData{
	ABI: "[{\"type\":\"constructor\",\"inputs\":[{\"name\":\"manager\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"roots_\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"verifier_\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"sequencerDelay_\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"amend\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"protocol\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"announceSequencer\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"next\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"authority\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"batchContext\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"number\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"outputs\":[{\"name\":\"\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"claim\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"c\",\"type\":\"tuple\",\"internalType\":\"structITrialRegistry.Claim\",\"components\":[{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"number\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"visit\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"nullifier\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"recipient\",\"type\":\"address\",\"internalType\":\"addresspayable\"},{\"name\":\"fee\",\"type\":\"uint96\",\"internalType\":\"uint96\"}]},{\"name\":\"proof\",\"type\":\"bytes\",\"internalType\":\"bytes\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"close\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"compensationContext\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"recipient\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"fee\",\"type\":\"uint96\",\"internalType\":\"uint96\"}],\"outputs\":[{\"name\":\"\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"complianceContext\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[{\"name\":\"\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"consent\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"protocol\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"create\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"terms\",\"type\":\"tuple\",\"internalType\":\"structITrialRegistry.Terms\",\"components\":[{\"name\":\"firstState\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"protocol\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"sequencer\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"board\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"grantsKind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"issuersKind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"maxBatchAge\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"maxRootAge\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"claimPeriod\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"thresholds\",\"type\":\"uint32[7]\",\"internalType\":\"uint32[7]\"},{\"name\":\"prices\",\"type\":\"uint96[]\",\"internalType\":\"uint96[]\"},{\"name\":\"pins\",\"type\":\"tuple[]\",\"internalType\":\"structITrialRegistry.Pin[]\",\"components\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"size\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"keyHash\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]}]}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"entryOf\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[{\"name\":\"\",\"type\":\"tuple\",\"internalType\":\"structITrialRegistry.Entry\",\"components\":[{\"name\":\"verifiedAt\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"publishedAt\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"counters\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"deviations\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"resultsRoot\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"document\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"fund\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[],\"stateMutability\":\"payable\"},{\"type\":\"function\",\"name\":\"fundsOf\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[{\"name\":\"\",\"type\":\"tuple\",\"internalType\":\"structITrialRegistry.Funds\",\"components\":[{\"name\":\"balance\",\"type\":\"uint112\",\"internalType\":\"uint112\"},{\"name\":\"reserved\",\"type\":\"uint112\",\"internalType\":\"uint112\"},{\"name\":\"places\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"isConsumingScheduledOp\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"bytes4\",\"internalType\":\"bytes4\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"isPaid\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"nullifier\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"liftFlag\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"number\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"reason\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"publish\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"resultsRoot\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"document\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"roots\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"sequencerDelay\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"setAuthority\",\"inputs\":[{\"name\":\"newAuthority\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"sizeOf\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"outputs\":[{\"name\":\"\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"stateOf\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"number\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"outputs\":[{\"name\":\"\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"submit\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"batch\",\"type\":\"tuple\",\"internalType\":\"structITrialRegistry.Batch\",\"components\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"oldState\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"newState\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"grantsRoot\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"issuersRoot\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"time\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"safety\",\"type\":\"bool\",\"internalType\":\"bool\"}]},{\"name\":\"proof\",\"type\":\"bytes\",\"internalType\":\"bytes\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"trialOf\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[{\"name\":\"\",\"type\":\"tuple\",\"internalType\":\"structITrialRegistry.Trial\",\"components\":[{\"name\":\"sponsor\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"board\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"sequencer\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"nextSequencer\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"nextSequencerAt\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"protocol\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"consented\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"state\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"batches\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"lastTime\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"flag\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"closedAt\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"grantsKind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"issuersKind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"maxBatchAge\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"maxRootAge\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"claimPeriod\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"thresholds\",\"type\":\"uint32[7]\",\"internalType\":\"uint32[7]\"},{\"name\":\"prices\",\"type\":\"uint96[]\",\"internalType\":\"uint96[]\"}]}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"verifier\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"verifyCompliance\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"chunk\",\"type\":\"tuple\",\"internalType\":\"structITrialRegistry.Chunk\",\"components\":[{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"number\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"counters\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"deviations\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"resultsRoot\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"accIn\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"accOut\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"name\":\"proof\",\"type\":\"bytes\",\"internalType\":\"bytes\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"withdraw\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"to\",\"type\":\"address\",\"internalType\":\"addresspayable\"},{\"name\":\"amount\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"event\",\"name\":\"AmendmentConsented\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"protocol\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"AuthorityUpdated\",\"inputs\":[{\"name\":\"authority\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"BatchAccepted\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"number\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"},{\"name\":\"statement\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"},{\"name\":\"state\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"ChunkVerified\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"version\",\"type\":\"uint32\",\"indexed\":false,\"internalType\":\"uint32\"},{\"name\":\"accIn\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"accOut\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"ComplianceVerified\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"counters\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"deviations\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"resultsRoot\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"FlagLifted\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"number\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"},{\"name\":\"reason\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"FlagRaised\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"number\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"Funded\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"from\",\"type\":\"address\",\"indexed\":true,\"internalType\":\"address\"},{\"name\":\"amount\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"FundsWithdrawn\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"to\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"},{\"name\":\"amount\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"InterimVerified\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"number\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"},{\"name\":\"counters\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"deviations\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"resultsRoot\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"accIn\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"accOut\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"ProtocolAmended\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"protocol\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"ResultsPublished\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"resultsRoot\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"document\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"SequencerAnnounced\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"sequencer\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"},{\"name\":\"takesOverAt\",\"type\":\"uint40\",\"indexed\":false,\"internalType\":\"uint40\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"TrialClosed\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"by\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"},{\"name\":\"state\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"TrialCreated\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"sponsor\",\"type\":\"address\",\"indexed\":true,\"internalType\":\"address\"},{\"name\":\"board\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"},{\"name\":\"sequencer\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"},{\"name\":\"protocol\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"state\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"VersionPinned\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"statement\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"indexed\":false,\"internalType\":\"uint32\"},{\"name\":\"size\",\"type\":\"uint32\",\"indexed\":false,\"internalType\":\"uint32\"},{\"name\":\"keyHash\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"VisitPaid\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"visit\",\"type\":\"uint32\",\"indexed\":false,\"internalType\":\"uint32\"},{\"name\":\"amount\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"error\",\"name\":\"AccessManagedInvalidAuthority\",\"inputs\":[{\"name\":\"authority\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"AccessManagedRequiredDelay\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"delay\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"AccessManagedUnauthorized\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"AlreadyPublished\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"BackDated\",\"inputs\":[{\"name\":\"time\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"lastTime\",\"type\":\"uint40\",\"internalType\":\"uint40\"}]},{\"type\":\"error\",\"name\":\"BoardIsSponsor\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"ChunkKnown\",\"inputs\":[{\"name\":\"accOut\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"ClaimsOver\",\"inputs\":[{\"name\":\"until\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"Closed\",\"inputs\":[{\"name\":\"closedAt\",\"type\":\"uint40\",\"internalType\":\"uint40\"}]},{\"type\":\"error\",\"name\":\"CriticalThreshold\",\"inputs\":[{\"name\":\"lane\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"FailedCall\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"FeeTooHigh\",\"inputs\":[{\"name\":\"fee\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"price\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"FlagOpen\",\"inputs\":[{\"name\":\"flag\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"FromFuture\",\"inputs\":[{\"name\":\"time\",\"type\":\"uint40\",\"internalType\":\"uint40\"}]},{\"type\":\"error\",\"name\":\"InsufficientBalance\",\"inputs\":[{\"name\":\"balance\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"needed\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"KeyNotOpen\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"NotAvailable\",\"inputs\":[{\"name\":\"amount\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"available\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"NotBoard\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"NotClosed\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"NotConsented\",\"inputs\":[{\"name\":\"protocol\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"NotFinalState\",\"inputs\":[{\"name\":\"number\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"NotInField\",\"inputs\":[{\"name\":\"value\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"NotLastFlag\",\"inputs\":[{\"name\":\"number\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"NotLastState\",\"inputs\":[{\"name\":\"oldState\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"lastState\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"NotPinned\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"NotPriced\",\"inputs\":[{\"name\":\"visit\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"NotSequencer\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"NotSponsor\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"NotSponsorNorBoard\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"NotVerified\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"NullifierUsed\",\"inputs\":[{\"name\":\"nullifier\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"ProofRefused\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"ReservationSpent\",\"inputs\":[{\"name\":\"price\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"reserved\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"ResultsBeforeLast\",\"inputs\":[{\"name\":\"resultsRoot\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"SafeCastOverflowedUintDowncast\",\"inputs\":[{\"name\":\"bits\",\"type\":\"uint8\",\"internalType\":\"uint8\"},{\"name\":\"value\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"SafetyOfEnrolment\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"SponsorIsManager\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"StaleRoot\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"root\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"StateUnchanged\",\"inputs\":[{\"name\":\"state\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"StatementMissing\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"ThresholdExceeded\",\"inputs\":[{\"name\":\"lane\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"count\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"threshold\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"TooManyPrices\",\"inputs\":[{\"name\":\"prices\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"TooOld\",\"inputs\":[{\"name\":\"time\",\"type\":\"uint40\",\"internalType\":\"uint40\"}]},{\"type\":\"error\",\"name\":\"TrialInUse\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"UnfitKind\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"UnfitPin\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"Unfunded\",\"inputs\":[{\"name\":\"needed\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"available\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"UnknownChunk\",\"inputs\":[{\"name\":\"accIn\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"UnknownState\",\"inputs\":[{\"name\":\"number\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"UnknownStatement\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"UnknownTrial\",\"inputs\":[{\"name\":\"trial\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"WrongKey\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"keyHash\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"WrongResults\",\"inputs\":[{\"name\":\"resultsRoot\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"verified\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"ZeroAddress\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"ZeroHash\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"ZeroPeriod\",\"inputs\":[]}]",
	ID:  "TrialRegistry",
	Bin: "0x60e03461017757601f61546038819003918201601f19168301916001600160401b0383118484101761017b57808492608094604052833981010312610177576100478161018f565b906100546020820161018f565b9160606100636040840161018f565b9201519263ffffffff841691828503610177575f80546001600160a01b0319166001600160a01b0390921691821790556040519081527f2f658b440c35314f52658ea8a740e05b284cdc84dc9ae01e891f21b8933e7cad90602090a16001600160a01b03169081158015610166575b6101575715610148576080526001600160a01b031660a05260c0526040516152bc90816101a48239608051818181612fb401528181614c550152615077015260a05181818161093d0152818161168501528181612363015281816132310152613c1d015260c051818181612e2e0152613c7b0152f35b63586e5acb60e01b5f5260045ffd5b63d92e233d60e01b5f5260045ffd5b506001600160a01b038316156100d2565b5f80fd5b634e487b7160e01b5f52604160045260245ffd5b51906001600160a01b03821682036101775756fe6101006040526004361015610012575f80fd5b5f5f358060e01c9081630aebeb4e146140925781631195441414613f555781631fbd059f14613c9f5781632b1d147514613c415781632b7ac3f314613bd35781632bb4350c14613b1457816331c480a114613a68578163332620cb146134c7578163349bae4b14612fd8578163393fe1cd14612f6a5781634b2229c114612d5b5781635b9682ff14611c9d57508063730690c8146111c65780637a9e5e4b146110a1578063823231e61461105c578063859471d314610fa35780638fb3603714610f105780639c3d732914610ed3578063a4c8b0d514610e73578063af7d869214610686578063b76c94e1146105f0578063bf7e214f1461059f578063c6e74cd214610521578063ca1d209d146103d2578063d823e4a61461039d578063dafcd4c6146103455763e63697c814610147575f80fd5b346103425760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261034257600435906024359173ffffffffffffffffffffffffffffffffffffffff83169283810361034057604435918084526001602052604084206101b681614649565b851561031857600b8101906101d36101cd83614584565b91614f61565b42116101dd6145ed565b5061030d575b6dffffffffffffffffffffffffffff815116906dffffffffffffffffffffffffffff61021760208301938285511690614cf7565b168087116102dd5750967ff440aec6b52895984d061d622e6edeba6210f7c3e059be920663140c084560d7926040926102da98996dffffffffffffffffffffffffffff61026f6102668b615264565b82845116614cf7565b168082528b7fffffffff00000000000000000000000000000000000000000000000000000000877bffffffffffffffffffffffffffff00000000000000000000000000008754965160701b1694015160e01b16931617171790558151908152856020820152a2614ea9565b80f35b87604491887f37a941ca000000000000000000000000000000000000000000000000000000008352600452602452fd5b8560208201526101e3565b6004857fd92e233d000000000000000000000000000000000000000000000000000000008152fd5b825b80fd5b50346103425760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126103425761039560209160406103856141d8565b916004358152600185522061486d565b604051908152f35b50346103425760ff60406020926103b3366141eb565b9082526001855260148383200190825284522054166040519015158152f35b5060207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126103425760043580825260016020526040822073ffffffffffffffffffffffffffffffffffffffff600582015416156104f557600b0161043881614584565b6104406145ed565b506dffffffffffffffffffffffffffff61046561045c34615264565b82845116614d25565b1690818152825491857fffffffff0000000000000000000000000000000000000000000000000000000060407bffffffffffffffffffffffffffff0000000000000000000000000000602086015160701b1694015160e01b1693161717179055604051903482527f38c48552690c96ec2872092ac1db6c19fb59f5a8c5b49bbf41ed4886d0ca692660203393a380f35b602483837ffaf366b0000000000000000000000000000000000000000000000000000000008252600452fd5b50346103425760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610342576044359063ffffffff8216820361034257604063ffffffff916004358152600160205260128282200160243582526020522091165f52602052602063ffffffff60405f205416604051908152f35b503461034257807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126103425773ffffffffffffffffffffffffffffffffffffffff6020915416604051908152f35b50346103425760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261034257610644600b60406060936106326145ed565b50600435815260016020522001614584565b63ffffffff60408051926dffffffffffffffffffffffffffff81511684526dffffffffffffffffffffffffffff60208201511660208501520151166040820152f35b5034610342576101007ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610342576004359060c07fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc3601126103425760e43567ffffffffffffffff8111610e6f5761070590369060040161421f565b928083526001602052604083208363ffffffff610720614480565b16151580610e53575b610d84575b6bffffffffffffffffffffffff16928315610d4b5761074c82614f61565b804211610d20575060843561076081614b93565b60148301918187528260205260ff604088205416610cf45773ffffffffffffffffffffffffffffffffffffffff6107956145ca565b1615610ccc57856bffffffffffffffffffffffff6107b161452c565b1611610c875763ffffffff906107ce6107c861446d565b866147c5565b506107e06107da61445a565b8661486d565b6040516107ee60c0826142f2565b60058152602081019160a036843788610806836148c1565b52610810826148ce565b528361081a614480565b16610824826148de565b528461082f826148ee565b5261086061083b6145ca565b73ffffffffffffffffffffffffffffffffffffffff61085861452c565b91168a614e1e565b610869826148fe565b5260206108e061087761446d565b946040519687967f0dc1a8b60000000000000000000000000000000000000000000000000000000088527f636f6d70656e736174696f6e00000000000000000000000000000000000000006004890152169d8e602488015260806044880152608487019161494c565b917ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc85840301606486015251918281520191908a5b818110610c6e575050509080602092038173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa908115610c63578791610c25575b5015610bd55785526020526040842080547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00166001179055600b016109b181614584565b6109b96145ed565b50602081016dffffffffffffffffffffffffffff815116808611610ba557506dffffffffffffffffffffffffffff6109f48682855116614cf7565b168252610a12856dffffffffffffffffffffffffffff835116614cf7565b906dffffffffffffffffffffffffffff821690527bffffffffffffffffffffffffffff00000000000000000000000000006dffffffffffffffffffffffffffff835116877fffffffff000000000000000000000000000000000000000000000000000000006040875496015160e01b169416179160701b16171790557f2a4dfc2e42176eb0f73eb437b8ad3cc43826038d37114b10b8fc57fff215b7656040610ab9614480565b63ffffffff825191168152846020820152a2806bffffffffffffffffffffffff610ae161452c565b1610610b25575b506bffffffffffffffffffffffff610afe61452c565b16610b065780f35b6102da6bffffffffffffffffffffffff610b1e61452c565b1633614ea9565b610b2d6145ca565b906bffffffffffffffffffffffff610b4361452c565b1690036bffffffffffffffffffffffff8111610b7857906bffffffffffffffffffffffff610b72921690614ea9565b81610ae8565b6024837f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b86604491877f7ac70756000000000000000000000000000000000000000000000000000000008352600452602452fd5b604486887f205851d80000000000000000000000000000000000000000000000000000000082527f636f6d70656e736174696f6e0000000000000000000000000000000000000000600452602452fd5b90506020813d602011610c5b575b81610c40602093836142f2565b81010312610c5757610c519061493f565b5f61096d565b8680fd5b3d9150610c33565b6040513d89823e3d90fd5b8251845285945060209384019390920191600101610915565b604487876bffffffffffffffffffffffff610ca061452c565b7fe757126a00000000000000000000000000000000000000000000000000000000845216600452602452fd5b6004877fd92e233d000000000000000000000000000000000000000000000000000000008152fd5b602487837f49dad0e8000000000000000000000000000000000000000000000000000000008252600452fd5b7f6cae8305000000000000000000000000000000000000000000000000000000008652600452602485fd5b60248563ffffffff610d5b614480565b7fbf246fb200000000000000000000000000000000000000000000000000000000835216600452fd5b50600a81017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff63ffffffff610db7614480565b16019063ffffffff8211610e26578054821015610df957855260208520600182811c909101549116600c0260031b1c6bffffffffffffffffffffffff1661072e565b6024867f4e487b710000000000000000000000000000000000000000000000000000000081526032600452fd5b6024867f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b50610e5c614480565b63ffffffff600a84015491161115610729565b5080fd5b50346103425760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261034257610eab61424d565b604435916bffffffffffffffffffffffff831683036103425760206103958484600435614e1e565b50346103425760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610342576020610395600435614dc6565b503461034257807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261034257805460a01c60ff1615610f9b575060207f8fb36037000000000000000000000000000000000000000000000000000000005b7fffffffff0000000000000000000000000000000000000000000000000000000060405191168152f35b602090610f71565b503461034257610fb2366141eb565b81835260016020526040832073ffffffffffffffffffffffffffffffffffffffff600682015416330361103057817f7b22a7ee8b128815b1680dc45bddc25136c11c1e34663880c1d1a326aff9b7d79260088361101060209561460b565b82611022575b0155604051908152a280f35b61102b83614b93565b611016565b6024847f06b6a56f00000000000000000000000000000000000000000000000000000000815233600452fd5b50346103425760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126103425760206103956110996141d8565b600435614d53565b50346103425760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126103425760043573ffffffffffffffffffffffffffffffffffffffff8116908181036103405782549073ffffffffffffffffffffffffffffffffffffffff8216330361119a573b1561116e57817f2f658b440c35314f52658ea8a740e05b284cdc84dc9ae01e891f21b8933e7cad927fffffffffffffffffffffffff000000000000000000000000000000000000000060209316178455604051908152a180f35b602483837fc2f31e5e000000000000000000000000000000000000000000000000000000008252600452fd5b6024847f068ca9d800000000000000000000000000000000000000000000000000000000815233600452fd5b5034610342576101407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610342576101007fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc360112610342576101243567ffffffffffffffff8111610e6f5761124390369060040161421f565b9060043583526001602052604083209061125c826143de565b9273ffffffffffffffffffffffffffffffffffffffff61128764ffffffffff608087015116856146d5565b163303611c715764ffffffffff60608501511680611c46575063ffffffff80855116165f526011830160205260405f20548060643503611c15578060843514611bea57506112d6608435614b93565b6112de614560565b64ffffffffff80602087015116911690808210611bba5750428111611b8f57804203428111611a245763ffffffff60a08701511610611b645750611335600384015463ffffffff60c0870151169060a43590614bf8565b611352600484015463ffffffff60c0870151169060c43590614bf8565b61135a61445a565b6024358652601284016020526040862063ffffffff82165f5260205263ffffffff60405f205416908115611b2c57506024357f656e726f6c6d656e74000000000000000000000000000000000000000000000003611ad45763ffffffff60408601511680611aa957506113cb614574565b611a81576113db600b8501614584565b906113f6600186015460a01c6113ef6145ed565b50826144c5565b6dffffffffffffffffffffffffffff611419818551168260208701511690614cf7565b16808211611a51575061144961143d6dffffffffffffffffffffffffffff92615264565b82602086015116614d25565b16602083015263ffffffff6040830151160163ffffffff8111611a245763ffffffff811660408301526dffffffffffffffffffffffffffff825116877fffffffff000000000000000000000000000000000000000000000000000000007bffffffffffffffffffffffffffff00000000000000000000000000006020600b8a015496015160701b169360e01b169316171717600b8401555b60028301546115b863ffffffff865116610140927fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe06040519461152481876142f2565b600986520136602086013760043561153b856148c1565b52606435611548856148ce565b52608435611555856148de565b5261155f846148ee565b5260a43561156c846148fe565b5260c4356115798461490e565b5264ffffffffff611588614560565b166115928461491e565b5261159b614574565b15611a1c5760ff60015b166115af8461492e565b52600435614d53565b8151600810156119ef5761012082015291906115d261445a565b926116246040519384937f0dc1a8b6000000000000000000000000000000000000000000000000000000008552602435600486015263ffffffff8716602486015260806044860152608485019161494c565b7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc83820301606484015260208083519283815201920190885b8181106119d6575050509080602092038173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa9081156119cb57859161198d575b5015611955575063ffffffff8251169163ffffffff8314611928579063ffffffff60119261189a8260c0816001890116938481526116f1614560565b64ffffffffff81166020830152611706614574565b61191d575b8754604083015160608401517fffffffffffffffffffffffffffff0000000000000000000000000000ffffffff898816167fffffffffffffffffffffffffffff0000000000000000000000000000000000009093169290921760209390931b68ffffffffff00000000169290921760489290921b6cffffffff000000000000000000169190911760689190911b71ffffffffff0000000000000000000000000016178755608081015187547fffffffffffffffffff0000000000ffffffffffffffffffffffffffffffffffff1660909190911b76ffffffffff0000000000000000000000000000000000001617875560a081015187547fffffffffff00000000ffffffffffffffffffffffffffffffffffffffffffffff1690841660b81b7affffffff000000000000000000000000000000000000000000000016178755015185547fff00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffff16911660d81b7effffffff00000000000000000000000000000000000000000000000000000016178455565b165f520160205260405f20608435905580604051602435815260843560208201527fdd61a89fed56e4d99b453df65c377b4f487053d2e9be8e819cba373c1efb48ae604060043592a36118eb614574565b6118f3575080f35b6004357ff2b3aec0e39a759687109e8ee83eeef36d525c8391a2f3a90bb9c7d443c5df7b8380a380f35b85604083015261170b565b6024847f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b8363ffffffff6044927f205851d800000000000000000000000000000000000000000000000000000000835260243560045216602452fd5b90506020813d6020116119c3575b816119a8602093836142f2565b810103126119bf576119b99061493f565b5f6116b5565b8480fd5b3d915061199b565b6040513d87823e3d90fd5b825184528594506020938401939092019160010161165d565b6024877f4e487b710000000000000000000000000000000000000000000000000000000081526032600452fd5b60ff886115a5565b6024877f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b88906044927f99141bca000000000000000000000000000000000000000000000000000000008352600452602452fd5b6004867f17d62be6000000000000000000000000000000000000000000000000000000008152fd5b7f947490ea000000000000000000000000000000000000000000000000000000008752600452602486fd5b507f766973697473000000000000000000000000000000000000000000000000000060243503156114e1576024857fd402899b0000000000000000000000000000000000000000000000000000000081528135600452fd5b8663ffffffff6044927f705a853200000000000000000000000000000000000000000000000000000000835260243560045216602452fd5b7f3ebac3e5000000000000000000000000000000000000000000000000000000008652600452602485fd5b7fb3a68b67000000000000000000000000000000000000000000000000000000008652600452602485fd5b86906044927fb7f2c0df000000000000000000000000000000000000000000000000000000008352600452602452fd5b7fd341a953000000000000000000000000000000000000000000000000000000008652600452602485fd5b7fdb42b371000000000000000000000000000000000000000000000000000000008652606435600452602452604485fd5b7f466aa534000000000000000000000000000000000000000000000000000000008652600452602485fd5b6024857f0596787700000000000000000000000000000000000000000000000000000000815233600452fd5b905034612d185760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d185767ffffffffffffffff60243511612d18576102407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc60243536030112612d18575f5473ffffffffffffffffffffffffffffffffffffffff81169136600411612d18575f60405f809382517fffffffff0000000000000000000000000000000000000000000000000000000060208201927fb700961300000000000000000000000000000000000000000000000000000000845233602484015230604484015216606482015260648152611da26084826142f2565b828052826020525190875afa612d48575b15612bf0575b505050611dc7600435614b93565b73ffffffffffffffffffffffffffffffffffffffff8154163314612bc85760043581526001602052604081206005810173ffffffffffffffffffffffffffffffffffffffff815416612b9a57611e2260243560040135614b93565b611e30602480350135614b93565b73ffffffffffffffffffffffffffffffffffffffff611e536044602435016144a4565b16158015612b6f575b612b47573373ffffffffffffffffffffffffffffffffffffffff611e846064602435016144a4565b1614612b1f576084602435013590611e9b8261502e565b60a46024350135611eab8161502e565b63ffffffff611ebe60c460243501614493565b16158015612b04575b8015612ae8575b612ac0576101246024350192855b60078110612a5a57506020611efc610204602435016024356004016144d8565b905011612a1b5782547fffffffffffffffffffffffff00000000000000000000000000000000000000001633178355611f396024356064016144a4565b73ffffffffffffffffffffffffffffffffffffffff6006870191167fffffffffffffffffffffffff000000000000000000000000000000000000000082541617905573ffffffffffffffffffffffffffffffffffffffff611f9e6044602435016144a4565b167fffffffffffffffffffffffff00000000000000000000000000000000000000006001870154161760018601556024803501356002860155858052601185016020526024356004013560408720556003850155600484015561205461200860c460243501614493565b84547fffffffffff00000000ffffffffffffffffffffffffffffffffffffffffffffff1660b89190911b7affffffff000000000000000000000000000000000000000000000016178455565b6120b561206560e460243501614493565b84547fff00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffff1660d89190911b7effffffff00000000000000000000000000000000000000000000000000000016178455565b6120c461010460243501614493565b7fffffffffffffffff00000000ffffffffffffffffffffffffffffffffffffffff77ffffffff000000000000000000000000000000000000000083549260a01b1691161790558290835b600781106129ee5750506009820155612132610204602435016024356004016144d8565b9067ffffffffffffffff82116129c1576801000000000000000082116129c157600a83015482600a850155808310612920575b5090600a83018452602084208160011c91855b8381106128c957507ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe811690038061286e575b505050506121c4610204602435016024356004016144d8565b91839190825b84841015612210576bffffffffffffffffffffffff806121ee8660051b8601614547565b169116016bffffffffffffffffffffffff8111610e26576001909301926121ca565b906001869273ffffffffffffffffffffffffffffffffffffffff7fffffffffffffffffffffffff0000000000000000000000000000000000000000838501549260a01b169116179101556122686064602435016144a4565b73ffffffffffffffffffffffffffffffffffffffff61228b6044602435016144a4565b8160405193168352166020820152602480350135604082015260243560040135606082015233907f69cb285670fb627e4c7528dd75933caedce2e5df165db4f29b2ecdd14fc1187f608060043592a361022460243501357fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdd602435360301811215610e6f576024350160048101359167ffffffffffffffff8311610342578260071b3603602483011361034257829061234f610204602435016024356004016144d8565b6004358352600160205260408320601201947f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff1692508391825b8681101561270d5760048160071b8401016020810135906123be82615177565b961795606082019163ffffffff6123d484614493565b161580156126d8575b6126965763ffffffff8160c08b604460408f9601956123fb87614493565b9260405196879485937f7720dc23000000000000000000000000000000000000000000000000000000008552508c60048501521660248301525afa91821561268b578c926125d2575b5060808083015191013593848214908115916125bd575b5061257a575064ffffffffff602082015116421090811561256c575b5061252d579063ffffffff6124ec6124e685948f60408f61249b60019c9b9a614493565b928a825260205220856124ad84614493565b165f526020528460405f2091167fffffffffffffffffffffffffffffffffffffffffffffffffffffffff00000000825416179055614493565b93614493565b816040519416845216602083015260408201527ff6c9c946df44636bdfba61511490fd38d2536789822a7e99a3c1f34bbe3e6ada606060043592a30161239e565b8963ffffffff8561253f604494614493565b907f93d380f600000000000000000000000000000000000000000000000000000000845260045216602452fd5b60609150015115158d612477565b8b60649163ffffffff8861258d87614493565b907fe575428e00000000000000000000000000000000000000000000000000000000855260045216602452604452fd5b905060ff80604085015116911614158f61245b565b90915060c0813d8211612683575b816125ed60c093836142f2565b8101031261267f576040519061260282614270565b805173ffffffffffffffffffffffffffffffffffffffff8116810361267b578252602081015164ffffffffff8116810361267b576020830152604081015160ff8116810361267b57604083015260a09061265e6060820161493f565b606084015260808101516080840152015160a0820152908e612444565b8d80fd5b8b80fd5b3d91506125e0565b6040513d8e823e3d90fd5b8963ffffffff856126ab604060449501614493565b907f49f9d59600000000000000000000000000000000000000000000000000000000845260045216602452fd5b50838a528b60205260408a2063ffffffff6126f560408401614493565b165f5260205263ffffffff60405f20541615156123dd565b85848360018216156128225760028216156127d657600482161561278a57612733575080f35b6008161561273e5780f35b807f93adf61b00000000000000000000000000000000000000000000000000000000602492527f636f6d70656e736174696f6e0000000000000000000000000000000000000000600452fd5b6024837f93adf61b0000000000000000000000000000000000000000000000000000000081527f636f6d706c69616e636500000000000000000000000000000000000000000000600452fd5b6024837f93adf61b0000000000000000000000000000000000000000000000000000000081527f7669736974730000000000000000000000000000000000000000000000000000600452fd5b6024837f93adf61b0000000000000000000000000000000000000000000000000000000081527f656e726f6c6d656e740000000000000000000000000000000000000000000000600452fd5b928593865b8181106128885750505001555f8080806121ab565b90919460206128bf60019261289c89614547565b9085600c026bffffffffffffffffffffffff809160031b9316831b921b19161790565b9601929101612873565b86875b600281106128e1575083820155600101612178565b959060206129176001926128f485614547565b908a600c026bffffffffffffffffffffffff809160031b9316831b921b19161790565b920196016128cc565b6001830160011c600a8501865280602087200190600c600186160280612969575b50865b816001850160011c03811061295b57505050612165565b828101889055600101612944565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8301907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff82549160200360031b1c1690555f612941565b6024847f4e487b710000000000000000000000000000000000000000000000000000000081526041600452fd5b909160206001916129fe85614493565b9063ffffffff808660051b9316831b921b1916179301910161210e565b602486612a3161020483350183356004016144d8565b7f979ad7b900000000000000000000000000000000000000000000000000000000835260045250fd5b6001806027831c161480612aa0575b612a7557600101611edc565b7f8f74de4b000000000000000000000000000000000000000000000000000000008752600452602486fd5b5063ffffffff612ab8612ab38388614697565b614493565b161515612a69565b6004857f586e5acb000000000000000000000000000000000000000000000000000000008152fd5b5063ffffffff612afd61010460243501614493565b1615611ece565b5063ffffffff612b1860e460243501614493565b1615611ec7565b6004837f6b663421000000000000000000000000000000000000000000000000000000008152fd5b6004837fd92e233d000000000000000000000000000000000000000000000000000000008152fd5b5073ffffffffffffffffffffffffffffffffffffffff612b936064602435016144a4565b1615611e5c565b6024837fae5d1f77000000000000000000000000000000000000000000000000000000008152600435600452fd5b807f970fc90a0000000000000000000000000000000000000000000000000000000060049252fd5b63ffffffff1615612d1c577fffffffffffffffffffffff00ffffffffffffffffffffffffffffffffffffffff1674010000000000000000000000000000000000000000175f55803b15612d18575f60405180927f94c7d7ee00000000000000000000000000000000000000000000000000000000825233600483015260406024830152366044830152368360648401378260206044368501010152818360208260447fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f3601168201010301925af18015612d0d57612cfa575b507fffffffffffffffffffffff00ffffffffffffffffffffffffffffffffffffffff81541681555f8080611db9565b612d0691505f906142f2565b5f5f612ccb565b6040513d5f823e3d90fd5b5f80fd5b7f068ca9d8000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b50505f516020518060201c150290611db3565b34612d185760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d1857600435612d9561424d565b815f52600160205273ffffffffffffffffffffffffffffffffffffffff60405f2091612dc083614649565b612dc98361460b565b168015612f4257612de564ffffffffff835460901c16836146d5565b73ffffffffffffffffffffffffffffffffffffffff6001840191167fffffffffffffffffffffffff000000000000000000000000000000000000000082541617905563ffffffff7f00000000000000000000000000000000000000000000000000000000000000001664ffffffffff4216019064ffffffffff8211612f155764ffffffffff82612f076040948660077f895e1f48afde5756a428ba2a5bf6aad88e78e1a3a112219a1c19d565f36b2f229801867fffffffffffffffffffffffff0000000000000000000000000000000000000000825416179055907fffffffffffffffffff0000000000ffffffffffffffffffffffffffffffffffff76ffffffffff00000000000000000000000000000000000083549260901b169116179055565b8351928352166020820152a2005b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b7fd92e233d000000000000000000000000000000000000000000000000000000005f5260045ffd5b34612d18575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d1857602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b34612d18576101207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d185760043560e07fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdc360112612d18576101043567ffffffffffffffff8111612d185761305690369060040161421f565b91805f52600160205260405f209182549364ffffffffff8560681c1615159460e43590811515806134bc575b61348e5786613373575b5061309e61309861446d565b8661471d565b506130aa6107da61445a565b61012096604051916130bc89846142f2565b600883527fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0602084019901368a37866130f4846148c1565b526130fe836148ce565b52606435938461310d846148de565b5263ffffffff6084359687613121866148ee565b5260a4359a8b613130876148fe565b5260c435958661313f8261490e565b528761314a8261491e565b526131548b614dc6565b61315d8261492e565b5260206131d461316b61446d565b946040519687967f0dc1a8b60000000000000000000000000000000000000000000000000000000088527f636f6d706c69616e6365000000000000000000000000000000000000000000006004890152169788602488015260806044880152608487019161494c565b917ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc85840301606486015251918281520191905f5b81811061335a575050509080602092038173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa908115612d0d575f91613320575b50156132d157501561327d575050505061327b925061498a565b005b7f20687ca02e270d423b51ac64162c7700517756086ed9be88a39e7cb5ff7956c294955060a0939663ffffffff6132b261445a565b16976040519485526020850152604084015260608301526080820152a3005b7f205851d8000000000000000000000000000000000000000000000000000000005f527f636f6d706c69616e63650000000000000000000000000000000000000000000060045260245260445ffd5b90506020813d602011613352575b8161333b602093836142f2565b81010312612d185761334c9061493f565b8a613261565b3d915061332e565b8251845285945060209384019390920191600101613209565b63ffffffff8061338161445a565b92169116036134555763ffffffff61339761446d565b165f526013850160205260405f2064ffffffffff600c8701541615801590613440575b6134145760c4359081151590816133fd575b501561308c577fd44951e2000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b9050815f5260205260ff60405f20541615886133cc565b507fa7b0e821000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b50815f528060205260ff60405f2054166133ba565b63ffffffff61346261445a565b7fb617eb5d000000000000000000000000000000000000000000000000000000005f521660045260245ffd5b7f42fb51b3000000000000000000000000000000000000000000000000000000005f5260a43560045260245ffd5b5060a4351515613082565b34612d185760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d1857604051613502816142b9565b5f81525f60208201525f60408201525f60608201525f60808201525f60a08201525f60c08201525f60e08201525f6101008201525f6101208201525f6101408201525f6101608201525f6101808201525f6101a08201525f6101c08201525f6101e08201525f610200820152606061024060e09260405161358385826142f2565b8436823761022082015201526004355f52600160205260405f2060c0526135ab60c0516143de565b64ffffffffff60808201511690814210600560c051015460805273ffffffffffffffffffffffffffffffffffffffff600660c05101541660e0526135f18360c0516146d5565b928115613a615773ffffffffffffffffffffffffffffffffffffffff600760c051015416915b15613a5a575b60c0516002015460c05160080154845163ffffffff1663ffffffff165f5260c05160110160205260405f2054855163ffffffff16602087015164ffffffffff1691604088015163ffffffff1693606089015164ffffffffff169560c051600301549760c051600401549960a08c015163ffffffff169b60c0015163ffffffff169c60405160a05260a0516136b0906142b9565b60805173ffffffffffffffffffffffffffffffffffffffff1660a0515260e05160a0516020015273ffffffffffffffffffffffffffffffffffffffff1660a0516040015273ffffffffffffffffffffffffffffffffffffffff1660a0516060015264ffffffffff1660a0516080015260a05160a0015260a05160c001528960a051015260a051610100015260a051610120015260a051610140015260a051610160015260a051610180015260a0516101a0015260a0516101c0015260a0516101e0015260805160a01c63ffffffff1660a051610200015260c05160090161379690614381565b60a0516102200152604051808160c051600a01549182815260200160c051600a015f5260205f20925f905b806001830110613a24576137e7945491818110613a05575b106139e9575b5003826142f2565b61024060a0510152604051906020825273ffffffffffffffffffffffffffffffffffffffff60a0515116602083015273ffffffffffffffffffffffffffffffffffffffff602060a051015116604083015273ffffffffffffffffffffffffffffffffffffffff604060a051015116606083015273ffffffffffffffffffffffffffffffffffffffff606060a051015116608083015264ffffffffff608060a05101511660a083015260a08051015160c083015260c060a05101518183015260a051015161010082015263ffffffff61010060a05101511661012082015264ffffffffff61012060a05101511661014082015263ffffffff61014060a05101511661016082015264ffffffffff61016060a05101511661018082015261018060a05101516101a08201526101a060a05101516101c082015263ffffffff6101c060a0510151166101e082015263ffffffff6101e060a05101511661020082015263ffffffff61020060a05101511661022082015261022060a051015161024082015f905b600782106139cd57838061024060a051015161032080830152805180610340840152602061036084019201905f5b8181106139a6575050500390f35b82516bffffffffffffffffffffffff16845285945060209384019390920191600101613998565b60208060019263ffffffff86511681520193019101909161396a565b60601c6bffffffffffffffffffffffff168152602001856137df565b9260206001916bffffffffffffffffffffffff851681520193016137d9565b91600291935060406001916bffffffffffffffffffffffff8754818116835260601c1660208201520194019201849293916137c1565b505f61361d565b5f91613617565b34612d1857613a76366141eb565b815f52600160205260405f20613a8b81614649565b613a948161460b565b81158015613b06575b613ada57815f6008837f80db896615bded151a82234d0ea6b0c116788acab4a07e5ba25107bb60e304cf95600260209601550155604051908152a2005b507f02fc8f01000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b506008810154821415613a9d565b34612d185760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d18575f60a0604051613b5281614270565b82815282602082015282604082015282606082015282608082015201526004355f52600160205260c0613b8a600c60405f2001614333565b60a06040519164ffffffffff815116835264ffffffffff6020820151166020840152604081015160408401526060810151606084015260808101516080840152015160a0820152f35b34612d18575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d1857602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b34612d18575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d1857602060405163ffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b34612d185760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d1857600435602435604435825f52600160205260405f2091613ced83614649565b82549164ffffffffff8360681c1615613f2d57600c840192613d0e84614333565b9064ffffffffff82511615613f055764ffffffffff602083015116613edd576080820151808503613eae575060481c63ffffffff1680613e83575060600151613d5960098601614381565b5f5b60078110613e0a575050508015613de2578060107f959f936e9809abdfe3a2b9d87596a5d19ef96fcfae1a45d476f3e06e063884129585604096547fffffffffffffffffffffffffffffffffffffffffffff0000000000ffffffffff69ffffffffff000000000064ffffffffff421660281b169116179055015582519182526020820152a2005b7ff1ae58d5000000000000000000000000000000000000000000000000000000005f5260045ffd5b80601602601681048203612f155783623fffff911c1663ffffffff613e2f8385614697565b51168111613e405750600101613d5b565b63ffffffff613e4f8385614697565b5116917f57702cc8000000000000000000000000000000000000000000000000000000005f5260045260245260445260645ffd5b7f947490ea000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b847feb21897b000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7f9ac89bcd000000000000000000000000000000000000000000000000000000005f5260045ffd5b7fa95362b5000000000000000000000000000000000000000000000000000000005f5260045ffd5b7f8b4b52de000000000000000000000000000000000000000000000000000000005f5260045ffd5b34612d185760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d1857600435613f8f6141d8565b90604435815f52600160205260405f2073ffffffffffffffffffffffffffffffffffffffff60068201541633036140665763ffffffff80825460481c169416936001850190818611612f15570361403a578115613de2577fd3828a199ad9aaa4a43db6fef23a373e314f993859a7c45eeac2b0f06217be9f91817fffffffffffffffffffffffffffffffffffffff00000000ffffffffffffffffff60209354169055604051908152a3005b837f4c6871f1000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b7f06b6a56f000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b34612d185760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112612d1857600435805f52600160205260405f2073ffffffffffffffffffffffffffffffffffffffff600582015416331415806141b4575b614188578061410460119261460b565b80547fffffffffffffffffffffffffffff0000000000ffffffffffffffffffffffffff164260681b71ffffffffff000000000000000000000000001617815563ffffffff80825416165f52016020527fc22333ba0f3bfad843fa1c9d87aa4d19d4f992f93d0aab5c80412a8937d40a036040805f20548151903382526020820152a2005b7f435a2b9c000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b5073ffffffffffffffffffffffffffffffffffffffff6006820154163314156140f4565b6024359063ffffffff82168203612d1857565b7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc6040910112612d18576004359060243590565b9181601f84011215612d185782359167ffffffffffffffff8311612d185760208381860195010111612d1857565b6024359073ffffffffffffffffffffffffffffffffffffffff82168203612d1857565b60c0810190811067ffffffffffffffff82111761428c57604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b610260810190811067ffffffffffffffff82111761428c57604052565b6060810190811067ffffffffffffffff82111761428c57604052565b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff82111761428c57604052565b9060405161434081614270565b60a06004829464ffffffffff8154818116865260281c1660208501526001810154604085015260028101546060850152600381015460808501520154910152565b9063ffffffff60405192548181168452818160201c166020850152818160401c166040850152818160601c166060850152818160801c166080850152818160a01c1660a085015260c01c1660c08301526143dc60e0836142f2565b565b9060405160e0810181811067ffffffffffffffff82111761428c5760405260c063ffffffff829454818116845264ffffffffff8160201c166020850152818160481c16604085015264ffffffffff8160681c16606085015264ffffffffff8160901c166080850152818160b81c1660a085015260d81c16910152565b60443563ffffffff81168103612d185790565b60243563ffffffff81168103612d185790565b60643563ffffffff81168103612d185790565b3563ffffffff81168103612d185790565b3573ffffffffffffffffffffffffffffffffffffffff81168103612d185790565b81810292918115918404141715612f1557565b9035907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe181360301821215612d18570180359067ffffffffffffffff8211612d1857602001918160051b36038313612d1857565b60c4356bffffffffffffffffffffffff81168103612d185790565b356bffffffffffffffffffffffff81168103612d185790565b60e43564ffffffffff81168103612d185790565b610104358015158103612d185790565b90604051614591816142d6565b60408193546dffffffffffffffffffffffffffff811683526dffffffffffffffffffffffffffff8160701c16602084015260e01c910152565b60a43573ffffffffffffffffffffffffffffffffffffffff81168103612d185790565b604051906145fa826142d6565b5f6040838281528260208201520152565b5460681c64ffffffffff168061461e5750565b7f466aa534000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b6005015473ffffffffffffffffffffffffffffffffffffffff16330361466b57565b7f246827bf000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b9060078110156146a85760051b0190565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b64ffffffffff73ffffffffffffffffffffffffffffffffffffffff92168015159081614712575b501561470a57600701541690565b600101541690565b90504210155f6146fc565b6012909291927f636f6d706c69616e6365000000000000000000000000000000000000000000005f520160205260405f2063ffffffff83165f5260205263ffffffff60405f20541691821561476f5750565b63ffffffff907f705a8532000000000000000000000000000000000000000000000000000000005f527f636f6d706c69616e6365000000000000000000000000000000000000000000006004521660245260445ffd5b6012909291927f636f6d70656e736174696f6e00000000000000000000000000000000000000005f520160205260405f2063ffffffff83165f5260205263ffffffff60405f2054169182156148175750565b63ffffffff907f705a8532000000000000000000000000000000000000000000000000000000005f527f636f6d70656e736174696f6e00000000000000000000000000000000000000006004521660245260445ffd5b60119092919263ffffffff84165f520160205260405f205491821561488f5750565b63ffffffff907f2f2f2e4a000000000000000000000000000000000000000000000000000000005f521660045260245ffd5b8051156146a85760200190565b8051600110156146a85760400190565b8051600210156146a85760600190565b8051600310156146a85760800190565b8051600410156146a85760a00190565b8051600510156146a85760c00190565b8051600610156146a85760e00190565b8051600710156146a8576101000190565b51908115158203612d1857565b601f82602094937fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe093818652868601375f8582860101520116010190565b9060e43580614b01575060607f2e9ef16ec704a98f14022759d49d07ca5bf8cb589d9ed2c7edea71a491706d049164ffffffffff4216606435916084359060a435925f60a06040516149db81614270565b83815282602082015287604082015285898201528660808201520152600c8201907fffffffffffffffffffffffffffffffffffffffffffffffffffffff00000000008254161781557fffffffffffffffffffffffffffffffffffffffffffff0000000000ffffffffff815416905583600d82015581600e82015582600f8201555f6010820155614a87600b8201916001614a7484614584565b91015460a01c90623fffff871690614fb3565b6dffffffffffffffffffffffffffff8151167fffffffff0000000000000000000000000000000000000000000000000000000060407bffffffffffffffffffffffffffff0000000000000000000000000000602085015160701b1693015160e01b16911717905560405192835260208301526040820152a2565b906024359163ffffffff831690818403612d18578360136060947f58e62554f15333aee1f9c7d29201dde030c613ee15070aa088c1eae8c98427e29650845f520160205260405f20825f5260205260405f2060017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff008254161790555060405191825260c43560208301526040820152a2565b80158015614bce575b614ba35750565b7f81452424000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b507f30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001811015614b9c565b909163ffffffff604051917f3cd1b38a00000000000000000000000000000000000000000000000000000000835283600484015284602484015216604482015260208160648173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa908115612d0d575f91614cbd575b5015614c8f575050565b7ff4799897000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b90506020813d602011614cef575b81614cd8602093836142f2565b81010312612d1857614ce99061493f565b5f614c85565b3d9150614ccb565b906dffffffffffffffffffffffffffff809116911603906dffffffffffffffffffffffffffff8211612f1557565b906dffffffffffffffffffffffffffff809116911601906dffffffffffffffffffffffffffff8211612f1557565b9063ffffffff906040519260a06020850152601160c08501527f6c657468652f747269616c2f626174636800000000000000000000000000000060e085015246604085015230606085015260808401521660a082015260e08152614db9610100826142f2565b6020815191012060081c90565b6040519060806020830152601660a08301527f6c657468652f747269616c2f636f6d706c69616e63650000000000000000000060c0830152466040830152306060830152608082015260c08152614db960e0826142f2565b9173ffffffffffffffffffffffffffffffffffffffff6bffffffffffffffffffffffff926040519460c06020870152601860e08701527f6c657468652f747269616c2f636f6d70656e736174696f6e000000000000000061010087015246604087015230606087015260808601521660a08401521660c08201526101008152614db9610120826142f2565b814710614f3157604051906020820182811067ffffffffffffffff82111761428c575f9373ffffffffffffffffffffffffffffffffffffffff859493858095819560405252165af115614ef857565b3d15614f09576040513d5f823e3d90fd5b7fd6bda275000000000000000000000000000000000000000000000000000000005f5260045ffd5b50477fcf479181000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b805460681c64ffffffffff169081614f995750507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff90565b600563ffffffff91015460a01c168101809111612f155790565b91614fbc6145ed565b50604083019063ffffffff8083511693169280841015615027578390039063ffffffff8211612f155763ffffffff614ff492166144c5565b6dffffffffffffffffffffffffffff615020610266602087019383855116908180821091180218615264565b1690525290565b5050505090565b6040517f023c91c300000000000000000000000000000000000000000000000000000000815281600482015260608160248173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa908115612d0d575f916150fc575b5063ffffffff602082015116159081156150ef575b506150c45750565b7f789f9bb8000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b604091500151155f6150bc565b90506060813d60601161516f575b81615117606093836142f2565b81010312612d18576040519061512c826142d6565b805167ffffffffffffffff81168103612d18578252602081015163ffffffff81168103612d185760208301526151649060400161493f565b60408201525f6150a7565b3d915061510a565b907f656e726f6c6d656e740000000000000000000000000000000000000000000000821461525b577f76697369747300000000000000000000000000000000000000000000000000008214615252577f636f6d706c69616e6365000000000000000000000000000000000000000000008214615249577f636f6d70656e736174696f6e0000000000000000000000000000000000000000821461524057507fd402899b000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b60089150600590565b60049150600890565b60029150600990565b60019150600990565b6dffffffffffffffffffffffffffff811161528c576dffffffffffffffffffffffffffff1690565b7f6dfcc650000000000000000000000000000000000000000000000000000000005f52607060045260245260445ffd",
}

// TrialRegistry is an auto generated Go binding around an Ethereum contract.
type TrialRegistry struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *TrialRegistry) GetABI() abi.ABI {
	return c.abi
}

// NewTrialRegistry creates a new instance of TrialRegistry.
func NewTrialRegistry() *TrialRegistry {
	parsed, err := TrialRegistryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &TrialRegistry{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *TrialRegistry) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address manager, address roots_, address verifier_, uint32 sequencerDelay_) returns()
func (trialRegistry *TrialRegistry) PackConstructor(manager common.Address, roots_ common.Address, verifier_ common.Address, sequencerDelay_ uint32) []byte {
	enc, err := trialRegistry.abi.Pack("", manager, roots_, verifier_, sequencerDelay_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAmend is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x31c480a1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function amend(uint256 trial, uint256 protocol) returns()
func (trialRegistry *TrialRegistry) PackAmend(trial *big.Int, protocol *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("amend", trial, protocol)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAmend is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x31c480a1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function amend(uint256 trial, uint256 protocol) returns()
func (trialRegistry *TrialRegistry) TryPackAmend(trial *big.Int, protocol *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("amend", trial, protocol)
}

// PackAnnounceSequencer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4b2229c1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function announceSequencer(uint256 trial, address next) returns()
func (trialRegistry *TrialRegistry) PackAnnounceSequencer(trial *big.Int, next common.Address) []byte {
	enc, err := trialRegistry.abi.Pack("announceSequencer", trial, next)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAnnounceSequencer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4b2229c1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function announceSequencer(uint256 trial, address next) returns()
func (trialRegistry *TrialRegistry) TryPackAnnounceSequencer(trial *big.Int, next common.Address) ([]byte, error) {
	return trialRegistry.abi.Pack("announceSequencer", trial, next)
}

// PackAuthority is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbf7e214f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function authority() view returns(address)
func (trialRegistry *TrialRegistry) PackAuthority() []byte {
	enc, err := trialRegistry.abi.Pack("authority")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAuthority is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbf7e214f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function authority() view returns(address)
func (trialRegistry *TrialRegistry) TryPackAuthority() ([]byte, error) {
	return trialRegistry.abi.Pack("authority")
}

// UnpackAuthority is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbf7e214f.
//
// Solidity: function authority() view returns(address)
func (trialRegistry *TrialRegistry) UnpackAuthority(data []byte) (common.Address, error) {
	out, err := trialRegistry.abi.Unpack("authority", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackBatchContext is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x823231e6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function batchContext(uint256 trial, uint32 number) view returns(uint256)
func (trialRegistry *TrialRegistry) PackBatchContext(trial *big.Int, number uint32) []byte {
	enc, err := trialRegistry.abi.Pack("batchContext", trial, number)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBatchContext is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x823231e6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function batchContext(uint256 trial, uint32 number) view returns(uint256)
func (trialRegistry *TrialRegistry) TryPackBatchContext(trial *big.Int, number uint32) ([]byte, error) {
	return trialRegistry.abi.Pack("batchContext", trial, number)
}

// UnpackBatchContext is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x823231e6.
//
// Solidity: function batchContext(uint256 trial, uint32 number) view returns(uint256)
func (trialRegistry *TrialRegistry) UnpackBatchContext(data []byte) (*big.Int, error) {
	out, err := trialRegistry.abi.Unpack("batchContext", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackClaim is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xaf7d8692.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function claim(uint256 trial, (uint32,uint32,uint32,uint256,address,uint96) c, bytes proof) returns()
func (trialRegistry *TrialRegistry) PackClaim(trial *big.Int, c ITrialRegistryClaim, proof []byte) []byte {
	enc, err := trialRegistry.abi.Pack("claim", trial, c, proof)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClaim is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xaf7d8692.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function claim(uint256 trial, (uint32,uint32,uint32,uint256,address,uint96) c, bytes proof) returns()
func (trialRegistry *TrialRegistry) TryPackClaim(trial *big.Int, c ITrialRegistryClaim, proof []byte) ([]byte, error) {
	return trialRegistry.abi.Pack("claim", trial, c, proof)
}

// PackClose is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0aebeb4e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function close(uint256 trial) returns()
func (trialRegistry *TrialRegistry) PackClose(trial *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("close", trial)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClose is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0aebeb4e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function close(uint256 trial) returns()
func (trialRegistry *TrialRegistry) TryPackClose(trial *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("close", trial)
}

// PackCompensationContext is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa4c8b0d5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function compensationContext(uint256 trial, address recipient, uint96 fee) view returns(uint256)
func (trialRegistry *TrialRegistry) PackCompensationContext(trial *big.Int, recipient common.Address, fee *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("compensationContext", trial, recipient, fee)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCompensationContext is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa4c8b0d5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function compensationContext(uint256 trial, address recipient, uint96 fee) view returns(uint256)
func (trialRegistry *TrialRegistry) TryPackCompensationContext(trial *big.Int, recipient common.Address, fee *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("compensationContext", trial, recipient, fee)
}

// UnpackCompensationContext is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa4c8b0d5.
//
// Solidity: function compensationContext(uint256 trial, address recipient, uint96 fee) view returns(uint256)
func (trialRegistry *TrialRegistry) UnpackCompensationContext(data []byte) (*big.Int, error) {
	out, err := trialRegistry.abi.Unpack("compensationContext", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackComplianceContext is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c3d7329.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function complianceContext(uint256 trial) view returns(uint256)
func (trialRegistry *TrialRegistry) PackComplianceContext(trial *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("complianceContext", trial)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackComplianceContext is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c3d7329.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function complianceContext(uint256 trial) view returns(uint256)
func (trialRegistry *TrialRegistry) TryPackComplianceContext(trial *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("complianceContext", trial)
}

// UnpackComplianceContext is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9c3d7329.
//
// Solidity: function complianceContext(uint256 trial) view returns(uint256)
func (trialRegistry *TrialRegistry) UnpackComplianceContext(data []byte) (*big.Int, error) {
	out, err := trialRegistry.abi.Unpack("complianceContext", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackConsent is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x859471d3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function consent(uint256 trial, uint256 protocol) returns()
func (trialRegistry *TrialRegistry) PackConsent(trial *big.Int, protocol *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("consent", trial, protocol)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackConsent is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x859471d3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function consent(uint256 trial, uint256 protocol) returns()
func (trialRegistry *TrialRegistry) TryPackConsent(trial *big.Int, protocol *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("consent", trial, protocol)
}

// PackCreate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5b9682ff.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function create(uint256 trial, (uint256,uint256,address,address,bytes32,bytes32,uint32,uint32,uint32,uint32[7],uint96[],(bytes32,uint32,uint32,bytes32)[]) terms) returns()
func (trialRegistry *TrialRegistry) PackCreate(trial *big.Int, terms ITrialRegistryTerms) []byte {
	enc, err := trialRegistry.abi.Pack("create", trial, terms)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCreate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5b9682ff.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function create(uint256 trial, (uint256,uint256,address,address,bytes32,bytes32,uint32,uint32,uint32,uint32[7],uint96[],(bytes32,uint32,uint32,bytes32)[]) terms) returns()
func (trialRegistry *TrialRegistry) TryPackCreate(trial *big.Int, terms ITrialRegistryTerms) ([]byte, error) {
	return trialRegistry.abi.Pack("create", trial, terms)
}

// PackEntryOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2bb4350c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function entryOf(uint256 trial) view returns((uint40,uint40,uint256,uint256,uint256,bytes32))
func (trialRegistry *TrialRegistry) PackEntryOf(trial *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("entryOf", trial)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEntryOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2bb4350c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function entryOf(uint256 trial) view returns((uint40,uint40,uint256,uint256,uint256,bytes32))
func (trialRegistry *TrialRegistry) TryPackEntryOf(trial *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("entryOf", trial)
}

// UnpackEntryOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x2bb4350c.
//
// Solidity: function entryOf(uint256 trial) view returns((uint40,uint40,uint256,uint256,uint256,bytes32))
func (trialRegistry *TrialRegistry) UnpackEntryOf(data []byte) (ITrialRegistryEntry, error) {
	out, err := trialRegistry.abi.Unpack("entryOf", data)
	if err != nil {
		return *new(ITrialRegistryEntry), err
	}
	out0 := *abi.ConvertType(out[0], new(ITrialRegistryEntry)).(*ITrialRegistryEntry)
	return out0, nil
}

// PackFund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xca1d209d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function fund(uint256 trial) payable returns()
func (trialRegistry *TrialRegistry) PackFund(trial *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("fund", trial)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xca1d209d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function fund(uint256 trial) payable returns()
func (trialRegistry *TrialRegistry) TryPackFund(trial *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("fund", trial)
}

// PackFundsOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb76c94e1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function fundsOf(uint256 trial) view returns((uint112,uint112,uint32))
func (trialRegistry *TrialRegistry) PackFundsOf(trial *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("fundsOf", trial)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFundsOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb76c94e1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function fundsOf(uint256 trial) view returns((uint112,uint112,uint32))
func (trialRegistry *TrialRegistry) TryPackFundsOf(trial *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("fundsOf", trial)
}

// UnpackFundsOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb76c94e1.
//
// Solidity: function fundsOf(uint256 trial) view returns((uint112,uint112,uint32))
func (trialRegistry *TrialRegistry) UnpackFundsOf(data []byte) (ITrialRegistryFunds, error) {
	out, err := trialRegistry.abi.Unpack("fundsOf", data)
	if err != nil {
		return *new(ITrialRegistryFunds), err
	}
	out0 := *abi.ConvertType(out[0], new(ITrialRegistryFunds)).(*ITrialRegistryFunds)
	return out0, nil
}

// PackIsConsumingScheduledOp is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8fb36037.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isConsumingScheduledOp() view returns(bytes4)
func (trialRegistry *TrialRegistry) PackIsConsumingScheduledOp() []byte {
	enc, err := trialRegistry.abi.Pack("isConsumingScheduledOp")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsConsumingScheduledOp is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8fb36037.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isConsumingScheduledOp() view returns(bytes4)
func (trialRegistry *TrialRegistry) TryPackIsConsumingScheduledOp() ([]byte, error) {
	return trialRegistry.abi.Pack("isConsumingScheduledOp")
}

// UnpackIsConsumingScheduledOp is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8fb36037.
//
// Solidity: function isConsumingScheduledOp() view returns(bytes4)
func (trialRegistry *TrialRegistry) UnpackIsConsumingScheduledOp(data []byte) ([4]byte, error) {
	out, err := trialRegistry.abi.Unpack("isConsumingScheduledOp", data)
	if err != nil {
		return *new([4]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([4]byte)).(*[4]byte)
	return out0, nil
}

// PackIsPaid is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd823e4a6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isPaid(uint256 trial, uint256 nullifier) view returns(bool)
func (trialRegistry *TrialRegistry) PackIsPaid(trial *big.Int, nullifier *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("isPaid", trial, nullifier)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsPaid is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd823e4a6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isPaid(uint256 trial, uint256 nullifier) view returns(bool)
func (trialRegistry *TrialRegistry) TryPackIsPaid(trial *big.Int, nullifier *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("isPaid", trial, nullifier)
}

// UnpackIsPaid is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd823e4a6.
//
// Solidity: function isPaid(uint256 trial, uint256 nullifier) view returns(bool)
func (trialRegistry *TrialRegistry) UnpackIsPaid(data []byte) (bool, error) {
	out, err := trialRegistry.abi.Unpack("isPaid", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackLiftFlag is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x11954414.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function liftFlag(uint256 trial, uint32 number, bytes32 reason) returns()
func (trialRegistry *TrialRegistry) PackLiftFlag(trial *big.Int, number uint32, reason [32]byte) []byte {
	enc, err := trialRegistry.abi.Pack("liftFlag", trial, number, reason)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLiftFlag is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x11954414.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function liftFlag(uint256 trial, uint32 number, bytes32 reason) returns()
func (trialRegistry *TrialRegistry) TryPackLiftFlag(trial *big.Int, number uint32, reason [32]byte) ([]byte, error) {
	return trialRegistry.abi.Pack("liftFlag", trial, number, reason)
}

// PackPublish is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1fbd059f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function publish(uint256 trial, uint256 resultsRoot, bytes32 document) returns()
func (trialRegistry *TrialRegistry) PackPublish(trial *big.Int, resultsRoot *big.Int, document [32]byte) []byte {
	enc, err := trialRegistry.abi.Pack("publish", trial, resultsRoot, document)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPublish is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1fbd059f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function publish(uint256 trial, uint256 resultsRoot, bytes32 document) returns()
func (trialRegistry *TrialRegistry) TryPackPublish(trial *big.Int, resultsRoot *big.Int, document [32]byte) ([]byte, error) {
	return trialRegistry.abi.Pack("publish", trial, resultsRoot, document)
}

// PackRoots is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x393fe1cd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function roots() view returns(address)
func (trialRegistry *TrialRegistry) PackRoots() []byte {
	enc, err := trialRegistry.abi.Pack("roots")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRoots is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x393fe1cd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function roots() view returns(address)
func (trialRegistry *TrialRegistry) TryPackRoots() ([]byte, error) {
	return trialRegistry.abi.Pack("roots")
}

// UnpackRoots is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x393fe1cd.
//
// Solidity: function roots() view returns(address)
func (trialRegistry *TrialRegistry) UnpackRoots(data []byte) (common.Address, error) {
	out, err := trialRegistry.abi.Unpack("roots", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackSequencerDelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2b1d1475.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function sequencerDelay() view returns(uint32)
func (trialRegistry *TrialRegistry) PackSequencerDelay() []byte {
	enc, err := trialRegistry.abi.Pack("sequencerDelay")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSequencerDelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2b1d1475.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function sequencerDelay() view returns(uint32)
func (trialRegistry *TrialRegistry) TryPackSequencerDelay() ([]byte, error) {
	return trialRegistry.abi.Pack("sequencerDelay")
}

// UnpackSequencerDelay is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x2b1d1475.
//
// Solidity: function sequencerDelay() view returns(uint32)
func (trialRegistry *TrialRegistry) UnpackSequencerDelay(data []byte) (uint32, error) {
	out, err := trialRegistry.abi.Unpack("sequencerDelay", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackSetAuthority is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7a9e5e4b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setAuthority(address newAuthority) returns()
func (trialRegistry *TrialRegistry) PackSetAuthority(newAuthority common.Address) []byte {
	enc, err := trialRegistry.abi.Pack("setAuthority", newAuthority)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetAuthority is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7a9e5e4b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setAuthority(address newAuthority) returns()
func (trialRegistry *TrialRegistry) TryPackSetAuthority(newAuthority common.Address) ([]byte, error) {
	return trialRegistry.abi.Pack("setAuthority", newAuthority)
}

// PackSizeOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc6e74cd2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function sizeOf(uint256 trial, bytes32 statement, uint32 version) view returns(uint32)
func (trialRegistry *TrialRegistry) PackSizeOf(trial *big.Int, statement [32]byte, version uint32) []byte {
	enc, err := trialRegistry.abi.Pack("sizeOf", trial, statement, version)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSizeOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc6e74cd2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function sizeOf(uint256 trial, bytes32 statement, uint32 version) view returns(uint32)
func (trialRegistry *TrialRegistry) TryPackSizeOf(trial *big.Int, statement [32]byte, version uint32) ([]byte, error) {
	return trialRegistry.abi.Pack("sizeOf", trial, statement, version)
}

// UnpackSizeOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc6e74cd2.
//
// Solidity: function sizeOf(uint256 trial, bytes32 statement, uint32 version) view returns(uint32)
func (trialRegistry *TrialRegistry) UnpackSizeOf(data []byte) (uint32, error) {
	out, err := trialRegistry.abi.Unpack("sizeOf", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackStateOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdafcd4c6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stateOf(uint256 trial, uint32 number) view returns(uint256)
func (trialRegistry *TrialRegistry) PackStateOf(trial *big.Int, number uint32) []byte {
	enc, err := trialRegistry.abi.Pack("stateOf", trial, number)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStateOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdafcd4c6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stateOf(uint256 trial, uint32 number) view returns(uint256)
func (trialRegistry *TrialRegistry) TryPackStateOf(trial *big.Int, number uint32) ([]byte, error) {
	return trialRegistry.abi.Pack("stateOf", trial, number)
}

// UnpackStateOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdafcd4c6.
//
// Solidity: function stateOf(uint256 trial, uint32 number) view returns(uint256)
func (trialRegistry *TrialRegistry) UnpackStateOf(data []byte) (*big.Int, error) {
	out, err := trialRegistry.abi.Unpack("stateOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackSubmit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x730690c8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function submit(uint256 trial, (bytes32,uint32,uint256,uint256,uint256,uint256,uint40,bool) batch, bytes proof) returns()
func (trialRegistry *TrialRegistry) PackSubmit(trial *big.Int, batch ITrialRegistryBatch, proof []byte) []byte {
	enc, err := trialRegistry.abi.Pack("submit", trial, batch, proof)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSubmit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x730690c8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function submit(uint256 trial, (bytes32,uint32,uint256,uint256,uint256,uint256,uint40,bool) batch, bytes proof) returns()
func (trialRegistry *TrialRegistry) TryPackSubmit(trial *big.Int, batch ITrialRegistryBatch, proof []byte) ([]byte, error) {
	return trialRegistry.abi.Pack("submit", trial, batch, proof)
}

// PackTrialOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x332620cb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function trialOf(uint256 trial) view returns((address,address,address,address,uint40,uint256,uint256,uint256,uint32,uint40,uint32,uint40,bytes32,bytes32,uint32,uint32,uint32,uint32[7],uint96[]))
func (trialRegistry *TrialRegistry) PackTrialOf(trial *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("trialOf", trial)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTrialOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x332620cb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function trialOf(uint256 trial) view returns((address,address,address,address,uint40,uint256,uint256,uint256,uint32,uint40,uint32,uint40,bytes32,bytes32,uint32,uint32,uint32,uint32[7],uint96[]))
func (trialRegistry *TrialRegistry) TryPackTrialOf(trial *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("trialOf", trial)
}

// UnpackTrialOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x332620cb.
//
// Solidity: function trialOf(uint256 trial) view returns((address,address,address,address,uint40,uint256,uint256,uint256,uint32,uint40,uint32,uint40,bytes32,bytes32,uint32,uint32,uint32,uint32[7],uint96[]))
func (trialRegistry *TrialRegistry) UnpackTrialOf(data []byte) (ITrialRegistryTrial, error) {
	out, err := trialRegistry.abi.Unpack("trialOf", data)
	if err != nil {
		return *new(ITrialRegistryTrial), err
	}
	out0 := *abi.ConvertType(out[0], new(ITrialRegistryTrial)).(*ITrialRegistryTrial)
	return out0, nil
}

// PackVerifier is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2b7ac3f3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifier() view returns(address)
func (trialRegistry *TrialRegistry) PackVerifier() []byte {
	enc, err := trialRegistry.abi.Pack("verifier")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifier is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2b7ac3f3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifier() view returns(address)
func (trialRegistry *TrialRegistry) TryPackVerifier() ([]byte, error) {
	return trialRegistry.abi.Pack("verifier")
}

// UnpackVerifier is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x2b7ac3f3.
//
// Solidity: function verifier() view returns(address)
func (trialRegistry *TrialRegistry) UnpackVerifier(data []byte) (common.Address, error) {
	out, err := trialRegistry.abi.Unpack("verifier", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackVerifyCompliance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x349bae4b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifyCompliance(uint256 trial, (uint32,uint32,uint256,uint256,uint256,uint256,uint256) chunk, bytes proof) returns()
func (trialRegistry *TrialRegistry) PackVerifyCompliance(trial *big.Int, chunk ITrialRegistryChunk, proof []byte) []byte {
	enc, err := trialRegistry.abi.Pack("verifyCompliance", trial, chunk, proof)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifyCompliance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x349bae4b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifyCompliance(uint256 trial, (uint32,uint32,uint256,uint256,uint256,uint256,uint256) chunk, bytes proof) returns()
func (trialRegistry *TrialRegistry) TryPackVerifyCompliance(trial *big.Int, chunk ITrialRegistryChunk, proof []byte) ([]byte, error) {
	return trialRegistry.abi.Pack("verifyCompliance", trial, chunk, proof)
}

// PackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe63697c8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdraw(uint256 trial, address to, uint256 amount) returns()
func (trialRegistry *TrialRegistry) PackWithdraw(trial *big.Int, to common.Address, amount *big.Int) []byte {
	enc, err := trialRegistry.abi.Pack("withdraw", trial, to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe63697c8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdraw(uint256 trial, address to, uint256 amount) returns()
func (trialRegistry *TrialRegistry) TryPackWithdraw(trial *big.Int, to common.Address, amount *big.Int) ([]byte, error) {
	return trialRegistry.abi.Pack("withdraw", trial, to, amount)
}

// TrialRegistryAmendmentConsented represents a AmendmentConsented event raised by the TrialRegistry contract.
type TrialRegistryAmendmentConsented struct {
	Trial    *big.Int
	Protocol *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const TrialRegistryAmendmentConsentedEventName = "AmendmentConsented"

// ContractEventName returns the user-defined event name.
func (TrialRegistryAmendmentConsented) ContractEventName() string {
	return TrialRegistryAmendmentConsentedEventName
}

// UnpackAmendmentConsentedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event AmendmentConsented(uint256 indexed trial, uint256 protocol)
func (trialRegistry *TrialRegistry) UnpackAmendmentConsentedEvent(log *types.Log) (*TrialRegistryAmendmentConsented, error) {
	event := "AmendmentConsented"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryAmendmentConsented)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryAuthorityUpdated represents a AuthorityUpdated event raised by the TrialRegistry contract.
type TrialRegistryAuthorityUpdated struct {
	Authority common.Address
	Raw       *types.Log // Blockchain specific contextual infos
}

const TrialRegistryAuthorityUpdatedEventName = "AuthorityUpdated"

// ContractEventName returns the user-defined event name.
func (TrialRegistryAuthorityUpdated) ContractEventName() string {
	return TrialRegistryAuthorityUpdatedEventName
}

// UnpackAuthorityUpdatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event AuthorityUpdated(address authority)
func (trialRegistry *TrialRegistry) UnpackAuthorityUpdatedEvent(log *types.Log) (*TrialRegistryAuthorityUpdated, error) {
	event := "AuthorityUpdated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryAuthorityUpdated)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryBatchAccepted represents a BatchAccepted event raised by the TrialRegistry contract.
type TrialRegistryBatchAccepted struct {
	Trial     *big.Int
	Number    uint32
	Statement [32]byte
	State     *big.Int
	Raw       *types.Log // Blockchain specific contextual infos
}

const TrialRegistryBatchAcceptedEventName = "BatchAccepted"

// ContractEventName returns the user-defined event name.
func (TrialRegistryBatchAccepted) ContractEventName() string {
	return TrialRegistryBatchAcceptedEventName
}

// UnpackBatchAcceptedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event BatchAccepted(uint256 indexed trial, uint32 indexed number, bytes32 statement, uint256 state)
func (trialRegistry *TrialRegistry) UnpackBatchAcceptedEvent(log *types.Log) (*TrialRegistryBatchAccepted, error) {
	event := "BatchAccepted"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryBatchAccepted)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryChunkVerified represents a ChunkVerified event raised by the TrialRegistry contract.
type TrialRegistryChunkVerified struct {
	Trial   *big.Int
	Version uint32
	AccIn   *big.Int
	AccOut  *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const TrialRegistryChunkVerifiedEventName = "ChunkVerified"

// ContractEventName returns the user-defined event name.
func (TrialRegistryChunkVerified) ContractEventName() string {
	return TrialRegistryChunkVerifiedEventName
}

// UnpackChunkVerifiedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ChunkVerified(uint256 indexed trial, uint32 version, uint256 accIn, uint256 accOut)
func (trialRegistry *TrialRegistry) UnpackChunkVerifiedEvent(log *types.Log) (*TrialRegistryChunkVerified, error) {
	event := "ChunkVerified"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryChunkVerified)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryComplianceVerified represents a ComplianceVerified event raised by the TrialRegistry contract.
type TrialRegistryComplianceVerified struct {
	Trial       *big.Int
	Counters    *big.Int
	Deviations  *big.Int
	ResultsRoot *big.Int
	Raw         *types.Log // Blockchain specific contextual infos
}

const TrialRegistryComplianceVerifiedEventName = "ComplianceVerified"

// ContractEventName returns the user-defined event name.
func (TrialRegistryComplianceVerified) ContractEventName() string {
	return TrialRegistryComplianceVerifiedEventName
}

// UnpackComplianceVerifiedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ComplianceVerified(uint256 indexed trial, uint256 counters, uint256 deviations, uint256 resultsRoot)
func (trialRegistry *TrialRegistry) UnpackComplianceVerifiedEvent(log *types.Log) (*TrialRegistryComplianceVerified, error) {
	event := "ComplianceVerified"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryComplianceVerified)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryFlagLifted represents a FlagLifted event raised by the TrialRegistry contract.
type TrialRegistryFlagLifted struct {
	Trial  *big.Int
	Number uint32
	Reason [32]byte
	Raw    *types.Log // Blockchain specific contextual infos
}

const TrialRegistryFlagLiftedEventName = "FlagLifted"

// ContractEventName returns the user-defined event name.
func (TrialRegistryFlagLifted) ContractEventName() string {
	return TrialRegistryFlagLiftedEventName
}

// UnpackFlagLiftedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event FlagLifted(uint256 indexed trial, uint32 indexed number, bytes32 reason)
func (trialRegistry *TrialRegistry) UnpackFlagLiftedEvent(log *types.Log) (*TrialRegistryFlagLifted, error) {
	event := "FlagLifted"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryFlagLifted)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryFlagRaised represents a FlagRaised event raised by the TrialRegistry contract.
type TrialRegistryFlagRaised struct {
	Trial  *big.Int
	Number uint32
	Raw    *types.Log // Blockchain specific contextual infos
}

const TrialRegistryFlagRaisedEventName = "FlagRaised"

// ContractEventName returns the user-defined event name.
func (TrialRegistryFlagRaised) ContractEventName() string {
	return TrialRegistryFlagRaisedEventName
}

// UnpackFlagRaisedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event FlagRaised(uint256 indexed trial, uint32 indexed number)
func (trialRegistry *TrialRegistry) UnpackFlagRaisedEvent(log *types.Log) (*TrialRegistryFlagRaised, error) {
	event := "FlagRaised"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryFlagRaised)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryFunded represents a Funded event raised by the TrialRegistry contract.
type TrialRegistryFunded struct {
	Trial  *big.Int
	From   common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const TrialRegistryFundedEventName = "Funded"

// ContractEventName returns the user-defined event name.
func (TrialRegistryFunded) ContractEventName() string {
	return TrialRegistryFundedEventName
}

// UnpackFundedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Funded(uint256 indexed trial, address indexed from, uint256 amount)
func (trialRegistry *TrialRegistry) UnpackFundedEvent(log *types.Log) (*TrialRegistryFunded, error) {
	event := "Funded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryFunded)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryFundsWithdrawn represents a FundsWithdrawn event raised by the TrialRegistry contract.
type TrialRegistryFundsWithdrawn struct {
	Trial  *big.Int
	To     common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const TrialRegistryFundsWithdrawnEventName = "FundsWithdrawn"

// ContractEventName returns the user-defined event name.
func (TrialRegistryFundsWithdrawn) ContractEventName() string {
	return TrialRegistryFundsWithdrawnEventName
}

// UnpackFundsWithdrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event FundsWithdrawn(uint256 indexed trial, address to, uint256 amount)
func (trialRegistry *TrialRegistry) UnpackFundsWithdrawnEvent(log *types.Log) (*TrialRegistryFundsWithdrawn, error) {
	event := "FundsWithdrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryFundsWithdrawn)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryInterimVerified represents a InterimVerified event raised by the TrialRegistry contract.
type TrialRegistryInterimVerified struct {
	Trial       *big.Int
	Number      uint32
	Counters    *big.Int
	Deviations  *big.Int
	ResultsRoot *big.Int
	AccIn       *big.Int
	AccOut      *big.Int
	Raw         *types.Log // Blockchain specific contextual infos
}

const TrialRegistryInterimVerifiedEventName = "InterimVerified"

// ContractEventName returns the user-defined event name.
func (TrialRegistryInterimVerified) ContractEventName() string {
	return TrialRegistryInterimVerifiedEventName
}

// UnpackInterimVerifiedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event InterimVerified(uint256 indexed trial, uint32 indexed number, uint256 counters, uint256 deviations, uint256 resultsRoot, uint256 accIn, uint256 accOut)
func (trialRegistry *TrialRegistry) UnpackInterimVerifiedEvent(log *types.Log) (*TrialRegistryInterimVerified, error) {
	event := "InterimVerified"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryInterimVerified)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryProtocolAmended represents a ProtocolAmended event raised by the TrialRegistry contract.
type TrialRegistryProtocolAmended struct {
	Trial    *big.Int
	Protocol *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const TrialRegistryProtocolAmendedEventName = "ProtocolAmended"

// ContractEventName returns the user-defined event name.
func (TrialRegistryProtocolAmended) ContractEventName() string {
	return TrialRegistryProtocolAmendedEventName
}

// UnpackProtocolAmendedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ProtocolAmended(uint256 indexed trial, uint256 protocol)
func (trialRegistry *TrialRegistry) UnpackProtocolAmendedEvent(log *types.Log) (*TrialRegistryProtocolAmended, error) {
	event := "ProtocolAmended"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryProtocolAmended)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryResultsPublished represents a ResultsPublished event raised by the TrialRegistry contract.
type TrialRegistryResultsPublished struct {
	Trial       *big.Int
	ResultsRoot *big.Int
	Document    [32]byte
	Raw         *types.Log // Blockchain specific contextual infos
}

const TrialRegistryResultsPublishedEventName = "ResultsPublished"

// ContractEventName returns the user-defined event name.
func (TrialRegistryResultsPublished) ContractEventName() string {
	return TrialRegistryResultsPublishedEventName
}

// UnpackResultsPublishedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ResultsPublished(uint256 indexed trial, uint256 resultsRoot, bytes32 document)
func (trialRegistry *TrialRegistry) UnpackResultsPublishedEvent(log *types.Log) (*TrialRegistryResultsPublished, error) {
	event := "ResultsPublished"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryResultsPublished)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistrySequencerAnnounced represents a SequencerAnnounced event raised by the TrialRegistry contract.
type TrialRegistrySequencerAnnounced struct {
	Trial       *big.Int
	Sequencer   common.Address
	TakesOverAt *big.Int
	Raw         *types.Log // Blockchain specific contextual infos
}

const TrialRegistrySequencerAnnouncedEventName = "SequencerAnnounced"

// ContractEventName returns the user-defined event name.
func (TrialRegistrySequencerAnnounced) ContractEventName() string {
	return TrialRegistrySequencerAnnouncedEventName
}

// UnpackSequencerAnnouncedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event SequencerAnnounced(uint256 indexed trial, address sequencer, uint40 takesOverAt)
func (trialRegistry *TrialRegistry) UnpackSequencerAnnouncedEvent(log *types.Log) (*TrialRegistrySequencerAnnounced, error) {
	event := "SequencerAnnounced"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistrySequencerAnnounced)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryTrialClosed represents a TrialClosed event raised by the TrialRegistry contract.
type TrialRegistryTrialClosed struct {
	Trial *big.Int
	By    common.Address
	State *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const TrialRegistryTrialClosedEventName = "TrialClosed"

// ContractEventName returns the user-defined event name.
func (TrialRegistryTrialClosed) ContractEventName() string {
	return TrialRegistryTrialClosedEventName
}

// UnpackTrialClosedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TrialClosed(uint256 indexed trial, address by, uint256 state)
func (trialRegistry *TrialRegistry) UnpackTrialClosedEvent(log *types.Log) (*TrialRegistryTrialClosed, error) {
	event := "TrialClosed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryTrialClosed)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryTrialCreated represents a TrialCreated event raised by the TrialRegistry contract.
type TrialRegistryTrialCreated struct {
	Trial     *big.Int
	Sponsor   common.Address
	Board     common.Address
	Sequencer common.Address
	Protocol  *big.Int
	State     *big.Int
	Raw       *types.Log // Blockchain specific contextual infos
}

const TrialRegistryTrialCreatedEventName = "TrialCreated"

// ContractEventName returns the user-defined event name.
func (TrialRegistryTrialCreated) ContractEventName() string {
	return TrialRegistryTrialCreatedEventName
}

// UnpackTrialCreatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TrialCreated(uint256 indexed trial, address indexed sponsor, address board, address sequencer, uint256 protocol, uint256 state)
func (trialRegistry *TrialRegistry) UnpackTrialCreatedEvent(log *types.Log) (*TrialRegistryTrialCreated, error) {
	event := "TrialCreated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryTrialCreated)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryVersionPinned represents a VersionPinned event raised by the TrialRegistry contract.
type TrialRegistryVersionPinned struct {
	Trial     *big.Int
	Statement [32]byte
	Version   uint32
	Size      uint32
	KeyHash   [32]byte
	Raw       *types.Log // Blockchain specific contextual infos
}

const TrialRegistryVersionPinnedEventName = "VersionPinned"

// ContractEventName returns the user-defined event name.
func (TrialRegistryVersionPinned) ContractEventName() string {
	return TrialRegistryVersionPinnedEventName
}

// UnpackVersionPinnedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event VersionPinned(uint256 indexed trial, bytes32 indexed statement, uint32 version, uint32 size, bytes32 keyHash)
func (trialRegistry *TrialRegistry) UnpackVersionPinnedEvent(log *types.Log) (*TrialRegistryVersionPinned, error) {
	event := "VersionPinned"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryVersionPinned)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TrialRegistryVisitPaid represents a VisitPaid event raised by the TrialRegistry contract.
type TrialRegistryVisitPaid struct {
	Trial  *big.Int
	Visit  uint32
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const TrialRegistryVisitPaidEventName = "VisitPaid"

// ContractEventName returns the user-defined event name.
func (TrialRegistryVisitPaid) ContractEventName() string {
	return TrialRegistryVisitPaidEventName
}

// UnpackVisitPaidEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event VisitPaid(uint256 indexed trial, uint32 visit, uint256 amount)
func (trialRegistry *TrialRegistry) UnpackVisitPaidEvent(log *types.Log) (*TrialRegistryVisitPaid, error) {
	event := "VisitPaid"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != trialRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TrialRegistryVisitPaid)
	if len(log.Data) > 0 {
		if err := trialRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range trialRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (trialRegistry *TrialRegistry) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["AccessManagedInvalidAuthority"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackAccessManagedInvalidAuthorityError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["AccessManagedRequiredDelay"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackAccessManagedRequiredDelayError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["AccessManagedUnauthorized"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackAccessManagedUnauthorizedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["AlreadyPublished"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackAlreadyPublishedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["BackDated"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackBackDatedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["BoardIsSponsor"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackBoardIsSponsorError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["ChunkKnown"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackChunkKnownError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["ClaimsOver"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackClaimsOverError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["Closed"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackClosedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["CriticalThreshold"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackCriticalThresholdError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["FailedCall"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackFailedCallError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["FeeTooHigh"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackFeeTooHighError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["FlagOpen"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackFlagOpenError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["FromFuture"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackFromFutureError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["InsufficientBalance"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackInsufficientBalanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["KeyNotOpen"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackKeyNotOpenError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotAvailable"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotAvailableError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotBoard"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotBoardError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotClosed"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotClosedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotConsented"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotConsentedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotFinalState"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotFinalStateError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotInField"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotInFieldError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotLastFlag"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotLastFlagError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotLastState"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotLastStateError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotPinned"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotPinnedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotPriced"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotPricedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotSequencer"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotSequencerError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotSponsor"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotSponsorError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotSponsorNorBoard"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotSponsorNorBoardError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NotVerified"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNotVerifiedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["NullifierUsed"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackNullifierUsedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["ProofRefused"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackProofRefusedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["ReservationSpent"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackReservationSpentError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["ResultsBeforeLast"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackResultsBeforeLastError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["SafeCastOverflowedUintDowncast"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackSafeCastOverflowedUintDowncastError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["SafetyOfEnrolment"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackSafetyOfEnrolmentError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["SponsorIsManager"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackSponsorIsManagerError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["StaleRoot"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackStaleRootError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["StateUnchanged"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackStateUnchangedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["StatementMissing"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackStatementMissingError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["ThresholdExceeded"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackThresholdExceededError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["TooManyPrices"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackTooManyPricesError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["TooOld"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackTooOldError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["TrialInUse"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackTrialInUseError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["UnfitKind"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackUnfitKindError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["UnfitPin"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackUnfitPinError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["Unfunded"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackUnfundedError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["UnknownChunk"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackUnknownChunkError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["UnknownState"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackUnknownStateError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["UnknownStatement"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackUnknownStatementError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["UnknownTrial"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackUnknownTrialError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["WrongKey"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackWrongKeyError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["WrongResults"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackWrongResultsError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["ZeroAddress"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackZeroAddressError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["ZeroHash"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackZeroHashError(raw[4:])
	}
	if bytes.Equal(raw[:4], trialRegistry.abi.Errors["ZeroPeriod"].ID.Bytes()[:4]) {
		return trialRegistry.UnpackZeroPeriodError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// TrialRegistryAccessManagedInvalidAuthority represents a AccessManagedInvalidAuthority error raised by the TrialRegistry contract.
type TrialRegistryAccessManagedInvalidAuthority struct {
	Authority common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedInvalidAuthority(address authority)
func TrialRegistryAccessManagedInvalidAuthorityErrorID() common.Hash {
	return common.HexToHash("0xc2f31e5ee06c96eddd5864bf58d26da15afa7233cb6f74e000aa686fca7a7a0b")
}

// UnpackAccessManagedInvalidAuthorityError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedInvalidAuthority(address authority)
func (trialRegistry *TrialRegistry) UnpackAccessManagedInvalidAuthorityError(raw []byte) (*TrialRegistryAccessManagedInvalidAuthority, error) {
	out := new(TrialRegistryAccessManagedInvalidAuthority)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "AccessManagedInvalidAuthority", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryAccessManagedRequiredDelay represents a AccessManagedRequiredDelay error raised by the TrialRegistry contract.
type TrialRegistryAccessManagedRequiredDelay struct {
	Caller common.Address
	Delay  uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedRequiredDelay(address caller, uint32 delay)
func TrialRegistryAccessManagedRequiredDelayErrorID() common.Hash {
	return common.HexToHash("0xaf77169dad650be42a753d4bbd4f4ad0d10be80053e495da3bb1525746eda4e4")
}

// UnpackAccessManagedRequiredDelayError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedRequiredDelay(address caller, uint32 delay)
func (trialRegistry *TrialRegistry) UnpackAccessManagedRequiredDelayError(raw []byte) (*TrialRegistryAccessManagedRequiredDelay, error) {
	out := new(TrialRegistryAccessManagedRequiredDelay)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "AccessManagedRequiredDelay", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryAccessManagedUnauthorized represents a AccessManagedUnauthorized error raised by the TrialRegistry contract.
type TrialRegistryAccessManagedUnauthorized struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedUnauthorized(address caller)
func TrialRegistryAccessManagedUnauthorizedErrorID() common.Hash {
	return common.HexToHash("0x068ca9d827f779c08fd30d7fda45faef5f2a6b2e57f8b809b3c6bbed99f5fb1f")
}

// UnpackAccessManagedUnauthorizedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedUnauthorized(address caller)
func (trialRegistry *TrialRegistry) UnpackAccessManagedUnauthorizedError(raw []byte) (*TrialRegistryAccessManagedUnauthorized, error) {
	out := new(TrialRegistryAccessManagedUnauthorized)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "AccessManagedUnauthorized", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryAlreadyPublished represents a AlreadyPublished error raised by the TrialRegistry contract.
type TrialRegistryAlreadyPublished struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyPublished()
func TrialRegistryAlreadyPublishedErrorID() common.Hash {
	return common.HexToHash("0x9ac89bcd36636601bfeb875d31ac8b074c026ad452c8287f1dd86f71a87a4b2d")
}

// UnpackAlreadyPublishedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyPublished()
func (trialRegistry *TrialRegistry) UnpackAlreadyPublishedError(raw []byte) (*TrialRegistryAlreadyPublished, error) {
	out := new(TrialRegistryAlreadyPublished)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "AlreadyPublished", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryBackDated represents a BackDated error raised by the TrialRegistry contract.
type TrialRegistryBackDated struct {
	Time     *big.Int
	LastTime *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BackDated(uint40 time, uint40 lastTime)
func TrialRegistryBackDatedErrorID() common.Hash {
	return common.HexToHash("0xb7f2c0df1091a0971b4f5591586c97eaf785d9d5a0e41ac03c0aabe75429f0a5")
}

// UnpackBackDatedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BackDated(uint40 time, uint40 lastTime)
func (trialRegistry *TrialRegistry) UnpackBackDatedError(raw []byte) (*TrialRegistryBackDated, error) {
	out := new(TrialRegistryBackDated)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "BackDated", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryBoardIsSponsor represents a BoardIsSponsor error raised by the TrialRegistry contract.
type TrialRegistryBoardIsSponsor struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BoardIsSponsor()
func TrialRegistryBoardIsSponsorErrorID() common.Hash {
	return common.HexToHash("0x6b66342158e8f40e4bda59f6d8671ef417d0a23138a70a66adcd068868188f07")
}

// UnpackBoardIsSponsorError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BoardIsSponsor()
func (trialRegistry *TrialRegistry) UnpackBoardIsSponsorError(raw []byte) (*TrialRegistryBoardIsSponsor, error) {
	out := new(TrialRegistryBoardIsSponsor)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "BoardIsSponsor", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryChunkKnown represents a ChunkKnown error raised by the TrialRegistry contract.
type TrialRegistryChunkKnown struct {
	AccOut *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ChunkKnown(uint256 accOut)
func TrialRegistryChunkKnownErrorID() common.Hash {
	return common.HexToHash("0xa7b0e821eb480063f57845e4fd3dcfeceefba670c042062cca32c6fd1aff1977")
}

// UnpackChunkKnownError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ChunkKnown(uint256 accOut)
func (trialRegistry *TrialRegistry) UnpackChunkKnownError(raw []byte) (*TrialRegistryChunkKnown, error) {
	out := new(TrialRegistryChunkKnown)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "ChunkKnown", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryClaimsOver represents a ClaimsOver error raised by the TrialRegistry contract.
type TrialRegistryClaimsOver struct {
	Until *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ClaimsOver(uint256 until)
func TrialRegistryClaimsOverErrorID() common.Hash {
	return common.HexToHash("0x6cae830581e03ab30285261440f5062a0be3fc2434b1e01bc262c9597157a74e")
}

// UnpackClaimsOverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ClaimsOver(uint256 until)
func (trialRegistry *TrialRegistry) UnpackClaimsOverError(raw []byte) (*TrialRegistryClaimsOver, error) {
	out := new(TrialRegistryClaimsOver)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "ClaimsOver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryClosed represents a Closed error raised by the TrialRegistry contract.
type TrialRegistryClosed struct {
	ClosedAt *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Closed(uint40 closedAt)
func TrialRegistryClosedErrorID() common.Hash {
	return common.HexToHash("0x466aa534b98bc7fa4cdb96b7aca325323d8ced37c8ad44fd90fc81ca591d2010")
}

// UnpackClosedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Closed(uint40 closedAt)
func (trialRegistry *TrialRegistry) UnpackClosedError(raw []byte) (*TrialRegistryClosed, error) {
	out := new(TrialRegistryClosed)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "Closed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryCriticalThreshold represents a CriticalThreshold error raised by the TrialRegistry contract.
type TrialRegistryCriticalThreshold struct {
	Lane *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CriticalThreshold(uint256 lane)
func TrialRegistryCriticalThresholdErrorID() common.Hash {
	return common.HexToHash("0x8f74de4b37210d70aa2839964a968767ffb5aca000eb7b22178634d18ff097e4")
}

// UnpackCriticalThresholdError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CriticalThreshold(uint256 lane)
func (trialRegistry *TrialRegistry) UnpackCriticalThresholdError(raw []byte) (*TrialRegistryCriticalThreshold, error) {
	out := new(TrialRegistryCriticalThreshold)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "CriticalThreshold", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryFailedCall represents a FailedCall error raised by the TrialRegistry contract.
type TrialRegistryFailedCall struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FailedCall()
func TrialRegistryFailedCallErrorID() common.Hash {
	return common.HexToHash("0xd6bda27508c0fb6d8a39b4b122878dab26f731a7d4e4abe711dd3731899052a4")
}

// UnpackFailedCallError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FailedCall()
func (trialRegistry *TrialRegistry) UnpackFailedCallError(raw []byte) (*TrialRegistryFailedCall, error) {
	out := new(TrialRegistryFailedCall)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "FailedCall", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryFeeTooHigh represents a FeeTooHigh error raised by the TrialRegistry contract.
type TrialRegistryFeeTooHigh struct {
	Fee   *big.Int
	Price *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FeeTooHigh(uint256 fee, uint256 price)
func TrialRegistryFeeTooHighErrorID() common.Hash {
	return common.HexToHash("0xe757126a89ba5140023477c243d17c34ca7467d317e5523eafa819ff2931905a")
}

// UnpackFeeTooHighError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FeeTooHigh(uint256 fee, uint256 price)
func (trialRegistry *TrialRegistry) UnpackFeeTooHighError(raw []byte) (*TrialRegistryFeeTooHigh, error) {
	out := new(TrialRegistryFeeTooHigh)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "FeeTooHigh", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryFlagOpen represents a FlagOpen error raised by the TrialRegistry contract.
type TrialRegistryFlagOpen struct {
	Flag uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FlagOpen(uint32 flag)
func TrialRegistryFlagOpenErrorID() common.Hash {
	return common.HexToHash("0x947490ea4f457ffd4d2141328db575bbc0dff2d8d313d388554aa870c765832f")
}

// UnpackFlagOpenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FlagOpen(uint32 flag)
func (trialRegistry *TrialRegistry) UnpackFlagOpenError(raw []byte) (*TrialRegistryFlagOpen, error) {
	out := new(TrialRegistryFlagOpen)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "FlagOpen", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryFromFuture represents a FromFuture error raised by the TrialRegistry contract.
type TrialRegistryFromFuture struct {
	Time *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FromFuture(uint40 time)
func TrialRegistryFromFutureErrorID() common.Hash {
	return common.HexToHash("0xb3a68b67fc785969d6ae80f580b00025988ac89a4c3ecabadf90a91580a37e5c")
}

// UnpackFromFutureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FromFuture(uint40 time)
func (trialRegistry *TrialRegistry) UnpackFromFutureError(raw []byte) (*TrialRegistryFromFuture, error) {
	out := new(TrialRegistryFromFuture)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "FromFuture", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryInsufficientBalance represents a InsufficientBalance error raised by the TrialRegistry contract.
type TrialRegistryInsufficientBalance struct {
	Balance *big.Int
	Needed  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientBalance(uint256 balance, uint256 needed)
func TrialRegistryInsufficientBalanceErrorID() common.Hash {
	return common.HexToHash("0xcf4791818fba6e019216eb4864093b4947f674afada5d305e57d598b641dad1d")
}

// UnpackInsufficientBalanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientBalance(uint256 balance, uint256 needed)
func (trialRegistry *TrialRegistry) UnpackInsufficientBalanceError(raw []byte) (*TrialRegistryInsufficientBalance, error) {
	out := new(TrialRegistryInsufficientBalance)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "InsufficientBalance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryKeyNotOpen represents a KeyNotOpen error raised by the TrialRegistry contract.
type TrialRegistryKeyNotOpen struct {
	Statement [32]byte
	Version   uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error KeyNotOpen(bytes32 statement, uint32 version)
func TrialRegistryKeyNotOpenErrorID() common.Hash {
	return common.HexToHash("0x93d380f60398f1fba0eba57cb327af5d5ef519835ec2f67425e2864fdfb402cb")
}

// UnpackKeyNotOpenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error KeyNotOpen(bytes32 statement, uint32 version)
func (trialRegistry *TrialRegistry) UnpackKeyNotOpenError(raw []byte) (*TrialRegistryKeyNotOpen, error) {
	out := new(TrialRegistryKeyNotOpen)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "KeyNotOpen", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotAvailable represents a NotAvailable error raised by the TrialRegistry contract.
type TrialRegistryNotAvailable struct {
	Amount    *big.Int
	Available *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotAvailable(uint256 amount, uint256 available)
func TrialRegistryNotAvailableErrorID() common.Hash {
	return common.HexToHash("0x37a941ca9f909a7c511babe6fc430df52a52dc12b10dfbdade479768b8148acd")
}

// UnpackNotAvailableError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotAvailable(uint256 amount, uint256 available)
func (trialRegistry *TrialRegistry) UnpackNotAvailableError(raw []byte) (*TrialRegistryNotAvailable, error) {
	out := new(TrialRegistryNotAvailable)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotAvailable", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotBoard represents a NotBoard error raised by the TrialRegistry contract.
type TrialRegistryNotBoard struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotBoard(address caller)
func TrialRegistryNotBoardErrorID() common.Hash {
	return common.HexToHash("0x06b6a56f37def7e33e1c845bff4ce111f1b75e057627cf209945485bf44c7904")
}

// UnpackNotBoardError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotBoard(address caller)
func (trialRegistry *TrialRegistry) UnpackNotBoardError(raw []byte) (*TrialRegistryNotBoard, error) {
	out := new(TrialRegistryNotBoard)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotBoard", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotClosed represents a NotClosed error raised by the TrialRegistry contract.
type TrialRegistryNotClosed struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotClosed()
func TrialRegistryNotClosedErrorID() common.Hash {
	return common.HexToHash("0x8b4b52de2826c641cb88ccd6d1824f83539501698f41212a7c84ddc708d5eae9")
}

// UnpackNotClosedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotClosed()
func (trialRegistry *TrialRegistry) UnpackNotClosedError(raw []byte) (*TrialRegistryNotClosed, error) {
	out := new(TrialRegistryNotClosed)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotClosed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotConsented represents a NotConsented error raised by the TrialRegistry contract.
type TrialRegistryNotConsented struct {
	Protocol *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotConsented(uint256 protocol)
func TrialRegistryNotConsentedErrorID() common.Hash {
	return common.HexToHash("0x02fc8f014f7112e1c622493eaff101280fb84bba0f63719a3d5968beefab15d1")
}

// UnpackNotConsentedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotConsented(uint256 protocol)
func (trialRegistry *TrialRegistry) UnpackNotConsentedError(raw []byte) (*TrialRegistryNotConsented, error) {
	out := new(TrialRegistryNotConsented)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotConsented", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotFinalState represents a NotFinalState error raised by the TrialRegistry contract.
type TrialRegistryNotFinalState struct {
	Number uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotFinalState(uint32 number)
func TrialRegistryNotFinalStateErrorID() common.Hash {
	return common.HexToHash("0xb617eb5d19c2de22a649364a637f2ad8e42c707659499e10c8de4f58f4306c69")
}

// UnpackNotFinalStateError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotFinalState(uint32 number)
func (trialRegistry *TrialRegistry) UnpackNotFinalStateError(raw []byte) (*TrialRegistryNotFinalState, error) {
	out := new(TrialRegistryNotFinalState)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotFinalState", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotInField represents a NotInField error raised by the TrialRegistry contract.
type TrialRegistryNotInField struct {
	Value *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotInField(uint256 value)
func TrialRegistryNotInFieldErrorID() common.Hash {
	return common.HexToHash("0x81452424a5ecc8f087db8603e93ef219e8a1d59f781e33573a10d2a59fa29a1f")
}

// UnpackNotInFieldError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotInField(uint256 value)
func (trialRegistry *TrialRegistry) UnpackNotInFieldError(raw []byte) (*TrialRegistryNotInField, error) {
	out := new(TrialRegistryNotInField)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotInField", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotLastFlag represents a NotLastFlag error raised by the TrialRegistry contract.
type TrialRegistryNotLastFlag struct {
	Number uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotLastFlag(uint32 number)
func TrialRegistryNotLastFlagErrorID() common.Hash {
	return common.HexToHash("0x4c6871f1919bab7a276ec5422b4a5b615b64f2f163e0621d63d5bb26c7f9c449")
}

// UnpackNotLastFlagError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotLastFlag(uint32 number)
func (trialRegistry *TrialRegistry) UnpackNotLastFlagError(raw []byte) (*TrialRegistryNotLastFlag, error) {
	out := new(TrialRegistryNotLastFlag)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotLastFlag", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotLastState represents a NotLastState error raised by the TrialRegistry contract.
type TrialRegistryNotLastState struct {
	OldState  *big.Int
	LastState *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotLastState(uint256 oldState, uint256 lastState)
func TrialRegistryNotLastStateErrorID() common.Hash {
	return common.HexToHash("0xdb42b37198b0f8a967d8b4da0fa9bcea741af7d268bd4b301d100f35e47a8114")
}

// UnpackNotLastStateError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotLastState(uint256 oldState, uint256 lastState)
func (trialRegistry *TrialRegistry) UnpackNotLastStateError(raw []byte) (*TrialRegistryNotLastState, error) {
	out := new(TrialRegistryNotLastState)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotLastState", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotPinned represents a NotPinned error raised by the TrialRegistry contract.
type TrialRegistryNotPinned struct {
	Statement [32]byte
	Version   uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotPinned(bytes32 statement, uint32 version)
func TrialRegistryNotPinnedErrorID() common.Hash {
	return common.HexToHash("0x705a8532c746358c29efedf6bcdab375fe053633e2c44923e02e0131de403b76")
}

// UnpackNotPinnedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotPinned(bytes32 statement, uint32 version)
func (trialRegistry *TrialRegistry) UnpackNotPinnedError(raw []byte) (*TrialRegistryNotPinned, error) {
	out := new(TrialRegistryNotPinned)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotPinned", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotPriced represents a NotPriced error raised by the TrialRegistry contract.
type TrialRegistryNotPriced struct {
	Visit uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotPriced(uint32 visit)
func TrialRegistryNotPricedErrorID() common.Hash {
	return common.HexToHash("0xbf246fb286982b95dd3a18d55a89c953a8044b80465157f60fae098008634285")
}

// UnpackNotPricedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotPriced(uint32 visit)
func (trialRegistry *TrialRegistry) UnpackNotPricedError(raw []byte) (*TrialRegistryNotPriced, error) {
	out := new(TrialRegistryNotPriced)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotPriced", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotSequencer represents a NotSequencer error raised by the TrialRegistry contract.
type TrialRegistryNotSequencer struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotSequencer(address caller)
func TrialRegistryNotSequencerErrorID() common.Hash {
	return common.HexToHash("0x0596787718e4a3212038e1b1501f602a660a34700b149722180893ceaca0f8ed")
}

// UnpackNotSequencerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotSequencer(address caller)
func (trialRegistry *TrialRegistry) UnpackNotSequencerError(raw []byte) (*TrialRegistryNotSequencer, error) {
	out := new(TrialRegistryNotSequencer)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotSequencer", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotSponsor represents a NotSponsor error raised by the TrialRegistry contract.
type TrialRegistryNotSponsor struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotSponsor(address caller)
func TrialRegistryNotSponsorErrorID() common.Hash {
	return common.HexToHash("0x246827bfc40d403fbda7337aca07f520a2d49671e86e9d45c4b3b194d5b8d883")
}

// UnpackNotSponsorError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotSponsor(address caller)
func (trialRegistry *TrialRegistry) UnpackNotSponsorError(raw []byte) (*TrialRegistryNotSponsor, error) {
	out := new(TrialRegistryNotSponsor)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotSponsor", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotSponsorNorBoard represents a NotSponsorNorBoard error raised by the TrialRegistry contract.
type TrialRegistryNotSponsorNorBoard struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotSponsorNorBoard(address caller)
func TrialRegistryNotSponsorNorBoardErrorID() common.Hash {
	return common.HexToHash("0x435a2b9c4e4586007b9e107c100e0d62e29a84c1581cabb7963fbd9c03400c40")
}

// UnpackNotSponsorNorBoardError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotSponsorNorBoard(address caller)
func (trialRegistry *TrialRegistry) UnpackNotSponsorNorBoardError(raw []byte) (*TrialRegistryNotSponsorNorBoard, error) {
	out := new(TrialRegistryNotSponsorNorBoard)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotSponsorNorBoard", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNotVerified represents a NotVerified error raised by the TrialRegistry contract.
type TrialRegistryNotVerified struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotVerified()
func TrialRegistryNotVerifiedErrorID() common.Hash {
	return common.HexToHash("0xa95362b5102c933fac5e3beca233039da4b5c563c341b503e1546169c91d33c4")
}

// UnpackNotVerifiedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotVerified()
func (trialRegistry *TrialRegistry) UnpackNotVerifiedError(raw []byte) (*TrialRegistryNotVerified, error) {
	out := new(TrialRegistryNotVerified)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NotVerified", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryNullifierUsed represents a NullifierUsed error raised by the TrialRegistry contract.
type TrialRegistryNullifierUsed struct {
	Nullifier *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NullifierUsed(uint256 nullifier)
func TrialRegistryNullifierUsedErrorID() common.Hash {
	return common.HexToHash("0x49dad0e89c31a259d3e177fa5c4bb23dfb7bfbc2afce873328262a97dd392778")
}

// UnpackNullifierUsedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NullifierUsed(uint256 nullifier)
func (trialRegistry *TrialRegistry) UnpackNullifierUsedError(raw []byte) (*TrialRegistryNullifierUsed, error) {
	out := new(TrialRegistryNullifierUsed)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "NullifierUsed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryProofRefused represents a ProofRefused error raised by the TrialRegistry contract.
type TrialRegistryProofRefused struct {
	Statement [32]byte
	Version   uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ProofRefused(bytes32 statement, uint32 version)
func TrialRegistryProofRefusedErrorID() common.Hash {
	return common.HexToHash("0x205851d8f324c2f9f3057022791694c43c063b2e7f63cb61e8ff062a5cc067dc")
}

// UnpackProofRefusedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ProofRefused(bytes32 statement, uint32 version)
func (trialRegistry *TrialRegistry) UnpackProofRefusedError(raw []byte) (*TrialRegistryProofRefused, error) {
	out := new(TrialRegistryProofRefused)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "ProofRefused", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryReservationSpent represents a ReservationSpent error raised by the TrialRegistry contract.
type TrialRegistryReservationSpent struct {
	Price    *big.Int
	Reserved *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ReservationSpent(uint256 price, uint256 reserved)
func TrialRegistryReservationSpentErrorID() common.Hash {
	return common.HexToHash("0x7ac707569cd5514543ddae1065e99b0c9fc974ce26713e3fde698b8789b4a698")
}

// UnpackReservationSpentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ReservationSpent(uint256 price, uint256 reserved)
func (trialRegistry *TrialRegistry) UnpackReservationSpentError(raw []byte) (*TrialRegistryReservationSpent, error) {
	out := new(TrialRegistryReservationSpent)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "ReservationSpent", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryResultsBeforeLast represents a ResultsBeforeLast error raised by the TrialRegistry contract.
type TrialRegistryResultsBeforeLast struct {
	ResultsRoot *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ResultsBeforeLast(uint256 resultsRoot)
func TrialRegistryResultsBeforeLastErrorID() common.Hash {
	return common.HexToHash("0x42fb51b37d330ef728ea7f1832d478faf4227977836fb8d30140dcd0858aa491")
}

// UnpackResultsBeforeLastError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ResultsBeforeLast(uint256 resultsRoot)
func (trialRegistry *TrialRegistry) UnpackResultsBeforeLastError(raw []byte) (*TrialRegistryResultsBeforeLast, error) {
	out := new(TrialRegistryResultsBeforeLast)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "ResultsBeforeLast", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistrySafeCastOverflowedUintDowncast represents a SafeCastOverflowedUintDowncast error raised by the TrialRegistry contract.
type TrialRegistrySafeCastOverflowedUintDowncast struct {
	Bits  uint8
	Value *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)
func TrialRegistrySafeCastOverflowedUintDowncastErrorID() common.Hash {
	return common.HexToHash("0x6dfcc6503a32754ce7a89698e18201fc5294fd4aad43edefee786f88423b1a12")
}

// UnpackSafeCastOverflowedUintDowncastError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)
func (trialRegistry *TrialRegistry) UnpackSafeCastOverflowedUintDowncastError(raw []byte) (*TrialRegistrySafeCastOverflowedUintDowncast, error) {
	out := new(TrialRegistrySafeCastOverflowedUintDowncast)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "SafeCastOverflowedUintDowncast", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistrySafetyOfEnrolment represents a SafetyOfEnrolment error raised by the TrialRegistry contract.
type TrialRegistrySafetyOfEnrolment struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafetyOfEnrolment()
func TrialRegistrySafetyOfEnrolmentErrorID() common.Hash {
	return common.HexToHash("0x17d62be6e2fe7abaee62227564580600bc03d2aef44e4bb0a765fb8e814ca1d6")
}

// UnpackSafetyOfEnrolmentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafetyOfEnrolment()
func (trialRegistry *TrialRegistry) UnpackSafetyOfEnrolmentError(raw []byte) (*TrialRegistrySafetyOfEnrolment, error) {
	out := new(TrialRegistrySafetyOfEnrolment)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "SafetyOfEnrolment", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistrySponsorIsManager represents a SponsorIsManager error raised by the TrialRegistry contract.
type TrialRegistrySponsorIsManager struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SponsorIsManager()
func TrialRegistrySponsorIsManagerErrorID() common.Hash {
	return common.HexToHash("0x970fc90a1c2cee6ac431e5535be4567a7247ffc92f8d02e74a426c5fc583e13d")
}

// UnpackSponsorIsManagerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SponsorIsManager()
func (trialRegistry *TrialRegistry) UnpackSponsorIsManagerError(raw []byte) (*TrialRegistrySponsorIsManager, error) {
	out := new(TrialRegistrySponsorIsManager)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "SponsorIsManager", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryStaleRoot represents a StaleRoot error raised by the TrialRegistry contract.
type TrialRegistryStaleRoot struct {
	Kind [32]byte
	Root *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StaleRoot(bytes32 kind, uint256 root)
func TrialRegistryStaleRootErrorID() common.Hash {
	return common.HexToHash("0xf479989725a0bb7e753385231122c87649b0ffdb46a396d9df64eb5524ea6543")
}

// UnpackStaleRootError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StaleRoot(bytes32 kind, uint256 root)
func (trialRegistry *TrialRegistry) UnpackStaleRootError(raw []byte) (*TrialRegistryStaleRoot, error) {
	out := new(TrialRegistryStaleRoot)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "StaleRoot", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryStateUnchanged represents a StateUnchanged error raised by the TrialRegistry contract.
type TrialRegistryStateUnchanged struct {
	State *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StateUnchanged(uint256 state)
func TrialRegistryStateUnchangedErrorID() common.Hash {
	return common.HexToHash("0xd341a953dd6d03e28a01a32dfc95af944cda844b3c8e690e3365b415cdcbaeb1")
}

// UnpackStateUnchangedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StateUnchanged(uint256 state)
func (trialRegistry *TrialRegistry) UnpackStateUnchangedError(raw []byte) (*TrialRegistryStateUnchanged, error) {
	out := new(TrialRegistryStateUnchanged)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "StateUnchanged", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryStatementMissing represents a StatementMissing error raised by the TrialRegistry contract.
type TrialRegistryStatementMissing struct {
	Statement [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StatementMissing(bytes32 statement)
func TrialRegistryStatementMissingErrorID() common.Hash {
	return common.HexToHash("0x93adf61bcea41843bea8cea5246230c8f8a1736fa5364317e98a23e6724daa64")
}

// UnpackStatementMissingError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StatementMissing(bytes32 statement)
func (trialRegistry *TrialRegistry) UnpackStatementMissingError(raw []byte) (*TrialRegistryStatementMissing, error) {
	out := new(TrialRegistryStatementMissing)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "StatementMissing", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryThresholdExceeded represents a ThresholdExceeded error raised by the TrialRegistry contract.
type TrialRegistryThresholdExceeded struct {
	Lane      *big.Int
	Count     *big.Int
	Threshold *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ThresholdExceeded(uint256 lane, uint256 count, uint256 threshold)
func TrialRegistryThresholdExceededErrorID() common.Hash {
	return common.HexToHash("0x57702cc8491f9ba53c7efe1181dece5e46e740f5f00955d7cd9b7bba52ab2017")
}

// UnpackThresholdExceededError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ThresholdExceeded(uint256 lane, uint256 count, uint256 threshold)
func (trialRegistry *TrialRegistry) UnpackThresholdExceededError(raw []byte) (*TrialRegistryThresholdExceeded, error) {
	out := new(TrialRegistryThresholdExceeded)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "ThresholdExceeded", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryTooManyPrices represents a TooManyPrices error raised by the TrialRegistry contract.
type TrialRegistryTooManyPrices struct {
	Prices *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TooManyPrices(uint256 prices)
func TrialRegistryTooManyPricesErrorID() common.Hash {
	return common.HexToHash("0x979ad7b97872a1c2c16f8c5a234e047756771c7cffc93736c258d0e08e728cf1")
}

// UnpackTooManyPricesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TooManyPrices(uint256 prices)
func (trialRegistry *TrialRegistry) UnpackTooManyPricesError(raw []byte) (*TrialRegistryTooManyPrices, error) {
	out := new(TrialRegistryTooManyPrices)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "TooManyPrices", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryTooOld represents a TooOld error raised by the TrialRegistry contract.
type TrialRegistryTooOld struct {
	Time *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TooOld(uint40 time)
func TrialRegistryTooOldErrorID() common.Hash {
	return common.HexToHash("0x3ebac3e5f990a7efb227145c913b19fceda757c939106282256ec3ae72efa890")
}

// UnpackTooOldError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TooOld(uint40 time)
func (trialRegistry *TrialRegistry) UnpackTooOldError(raw []byte) (*TrialRegistryTooOld, error) {
	out := new(TrialRegistryTooOld)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "TooOld", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryTrialInUse represents a TrialInUse error raised by the TrialRegistry contract.
type TrialRegistryTrialInUse struct {
	Trial *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TrialInUse(uint256 trial)
func TrialRegistryTrialInUseErrorID() common.Hash {
	return common.HexToHash("0xae5d1f77be268bfe746a9a47ebebe67d337000e6dffe8aa0c30bc2dae836ea4f")
}

// UnpackTrialInUseError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TrialInUse(uint256 trial)
func (trialRegistry *TrialRegistry) UnpackTrialInUseError(raw []byte) (*TrialRegistryTrialInUse, error) {
	out := new(TrialRegistryTrialInUse)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "TrialInUse", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryUnfitKind represents a UnfitKind error raised by the TrialRegistry contract.
type TrialRegistryUnfitKind struct {
	Kind [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnfitKind(bytes32 kind)
func TrialRegistryUnfitKindErrorID() common.Hash {
	return common.HexToHash("0x789f9bb823849508ee3116b9135bd3e9a670e89657394ce13d7096c9494e8320")
}

// UnpackUnfitKindError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnfitKind(bytes32 kind)
func (trialRegistry *TrialRegistry) UnpackUnfitKindError(raw []byte) (*TrialRegistryUnfitKind, error) {
	out := new(TrialRegistryUnfitKind)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "UnfitKind", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryUnfitPin represents a UnfitPin error raised by the TrialRegistry contract.
type TrialRegistryUnfitPin struct {
	Statement [32]byte
	Version   uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnfitPin(bytes32 statement, uint32 version)
func TrialRegistryUnfitPinErrorID() common.Hash {
	return common.HexToHash("0x49f9d5961762535912ae75e1394e3678017810410e6f4536a99f8b08f637a2d3")
}

// UnpackUnfitPinError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnfitPin(bytes32 statement, uint32 version)
func (trialRegistry *TrialRegistry) UnpackUnfitPinError(raw []byte) (*TrialRegistryUnfitPin, error) {
	out := new(TrialRegistryUnfitPin)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "UnfitPin", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryUnfunded represents a Unfunded error raised by the TrialRegistry contract.
type TrialRegistryUnfunded struct {
	Needed    *big.Int
	Available *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Unfunded(uint256 needed, uint256 available)
func TrialRegistryUnfundedErrorID() common.Hash {
	return common.HexToHash("0x99141bcaa810ac00cb3e4bab4dcae7d62c167f606cc62396c4cfa1e0b162e3c4")
}

// UnpackUnfundedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Unfunded(uint256 needed, uint256 available)
func (trialRegistry *TrialRegistry) UnpackUnfundedError(raw []byte) (*TrialRegistryUnfunded, error) {
	out := new(TrialRegistryUnfunded)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "Unfunded", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryUnknownChunk represents a UnknownChunk error raised by the TrialRegistry contract.
type TrialRegistryUnknownChunk struct {
	AccIn *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownChunk(uint256 accIn)
func TrialRegistryUnknownChunkErrorID() common.Hash {
	return common.HexToHash("0xd44951e2ddc10bc451742c8fe622e910d1fc37fa32fa065568666bf6c3bbec71")
}

// UnpackUnknownChunkError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownChunk(uint256 accIn)
func (trialRegistry *TrialRegistry) UnpackUnknownChunkError(raw []byte) (*TrialRegistryUnknownChunk, error) {
	out := new(TrialRegistryUnknownChunk)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "UnknownChunk", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryUnknownState represents a UnknownState error raised by the TrialRegistry contract.
type TrialRegistryUnknownState struct {
	Number uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownState(uint32 number)
func TrialRegistryUnknownStateErrorID() common.Hash {
	return common.HexToHash("0x2f2f2e4a5dfaa1259eec98aad9517693db8a3ae6c9d576706508093855a677c0")
}

// UnpackUnknownStateError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownState(uint32 number)
func (trialRegistry *TrialRegistry) UnpackUnknownStateError(raw []byte) (*TrialRegistryUnknownState, error) {
	out := new(TrialRegistryUnknownState)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "UnknownState", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryUnknownStatement represents a UnknownStatement error raised by the TrialRegistry contract.
type TrialRegistryUnknownStatement struct {
	Statement [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownStatement(bytes32 statement)
func TrialRegistryUnknownStatementErrorID() common.Hash {
	return common.HexToHash("0xd402899b966e0f5105d697f7c43d3d332057454a9c48e95c8fcc91852f9ad306")
}

// UnpackUnknownStatementError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownStatement(bytes32 statement)
func (trialRegistry *TrialRegistry) UnpackUnknownStatementError(raw []byte) (*TrialRegistryUnknownStatement, error) {
	out := new(TrialRegistryUnknownStatement)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "UnknownStatement", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryUnknownTrial represents a UnknownTrial error raised by the TrialRegistry contract.
type TrialRegistryUnknownTrial struct {
	Trial *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownTrial(uint256 trial)
func TrialRegistryUnknownTrialErrorID() common.Hash {
	return common.HexToHash("0xfaf366b05c7b8c201c4bdd2fd385b41b7a02ef0afa087005a4d7a050d6871476")
}

// UnpackUnknownTrialError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownTrial(uint256 trial)
func (trialRegistry *TrialRegistry) UnpackUnknownTrialError(raw []byte) (*TrialRegistryUnknownTrial, error) {
	out := new(TrialRegistryUnknownTrial)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "UnknownTrial", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryWrongKey represents a WrongKey error raised by the TrialRegistry contract.
type TrialRegistryWrongKey struct {
	Statement [32]byte
	Version   uint32
	KeyHash   [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongKey(bytes32 statement, uint32 version, bytes32 keyHash)
func TrialRegistryWrongKeyErrorID() common.Hash {
	return common.HexToHash("0xe575428ec59b798ba03e8d67d46bae2a994be47ddced58ebd62dfc6b7ab17a1a")
}

// UnpackWrongKeyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongKey(bytes32 statement, uint32 version, bytes32 keyHash)
func (trialRegistry *TrialRegistry) UnpackWrongKeyError(raw []byte) (*TrialRegistryWrongKey, error) {
	out := new(TrialRegistryWrongKey)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "WrongKey", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryWrongResults represents a WrongResults error raised by the TrialRegistry contract.
type TrialRegistryWrongResults struct {
	ResultsRoot *big.Int
	Verified    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongResults(uint256 resultsRoot, uint256 verified)
func TrialRegistryWrongResultsErrorID() common.Hash {
	return common.HexToHash("0xeb21897bcf03ba80ba4a7e7e10f8a72f1fade9f48c7db46418f1d236529633a9")
}

// UnpackWrongResultsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongResults(uint256 resultsRoot, uint256 verified)
func (trialRegistry *TrialRegistry) UnpackWrongResultsError(raw []byte) (*TrialRegistryWrongResults, error) {
	out := new(TrialRegistryWrongResults)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "WrongResults", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryZeroAddress represents a ZeroAddress error raised by the TrialRegistry contract.
type TrialRegistryZeroAddress struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroAddress()
func TrialRegistryZeroAddressErrorID() common.Hash {
	return common.HexToHash("0xd92e233df2717d4a40030e20904abd27b68fcbeede117eaaccbbdac9618c8c73")
}

// UnpackZeroAddressError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroAddress()
func (trialRegistry *TrialRegistry) UnpackZeroAddressError(raw []byte) (*TrialRegistryZeroAddress, error) {
	out := new(TrialRegistryZeroAddress)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "ZeroAddress", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryZeroHash represents a ZeroHash error raised by the TrialRegistry contract.
type TrialRegistryZeroHash struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroHash()
func TrialRegistryZeroHashErrorID() common.Hash {
	return common.HexToHash("0xf1ae58d53750b958ce0ecfcfb8703282d23f4108c501df126d4c9e83b187c78e")
}

// UnpackZeroHashError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroHash()
func (trialRegistry *TrialRegistry) UnpackZeroHashError(raw []byte) (*TrialRegistryZeroHash, error) {
	out := new(TrialRegistryZeroHash)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "ZeroHash", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TrialRegistryZeroPeriod represents a ZeroPeriod error raised by the TrialRegistry contract.
type TrialRegistryZeroPeriod struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroPeriod()
func TrialRegistryZeroPeriodErrorID() common.Hash {
	return common.HexToHash("0x586e5acb9fa96ab5c7bf0ef5e40227980bda009a4439ecb1cf27a253073a844b")
}

// UnpackZeroPeriodError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroPeriod()
func (trialRegistry *TrialRegistry) UnpackZeroPeriodError(raw []byte) (*TrialRegistryZeroPeriod, error) {
	out := new(TrialRegistryZeroPeriod)
	if err := trialRegistry.abi.UnpackIntoInterface(out, "ZeroPeriod", raw); err != nil {
		return nil, err
	}
	return out, nil
}
