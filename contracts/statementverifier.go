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

// IStatementVerifierKey is an auto generated low-level Go binding around an user-defined struct.
type IStatementVerifierKey struct {
	Verifier common.Address
	UsableAt *big.Int
	Inputs   uint8
	Retired  bool
	KeyHash  [32]byte
	CodeHash [32]byte
}

// StatementVerifierMetaData contains all meta data concerning the StatementVerifier contract.
var StatementVerifierMetaData = bind.MetaData{
	ABI: "[{\"type\":\"constructor\",\"inputs\":[{\"name\":\"manager\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"delay_\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"announce\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"verifier\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"inputs\",\"type\":\"uint8\",\"internalType\":\"uint8\"},{\"name\":\"keyHash\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"authority\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"cancel\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"delay\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"isConsumingScheduledOp\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"bytes4\",\"internalType\":\"bytes4\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"keyOf\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"outputs\":[{\"name\":\"\",\"type\":\"tuple\",\"internalType\":\"structIStatementVerifier.Key\",\"components\":[{\"name\":\"verifier\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"usableAt\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"inputs\",\"type\":\"uint8\",\"internalType\":\"uint8\"},{\"name\":\"retired\",\"type\":\"bool\",\"internalType\":\"bool\"},{\"name\":\"keyHash\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"codeHash\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"retire\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"setAuthority\",\"inputs\":[{\"name\":\"newAuthority\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"verify\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"proof\",\"type\":\"bytes\",\"internalType\":\"bytes\"},{\"name\":\"inputs\",\"type\":\"uint256[]\",\"internalType\":\"uint256[]\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"view\"},{\"type\":\"event\",\"name\":\"AuthorityUpdated\",\"inputs\":[{\"name\":\"authority\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"KeyAnnounced\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"},{\"name\":\"verifier\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"},{\"name\":\"inputs\",\"type\":\"uint8\",\"indexed\":false,\"internalType\":\"uint8\"},{\"name\":\"keyHash\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"},{\"name\":\"usableAt\",\"type\":\"uint40\",\"indexed\":false,\"internalType\":\"uint40\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"KeyCancelled\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"},{\"name\":\"keyHash\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"KeyRetired\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"},{\"name\":\"keyHash\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"}],\"anonymous\":false},{\"type\":\"error\",\"name\":\"AccessManagedInvalidAuthority\",\"inputs\":[{\"name\":\"authority\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"AccessManagedRequiredDelay\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"delay\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"AccessManagedUnauthorized\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"AlreadyRetired\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"AlreadyUsable\",\"inputs\":[{\"name\":\"usableAt\",\"type\":\"uint40\",\"internalType\":\"uint40\"}]},{\"type\":\"error\",\"name\":\"GasTooLow\",\"inputs\":[{\"name\":\"left\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"needed\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"InputsOutOfRange\",\"inputs\":[{\"name\":\"inputs\",\"type\":\"uint8\",\"internalType\":\"uint8\"}]},{\"type\":\"error\",\"name\":\"NoCode\",\"inputs\":[{\"name\":\"verifier\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"NotYetUsable\",\"inputs\":[{\"name\":\"usableAt\",\"type\":\"uint40\",\"internalType\":\"uint40\"}]},{\"type\":\"error\",\"name\":\"UnknownVersion\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"VersionInUse\",\"inputs\":[{\"name\":\"statement\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"version\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"ZeroDelay\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"ZeroKeyHash\",\"inputs\":[]}]",
	ID:  "StatementVerifier",
	Bin: "0x60a0346100d957601f61157a38819003918201601f19168301916001600160401b038311848410176100dd5780849260409485528339810103126100d95780516001600160a01b03811691908290036100d957602001519063ffffffff8216908183036100d9575f80546001600160a01b031916821790556040519081527f2f658b440c35314f52658ea8a740e05b284cdc84dc9ae01e891f21b8933e7cad90602090a1156100ca5760805260405161148890816100f2823960805181818161052201526106180152f35b631a615ced60e11b5f5260045ffd5b5f80fd5b634e487b7160e01b5f52604160045260245ffdfe60806040526004361015610011575f80fd5b5f3560e01c80630dc1a8b614610d2857806342c7b1e214610bc9578063685beb42146105465780636a42b8f8146104e85780637720dc23146103705780637a9e5e4b1461024d5780638fb36037146101bc578063bf7e214f1461016c5763d4b4445c1461007c575f80fd5b346101685760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610168576004356100b6610dfe565b906100c136336110f6565b6100cb828261132c565b64ffffffffff6020820151168042101561013d5750602063ffffffff60c07f50233dffa3fc43318199955af68f7ab765b8ab9882b911e48ad250abb99004c693855f526001845260405f208388165f5284525f60026040822082815582600182015501550151946040519586521693a3005b7f87184c32000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5f80fd5b34610168575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261016857602073ffffffffffffffffffffffffffffffffffffffff5f5416604051908152f35b34610168575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610168575f5460a01c60ff16156102455760207f8fb36037000000000000000000000000000000000000000000000000000000005b7fffffffff0000000000000000000000000000000000000000000000000000000060405191168152f35b60205f61021b565b346101685760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101685760043573ffffffffffffffffffffffffffffffffffffffff811690818103610168575f549073ffffffffffffffffffffffffffffffffffffffff82163303610344573b1561031857817f2f658b440c35314f52658ea8a740e05b284cdc84dc9ae01e891f21b8933e7cad927fffffffffffffffffffffffff000000000000000000000000000000000000000060209316175f55604051908152a1005b507fc2f31e5e000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b7f068ca9d8000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b346101685760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610168576103a7610dfe565b5f60a06040516103b681610e5a565b82815282602082015282604082015282606082015282608082015201526004355f52600160205263ffffffff60405f2091165f5260205260c060405f206040519061040082610e11565b82815460ff73ffffffffffffffffffffffffffffffffffffffff82169485815264ffffffffff808460a01c16806020840152838560c81c16928360408201527fffffffff00000000000000000000000000000000000000000000000000000000858760d01c1615159687606084015260081b16608082015260026001890154988960a08401520154968791015260a060405161049b81610e5a565b8981526020810192835260408101948552606081019687526080810197885201968752604051978852511660208701525116604085015251151560608401525160808301525160a0820152f35b34610168575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261016857602060405163ffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346101685760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261016857600435610580610dfe565b9060443573ffffffffffffffffffffffffffffffffffffffff811692838203610168576064359060ff821680920361016857608435906105c036336110f6565b845f52600160205260405f2063ffffffff82165f5260205273ffffffffffffffffffffffffffffffffffffffff60405f205416610b935782158015610b89575b610b5d578115610b3557833b15610b095763ffffffff7f00000000000000000000000000000000000000000000000000000000000000001664ffffffffff42160164ffffffffff8111610adc578392845f957a184f03e93ff9f4daa797ed6e38ed64bf6a1f010000000000000000821015610ab4575b806d04ee2d6d415b85acef8100000000600a921015610a99575b662386f26fc10000811015610a85575b6305f5e100811015610a74575b612710811015610a65575b6064811015610a57575b1015610a4d575b6001860194600a7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff60216107156106ff8a61144e565b9961070d6040519b8c610e76565b808b5261144e565b997fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe060208b019b01368c378901015b01917f30313233343536373839616263646566000000000000000000000000000000008282061a835304908982156107a15750600a907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff90610744565b7fc04243f3ad0b6271107ce15776cf7a1700b735be61f5a9b8b3f0e17eaf004d67999250600291507fffffffff0000000000000000000000000000000000000000000000000000000063ffffffff9860809a61088285603a604051809460208201967f76657269667950726f6f662862797465732c75696e743235365b00000000000088525180918484015e81017f5d290000000000000000000000000000000000000000000000000000000000008382015203017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe2810184520182610e76565b51902016923f6040519361089585610e11565b8d855264ffffffffff602086019816978881526040860187815260608701915f83528d880193845260a0880194855260c08801958a87525f52600160205260405f208d8d165f5260205273ffffffffffffffffffffffffffffffffffffffff60405f209851167fffffffffffffffffffffffff000000000000000000000000000000000000000089541617885551907fffffffffffff000000000000ffffffffffffffffffffffffffffffffffffffff78ffffffffff000000000000000000000000000000000000000079ff000000000000000000000000000000000000000000000000008a54935160c81b169360a01b169116171786555115157fffffffffff00ffffffffffffffffffffffffffffffffffffffffffffffffffff7aff000000000000000000000000000000000000000000000000000087549260d01b169116178555517fff00000000ffffffffffffffffffffffffffffffffffffffffffffffffffffff7effffffff0000000000000000000000000000000000000000000000000000008087549360081c16169116178455516001840155519101556040519889526020890152604088015260608701521693a3005b94600101946106c9565b6064600291049701966106c2565b612710600491049701966106b8565b6305f5e100600891049701966106ad565b662386f26fc10000601091049701966106a0565b6d04ee2d6d415b85acef810000000060209104970196610690565b50604095507a184f03e93ff9f4daa797ed6e38ed64bf6a1f0100000000000000008104610676565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b857f674520b6000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b7f7db3199e000000000000000000000000000000000000000000000000000000005f5260045ffd5b827f0e13ae0b000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5060208311610600565b63ffffffff90857f91be5084000000000000000000000000000000000000000000000000000000005f526004521660245260445ffd5b346101685760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261016857600435610c03610dfe565b90610c0e36336110f6565b610c18828261132c565b64ffffffffff602082015116804210610cfd57506060810151610cc757602063ffffffff60c07fa7f1cb0a136b1fc094de3531a94fa06636adeeb48d4327facf64dd3ebba523af93855f526001845260405f208388165f52845260405f207a0100000000000000000000000000000000000000000000000000007fffffffffff00ffffffffffffffffffffffffffffffffffffffffffffffffffff8254161790550151946040519586521693a3005b63ffffffff83837f84b6273f000000000000000000000000000000000000000000000000000000005f526004521660245260445ffd5b7f3730ea7b000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b346101685760807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261016857610d5f610dfe565b60443567ffffffffffffffff8111610168573660238201121561016857806004013567ffffffffffffffff8111610168573660248284010111610168576064359167ffffffffffffffff831161016857366023840112156101685782600401359167ffffffffffffffff8311610168573660248460051b8601011161016857602094602480610df49601930190600435610eb7565b6040519015158152f35b6024359063ffffffff8216820361016857565b60e0810190811067ffffffffffffffff821117610e2d57604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b60c0810190811067ffffffffffffffff821117610e2d57604052565b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff821117610e2d57604052565b94919293945f52600160205263ffffffff60405f2091165f5260205260405f209384549373ffffffffffffffffffffffffffffffffffffffff85169586158015611094575b61106c5760ff8660c81c168414801590611083575b8015611077575b61106c576001873f91015403611062576001830193848411610adc578460051b9480860460201490151715610adc57604051947fffffffff00000000000000000000000000000000000000000000000000000000602087019760081b16875260248601527f07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8411610168576044828692602094610ffc968860051b80918688013785019161010085840152606483013701015f8382015203017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08101845283610e76565b611f40810290808204611f401490151715610adc5762035b60018062035b6011610adc57805a106110335750515f928392905afa90565b5a7ffe336aa7000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b5050505050505f90565b505050505050505f90565b50610100821415610f18565b5061108e84846110a7565b15610f11565b5064ffffffffff8660a01c164210610efc565b5f5b828110156110ee577f30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f00000018160051b83013510156110e7576001016110a9565b5050505f90565b505050600190565b5f915f549173ffffffffffffffffffffffffffffffffffffffff83169282600411610168575f5f9060405f81519573ffffffffffffffffffffffffffffffffffffffff60208801917fb700961300000000000000000000000000000000000000000000000000000000835216968760248201523060448201527fffffffff000000000000000000000000000000000000000000000000000000008335166064820152606481526111a7608482610e76565b828052826020525190895afa611319575b156111c6575b505050505050565b63ffffffff16156112ed577fffffffffffffffffffffff00ffffffffffffffffffffffffffffffffffffffff1674010000000000000000000000000000000000000000175f55823b15610168577fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0925f92836064601f94604051978896879586937f94c7d7ee00000000000000000000000000000000000000000000000000000000855260048501526040602485015280604485015280868686013785858286010152011681010301925af180156112e2576112cf575b507fffffffffffffffffffffff00ffffffffffffffffffffffffffffffffffffffff81541690555f80808080806111be565b6112db91505f90610e76565b5f5f61129d565b6040513d5f823e3d90fd5b507f068ca9d8000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b50505f516020518060201c1502906111b8565b91905f60c060405161133d81610e11565b8281528260208201528260408201528260608201528260808201528260a08201520152825f52600160205260405f2063ffffffff82165f5260205260405f209260405161138981610e11565b60028554957fffffffff0000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff88169788855264ffffffffff8160a01c16602086015260ff8160c81c16604086015260ff8160d01c161515606086015260081b166080840152600181015460a0840152015460c08201529315611418575050565b63ffffffff92507f4baaaea4000000000000000000000000000000000000000000000000000000005f526004521660245260445ffd5b67ffffffffffffffff8111610e2d57601f017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0166020019056",
}

