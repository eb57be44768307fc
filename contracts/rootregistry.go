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

// IRootRegistryKind is an auto generated low-level Go binding around an user-defined struct.
type IRootRegistryKind struct {
	PublisherRole uint64
	Heartbeat     uint32
	InField       bool
}

// IRootRegistryPublication is an auto generated low-level Go binding around an user-defined struct.
type IRootRegistryPublication struct {
	PublishedAt uint64
	ConfirmedAt uint64
	ReplacedAt  uint64
}

// RootRegistryMetaData contains all meta data concerning the RootRegistry contract.
var RootRegistryMetaData = bind.MetaData{
	ABI: "[{\"type\":\"constructor\",\"inputs\":[{\"name\":\"manager\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"maxHeartbeat_\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"authority\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"isConsumingScheduledOp\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"bytes4\",\"internalType\":\"bytes4\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"isFresh\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"maxAge\",\"type\":\"uint64\",\"internalType\":\"uint64\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"kindOf\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[{\"name\":\"\",\"type\":\"tuple\",\"internalType\":\"structIRootRegistry.Kind\",\"components\":[{\"name\":\"publisherRole\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"heartbeat\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"inField\",\"type\":\"bool\",\"internalType\":\"bool\"}]}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"latestRoot\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"expiresAt\",\"type\":\"uint64\",\"internalType\":\"uint64\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"maxHeartbeat\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"openKind\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"publisherRole\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"heartbeat\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"inField\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"publicationOf\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[{\"name\":\"\",\"type\":\"tuple\",\"internalType\":\"structIRootRegistry.Publication\",\"components\":[{\"name\":\"publishedAt\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"confirmedAt\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"replacedAt\",\"type\":\"uint64\",\"internalType\":\"uint64\"}]}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"publish\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"setAuthority\",\"inputs\":[{\"name\":\"newAuthority\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"event\",\"name\":\"AuthorityUpdated\",\"inputs\":[{\"name\":\"authority\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"KindOpened\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"publisherRole\",\"type\":\"uint64\",\"indexed\":false,\"internalType\":\"uint64\"},{\"name\":\"heartbeat\",\"type\":\"uint32\",\"indexed\":false,\"internalType\":\"uint32\"},{\"name\":\"inField\",\"type\":\"bool\",\"indexed\":false,\"internalType\":\"bool\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"RootConfirmed\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"root\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"RootPublished\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"root\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"replaced\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"}],\"anonymous\":false},{\"type\":\"error\",\"name\":\"AccessManagedInvalidAuthority\",\"inputs\":[{\"name\":\"authority\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"AccessManagedRequiredDelay\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"delay\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"AccessManagedUnauthorized\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"HeartbeatOutOfRange\",\"inputs\":[{\"name\":\"heartbeat\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"maxHeartbeat\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"KindInUse\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"NotPublisher\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"PublicPublisher\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"RegistryClosed\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"RootOutsideField\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"RootReplaced\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"UnknownKind\",\"inputs\":[{\"name\":\"kind\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"ZeroMaxHeartbeat\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"ZeroRoot\",\"inputs\":[]}]",
	ID:  "RootRegistry",
	Bin: "0x60a0346100df57601f6111e338819003918201601f19168301916001600160401b038311848410176100e35780849260409485528339810103126100df5780516001600160a01b03811691908290036100df57602001519063ffffffff8216908183036100df575f80546001600160a01b031916821790556040519081527f2f658b440c35314f52658ea8a740e05b284cdc84dc9ae01e891f21b8933e7cad90602090a1156100d0576080526040516110eb90816100f8823960805181818160c501528181610d060152610d3b0152f35b631e6db7e760e11b5f5260045ffd5b5f80fd5b634e487b7160e01b5f52604160045260245ffdfe60806040526004361015610011575f80fd5b5f5f358060e01c908163023c91c314610ec95781630c6f19ca14610a4d57508063275a9427146109d25780633cd1b38a14610972578063696c75c6146103e65780637a9e5e4b146102bd5780638fb360371461022a578063bf7e214f146101d9578063c3bc16e8146100ec5763c52868281461008b575f80fd5b346100e957807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e957602060405163ffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b80fd5b50346100e95760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e9576004358181815260026020526040812054918261014d575b6040805184815267ffffffffffffffff86166020820152f35b81819294505260036020526040832082845260205267ffffffffffffffff604084205460401c16908352600160205263ffffffff604084205460401c16019167ffffffffffffffff83116101ac575067ffffffffffffffff6040610134565b807f4e487b7100000000000000000000000000000000000000000000000000000000602492526011600452fd5b50346100e957807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e95773ffffffffffffffffffffffffffffffffffffffff6020915416604051908152f35b50346100e957807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e957805460a01c60ff16156102b5575060207f8fb36037000000000000000000000000000000000000000000000000000000005b7fffffffff0000000000000000000000000000000000000000000000000000000060405191168152f35b60209061028b565b50346100e95760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e95760043573ffffffffffffffffffffffffffffffffffffffff8116908181036103e25782549073ffffffffffffffffffffffffffffffffffffffff821633036103b6573b1561038a57817f2f658b440c35314f52658ea8a740e05b284cdc84dc9ae01e891f21b8933e7cad927fffffffffffffffffffffffff000000000000000000000000000000000000000060209316178455604051908152a180f35b602483837fc2f31e5e000000000000000000000000000000000000000000000000000000008252600452fd5b6024847f068ca9d800000000000000000000000000000000000000000000000000000000815233600452fd5b8280fd5b50346100e9576103f536610f63565b908083526001602052604083206040519061040f82610f97565b549067ffffffffffffffff8216815263ffffffff8260401c1680602083015260ff604083019360601c1615158352156109465767ffffffffffffffff90511673ffffffffffffffffffffffffffffffffffffffff855416906040517fa166aa89000000000000000000000000000000000000000000000000000000008152306004820152602081602481865afa90811561093b5787916108fd575b506108d55760409060448251809481937fd1f856ee00000000000000000000000000000000000000000000000000000000835260048301523360248301525afa9081156108ca5785908692610874575b5015908115610864575b5061083457821561080c57511515806107e2575b6107b4578083526002602052604083205482036105bb5780835260036020526040832082845260205261059467ffffffffffffffff421660408520907fffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff6fffffffffffffffff000000000000000083549260401b169116179055565b7f67344e563e409ba087fdc3496dedd7366e0b336cb69af318c81578c1d6f434798380a380f35b80835260036020526040832082845260205267ffffffffffffffff604084205416610786577ff83d5fbf2357436e915f8aa7922d7f6de4309a6ada474a1c16ff8bb58f93e7276020846107128567ffffffffffffffff866106c9828042168388526002895281806040808b20549a8b610729575b81519961063b8b610f97565b858b528d8b01958652828b0198828a52825260038e528282209082528d5220975116167fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000875416178655511684907fffffffffffffffffffffffffffffffff0000000000000000ffffffffffffffff6fffffffffffffffff000000000000000083549260401b169116179055565b5182547fffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffff16911660801b77ffffffffffffffff0000000000000000000000000000000016179055565b83865260028252846040872055604051908152a380f35b87815260038d528181208c82528d5281812080547fffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffff16608087901b77ffffffffffffffff000000000000000000000000000000001617905561062f565b7fc7ca1770000000000000000000000000000000000000000000000000000000008352600452602452604490fd5b7f046b5545000000000000000000000000000000000000000000000000000000008352600452602452604490fd5b507f30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001821015610518565b6004847fb263ae73000000000000000000000000000000000000000000000000000000008152fd5b604484837ff02cd7ac00000000000000000000000000000000000000000000000000000000825260045233602452fd5b63ffffffff91501615155f610504565b9150506040813d6040116108c2575b8161089060409383610fe0565b810103126108be5760206108a3826110de565b9101519063ffffffff821682036108ba575f6104fa565b8580fd5b8480fd5b3d9150610883565b6040513d87823e3d90fd5b6004867f3dc4deb2000000000000000000000000000000000000000000000000000000008152fd5b90506020813d602011610933575b8161091860209383610fe0565b8101031261092f57610929906110de565b5f6104aa565b8680fd5b3d915061090b565b6040513d89823e3d90fd5b602485847f6b5214f1000000000000000000000000000000000000000000000000000000008252600452fd5b50346100e95760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e9576044359067ffffffffffffffff821682036100e95760206109c88360243560043561103f565b6040519015158152f35b50346100e95760406060916109e636610f63565b906109ef611021565b50825260036020528282209082526020522067ffffffffffffffff60405191610a1783610f97565b54818082169384815281604060208301928286831c168452019360801c1683526040519485525116602084015251166040820152f35b905034610e865760807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610e8657600435906024359067ffffffffffffffff8216809203610e865760443563ffffffff8116809103610e865760643591821515809303610e86575f5473ffffffffffffffffffffffffffffffffffffffff81169136600411610e86575f60405f809382517fffffffff0000000000000000000000000000000000000000000000000000000060208201927fb700961300000000000000000000000000000000000000000000000000000000845233602484015230604484015216606482015260648152610b4b608482610fe0565b828052826020525190875afa610eb6575b15610d62575b50505080158015610d33575b610cde5767ffffffffffffffff8314610cb257838552600160205263ffffffff604086205460401c16610c8657916060917f435c2ad84bc18cc9671428c2f2e71bd8cbc8df416640cd1f733f40adbf19d96693604051610bcd81610f97565b838152602081018281526040820190848252888a52600160205267ffffffffffffffff8060408c20945116167fffffffffffffffffffffffffffffffffffffffffffffffff000000000000000084541617835551907fffffffffffffffffffffffffffffffffffffff0000000000ffffffffffffffff6bffffffff00000000000000006cff0000000000000000000000008554935115158a1b169360401b1691161717905560405192835260208301526040820152a280f35b602485857fa3d601c1000000000000000000000000000000000000000000000000000000008252600452fd5b602485857f0d63e7fa000000000000000000000000000000000000000000000000000000008252600452fd5b7f3991a3bd0000000000000000000000000000000000000000000000000000000085526004527f000000000000000000000000000000000000000000000000000000000000000063ffffffff16602452604484fd5b5063ffffffff7f0000000000000000000000000000000000000000000000000000000000000000168111610b6e565b63ffffffff1615610e8a577fffffffffffffffffffffff00ffffffffffffffffffffffffffffffffffffffff1674010000000000000000000000000000000000000000175f55803b15610e86575f60405180927f94c7d7ee0000000000000000000000000000000000000000000000000000000082523360048301526040602483015236604483015236836064840137826064368401015281836064827fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f36011681010301925af18015610e7b57610e66575b507fffffffffffffffffffffff00ffffffffffffffffffffffffffffffffffffffff85541685555f8080610b62565b610e739195505f90610fe0565b5f935f610e37565b6040513d5f823e3d90fd5b5f80fd5b7f068ca9d8000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b50505f516020518060201c150290610b5c565b34610e865760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610e8657610f00611021565b506004355f526001602052606060405f2060405190610f1e82610f97565b5463ffffffff67ffffffffffffffff82169283815260ff604060208301928486831c1684520193861c1615158352604051938452511660208301525115156040820152f35b7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc6040910112610e86576004359060243590565b6060810190811067ffffffffffffffff821117610fb357604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff821117610fb357604052565b6040519061102e82610f97565b5f6040838281528260208201520152565b9190825f52600360205260405f20905f5260205267ffffffffffffffff60405f205460401c1680156110d7574203904282116110aa5767ffffffffffffffff16811115918261108d57505090565b9091505f52600160205263ffffffff60405f205460401c16101590565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b5050505f90565b51908115158203610e865756",
}

// RootRegistry is an auto generated Go binding around an Ethereum contract.
type RootRegistry struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *RootRegistry) GetABI() abi.ABI {
	return c.abi
}

// NewRootRegistry creates a new instance of RootRegistry.
func NewRootRegistry() *RootRegistry {
	parsed, err := RootRegistryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &RootRegistry{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *RootRegistry) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address manager, uint32 maxHeartbeat_) returns()
func (rootRegistry *RootRegistry) PackConstructor(manager common.Address, maxHeartbeat_ uint32) []byte {
	enc, err := rootRegistry.abi.Pack("", manager, maxHeartbeat_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAuthority is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbf7e214f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function authority() view returns(address)
func (rootRegistry *RootRegistry) PackAuthority() []byte {
	enc, err := rootRegistry.abi.Pack("authority")
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
func (rootRegistry *RootRegistry) TryPackAuthority() ([]byte, error) {
	return rootRegistry.abi.Pack("authority")
}

// UnpackAuthority is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbf7e214f.
//
// Solidity: function authority() view returns(address)
func (rootRegistry *RootRegistry) UnpackAuthority(data []byte) (common.Address, error) {
	out, err := rootRegistry.abi.Unpack("authority", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackIsConsumingScheduledOp is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8fb36037.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isConsumingScheduledOp() view returns(bytes4)
func (rootRegistry *RootRegistry) PackIsConsumingScheduledOp() []byte {
	enc, err := rootRegistry.abi.Pack("isConsumingScheduledOp")
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
func (rootRegistry *RootRegistry) TryPackIsConsumingScheduledOp() ([]byte, error) {
	return rootRegistry.abi.Pack("isConsumingScheduledOp")
}

// UnpackIsConsumingScheduledOp is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8fb36037.
//
// Solidity: function isConsumingScheduledOp() view returns(bytes4)
func (rootRegistry *RootRegistry) UnpackIsConsumingScheduledOp(data []byte) ([4]byte, error) {
	out, err := rootRegistry.abi.Unpack("isConsumingScheduledOp", data)
	if err != nil {
		return *new([4]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([4]byte)).(*[4]byte)
	return out0, nil
}

// PackIsFresh is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3cd1b38a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isFresh(bytes32 kind, bytes32 root, uint64 maxAge) view returns(bool)
func (rootRegistry *RootRegistry) PackIsFresh(kind [32]byte, root [32]byte, maxAge uint64) []byte {
	enc, err := rootRegistry.abi.Pack("isFresh", kind, root, maxAge)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsFresh is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3cd1b38a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isFresh(bytes32 kind, bytes32 root, uint64 maxAge) view returns(bool)
func (rootRegistry *RootRegistry) TryPackIsFresh(kind [32]byte, root [32]byte, maxAge uint64) ([]byte, error) {
	return rootRegistry.abi.Pack("isFresh", kind, root, maxAge)
}

// UnpackIsFresh is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3cd1b38a.
//
// Solidity: function isFresh(bytes32 kind, bytes32 root, uint64 maxAge) view returns(bool)
func (rootRegistry *RootRegistry) UnpackIsFresh(data []byte) (bool, error) {
	out, err := rootRegistry.abi.Unpack("isFresh", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackKindOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x023c91c3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function kindOf(bytes32 kind) view returns((uint64,uint32,bool))
func (rootRegistry *RootRegistry) PackKindOf(kind [32]byte) []byte {
	enc, err := rootRegistry.abi.Pack("kindOf", kind)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackKindOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x023c91c3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function kindOf(bytes32 kind) view returns((uint64,uint32,bool))
func (rootRegistry *RootRegistry) TryPackKindOf(kind [32]byte) ([]byte, error) {
	return rootRegistry.abi.Pack("kindOf", kind)
}

// UnpackKindOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x023c91c3.
//
// Solidity: function kindOf(bytes32 kind) view returns((uint64,uint32,bool))
func (rootRegistry *RootRegistry) UnpackKindOf(data []byte) (IRootRegistryKind, error) {
	out, err := rootRegistry.abi.Unpack("kindOf", data)
	if err != nil {
		return *new(IRootRegistryKind), err
	}
	out0 := *abi.ConvertType(out[0], new(IRootRegistryKind)).(*IRootRegistryKind)
	return out0, nil
}

// PackLatestRoot is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc3bc16e8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function latestRoot(bytes32 kind) view returns(bytes32 root, uint64 expiresAt)
func (rootRegistry *RootRegistry) PackLatestRoot(kind [32]byte) []byte {
	enc, err := rootRegistry.abi.Pack("latestRoot", kind)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLatestRoot is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc3bc16e8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function latestRoot(bytes32 kind) view returns(bytes32 root, uint64 expiresAt)
func (rootRegistry *RootRegistry) TryPackLatestRoot(kind [32]byte) ([]byte, error) {
	return rootRegistry.abi.Pack("latestRoot", kind)
}

// LatestRootOutput serves as a container for the return parameters of contract
// method LatestRoot.
type LatestRootOutput struct {
	Root      [32]byte
	ExpiresAt uint64
}

// UnpackLatestRoot is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc3bc16e8.
//
// Solidity: function latestRoot(bytes32 kind) view returns(bytes32 root, uint64 expiresAt)
func (rootRegistry *RootRegistry) UnpackLatestRoot(data []byte) (LatestRootOutput, error) {
	out, err := rootRegistry.abi.Unpack("latestRoot", data)
	outstruct := new(LatestRootOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Root = *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	outstruct.ExpiresAt = *abi.ConvertType(out[1], new(uint64)).(*uint64)
	return *outstruct, nil
}

// PackMaxHeartbeat is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc5286828.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function maxHeartbeat() view returns(uint32)
func (rootRegistry *RootRegistry) PackMaxHeartbeat() []byte {
	enc, err := rootRegistry.abi.Pack("maxHeartbeat")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMaxHeartbeat is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc5286828.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function maxHeartbeat() view returns(uint32)
func (rootRegistry *RootRegistry) TryPackMaxHeartbeat() ([]byte, error) {
	return rootRegistry.abi.Pack("maxHeartbeat")
}

// UnpackMaxHeartbeat is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc5286828.
//
// Solidity: function maxHeartbeat() view returns(uint32)
func (rootRegistry *RootRegistry) UnpackMaxHeartbeat(data []byte) (uint32, error) {
	out, err := rootRegistry.abi.Unpack("maxHeartbeat", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackOpenKind is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0c6f19ca.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function openKind(bytes32 kind, uint64 publisherRole, uint32 heartbeat, bool inField) returns()
func (rootRegistry *RootRegistry) PackOpenKind(kind [32]byte, publisherRole uint64, heartbeat uint32, inField bool) []byte {
	enc, err := rootRegistry.abi.Pack("openKind", kind, publisherRole, heartbeat, inField)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOpenKind is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0c6f19ca.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function openKind(bytes32 kind, uint64 publisherRole, uint32 heartbeat, bool inField) returns()
func (rootRegistry *RootRegistry) TryPackOpenKind(kind [32]byte, publisherRole uint64, heartbeat uint32, inField bool) ([]byte, error) {
	return rootRegistry.abi.Pack("openKind", kind, publisherRole, heartbeat, inField)
}

// PackPublicationOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x275a9427.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function publicationOf(bytes32 kind, bytes32 root) view returns((uint64,uint64,uint64))
func (rootRegistry *RootRegistry) PackPublicationOf(kind [32]byte, root [32]byte) []byte {
	enc, err := rootRegistry.abi.Pack("publicationOf", kind, root)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPublicationOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x275a9427.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function publicationOf(bytes32 kind, bytes32 root) view returns((uint64,uint64,uint64))
func (rootRegistry *RootRegistry) TryPackPublicationOf(kind [32]byte, root [32]byte) ([]byte, error) {
	return rootRegistry.abi.Pack("publicationOf", kind, root)
}

// UnpackPublicationOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x275a9427.
//
// Solidity: function publicationOf(bytes32 kind, bytes32 root) view returns((uint64,uint64,uint64))
func (rootRegistry *RootRegistry) UnpackPublicationOf(data []byte) (IRootRegistryPublication, error) {
	out, err := rootRegistry.abi.Unpack("publicationOf", data)
	if err != nil {
		return *new(IRootRegistryPublication), err
	}
	out0 := *abi.ConvertType(out[0], new(IRootRegistryPublication)).(*IRootRegistryPublication)
	return out0, nil
}

// PackPublish is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x696c75c6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function publish(bytes32 kind, bytes32 root) returns()
func (rootRegistry *RootRegistry) PackPublish(kind [32]byte, root [32]byte) []byte {
	enc, err := rootRegistry.abi.Pack("publish", kind, root)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPublish is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x696c75c6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function publish(bytes32 kind, bytes32 root) returns()
func (rootRegistry *RootRegistry) TryPackPublish(kind [32]byte, root [32]byte) ([]byte, error) {
	return rootRegistry.abi.Pack("publish", kind, root)
}

// PackSetAuthority is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7a9e5e4b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setAuthority(address newAuthority) returns()
func (rootRegistry *RootRegistry) PackSetAuthority(newAuthority common.Address) []byte {
	enc, err := rootRegistry.abi.Pack("setAuthority", newAuthority)
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
func (rootRegistry *RootRegistry) TryPackSetAuthority(newAuthority common.Address) ([]byte, error) {
	return rootRegistry.abi.Pack("setAuthority", newAuthority)
}

// RootRegistryAuthorityUpdated represents a AuthorityUpdated event raised by the RootRegistry contract.
type RootRegistryAuthorityUpdated struct {
	Authority common.Address
	Raw       *types.Log // Blockchain specific contextual infos
}

const RootRegistryAuthorityUpdatedEventName = "AuthorityUpdated"

// ContractEventName returns the user-defined event name.
func (RootRegistryAuthorityUpdated) ContractEventName() string {
	return RootRegistryAuthorityUpdatedEventName
}

// UnpackAuthorityUpdatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event AuthorityUpdated(address authority)
func (rootRegistry *RootRegistry) UnpackAuthorityUpdatedEvent(log *types.Log) (*RootRegistryAuthorityUpdated, error) {
	event := "AuthorityUpdated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != rootRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(RootRegistryAuthorityUpdated)
	if len(log.Data) > 0 {
		if err := rootRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range rootRegistry.abi.Events[event].Inputs {
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

// RootRegistryKindOpened represents a KindOpened event raised by the RootRegistry contract.
type RootRegistryKindOpened struct {
	Kind          [32]byte
	PublisherRole uint64
	Heartbeat     uint32
	InField       bool
	Raw           *types.Log // Blockchain specific contextual infos
}

const RootRegistryKindOpenedEventName = "KindOpened"

// ContractEventName returns the user-defined event name.
func (RootRegistryKindOpened) ContractEventName() string {
	return RootRegistryKindOpenedEventName
}

// UnpackKindOpenedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event KindOpened(bytes32 indexed kind, uint64 publisherRole, uint32 heartbeat, bool inField)
func (rootRegistry *RootRegistry) UnpackKindOpenedEvent(log *types.Log) (*RootRegistryKindOpened, error) {
	event := "KindOpened"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != rootRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(RootRegistryKindOpened)
	if len(log.Data) > 0 {
		if err := rootRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range rootRegistry.abi.Events[event].Inputs {
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

// RootRegistryRootConfirmed represents a RootConfirmed event raised by the RootRegistry contract.
type RootRegistryRootConfirmed struct {
	Kind [32]byte
	Root [32]byte
	Raw  *types.Log // Blockchain specific contextual infos
}

const RootRegistryRootConfirmedEventName = "RootConfirmed"

// ContractEventName returns the user-defined event name.
func (RootRegistryRootConfirmed) ContractEventName() string {
	return RootRegistryRootConfirmedEventName
}

// UnpackRootConfirmedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event RootConfirmed(bytes32 indexed kind, bytes32 indexed root)
func (rootRegistry *RootRegistry) UnpackRootConfirmedEvent(log *types.Log) (*RootRegistryRootConfirmed, error) {
	event := "RootConfirmed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != rootRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(RootRegistryRootConfirmed)
	if len(log.Data) > 0 {
		if err := rootRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range rootRegistry.abi.Events[event].Inputs {
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

// RootRegistryRootPublished represents a RootPublished event raised by the RootRegistry contract.
type RootRegistryRootPublished struct {
	Kind     [32]byte
	Root     [32]byte
	Replaced [32]byte
	Raw      *types.Log // Blockchain specific contextual infos
}

const RootRegistryRootPublishedEventName = "RootPublished"

// ContractEventName returns the user-defined event name.
func (RootRegistryRootPublished) ContractEventName() string {
	return RootRegistryRootPublishedEventName
}

// UnpackRootPublishedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event RootPublished(bytes32 indexed kind, bytes32 indexed root, bytes32 replaced)
func (rootRegistry *RootRegistry) UnpackRootPublishedEvent(log *types.Log) (*RootRegistryRootPublished, error) {
	event := "RootPublished"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != rootRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(RootRegistryRootPublished)
	if len(log.Data) > 0 {
		if err := rootRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range rootRegistry.abi.Events[event].Inputs {
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
func (rootRegistry *RootRegistry) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["AccessManagedInvalidAuthority"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackAccessManagedInvalidAuthorityError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["AccessManagedRequiredDelay"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackAccessManagedRequiredDelayError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["AccessManagedUnauthorized"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackAccessManagedUnauthorizedError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["HeartbeatOutOfRange"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackHeartbeatOutOfRangeError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["KindInUse"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackKindInUseError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["NotPublisher"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackNotPublisherError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["PublicPublisher"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackPublicPublisherError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["RegistryClosed"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackRegistryClosedError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["RootOutsideField"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackRootOutsideFieldError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["RootReplaced"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackRootReplacedError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["UnknownKind"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackUnknownKindError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["ZeroMaxHeartbeat"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackZeroMaxHeartbeatError(raw[4:])
	}
	if bytes.Equal(raw[:4], rootRegistry.abi.Errors["ZeroRoot"].ID.Bytes()[:4]) {
		return rootRegistry.UnpackZeroRootError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// RootRegistryAccessManagedInvalidAuthority represents a AccessManagedInvalidAuthority error raised by the RootRegistry contract.
type RootRegistryAccessManagedInvalidAuthority struct {
	Authority common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedInvalidAuthority(address authority)
func RootRegistryAccessManagedInvalidAuthorityErrorID() common.Hash {
	return common.HexToHash("0xc2f31e5ee06c96eddd5864bf58d26da15afa7233cb6f74e000aa686fca7a7a0b")
}

// UnpackAccessManagedInvalidAuthorityError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedInvalidAuthority(address authority)
func (rootRegistry *RootRegistry) UnpackAccessManagedInvalidAuthorityError(raw []byte) (*RootRegistryAccessManagedInvalidAuthority, error) {
	out := new(RootRegistryAccessManagedInvalidAuthority)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "AccessManagedInvalidAuthority", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryAccessManagedRequiredDelay represents a AccessManagedRequiredDelay error raised by the RootRegistry contract.
type RootRegistryAccessManagedRequiredDelay struct {
	Caller common.Address
	Delay  uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedRequiredDelay(address caller, uint32 delay)
func RootRegistryAccessManagedRequiredDelayErrorID() common.Hash {
	return common.HexToHash("0xaf77169dad650be42a753d4bbd4f4ad0d10be80053e495da3bb1525746eda4e4")
}

// UnpackAccessManagedRequiredDelayError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedRequiredDelay(address caller, uint32 delay)
func (rootRegistry *RootRegistry) UnpackAccessManagedRequiredDelayError(raw []byte) (*RootRegistryAccessManagedRequiredDelay, error) {
	out := new(RootRegistryAccessManagedRequiredDelay)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "AccessManagedRequiredDelay", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryAccessManagedUnauthorized represents a AccessManagedUnauthorized error raised by the RootRegistry contract.
type RootRegistryAccessManagedUnauthorized struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedUnauthorized(address caller)
func RootRegistryAccessManagedUnauthorizedErrorID() common.Hash {
	return common.HexToHash("0x068ca9d827f779c08fd30d7fda45faef5f2a6b2e57f8b809b3c6bbed99f5fb1f")
}

// UnpackAccessManagedUnauthorizedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedUnauthorized(address caller)
func (rootRegistry *RootRegistry) UnpackAccessManagedUnauthorizedError(raw []byte) (*RootRegistryAccessManagedUnauthorized, error) {
	out := new(RootRegistryAccessManagedUnauthorized)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "AccessManagedUnauthorized", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryHeartbeatOutOfRange represents a HeartbeatOutOfRange error raised by the RootRegistry contract.
type RootRegistryHeartbeatOutOfRange struct {
	Heartbeat    uint32
	MaxHeartbeat uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error HeartbeatOutOfRange(uint32 heartbeat, uint32 maxHeartbeat)
func RootRegistryHeartbeatOutOfRangeErrorID() common.Hash {
	return common.HexToHash("0x3991a3bdca51b73c84414a84aa3c474c45c8a67d770073ddca7ebf4a3a681445")
}

// UnpackHeartbeatOutOfRangeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error HeartbeatOutOfRange(uint32 heartbeat, uint32 maxHeartbeat)
func (rootRegistry *RootRegistry) UnpackHeartbeatOutOfRangeError(raw []byte) (*RootRegistryHeartbeatOutOfRange, error) {
	out := new(RootRegistryHeartbeatOutOfRange)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "HeartbeatOutOfRange", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryKindInUse represents a KindInUse error raised by the RootRegistry contract.
type RootRegistryKindInUse struct {
	Kind [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error KindInUse(bytes32 kind)
func RootRegistryKindInUseErrorID() common.Hash {
	return common.HexToHash("0xa3d601c1b302e738bf0d74a0ab271b137427c2e3715559ad8cc24edd9a3f2089")
}

// UnpackKindInUseError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error KindInUse(bytes32 kind)
func (rootRegistry *RootRegistry) UnpackKindInUseError(raw []byte) (*RootRegistryKindInUse, error) {
	out := new(RootRegistryKindInUse)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "KindInUse", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryNotPublisher represents a NotPublisher error raised by the RootRegistry contract.
type RootRegistryNotPublisher struct {
	Kind   [32]byte
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotPublisher(bytes32 kind, address caller)
func RootRegistryNotPublisherErrorID() common.Hash {
	return common.HexToHash("0xf02cd7ac232e035da2070852243496fb88ff553fd6ad041023429bde15faba35")
}

// UnpackNotPublisherError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotPublisher(bytes32 kind, address caller)
func (rootRegistry *RootRegistry) UnpackNotPublisherError(raw []byte) (*RootRegistryNotPublisher, error) {
	out := new(RootRegistryNotPublisher)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "NotPublisher", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryPublicPublisher represents a PublicPublisher error raised by the RootRegistry contract.
type RootRegistryPublicPublisher struct {
	Kind [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PublicPublisher(bytes32 kind)
func RootRegistryPublicPublisherErrorID() common.Hash {
	return common.HexToHash("0x0d63e7fadcae9e9f5e2868019c7e7dd7e35fd15e9e8d44da6259ce89174e2635")
}

// UnpackPublicPublisherError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PublicPublisher(bytes32 kind)
func (rootRegistry *RootRegistry) UnpackPublicPublisherError(raw []byte) (*RootRegistryPublicPublisher, error) {
	out := new(RootRegistryPublicPublisher)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "PublicPublisher", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryRegistryClosed represents a RegistryClosed error raised by the RootRegistry contract.
type RootRegistryRegistryClosed struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error RegistryClosed()
func RootRegistryRegistryClosedErrorID() common.Hash {
	return common.HexToHash("0x3dc4deb2f5100bdf15c0a8469d54a4ca59088b571cf698ceb022ea89a00364be")
}

// UnpackRegistryClosedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error RegistryClosed()
func (rootRegistry *RootRegistry) UnpackRegistryClosedError(raw []byte) (*RootRegistryRegistryClosed, error) {
	out := new(RootRegistryRegistryClosed)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "RegistryClosed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryRootOutsideField represents a RootOutsideField error raised by the RootRegistry contract.
type RootRegistryRootOutsideField struct {
	Kind [32]byte
	Root [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error RootOutsideField(bytes32 kind, bytes32 root)
func RootRegistryRootOutsideFieldErrorID() common.Hash {
	return common.HexToHash("0x046b5545d11e7797bca634fa0493e799c56af3c79fd2d05b7d1919f41459d92a")
}

// UnpackRootOutsideFieldError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error RootOutsideField(bytes32 kind, bytes32 root)
func (rootRegistry *RootRegistry) UnpackRootOutsideFieldError(raw []byte) (*RootRegistryRootOutsideField, error) {
	out := new(RootRegistryRootOutsideField)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "RootOutsideField", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryRootReplaced represents a RootReplaced error raised by the RootRegistry contract.
type RootRegistryRootReplaced struct {
	Kind [32]byte
	Root [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error RootReplaced(bytes32 kind, bytes32 root)
func RootRegistryRootReplacedErrorID() common.Hash {
	return common.HexToHash("0xc7ca1770cf906675bf86694e8e367b6f7a692fb27f35539fed44f4922210ee60")
}

// UnpackRootReplacedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error RootReplaced(bytes32 kind, bytes32 root)
func (rootRegistry *RootRegistry) UnpackRootReplacedError(raw []byte) (*RootRegistryRootReplaced, error) {
	out := new(RootRegistryRootReplaced)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "RootReplaced", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryUnknownKind represents a UnknownKind error raised by the RootRegistry contract.
type RootRegistryUnknownKind struct {
	Kind [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownKind(bytes32 kind)
func RootRegistryUnknownKindErrorID() common.Hash {
	return common.HexToHash("0x6b5214f14505c514869b41de392441814476e5804afc13a72077c8e7d17062c9")
}

// UnpackUnknownKindError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownKind(bytes32 kind)
func (rootRegistry *RootRegistry) UnpackUnknownKindError(raw []byte) (*RootRegistryUnknownKind, error) {
	out := new(RootRegistryUnknownKind)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "UnknownKind", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryZeroMaxHeartbeat represents a ZeroMaxHeartbeat error raised by the RootRegistry contract.
type RootRegistryZeroMaxHeartbeat struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroMaxHeartbeat()
func RootRegistryZeroMaxHeartbeatErrorID() common.Hash {
	return common.HexToHash("0x3cdb6fceec709660c29e2f3a82a370754f13f24fbe00225dfcccf5c3170a4096")
}

// UnpackZeroMaxHeartbeatError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroMaxHeartbeat()
func (rootRegistry *RootRegistry) UnpackZeroMaxHeartbeatError(raw []byte) (*RootRegistryZeroMaxHeartbeat, error) {
	out := new(RootRegistryZeroMaxHeartbeat)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "ZeroMaxHeartbeat", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// RootRegistryZeroRoot represents a ZeroRoot error raised by the RootRegistry contract.
type RootRegistryZeroRoot struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroRoot()
func RootRegistryZeroRootErrorID() common.Hash {
	return common.HexToHash("0xb263ae738e814ca9af6ee56bb85daa47624e790421913c947dcba2aac07cfdbd")
}

// UnpackZeroRootError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroRoot()
func (rootRegistry *RootRegistry) UnpackZeroRootError(raw []byte) (*RootRegistryZeroRoot, error) {
	out := new(RootRegistryZeroRoot)
	if err := rootRegistry.abi.UnpackIntoInterface(out, "ZeroRoot", raw); err != nil {
		return nil, err
	}
	return out, nil
}