// StatementVerifier is an auto generated Go binding around an Ethereum contract.
type StatementVerifier struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *StatementVerifier) GetABI() abi.ABI {
	return c.abi
}

// NewStatementVerifier creates a new instance of StatementVerifier.
func NewStatementVerifier() *StatementVerifier {
	parsed, err := StatementVerifierMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &StatementVerifier{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *StatementVerifier) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address manager, uint32 delay_) returns()
func (statementVerifier *StatementVerifier) PackConstructor(manager common.Address, delay_ uint32) []byte {
	enc, err := statementVerifier.abi.Pack("", manager, delay_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAnnounce is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x685beb42.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function announce(bytes32 statement, uint32 version, address verifier, uint8 inputs, bytes32 keyHash) returns()
func (statementVerifier *StatementVerifier) PackAnnounce(statement [32]byte, version uint32, verifier common.Address, inputs uint8, keyHash [32]byte) []byte {
	enc, err := statementVerifier.abi.Pack("announce", statement, version, verifier, inputs, keyHash)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAnnounce is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x685beb42.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function announce(bytes32 statement, uint32 version, address verifier, uint8 inputs, bytes32 keyHash) returns()
func (statementVerifier *StatementVerifier) TryPackAnnounce(statement [32]byte, version uint32, verifier common.Address, inputs uint8, keyHash [32]byte) ([]byte, error) {
	return statementVerifier.abi.Pack("announce", statement, version, verifier, inputs, keyHash)
}

// PackAuthority is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbf7e214f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function authority() view returns(address)
func (statementVerifier *StatementVerifier) PackAuthority() []byte {
	enc, err := statementVerifier.abi.Pack("authority")
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
func (statementVerifier *StatementVerifier) TryPackAuthority() ([]byte, error) {
	return statementVerifier.abi.Pack("authority")
}

// UnpackAuthority is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbf7e214f.
//
// Solidity: function authority() view returns(address)
func (statementVerifier *StatementVerifier) UnpackAuthority(data []byte) (common.Address, error) {
	out, err := statementVerifier.abi.Unpack("authority", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackCancel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd4b4445c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cancel(bytes32 statement, uint32 version) returns()
func (statementVerifier *StatementVerifier) PackCancel(statement [32]byte, version uint32) []byte {
	enc, err := statementVerifier.abi.Pack("cancel", statement, version)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCancel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd4b4445c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function cancel(bytes32 statement, uint32 version) returns()
func (statementVerifier *StatementVerifier) TryPackCancel(statement [32]byte, version uint32) ([]byte, error) {
	return statementVerifier.abi.Pack("cancel", statement, version)
}

// PackDelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6a42b8f8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function delay() view returns(uint32)
func (statementVerifier *StatementVerifier) PackDelay() []byte {
	enc, err := statementVerifier.abi.Pack("delay")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6a42b8f8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function delay() view returns(uint32)
func (statementVerifier *StatementVerifier) TryPackDelay() ([]byte, error) {
	return statementVerifier.abi.Pack("delay")
}

// UnpackDelay is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6a42b8f8.
//
// Solidity: function delay() view returns(uint32)
func (statementVerifier *StatementVerifier) UnpackDelay(data []byte) (uint32, error) {
	out, err := statementVerifier.abi.Unpack("delay", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackIsConsumingScheduledOp is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8fb36037.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isConsumingScheduledOp() view returns(bytes4)
func (statementVerifier *StatementVerifier) PackIsConsumingScheduledOp() []byte {
	enc, err := statementVerifier.abi.Pack("isConsumingScheduledOp")
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
func (statementVerifier *StatementVerifier) TryPackIsConsumingScheduledOp() ([]byte, error) {
	return statementVerifier.abi.Pack("isConsumingScheduledOp")
}

// UnpackIsConsumingScheduledOp is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8fb36037.
//
// Solidity: function isConsumingScheduledOp() view returns(bytes4)
func (statementVerifier *StatementVerifier) UnpackIsConsumingScheduledOp(data []byte) ([4]byte, error) {
	out, err := statementVerifier.abi.Unpack("isConsumingScheduledOp", data)
	if err != nil {
		return *new([4]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([4]byte)).(*[4]byte)
	return out0, nil
}

// PackKeyOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7720dc23.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function keyOf(bytes32 statement, uint32 version) view returns((address,uint40,uint8,bool,bytes32,bytes32))
func (statementVerifier *StatementVerifier) PackKeyOf(statement [32]byte, version uint32) []byte {
	enc, err := statementVerifier.abi.Pack("keyOf", statement, version)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackKeyOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7720dc23.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function keyOf(bytes32 statement, uint32 version) view returns((address,uint40,uint8,bool,bytes32,bytes32))
func (statementVerifier *StatementVerifier) TryPackKeyOf(statement [32]byte, version uint32) ([]byte, error) {
	return statementVerifier.abi.Pack("keyOf", statement, version)
}

// UnpackKeyOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7720dc23.
//
// Solidity: function keyOf(bytes32 statement, uint32 version) view returns((address,uint40,uint8,bool,bytes32,bytes32))
func (statementVerifier *StatementVerifier) UnpackKeyOf(data []byte) (IStatementVerifierKey, error) {
	out, err := statementVerifier.abi.Unpack("keyOf", data)
	if err != nil {
		return *new(IStatementVerifierKey), err
	}
	out0 := *abi.ConvertType(out[0], new(IStatementVerifierKey)).(*IStatementVerifierKey)
	return out0, nil
}

// PackRetire is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42c7b1e2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function retire(bytes32 statement, uint32 version) returns()
func (statementVerifier *StatementVerifier) PackRetire(statement [32]byte, version uint32) []byte {
	enc, err := statementVerifier.abi.Pack("retire", statement, version)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRetire is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42c7b1e2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function retire(bytes32 statement, uint32 version) returns()
func (statementVerifier *StatementVerifier) TryPackRetire(statement [32]byte, version uint32) ([]byte, error) {
	return statementVerifier.abi.Pack("retire", statement, version)
}

// PackSetAuthority is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7a9e5e4b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setAuthority(address newAuthority) returns()
func (statementVerifier *StatementVerifier) PackSetAuthority(newAuthority common.Address) []byte {
	enc, err := statementVerifier.abi.Pack("setAuthority", newAuthority)
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
func (statementVerifier *StatementVerifier) TryPackSetAuthority(newAuthority common.Address) ([]byte, error) {
	return statementVerifier.abi.Pack("setAuthority", newAuthority)
}

// PackVerify is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0dc1a8b6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verify(bytes32 statement, uint32 version, bytes proof, uint256[] inputs) view returns(bool)
func (statementVerifier *StatementVerifier) PackVerify(statement [32]byte, version uint32, proof []byte, inputs []*big.Int) []byte {
	enc, err := statementVerifier.abi.Pack("verify", statement, version, proof, inputs)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerify is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0dc1a8b6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verify(bytes32 statement, uint32 version, bytes proof, uint256[] inputs) view returns(bool)
func (statementVerifier *StatementVerifier) TryPackVerify(statement [32]byte, version uint32, proof []byte, inputs []*big.Int) ([]byte, error) {
	return statementVerifier.abi.Pack("verify", statement, version, proof, inputs)
}

// UnpackVerify is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x0dc1a8b6.
//
// Solidity: function verify(bytes32 statement, uint32 version, bytes proof, uint256[] inputs) view returns(bool)
func (statementVerifier *StatementVerifier) UnpackVerify(data []byte) (bool, error) {
	out, err := statementVerifier.abi.Unpack("verify", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// StatementVerifierAuthorityUpdated represents a AuthorityUpdated event raised by the StatementVerifier contract.
type StatementVerifierAuthorityUpdated struct {
	Authority common.Address
	Raw       *types.Log // Blockchain specific contextual infos
}

const StatementVerifierAuthorityUpdatedEventName = "AuthorityUpdated"

// ContractEventName returns the user-defined event name.
func (StatementVerifierAuthorityUpdated) ContractEventName() string {
	return StatementVerifierAuthorityUpdatedEventName
}

// UnpackAuthorityUpdatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event AuthorityUpdated(address authority)
func (statementVerifier *StatementVerifier) UnpackAuthorityUpdatedEvent(log *types.Log) (*StatementVerifierAuthorityUpdated, error) {
	event := "AuthorityUpdated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != statementVerifier.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StatementVerifierAuthorityUpdated)
	if len(log.Data) > 0 {
		if err := statementVerifier.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range statementVerifier.abi.Events[event].Inputs {
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

// StatementVerifierKeyAnnounced represents a KeyAnnounced event raised by the StatementVerifier contract.
type StatementVerifierKeyAnnounced struct {
	Statement [32]byte
	Version   uint32
	Verifier  common.Address
	Inputs    uint8
	KeyHash   [32]byte
	UsableAt  *big.Int
	Raw       *types.Log // Blockchain specific contextual infos
}

const StatementVerifierKeyAnnouncedEventName = "KeyAnnounced"

// ContractEventName returns the user-defined event name.
func (StatementVerifierKeyAnnounced) ContractEventName() string {
	return StatementVerifierKeyAnnouncedEventName
}

// UnpackKeyAnnouncedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event KeyAnnounced(bytes32 indexed statement, uint32 indexed version, address verifier, uint8 inputs, bytes32 keyHash, uint40 usableAt)
func (statementVerifier *StatementVerifier) UnpackKeyAnnouncedEvent(log *types.Log) (*StatementVerifierKeyAnnounced, error) {
	event := "KeyAnnounced"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != statementVerifier.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StatementVerifierKeyAnnounced)
	if len(log.Data) > 0 {
		if err := statementVerifier.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range statementVerifier.abi.Events[event].Inputs {
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

// StatementVerifierKeyCancelled represents a KeyCancelled event raised by the StatementVerifier contract.
type StatementVerifierKeyCancelled struct {
	Statement [32]byte
	Version   uint32
	KeyHash   [32]byte
	Raw       *types.Log // Blockchain specific contextual infos
}

const StatementVerifierKeyCancelledEventName = "KeyCancelled"

// ContractEventName returns the user-defined event name.
func (StatementVerifierKeyCancelled) ContractEventName() string {
	return StatementVerifierKeyCancelledEventName
}

// UnpackKeyCancelledEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event KeyCancelled(bytes32 indexed statement, uint32 indexed version, bytes32 keyHash)
func (statementVerifier *StatementVerifier) UnpackKeyCancelledEvent(log *types.Log) (*StatementVerifierKeyCancelled, error) {
	event := "KeyCancelled"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != statementVerifier.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StatementVerifierKeyCancelled)
	if len(log.Data) > 0 {
		if err := statementVerifier.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range statementVerifier.abi.Events[event].Inputs {
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

// StatementVerifierKeyRetired represents a KeyRetired event raised by the StatementVerifier contract.
type StatementVerifierKeyRetired struct {
	Statement [32]byte
	Version   uint32
	KeyHash   [32]byte
	Raw       *types.Log // Blockchain specific contextual infos
}

const StatementVerifierKeyRetiredEventName = "KeyRetired"

// ContractEventName returns the user-defined event name.
func (StatementVerifierKeyRetired) ContractEventName() string {
	return StatementVerifierKeyRetiredEventName
}

// UnpackKeyRetiredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event KeyRetired(bytes32 indexed statement, uint32 indexed version, bytes32 keyHash)
func (statementVerifier *StatementVerifier) UnpackKeyRetiredEvent(log *types.Log) (*StatementVerifierKeyRetired, error) {
	event := "KeyRetired"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != statementVerifier.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StatementVerifierKeyRetired)
	if len(log.Data) > 0 {
		if err := statementVerifier.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range statementVerifier.abi.Events[event].Inputs {
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
func (statementVerifier *StatementVerifier) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["AccessManagedInvalidAuthority"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackAccessManagedInvalidAuthorityError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["AccessManagedRequiredDelay"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackAccessManagedRequiredDelayError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["AccessManagedUnauthorized"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackAccessManagedUnauthorizedError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["AlreadyRetired"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackAlreadyRetiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["AlreadyUsable"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackAlreadyUsableError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["GasTooLow"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackGasTooLowError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["InputsOutOfRange"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackInputsOutOfRangeError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["NoCode"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackNoCodeError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["NotYetUsable"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackNotYetUsableError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["UnknownVersion"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackUnknownVersionError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["VersionInUse"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackVersionInUseError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["ZeroDelay"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackZeroDelayError(raw[4:])
	}
	if bytes.Equal(raw[:4], statementVerifier.abi.Errors["ZeroKeyHash"].ID.Bytes()[:4]) {
		return statementVerifier.UnpackZeroKeyHashError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// StatementVerifierAccessManagedInvalidAuthority represents a AccessManagedInvalidAuthority error raised by the StatementVerifier contract.
type StatementVerifierAccessManagedInvalidAuthority struct {
	Authority common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedInvalidAuthority(address authority)
func StatementVerifierAccessManagedInvalidAuthorityErrorID() common.Hash {
	return common.HexToHash("0xc2f31e5ee06c96eddd5864bf58d26da15afa7233cb6f74e000aa686fca7a7a0b")
}

// UnpackAccessManagedInvalidAuthorityError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedInvalidAuthority(address authority)
func (statementVerifier *StatementVerifier) UnpackAccessManagedInvalidAuthorityError(raw []byte) (*StatementVerifierAccessManagedInvalidAuthority, error) {
	out := new(StatementVerifierAccessManagedInvalidAuthority)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "AccessManagedInvalidAuthority", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierAccessManagedRequiredDelay represents a AccessManagedRequiredDelay error raised by the StatementVerifier contract.
type StatementVerifierAccessManagedRequiredDelay struct {
	Caller common.Address
	Delay  uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedRequiredDelay(address caller, uint32 delay)
func StatementVerifierAccessManagedRequiredDelayErrorID() common.Hash {
	return common.HexToHash("0xaf77169dad650be42a753d4bbd4f4ad0d10be80053e495da3bb1525746eda4e4")
}

// UnpackAccessManagedRequiredDelayError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedRequiredDelay(address caller, uint32 delay)
func (statementVerifier *StatementVerifier) UnpackAccessManagedRequiredDelayError(raw []byte) (*StatementVerifierAccessManagedRequiredDelay, error) {
	out := new(StatementVerifierAccessManagedRequiredDelay)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "AccessManagedRequiredDelay", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierAccessManagedUnauthorized represents a AccessManagedUnauthorized error raised by the StatementVerifier contract.
type StatementVerifierAccessManagedUnauthorized struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedUnauthorized(address caller)
func StatementVerifierAccessManagedUnauthorizedErrorID() common.Hash {
	return common.HexToHash("0x068ca9d827f779c08fd30d7fda45faef5f2a6b2e57f8b809b3c6bbed99f5fb1f")
}

// UnpackAccessManagedUnauthorizedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedUnauthorized(address caller)
func (statementVerifier *StatementVerifier) UnpackAccessManagedUnauthorizedError(raw []byte) (*StatementVerifierAccessManagedUnauthorized, error) {
	out := new(StatementVerifierAccessManagedUnauthorized)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "AccessManagedUnauthorized", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierAlreadyRetired represents a AlreadyRetired error raised by the StatementVerifier contract.
type StatementVerifierAlreadyRetired struct {
	Statement [32]byte
	Version   uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyRetired(bytes32 statement, uint32 version)
func StatementVerifierAlreadyRetiredErrorID() common.Hash {
	return common.HexToHash("0x84b6273f7e0b7a798ef71bdf04587af21a80eec2c4b15bc565213e8c93ea1f27")
}

// UnpackAlreadyRetiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyRetired(bytes32 statement, uint32 version)
func (statementVerifier *StatementVerifier) UnpackAlreadyRetiredError(raw []byte) (*StatementVerifierAlreadyRetired, error) {
	out := new(StatementVerifierAlreadyRetired)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "AlreadyRetired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierAlreadyUsable represents a AlreadyUsable error raised by the StatementVerifier contract.
type StatementVerifierAlreadyUsable struct {
	UsableAt *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyUsable(uint40 usableAt)
func StatementVerifierAlreadyUsableErrorID() common.Hash {
	return common.HexToHash("0x87184c32673e6a2c33267999c920abbd132bfb3381dae66286904f091faca228")
}

// UnpackAlreadyUsableError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyUsable(uint40 usableAt)
func (statementVerifier *StatementVerifier) UnpackAlreadyUsableError(raw []byte) (*StatementVerifierAlreadyUsable, error) {
	out := new(StatementVerifierAlreadyUsable)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "AlreadyUsable", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierGasTooLow represents a GasTooLow error raised by the StatementVerifier contract.
type StatementVerifierGasTooLow struct {
	Left   *big.Int
	Needed *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error GasTooLow(uint256 left, uint256 needed)
func StatementVerifierGasTooLowErrorID() common.Hash {
	return common.HexToHash("0xfe336aa757579ad0bdb72f1c5ecae2146b025e5012ca769b982721477d1d6e1c")
}

// UnpackGasTooLowError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error GasTooLow(uint256 left, uint256 needed)
func (statementVerifier *StatementVerifier) UnpackGasTooLowError(raw []byte) (*StatementVerifierGasTooLow, error) {
	out := new(StatementVerifierGasTooLow)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "GasTooLow", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierInputsOutOfRange represents a InputsOutOfRange error raised by the StatementVerifier contract.
type StatementVerifierInputsOutOfRange struct {
	Inputs uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InputsOutOfRange(uint8 inputs)
func StatementVerifierInputsOutOfRangeErrorID() common.Hash {
	return common.HexToHash("0x0e13ae0b52bb16ff431e18e96c0d5129d338889e794e769d82a3031981f49a03")
}

// UnpackInputsOutOfRangeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InputsOutOfRange(uint8 inputs)
func (statementVerifier *StatementVerifier) UnpackInputsOutOfRangeError(raw []byte) (*StatementVerifierInputsOutOfRange, error) {
	out := new(StatementVerifierInputsOutOfRange)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "InputsOutOfRange", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierNoCode represents a NoCode error raised by the StatementVerifier contract.
type StatementVerifierNoCode struct {
	Verifier common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoCode(address verifier)
func StatementVerifierNoCodeErrorID() common.Hash {
	return common.HexToHash("0x674520b6bb5a7851149439c2748026005a69a70a0b4e6c410abbfac42015a2a9")
}

// UnpackNoCodeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoCode(address verifier)
func (statementVerifier *StatementVerifier) UnpackNoCodeError(raw []byte) (*StatementVerifierNoCode, error) {
	out := new(StatementVerifierNoCode)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "NoCode", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierNotYetUsable represents a NotYetUsable error raised by the StatementVerifier contract.
type StatementVerifierNotYetUsable struct {
	UsableAt *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotYetUsable(uint40 usableAt)
func StatementVerifierNotYetUsableErrorID() common.Hash {
	return common.HexToHash("0x3730ea7b295739fa83f8798f743881e405946f7eed8b870b276abaaf0da35099")
}

// UnpackNotYetUsableError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotYetUsable(uint40 usableAt)
func (statementVerifier *StatementVerifier) UnpackNotYetUsableError(raw []byte) (*StatementVerifierNotYetUsable, error) {
	out := new(StatementVerifierNotYetUsable)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "NotYetUsable", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierUnknownVersion represents a UnknownVersion error raised by the StatementVerifier contract.
type StatementVerifierUnknownVersion struct {
	Statement [32]byte
	Version   uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownVersion(bytes32 statement, uint32 version)
func StatementVerifierUnknownVersionErrorID() common.Hash {
	return common.HexToHash("0x4baaaea489a76935fa057f2eb11f4e2a175d00e894ae77b9cf38b293c33aa26f")
}

// UnpackUnknownVersionError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownVersion(bytes32 statement, uint32 version)
func (statementVerifier *StatementVerifier) UnpackUnknownVersionError(raw []byte) (*StatementVerifierUnknownVersion, error) {
	out := new(StatementVerifierUnknownVersion)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "UnknownVersion", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierVersionInUse represents a VersionInUse error raised by the StatementVerifier contract.
type StatementVerifierVersionInUse struct {
	Statement [32]byte
	Version   uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error VersionInUse(bytes32 statement, uint32 version)
func StatementVerifierVersionInUseErrorID() common.Hash {
	return common.HexToHash("0x91be50847010f22788caa56dfe577dd5410c444333d7c16ad0e653130db67b1c")
}

// UnpackVersionInUseError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error VersionInUse(bytes32 statement, uint32 version)
func (statementVerifier *StatementVerifier) UnpackVersionInUseError(raw []byte) (*StatementVerifierVersionInUse, error) {
	out := new(StatementVerifierVersionInUse)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "VersionInUse", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierZeroDelay represents a ZeroDelay error raised by the StatementVerifier contract.
type StatementVerifierZeroDelay struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroDelay()
func StatementVerifierZeroDelayErrorID() common.Hash {
	return common.HexToHash("0x34c2b9dab051f3b49e0b9121d90ae110f06df318864d2741799dc06f9b92cebc")
}

// UnpackZeroDelayError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroDelay()
func (statementVerifier *StatementVerifier) UnpackZeroDelayError(raw []byte) (*StatementVerifierZeroDelay, error) {
	out := new(StatementVerifierZeroDelay)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "ZeroDelay", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StatementVerifierZeroKeyHash represents a ZeroKeyHash error raised by the StatementVerifier contract.
type StatementVerifierZeroKeyHash struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroKeyHash()
func StatementVerifierZeroKeyHashErrorID() common.Hash {
	return common.HexToHash("0x7db3199e24885a3ae3b91722ca19b42403d2841e50c0d2fddd5b63567c31a536")
}

// UnpackZeroKeyHashError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroKeyHash()
func (statementVerifier *StatementVerifier) UnpackZeroKeyHashError(raw []byte) (*StatementVerifierZeroKeyHash, error) {
	out := new(StatementVerifierZeroKeyHash)
	if err := statementVerifier.abi.UnpackIntoInterface(out, "ZeroKeyHash", raw); err != nil {
		return nil, err
	}
	return out, nil
}
