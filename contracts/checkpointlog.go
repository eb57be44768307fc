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

// ICheckpointLogCheckpoint is an auto generated low-level Go binding around an user-defined struct.
type ICheckpointLogCheckpoint struct {
	Log        uint32
	Size       uint64
	Root       [32]byte
	AcceptedAt uint64
	AcceptedIn uint64
}

// ICheckpointLogSuccessor is an auto generated low-level Go binding around an user-defined struct.
type ICheckpointLogSuccessor struct {
	Origin  string
	Size    uint64
	Root    [32]byte
	OpensAt uint64
}

// CheckpointLogMetaData contains all meta data concerning the CheckpointLog contract.
var CheckpointLogMetaData = bind.MetaData{
	ABI: "[{\"type\":\"constructor\",\"inputs\":[{\"name\":\"manager\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"origin\",\"type\":\"string\",\"internalType\":\"string\"},{\"name\":\"maxGrowth_\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"successorDelay_\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"authority\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"cancelSuccessor\",\"inputs\":[],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"isConsumingScheduledOp\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"bytes4\",\"internalType\":\"bytes4\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"latestCheckpoint\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"tuple\",\"internalType\":\"structICheckpointLog.Checkpoint\",\"components\":[{\"name\":\"log\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"size\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"acceptedAt\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"acceptedIn\",\"type\":\"uint64\",\"internalType\":\"uint64\"}]}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"maxGrowth\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"uint64\",\"internalType\":\"uint64\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"openSuccessor\",\"inputs\":[],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"originOf\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"outputs\":[{\"name\":\"\",\"type\":\"string\",\"internalType\":\"string\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"pendingSuccessor\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"tuple\",\"internalType\":\"structICheckpointLog.Successor\",\"components\":[{\"name\":\"origin\",\"type\":\"string\",\"internalType\":\"string\"},{\"name\":\"size\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"opensAt\",\"type\":\"uint64\",\"internalType\":\"uint64\"}]}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"predecessorOf\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"outputs\":[{\"name\":\"size\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"proposeSuccessor\",\"inputs\":[{\"name\":\"newOrigin\",\"type\":\"string\",\"internalType\":\"string\"},{\"name\":\"lastSize\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"lastRoot\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"rootOf\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"size\",\"type\":\"uint64\",\"internalType\":\"uint64\"}],\"outputs\":[{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"setAuthority\",\"inputs\":[{\"name\":\"newAuthority\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"submit\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"oldSize\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"newSize\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"newRoot\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"proof\",\"type\":\"bytes32[]\",\"internalType\":\"bytes32[]\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"successorDelay\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"uint32\",\"internalType\":\"uint32\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"verifyInclusion\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"size\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"index\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"entry\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"proof\",\"type\":\"bytes32[]\",\"internalType\":\"bytes32[]\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"view\"},{\"type\":\"event\",\"name\":\"AuthorityUpdated\",\"inputs\":[{\"name\":\"authority\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"CheckpointAccepted\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"},{\"name\":\"size\",\"type\":\"uint64\",\"indexed\":true,\"internalType\":\"uint64\"},{\"name\":\"root\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"LogOpened\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"},{\"name\":\"origin\",\"type\":\"string\",\"indexed\":false,\"internalType\":\"string\"},{\"name\":\"predecessorSize\",\"type\":\"uint64\",\"indexed\":false,\"internalType\":\"uint64\"},{\"name\":\"predecessorRoot\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"SuccessorCancelled\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"},{\"name\":\"origin\",\"type\":\"string\",\"indexed\":false,\"internalType\":\"string\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"SuccessorProposed\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"indexed\":true,\"internalType\":\"uint32\"},{\"name\":\"origin\",\"type\":\"string\",\"indexed\":false,\"internalType\":\"string\"},{\"name\":\"size\",\"type\":\"uint64\",\"indexed\":false,\"internalType\":\"uint64\"},{\"name\":\"root\",\"type\":\"bytes32\",\"indexed\":false,\"internalType\":\"bytes32\"},{\"name\":\"opensAt\",\"type\":\"uint64\",\"indexed\":false,\"internalType\":\"uint64\"}],\"anonymous\":false},{\"type\":\"error\",\"name\":\"AccessManagedInvalidAuthority\",\"inputs\":[{\"name\":\"authority\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"AccessManagedRequiredDelay\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"delay\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"AccessManagedUnauthorized\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"EmptyOrigin\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"GrowthTooLarge\",\"inputs\":[{\"name\":\"growth\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"maxGrowth\",\"type\":\"uint64\",\"internalType\":\"uint64\"}]},{\"type\":\"error\",\"name\":\"Inconsistent\",\"inputs\":[{\"name\":\"oldSize\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"newSize\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"newRoot\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"NoSuccessor\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"NotGrowing\",\"inputs\":[{\"name\":\"oldSize\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"newSize\",\"type\":\"uint64\",\"internalType\":\"uint64\"}]},{\"type\":\"error\",\"name\":\"NotLatest\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"size\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"latestLog\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"latestSize\",\"type\":\"uint64\",\"internalType\":\"uint64\"}]},{\"type\":\"error\",\"name\":\"OriginInUse\",\"inputs\":[{\"name\":\"origin\",\"type\":\"string\",\"internalType\":\"string\"}]},{\"type\":\"error\",\"name\":\"SuccessorPending\",\"inputs\":[{\"name\":\"opensAt\",\"type\":\"uint64\",\"internalType\":\"uint64\"}]},{\"type\":\"error\",\"name\":\"TooEarly\",\"inputs\":[{\"name\":\"opensAt\",\"type\":\"uint64\",\"internalType\":\"uint64\"}]},{\"type\":\"error\",\"name\":\"UnknownCheckpoint\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"size\",\"type\":\"uint64\",\"internalType\":\"uint64\"}]},{\"type\":\"error\",\"name\":\"UnknownLog\",\"inputs\":[{\"name\":\"log\",\"type\":\"uint32\",\"internalType\":\"uint32\"}]},{\"type\":\"error\",\"name\":\"WrongRoot\",\"inputs\":[{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"latestRoot\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"ZeroMaxGrowth\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"ZeroRoot\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"ZeroSuccessorDelay\",\"inputs\":[]}]",
	ID:  "CheckpointLog",
	Bin: "0x60c0604052346104d2576125b180380380610019816104d6565b9283398101906080818303126104d25780516001600160a01b03811691908290036104d25760208101516001600160401b0381116104d25781019183601f840112156104d25782516001600160401b03811161037c57610082601f8201601f19166020016104d6565b938185526020850195602083830101116104d257815f926020809301885e8501015260408201516001600160401b038116929091908383036104d257606001519263ffffffff8416918285036104d2575f80546001600160a01b031916821790556040519081527f2f658b440c35314f52658ea8a740e05b284cdc84dc9ae01e891f21b8933e7cad90602090a1156104c357156104b4578251156104a557825184205f52600860205260ff60405f20541661047f5760805260a0525f805260066020528051917f54cdd369e4e8a8515e52ca72ec816c2101831ad1f18bf44102ed171459c9b4f86001600160401b03841161037c578054600181811c91168015610475575b602082101461046157601f8111610410575b50602093601f811160011461039b57915f5160206125915f395f51905f52939183610221945f978891610390575b508160011b9188199060031b1c19161790555b815190208452600860205260408420600160ff1982541617905583805260076020526040842060018060401b031981541690556040519182916060835260608301906104fb565b8460208301528460408301520390a2604051608081016001600160401b0381118282101761037c5760409081525f8083526020808401829052426001600160401b038181168686015243908116606096870152600180546001600160e01b0319169290961b73ffffffffffffffff000000000000000000000000169190911760a09190911b600160a01b600160e01b0316179093558080527fec8156718a8372b1db44bb411437d0870f3e3790d4a08526d024ce1b0b668f6b83527fe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8557f1db9b60e29d1c7b8f6dd3b0694bb575b31a91ff0c8356ff34f7102e1867b3c1f81905591519182529182917f85cbac80bf99120ea82992c77f4d44efd5cfe4301d966c91f6817b94d4c848759190a3604051612071908161052082396080518181816101a301526112e9015260a051818181610e5d01526112660152f35b634e487b7160e01b5f52604160045260245ffd5b90508401515f6101c7565b601f19811694825f52805f20955f5b8181106103f85750825f975f5160206125915f395f51905f529795936102219795600194106103e0575b5050811b0190556101da565b860151891960f88460031b161c191690555f806103d4565b868301518855600190970196602092830192016103aa565b8481111561019957815f5260205f20601f860160051c9060208710610459575b81601f9101920160051c03905f5b82811061044c575050610199565b5f8282015560010161043e565b5f9150610430565b634e487b7160e01b5f52602260045260245ffd5b90607f1690610187565b6040516397b5d4e560e01b815260206004820152806104a160248201866104fb565b0390fd5b6319cb0b0d60e11b5f5260045ffd5b63746a5f1960e01b5f5260045ffd5b630367b79d60e61b5f5260045ffd5b5f80fd5b6040519190601f01601f191682016001600160401b0381118382101761037c57604052565b805180835260209291819084018484015e5f828201840152601f01601f191601019056fe60806040526004361015610011575f80fd5b5f3560e01c8063104ee1b11461128a57806336979a211461122c5780633e8722f614610d51578063706fd5dc14610be75780637a9e5e4b14610ac45780638149bada146109f05780638fb360371461095f5780638fdbc6851461090d578063907c0f9214610819578063be76aa4214610799578063bf7e214f14610749578063c22f4beb14610269578063ed60ed63146101c7578063f7c85db7146101655763f8538ba3146100be575f80fd5b346101615760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610161576100f561152e565b63ffffffff80600154169116908111610136575f52600660205261013261011e60405f20611834565b604051918291602083526020830190611609565b0390f35b7f3fc9ee71000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5f80fd5b34610161575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261016157602060405167ffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b34610161575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610161575f6060604051610204816116ad565b818152826020820152826040820152015261021d611a46565b60405180916020825267ffffffffffffffff606061024783516080602087015260a0860190611609565b9282602082015116604086015260408101518286015201511660808301520390f35b34610161575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610161576102a13633611a8e565b6102a9611a46565b6060810167ffffffffffffffff815116156107215767ffffffffffffffff9051168042106106f6575063ffffffff6001541690600160208201926102f867ffffffffffffffff85511682611cb9565b6103006118f2565b019163ffffffff83116106c95763ffffffff604067ffffffffffffffff8451935116930151931691825f52600660205260405f209382519467ffffffffffffffff861161069c57610351815461178a565b601f8111610659575b50602095601f81116001146105935792610457928695926103d1867fdd69be5dac248fea62aa5598f98d783e87cc8420e1fd9a4932c443554e2d5b38975f9b8c91610588575b507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8260011b9260031b1c19161790565b90555b82516020840120885260086020526040882060017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00825416179055858852600760205260408820827fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000825416179055604051938493606085526060850190611609565b91602084015260408301520390a2604051610471816116ad565b81815282602082015267ffffffffffffffff42166040820152606067ffffffffffffffff43169101526001547bffffffffffffffff00000000000000000000000000000000000000004360a01b1690827fffffffff0000000000000000000000000000000000000000000000000000000073ffffffffffffffff0000000000000000000000004260601b1692161717176001558082526009602052604082208280526020527fe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85560408320557f85cbac80bf99120ea82992c77f4d44efd5cfe4301d966c91f6817b94d4c8487560206040517fe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8558152a3005b90508601518c6103a0565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08116825f52875f20905f5b81811061064157509260018361045796935f9b7fdd69be5dac248fea62aa5598f98d783e87cc8420e1fd9a4932c443554e2d5b3899968c9b981061060a575b5050811b0190556103d4565b8701517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff60f88460031b161c191690558b806105fe565b878a015183556020998a0199600190930192016105bf565b8681111561035a5761068e90825f5260205f2090601f890160051c9060208a10610694575b601f82910160051c0391016117db565b8661035a565b5f915061067e565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b7fd606d83f000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b7f1c778cf5000000000000000000000000000000000000000000000000000000005f5260045ffd5b34610161575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261016157602073ffffffffffffffffffffffffffffffffffffffff5f5416604051908152f35b34610161575f60206107aa36611558565b9395916040979193959751838101918383526021820152602181526107d06041826116e5565b604051918291518091835e8101838152039060025afa1561080e57602094846107fe610804965f5193611992565b94611f17565b6040519015158152f35b6040513d5f823e3d90fd5b34610161575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610161575f6080604051610856816116c9565b828152826020820152826040820152826060820152015260a0610877611a03565b67ffffffffffffffff63ffffffff825116918160208201918183511692855f526009602052828060405f20925116165f5260205260405f20548280606081604086015116940151169460806040516108ce816116c9565b89815260208101928352604081019485526060810195865201958652604051978852511660208701525160408601525116606084015251166080820152f35b346101615760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261016157602061095761094961152e565b610951611541565b90611992565b604051908152f35b34610161575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610161575f5460a01c60ff16156109e85760207f8fb36037000000000000000000000000000000000000000000000000000000005b7fffffffff0000000000000000000000000000000000000000000000000000000060405191168152f35b60205f6109be565b346101615760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101615763ffffffff610a2c61152e565b1680158015610ab3575b61013657805f5260076020527fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff67ffffffffffffffff60405f20541691019063ffffffff82116106c95763ffffffff604092165f526009602052815f2067ffffffffffffffff82165f52602052815f205482519182526020820152f35b5063ffffffff600154168111610a36565b346101615760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101615760043573ffffffffffffffffffffffffffffffffffffffff811690818103610161575f549073ffffffffffffffffffffffffffffffffffffffff82163303610bbb573b15610b8f57817f2f658b440c35314f52658ea8a740e05b284cdc84dc9ae01e891f21b8933e7cad927fffffffffffffffffffffffff000000000000000000000000000000000000000060209316175f55604051908152a1005b507fc2f31e5e000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b7f068ca9d8000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b34610161575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261016157610c1f3633611a8e565b67ffffffffffffffff600554161561072157604051600254815f610c428361178a565b8083529260018116908115610d145750600114610cb5575b610c66925003826116e5565b610c6e6118f2565b7f5d8656e25ac17136ffd28962919d74baae366c3f73194b59f589b92ef190d2a1610cb063ffffffff6001541692604051918291602083526020830190611609565b0390a2005b5060025f90815290917f405787fa12a823e0f2b7631cc41b3ba8828b3321ca811111fa75cd3aa3bb5ace5b818310610cf8575050906020610c6692820101610c5a565b6020919350806001915483858801015201910190918392610ce0565b60209250610c669491507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff001682840152151560051b820101610c5a565b346101615760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101615760043567ffffffffffffffff8111610161573660238201121561016157806004013567ffffffffffffffff8111610161576024820191602482369201011161016157610dca611541565b9160443591610dd93633611a8e565b67ffffffffffffffff60055416806112015750610df7368284611726565b8051156111d957805160208201205f52600860205260ff60405f205416611197575063ffffffff6001541692610e2d8585611cb9565b835f52600960205260405f2067ffffffffffffffff86165f5260205260405f2054808203611168575063ffffffff7f00000000000000000000000000000000000000000000000000000000000000001667ffffffffffffffff4216019467ffffffffffffffff86116106c95760405191610ea6836116ad565b610eb1368587611726565b9687845267ffffffffffffffff6020850193169384845267ffffffffffffffff6060604083019285845201921693848352895167ffffffffffffffff811161069c57610efe60025461178a565b601f8111611108575b506020601f821160011461101a5791610f858267ffffffffffffffff9695949387947f9777ee40d8156e71492493b128a00e9feb9657e7cc2d5e56c8d88ec233fc453a9e9f5f9261100f575b50507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8260011b9260031b1c19161790565b6002555b51167fffffffffffffffffffffffffffffffffffffffffffffffff000000000000000060035416176003555160045551167fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000006005541617600555610ffa6040519586956080875260808701916117f6565b926020850152604084015260608301520390a2005b015190508f80610f53565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe082169b60025f527f405787fa12a823e0f2b7631cc41b3ba8828b3321ca811111fa75cd3aa3bb5ace9c5f5b8181106110f05750927f9777ee40d8156e71492493b128a00e9feb9657e7cc2d5e56c8d88ec233fc453a9c9d67ffffffffffffffff97969593600193838a97106110b9575b505050811b01600255610f89565b01517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff60f88460031b161c191690558e80806110ab565b838301518f556001909e019d60209384019301611066565b81811115610f075761115a9060025f52601f830160051c9060208410611160575b601f82910160051c03907f405787fa12a823e0f2b7631cc41b3ba8828b3321ca811111fa75cd3aa3bb5ace016117db565b8b610f07565b5f9150611129565b907fa864586d000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b6111d5906040519182917f97b5d4e5000000000000000000000000000000000000000000000000000000008352602060048401526024830190611609565b0390fd5b7f3396161a000000000000000000000000000000000000000000000000000000005f5260045ffd5b7fbda32a82000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b34610161575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261016157602060405163ffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346101615761129836611558565b6112a9959194959392933633611a8e565b6112b38683611cb9565b67ffffffffffffffff86169167ffffffffffffffff841696838811156114fe5767ffffffffffffffff6112e6828761168b565b817f00000000000000000000000000000000000000000000000000000000000000001691829116116114bc57508515611494576113449263ffffffff87931697885f52600960205260405f20865f526020528660405f205493611d96565b1561146057507f85cbac80bf99120ea82992c77f4d44efd5cfe4301d966c91f6817b94d4c848759160209160405161137b816116ad565b858152868482015267ffffffffffffffff42166040820152606067ffffffffffffffff4316910152600154906bffffffffffffffff000000007fffffffff0000000000000000ffffffffffffffffffffffffffffffffffffffff877fffffffffffffffffffffffff00000000000000000000000000000000000000007bffffffffffffffff00000000000000000000000000000000000000004360a01b169516171691851b161773ffffffffffffffff0000000000000000000000004260601b161717600155835f526009825260405f20855f5282528060405f2055604051908152a3005b8491507fd207deda000000000000000000000000000000000000000000000000000000005f5260045260245260445260645ffd5b7fb263ae73000000000000000000000000000000000000000000000000000000005f5260045ffd5b67ffffffffffffffff6114cf838861168b565b7fcf1bb704000000000000000000000000000000000000000000000000000000005f521660045260245260445ffd5b87847fc1bd4700000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b6004359063ffffffff8216820361016157565b6024359067ffffffffffffffff8216820361016157565b9060a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc8301126101615760043563ffffffff81168103610161579160243567ffffffffffffffff81168103610161579160443567ffffffffffffffff8116810361016157916064359160843567ffffffffffffffff811161016157826023820112156101615780600401359267ffffffffffffffff84116101615760248460051b83010111610161576024019190565b907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f602080948051918291828752018686015e5f8582860101520116010190565b67ffffffffffffffff7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff9116019067ffffffffffffffff82116106c957565b9067ffffffffffffffff8091169116039067ffffffffffffffff82116106c957565b6080810190811067ffffffffffffffff82111761069c57604052565b60a0810190811067ffffffffffffffff82111761069c57604052565b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff82111761069c57604052565b92919267ffffffffffffffff821161069c576040519161176e60207fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f84011601846116e5565b829481845281830111610161578281602093845f960137010152565b90600182811c921680156117d1575b60208310146117a457565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602260045260245ffd5b91607f1691611799565b5f5b8281106117e957505050565b5f828201556001016117dd565b601f82602094937fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe093818652868601375f8582860101520116010190565b9060405191825f8254926118478461178a565b80845293600181169081156118b2575060011461186e575b5061186c925003836116e5565b565b90505f9291925260205f20905f915b81831061189657505090602061186c928201015f61185f565b602091935080600191548385890101520191019091849261187d565b6020935061186c9592507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0091501682840152151560051b8201015f61185f565b6118fd60025461178a565b80611912575b505f6003555f6004555f600555565b601f811160011461192957505f6002555b5f611903565b60025f5261197f90601f0160051c7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff017f405787fa12a823e0f2b7631cc41b3ba8828b3321ca811111fa75cd3aa3bb5acf6117db565b60025f525f602081208160025555611923565b63ffffffff909291921691825f52600960205260405f2067ffffffffffffffff82165f5260205260405f20549283156119c9575050565b67ffffffffffffffff92507f88b27141000000000000000000000000000000000000000000000000000000005f526004521660245260445ffd5b60405190611a10826116ad565b81606067ffffffffffffffff60015463ffffffff81168452818160201c1660208501528181841c16604085015260a01c16910152565b60405190611a53826116ad565b81611a5e6002611834565b815267ffffffffffffffff6003541660208201526004546040820152606067ffffffffffffffff60055416910152565b905f915f549173ffffffffffffffffffffffffffffffffffffffff83169281600411610161575f5f9060405f81519673ffffffffffffffffffffffffffffffffffffffff60208901917fb700961300000000000000000000000000000000000000000000000000000000835216978860248201523060448201527fffffffff00000000000000000000000000000000000000000000000000000000833516606482015260648152611b406084826116e5565b828052826020525190895afa611ca6575b15611b5f575b505050505050565b63ffffffff1615611c7a577fffffffffffffffffffffff00ffffffffffffffffffffffffffffffffffffffff1674010000000000000000000000000000000000000000175f55823b15610161576020925f92836040518096819582947f94c7d7ee0000000000000000000000000000000000000000000000000000000084526004840152604060248401527fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f6044850192808452808786860137868582860101520116010103925af1801561080e57611c67575b507fffffffffffffffffffffff00ffffffffffffffffffffffffffffffffffffffff81541690555f8080808080611b57565b611c7391505f906116e5565b5f5f611c35565b827f068ca9d8000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b50505f516020518060201c150290611b51565b90611cc2611a03565b9163ffffffff80845116911692818414801590611d37575b611ce45750505050565b6084945067ffffffffffffffff6020819201511692604051947fd4778348000000000000000000000000000000000000000000000000000000008652600486015216602484015260448301526064820152fd5b5067ffffffffffffffff60208201511667ffffffffffffffff84161415611cda565b9190811015611d695760051b0190565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b92949391909467ffffffffffffffff861667ffffffffffffffff851690808211611f0b578114611ef95715611eef575f839667ffffffffffffffff611dda8761164c565b871616611ed2575b9167ffffffffffffffff80611e00611dfa8b9961164c565b9561164c565b1693165b600180821614611ec65792935b818310611e405750505050159384611e36575b505082611e3057505090565b14919050565b1492505f80611e24565b91939092958115611eb957611e56858585611d59565b35986001808916148015611eb0575b15611e9d5791611e84611e8a92611e7e6001958d611fde565b9b611fde565b97612047565b91905b811c91811c940191929092611e11565b98611eaa90600192611fde565b96611e8d565b50828814611e65565b5050505050505050505f90565b600193841c931c611e04565b9650508015611ee5576001823596611de2565b5050505050505f90565b9450505050501590565b509250509250159182611e3057505090565b50505050505050505f90565b67ffffffffffffffff909594929391951667ffffffffffffffff8616811015611ee557919467ffffffffffffffff90611f4f9061164c565b1692945f915b818310611f6c5750505050159182611e3057505090565b91939092958115611fd357611f82858585611d59565b356001808916148015611fca575b15611fb85791611e84611fa592600194611fde565b91905b811c91811c940191929092611f55565b611fc490600192611fde565b96611fa8565b50828814611f90565b505050505050505f90565b5f9060209260405190848201927f0100000000000000000000000000000000000000000000000000000000000000845260218301526041820152604181526120276061826116e5565b604051918291518091835e8101838152039060025afa1561080e575f5190565b5b600181161580612068575b156120655760011c9060011c90612048565b91565b5080151561205356dd69be5dac248fea62aa5598f98d783e87cc8420e1fd9a4932c443554e2d5b38",
}

// CheckpointLog is an auto generated Go binding around an Ethereum contract.
type CheckpointLog struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *CheckpointLog) GetABI() abi.ABI {
	return c.abi
}

// NewCheckpointLog creates a new instance of CheckpointLog.
func NewCheckpointLog() *CheckpointLog {
	parsed, err := CheckpointLogMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &CheckpointLog{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *CheckpointLog) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address manager, string origin, uint64 maxGrowth_, uint32 successorDelay_) returns()
func (checkpointLog *CheckpointLog) PackConstructor(manager common.Address, origin string, maxGrowth_ uint64, successorDelay_ uint32) []byte {
	enc, err := checkpointLog.abi.Pack("", manager, origin, maxGrowth_, successorDelay_)
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
func (checkpointLog *CheckpointLog) PackAuthority() []byte {
	enc, err := checkpointLog.abi.Pack("authority")
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
func (checkpointLog *CheckpointLog) TryPackAuthority() ([]byte, error) {
	return checkpointLog.abi.Pack("authority")
}

// UnpackAuthority is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbf7e214f.
//
// Solidity: function authority() view returns(address)
func (checkpointLog *CheckpointLog) UnpackAuthority(data []byte) (common.Address, error) {
	out, err := checkpointLog.abi.Unpack("authority", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackCancelSuccessor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x706fd5dc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cancelSuccessor() returns()
func (checkpointLog *CheckpointLog) PackCancelSuccessor() []byte {
	enc, err := checkpointLog.abi.Pack("cancelSuccessor")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCancelSuccessor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x706fd5dc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function cancelSuccessor() returns()
func (checkpointLog *CheckpointLog) TryPackCancelSuccessor() ([]byte, error) {
	return checkpointLog.abi.Pack("cancelSuccessor")
}

// PackIsConsumingScheduledOp is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8fb36037.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isConsumingScheduledOp() view returns(bytes4)
func (checkpointLog *CheckpointLog) PackIsConsumingScheduledOp() []byte {
	enc, err := checkpointLog.abi.Pack("isConsumingScheduledOp")
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
func (checkpointLog *CheckpointLog) TryPackIsConsumingScheduledOp() ([]byte, error) {
	return checkpointLog.abi.Pack("isConsumingScheduledOp")
}

// UnpackIsConsumingScheduledOp is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8fb36037.
//
// Solidity: function isConsumingScheduledOp() view returns(bytes4)
func (checkpointLog *CheckpointLog) UnpackIsConsumingScheduledOp(data []byte) ([4]byte, error) {
	out, err := checkpointLog.abi.Unpack("isConsumingScheduledOp", data)
	if err != nil {
		return *new([4]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([4]byte)).(*[4]byte)
	return out0, nil
}

// PackLatestCheckpoint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x907c0f92.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function latestCheckpoint() view returns((uint32,uint64,bytes32,uint64,uint64))
func (checkpointLog *CheckpointLog) PackLatestCheckpoint() []byte {
	enc, err := checkpointLog.abi.Pack("latestCheckpoint")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLatestCheckpoint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x907c0f92.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function latestCheckpoint() view returns((uint32,uint64,bytes32,uint64,uint64))
func (checkpointLog *CheckpointLog) TryPackLatestCheckpoint() ([]byte, error) {
	return checkpointLog.abi.Pack("latestCheckpoint")
}

// UnpackLatestCheckpoint is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x907c0f92.
//
// Solidity: function latestCheckpoint() view returns((uint32,uint64,bytes32,uint64,uint64))
func (checkpointLog *CheckpointLog) UnpackLatestCheckpoint(data []byte) (ICheckpointLogCheckpoint, error) {
	out, err := checkpointLog.abi.Unpack("latestCheckpoint", data)
	if err != nil {
		return *new(ICheckpointLogCheckpoint), err
	}
	out0 := *abi.ConvertType(out[0], new(ICheckpointLogCheckpoint)).(*ICheckpointLogCheckpoint)
	return out0, nil
}

// PackMaxGrowth is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf7c85db7.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function maxGrowth() view returns(uint64)
func (checkpointLog *CheckpointLog) PackMaxGrowth() []byte {
	enc, err := checkpointLog.abi.Pack("maxGrowth")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMaxGrowth is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf7c85db7.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function maxGrowth() view returns(uint64)
func (checkpointLog *CheckpointLog) TryPackMaxGrowth() ([]byte, error) {
	return checkpointLog.abi.Pack("maxGrowth")
}

// UnpackMaxGrowth is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf7c85db7.
//
// Solidity: function maxGrowth() view returns(uint64)
func (checkpointLog *CheckpointLog) UnpackMaxGrowth(data []byte) (uint64, error) {
	out, err := checkpointLog.abi.Unpack("maxGrowth", data)
	if err != nil {
		return *new(uint64), err
	}
	out0 := *abi.ConvertType(out[0], new(uint64)).(*uint64)
	return out0, nil
}

// PackOpenSuccessor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc22f4beb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function openSuccessor() returns()
func (checkpointLog *CheckpointLog) PackOpenSuccessor() []byte {
	enc, err := checkpointLog.abi.Pack("openSuccessor")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOpenSuccessor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc22f4beb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function openSuccessor() returns()
func (checkpointLog *CheckpointLog) TryPackOpenSuccessor() ([]byte, error) {
	return checkpointLog.abi.Pack("openSuccessor")
}

// PackOriginOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf8538ba3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function originOf(uint32 log) view returns(string)
func (checkpointLog *CheckpointLog) PackOriginOf(log uint32) []byte {
	enc, err := checkpointLog.abi.Pack("originOf", log)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOriginOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf8538ba3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function originOf(uint32 log) view returns(string)
func (checkpointLog *CheckpointLog) TryPackOriginOf(log uint32) ([]byte, error) {
	return checkpointLog.abi.Pack("originOf", log)
}

// UnpackOriginOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf8538ba3.
//
// Solidity: function originOf(uint32 log) view returns(string)
func (checkpointLog *CheckpointLog) UnpackOriginOf(data []byte) (string, error) {
	out, err := checkpointLog.abi.Unpack("originOf", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackPendingSuccessor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xed60ed63.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pendingSuccessor() view returns((string,uint64,bytes32,uint64))
func (checkpointLog *CheckpointLog) PackPendingSuccessor() []byte {
	enc, err := checkpointLog.abi.Pack("pendingSuccessor")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPendingSuccessor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xed60ed63.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pendingSuccessor() view returns((string,uint64,bytes32,uint64))
func (checkpointLog *CheckpointLog) TryPackPendingSuccessor() ([]byte, error) {
	return checkpointLog.abi.Pack("pendingSuccessor")
}

// UnpackPendingSuccessor is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xed60ed63.
//
// Solidity: function pendingSuccessor() view returns((string,uint64,bytes32,uint64))
func (checkpointLog *CheckpointLog) UnpackPendingSuccessor(data []byte) (ICheckpointLogSuccessor, error) {
	out, err := checkpointLog.abi.Unpack("pendingSuccessor", data)
	if err != nil {
		return *new(ICheckpointLogSuccessor), err
	}
	out0 := *abi.ConvertType(out[0], new(ICheckpointLogSuccessor)).(*ICheckpointLogSuccessor)
	return out0, nil
}

// PackPredecessorOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8149bada.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function predecessorOf(uint32 log) view returns(uint64 size, bytes32 root)
func (checkpointLog *CheckpointLog) PackPredecessorOf(log uint32) []byte {
	enc, err := checkpointLog.abi.Pack("predecessorOf", log)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPredecessorOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8149bada.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function predecessorOf(uint32 log) view returns(uint64 size, bytes32 root)
func (checkpointLog *CheckpointLog) TryPackPredecessorOf(log uint32) ([]byte, error) {
	return checkpointLog.abi.Pack("predecessorOf", log)
}

// PredecessorOfOutput serves as a container for the return parameters of contract
// method PredecessorOf.
type PredecessorOfOutput struct {
	Size uint64
	Root [32]byte
}

// UnpackPredecessorOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8149bada.
//
// Solidity: function predecessorOf(uint32 log) view returns(uint64 size, bytes32 root)
func (checkpointLog *CheckpointLog) UnpackPredecessorOf(data []byte) (PredecessorOfOutput, error) {
	out, err := checkpointLog.abi.Unpack("predecessorOf", data)
	outstruct := new(PredecessorOfOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Size = *abi.ConvertType(out[0], new(uint64)).(*uint64)
	outstruct.Root = *abi.ConvertType(out[1], new([32]byte)).(*[32]byte)
	return *outstruct, nil
}

// PackProposeSuccessor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3e8722f6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function proposeSuccessor(string newOrigin, uint64 lastSize, bytes32 lastRoot) returns()
func (checkpointLog *CheckpointLog) PackProposeSuccessor(newOrigin string, lastSize uint64, lastRoot [32]byte) []byte {
	enc, err := checkpointLog.abi.Pack("proposeSuccessor", newOrigin, lastSize, lastRoot)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackProposeSuccessor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3e8722f6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function proposeSuccessor(string newOrigin, uint64 lastSize, bytes32 lastRoot) returns()
func (checkpointLog *CheckpointLog) TryPackProposeSuccessor(newOrigin string, lastSize uint64, lastRoot [32]byte) ([]byte, error) {
	return checkpointLog.abi.Pack("proposeSuccessor", newOrigin, lastSize, lastRoot)
}

// PackRootOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8fdbc685.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function rootOf(uint32 log, uint64 size) view returns(bytes32 root)
func (checkpointLog *CheckpointLog) PackRootOf(log uint32, size uint64) []byte {
	enc, err := checkpointLog.abi.Pack("rootOf", log, size)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRootOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8fdbc685.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function rootOf(uint32 log, uint64 size) view returns(bytes32 root)
func (checkpointLog *CheckpointLog) TryPackRootOf(log uint32, size uint64) ([]byte, error) {
	return checkpointLog.abi.Pack("rootOf", log, size)
}

// UnpackRootOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8fdbc685.
//
// Solidity: function rootOf(uint32 log, uint64 size) view returns(bytes32 root)
func (checkpointLog *CheckpointLog) UnpackRootOf(data []byte) ([32]byte, error) {
	out, err := checkpointLog.abi.Unpack("rootOf", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackSetAuthority is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7a9e5e4b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setAuthority(address newAuthority) returns()
func (checkpointLog *CheckpointLog) PackSetAuthority(newAuthority common.Address) []byte {
	enc, err := checkpointLog.abi.Pack("setAuthority", newAuthority)
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
func (checkpointLog *CheckpointLog) TryPackSetAuthority(newAuthority common.Address) ([]byte, error) {
	return checkpointLog.abi.Pack("setAuthority", newAuthority)
}

// PackSubmit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x104ee1b1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function submit(uint32 log, uint64 oldSize, uint64 newSize, bytes32 newRoot, bytes32[] proof) returns()
func (checkpointLog *CheckpointLog) PackSubmit(log uint32, oldSize uint64, newSize uint64, newRoot [32]byte, proof [][32]byte) []byte {
	enc, err := checkpointLog.abi.Pack("submit", log, oldSize, newSize, newRoot, proof)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSubmit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x104ee1b1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function submit(uint32 log, uint64 oldSize, uint64 newSize, bytes32 newRoot, bytes32[] proof) returns()
func (checkpointLog *CheckpointLog) TryPackSubmit(log uint32, oldSize uint64, newSize uint64, newRoot [32]byte, proof [][32]byte) ([]byte, error) {
	return checkpointLog.abi.Pack("submit", log, oldSize, newSize, newRoot, proof)
}

// PackSuccessorDelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x36979a21.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function successorDelay() view returns(uint32)
func (checkpointLog *CheckpointLog) PackSuccessorDelay() []byte {
	enc, err := checkpointLog.abi.Pack("successorDelay")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSuccessorDelay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x36979a21.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function successorDelay() view returns(uint32)
func (checkpointLog *CheckpointLog) TryPackSuccessorDelay() ([]byte, error) {
	return checkpointLog.abi.Pack("successorDelay")
}

// UnpackSuccessorDelay is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x36979a21.
//
// Solidity: function successorDelay() view returns(uint32)
func (checkpointLog *CheckpointLog) UnpackSuccessorDelay(data []byte) (uint32, error) {
	out, err := checkpointLog.abi.Unpack("successorDelay", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackVerifyInclusion is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbe76aa42.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function verifyInclusion(uint32 log, uint64 size, uint64 index, bytes32 entry, bytes32[] proof) view returns(bool)
func (checkpointLog *CheckpointLog) PackVerifyInclusion(log uint32, size uint64, index uint64, entry [32]byte, proof [][32]byte) []byte {
	enc, err := checkpointLog.abi.Pack("verifyInclusion", log, size, index, entry, proof)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVerifyInclusion is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbe76aa42.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function verifyInclusion(uint32 log, uint64 size, uint64 index, bytes32 entry, bytes32[] proof) view returns(bool)
func (checkpointLog *CheckpointLog) TryPackVerifyInclusion(log uint32, size uint64, index uint64, entry [32]byte, proof [][32]byte) ([]byte, error) {
	return checkpointLog.abi.Pack("verifyInclusion", log, size, index, entry, proof)
}

// UnpackVerifyInclusion is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbe76aa42.
//
// Solidity: function verifyInclusion(uint32 log, uint64 size, uint64 index, bytes32 entry, bytes32[] proof) view returns(bool)
func (checkpointLog *CheckpointLog) UnpackVerifyInclusion(data []byte) (bool, error) {
	out, err := checkpointLog.abi.Unpack("verifyInclusion", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// CheckpointLogAuthorityUpdated represents a AuthorityUpdated event raised by the CheckpointLog contract.
type CheckpointLogAuthorityUpdated struct {
	Authority common.Address
	Raw       *types.Log // Blockchain specific contextual infos
}

const CheckpointLogAuthorityUpdatedEventName = "AuthorityUpdated"

// ContractEventName returns the user-defined event name.
func (CheckpointLogAuthorityUpdated) ContractEventName() string {
	return CheckpointLogAuthorityUpdatedEventName
}

// UnpackAuthorityUpdatedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event AuthorityUpdated(address authority)
func (checkpointLog *CheckpointLog) UnpackAuthorityUpdatedEvent(log *types.Log) (*CheckpointLogAuthorityUpdated, error) {
	event := "AuthorityUpdated"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != checkpointLog.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(CheckpointLogAuthorityUpdated)
	if len(log.Data) > 0 {
		if err := checkpointLog.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range checkpointLog.abi.Events[event].Inputs {
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

// CheckpointLogCheckpointAccepted represents a CheckpointAccepted event raised by the CheckpointLog contract.
type CheckpointLogCheckpointAccepted struct {
	Log  uint32
	Size uint64
	Root [32]byte
	Raw  *types.Log // Blockchain specific contextual infos
}

const CheckpointLogCheckpointAcceptedEventName = "CheckpointAccepted"

// ContractEventName returns the user-defined event name.
func (CheckpointLogCheckpointAccepted) ContractEventName() string {
	return CheckpointLogCheckpointAcceptedEventName
}

// UnpackCheckpointAcceptedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event CheckpointAccepted(uint32 indexed log, uint64 indexed size, bytes32 root)
func (checkpointLog *CheckpointLog) UnpackCheckpointAcceptedEvent(log *types.Log) (*CheckpointLogCheckpointAccepted, error) {
	event := "CheckpointAccepted"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != checkpointLog.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(CheckpointLogCheckpointAccepted)
	if len(log.Data) > 0 {
		if err := checkpointLog.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range checkpointLog.abi.Events[event].Inputs {
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

// CheckpointLogLogOpened represents a LogOpened event raised by the CheckpointLog contract.
type CheckpointLogLogOpened struct {
	Log             uint32
	Origin          string
	PredecessorSize uint64
	PredecessorRoot [32]byte
	Raw             *types.Log // Blockchain specific contextual infos
}

const CheckpointLogLogOpenedEventName = "LogOpened"

// ContractEventName returns the user-defined event name.
func (CheckpointLogLogOpened) ContractEventName() string {
	return CheckpointLogLogOpenedEventName
}

// UnpackLogOpenedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event LogOpened(uint32 indexed log, string origin, uint64 predecessorSize, bytes32 predecessorRoot)
func (checkpointLog *CheckpointLog) UnpackLogOpenedEvent(log *types.Log) (*CheckpointLogLogOpened, error) {
	event := "LogOpened"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != checkpointLog.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(CheckpointLogLogOpened)
	if len(log.Data) > 0 {
		if err := checkpointLog.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range checkpointLog.abi.Events[event].Inputs {
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

// CheckpointLogSuccessorCancelled represents a SuccessorCancelled event raised by the CheckpointLog contract.
type CheckpointLogSuccessorCancelled struct {
	Log    uint32
	Origin string
	Raw    *types.Log // Blockchain specific contextual infos
}

const CheckpointLogSuccessorCancelledEventName = "SuccessorCancelled"

// ContractEventName returns the user-defined event name.
func (CheckpointLogSuccessorCancelled) ContractEventName() string {
	return CheckpointLogSuccessorCancelledEventName
}

// UnpackSuccessorCancelledEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event SuccessorCancelled(uint32 indexed log, string origin)
func (checkpointLog *CheckpointLog) UnpackSuccessorCancelledEvent(log *types.Log) (*CheckpointLogSuccessorCancelled, error) {
	event := "SuccessorCancelled"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != checkpointLog.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(CheckpointLogSuccessorCancelled)
	if len(log.Data) > 0 {
		if err := checkpointLog.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range checkpointLog.abi.Events[event].Inputs {
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

// CheckpointLogSuccessorProposed represents a SuccessorProposed event raised by the CheckpointLog contract.
type CheckpointLogSuccessorProposed struct {
	Log     uint32
	Origin  string
	Size    uint64
	Root    [32]byte
	OpensAt uint64
	Raw     *types.Log // Blockchain specific contextual infos
}

const CheckpointLogSuccessorProposedEventName = "SuccessorProposed"

// ContractEventName returns the user-defined event name.
func (CheckpointLogSuccessorProposed) ContractEventName() string {
	return CheckpointLogSuccessorProposedEventName
}

// UnpackSuccessorProposedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event SuccessorProposed(uint32 indexed log, string origin, uint64 size, bytes32 root, uint64 opensAt)
func (checkpointLog *CheckpointLog) UnpackSuccessorProposedEvent(log *types.Log) (*CheckpointLogSuccessorProposed, error) {
	event := "SuccessorProposed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != checkpointLog.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(CheckpointLogSuccessorProposed)
	if len(log.Data) > 0 {
		if err := checkpointLog.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range checkpointLog.abi.Events[event].Inputs {
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
func (checkpointLog *CheckpointLog) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["AccessManagedInvalidAuthority"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackAccessManagedInvalidAuthorityError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["AccessManagedRequiredDelay"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackAccessManagedRequiredDelayError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["AccessManagedUnauthorized"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackAccessManagedUnauthorizedError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["EmptyOrigin"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackEmptyOriginError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["GrowthTooLarge"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackGrowthTooLargeError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["Inconsistent"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackInconsistentError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["NoSuccessor"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackNoSuccessorError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["NotGrowing"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackNotGrowingError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["NotLatest"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackNotLatestError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["OriginInUse"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackOriginInUseError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["SuccessorPending"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackSuccessorPendingError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["TooEarly"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackTooEarlyError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["UnknownCheckpoint"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackUnknownCheckpointError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["UnknownLog"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackUnknownLogError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["WrongRoot"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackWrongRootError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["ZeroMaxGrowth"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackZeroMaxGrowthError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["ZeroRoot"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackZeroRootError(raw[4:])
	}
	if bytes.Equal(raw[:4], checkpointLog.abi.Errors["ZeroSuccessorDelay"].ID.Bytes()[:4]) {
		return checkpointLog.UnpackZeroSuccessorDelayError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// CheckpointLogAccessManagedInvalidAuthority represents a AccessManagedInvalidAuthority error raised by the CheckpointLog contract.
type CheckpointLogAccessManagedInvalidAuthority struct {
	Authority common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedInvalidAuthority(address authority)
func CheckpointLogAccessManagedInvalidAuthorityErrorID() common.Hash {
	return common.HexToHash("0xc2f31e5ee06c96eddd5864bf58d26da15afa7233cb6f74e000aa686fca7a7a0b")
}

// UnpackAccessManagedInvalidAuthorityError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedInvalidAuthority(address authority)
func (checkpointLog *CheckpointLog) UnpackAccessManagedInvalidAuthorityError(raw []byte) (*CheckpointLogAccessManagedInvalidAuthority, error) {
	out := new(CheckpointLogAccessManagedInvalidAuthority)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "AccessManagedInvalidAuthority", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogAccessManagedRequiredDelay represents a AccessManagedRequiredDelay error raised by the CheckpointLog contract.
type CheckpointLogAccessManagedRequiredDelay struct {
	Caller common.Address
	Delay  uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedRequiredDelay(address caller, uint32 delay)
func CheckpointLogAccessManagedRequiredDelayErrorID() common.Hash {
	return common.HexToHash("0xaf77169dad650be42a753d4bbd4f4ad0d10be80053e495da3bb1525746eda4e4")
}

// UnpackAccessManagedRequiredDelayError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedRequiredDelay(address caller, uint32 delay)
func (checkpointLog *CheckpointLog) UnpackAccessManagedRequiredDelayError(raw []byte) (*CheckpointLogAccessManagedRequiredDelay, error) {
	out := new(CheckpointLogAccessManagedRequiredDelay)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "AccessManagedRequiredDelay", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogAccessManagedUnauthorized represents a AccessManagedUnauthorized error raised by the CheckpointLog contract.
type CheckpointLogAccessManagedUnauthorized struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AccessManagedUnauthorized(address caller)
func CheckpointLogAccessManagedUnauthorizedErrorID() common.Hash {
	return common.HexToHash("0x068ca9d827f779c08fd30d7fda45faef5f2a6b2e57f8b809b3c6bbed99f5fb1f")
}

// UnpackAccessManagedUnauthorizedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AccessManagedUnauthorized(address caller)
func (checkpointLog *CheckpointLog) UnpackAccessManagedUnauthorizedError(raw []byte) (*CheckpointLogAccessManagedUnauthorized, error) {
	out := new(CheckpointLogAccessManagedUnauthorized)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "AccessManagedUnauthorized", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogEmptyOrigin represents a EmptyOrigin error raised by the CheckpointLog contract.
type CheckpointLogEmptyOrigin struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error EmptyOrigin()
func CheckpointLogEmptyOriginErrorID() common.Hash {
	return common.HexToHash("0x3396161ac3533be8434559d7842c72188fe663d82c3df60db076c33aad71fc65")
}

// UnpackEmptyOriginError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error EmptyOrigin()
func (checkpointLog *CheckpointLog) UnpackEmptyOriginError(raw []byte) (*CheckpointLogEmptyOrigin, error) {
	out := new(CheckpointLogEmptyOrigin)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "EmptyOrigin", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogGrowthTooLarge represents a GrowthTooLarge error raised by the CheckpointLog contract.
type CheckpointLogGrowthTooLarge struct {
	Growth    uint64
	MaxGrowth uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error GrowthTooLarge(uint64 growth, uint64 maxGrowth)
func CheckpointLogGrowthTooLargeErrorID() common.Hash {
	return common.HexToHash("0xcf1bb704efabe67cde0fd5237781fae4e01495afcdc8e1a6e520b24e1cec50fa")
}

// UnpackGrowthTooLargeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error GrowthTooLarge(uint64 growth, uint64 maxGrowth)
func (checkpointLog *CheckpointLog) UnpackGrowthTooLargeError(raw []byte) (*CheckpointLogGrowthTooLarge, error) {
	out := new(CheckpointLogGrowthTooLarge)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "GrowthTooLarge", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogInconsistent represents a Inconsistent error raised by the CheckpointLog contract.
type CheckpointLogInconsistent struct {
	OldSize uint64
	NewSize uint64
	NewRoot [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Inconsistent(uint64 oldSize, uint64 newSize, bytes32 newRoot)
func CheckpointLogInconsistentErrorID() common.Hash {
	return common.HexToHash("0xd207deda719300bc14f3e8af38b4e4cdd46362e53e2ebebc8e4a9e04f9c2f836")
}

// UnpackInconsistentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Inconsistent(uint64 oldSize, uint64 newSize, bytes32 newRoot)
func (checkpointLog *CheckpointLog) UnpackInconsistentError(raw []byte) (*CheckpointLogInconsistent, error) {
	out := new(CheckpointLogInconsistent)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "Inconsistent", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogNoSuccessor represents a NoSuccessor error raised by the CheckpointLog contract.
type CheckpointLogNoSuccessor struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoSuccessor()
func CheckpointLogNoSuccessorErrorID() common.Hash {
	return common.HexToHash("0x1c778cf57e8c56295f2a84c19108c64ed613f497395817b72ee44ee7258b2fdd")
}

// UnpackNoSuccessorError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoSuccessor()
func (checkpointLog *CheckpointLog) UnpackNoSuccessorError(raw []byte) (*CheckpointLogNoSuccessor, error) {
	out := new(CheckpointLogNoSuccessor)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "NoSuccessor", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogNotGrowing represents a NotGrowing error raised by the CheckpointLog contract.
type CheckpointLogNotGrowing struct {
	OldSize uint64
	NewSize uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotGrowing(uint64 oldSize, uint64 newSize)
func CheckpointLogNotGrowingErrorID() common.Hash {
	return common.HexToHash("0xc1bd47003e89a4e90813ecfc526b771a9fbd0f8c2255d075cfa111386ce23320")
}

// UnpackNotGrowingError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotGrowing(uint64 oldSize, uint64 newSize)
func (checkpointLog *CheckpointLog) UnpackNotGrowingError(raw []byte) (*CheckpointLogNotGrowing, error) {
	out := new(CheckpointLogNotGrowing)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "NotGrowing", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogNotLatest represents a NotLatest error raised by the CheckpointLog contract.
type CheckpointLogNotLatest struct {
	Log        uint32
	Size       uint64
	LatestLog  uint32
	LatestSize uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotLatest(uint32 log, uint64 size, uint32 latestLog, uint64 latestSize)
func CheckpointLogNotLatestErrorID() common.Hash {
	return common.HexToHash("0xd4778348652ba511bf48632732455257eb76adf6d4288936aa65899eaa9a718c")
}

// UnpackNotLatestError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotLatest(uint32 log, uint64 size, uint32 latestLog, uint64 latestSize)
func (checkpointLog *CheckpointLog) UnpackNotLatestError(raw []byte) (*CheckpointLogNotLatest, error) {
	out := new(CheckpointLogNotLatest)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "NotLatest", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogOriginInUse represents a OriginInUse error raised by the CheckpointLog contract.
type CheckpointLogOriginInUse struct {
	Origin string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OriginInUse(string origin)
func CheckpointLogOriginInUseErrorID() common.Hash {
	return common.HexToHash("0x97b5d4e534ac374a8a2e37734ac9887f7f830e90b3dc24441296d3b609fb5696")
}

// UnpackOriginInUseError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OriginInUse(string origin)
func (checkpointLog *CheckpointLog) UnpackOriginInUseError(raw []byte) (*CheckpointLogOriginInUse, error) {
	out := new(CheckpointLogOriginInUse)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "OriginInUse", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogSuccessorPending represents a SuccessorPending error raised by the CheckpointLog contract.
type CheckpointLogSuccessorPending struct {
	OpensAt uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SuccessorPending(uint64 opensAt)
func CheckpointLogSuccessorPendingErrorID() common.Hash {
	return common.HexToHash("0xbda32a82d6c520c0cd1b997f0b6b9545163906e859b28decce9df08e009a6714")
}

// UnpackSuccessorPendingError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SuccessorPending(uint64 opensAt)
func (checkpointLog *CheckpointLog) UnpackSuccessorPendingError(raw []byte) (*CheckpointLogSuccessorPending, error) {
	out := new(CheckpointLogSuccessorPending)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "SuccessorPending", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogTooEarly represents a TooEarly error raised by the CheckpointLog contract.
type CheckpointLogTooEarly struct {
	OpensAt uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TooEarly(uint64 opensAt)
func CheckpointLogTooEarlyErrorID() common.Hash {
	return common.HexToHash("0xd606d83fc5c7e56637c0959f5077c3a15f782b710d7eab50461ed55fd6deb6ae")
}

// UnpackTooEarlyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TooEarly(uint64 opensAt)
func (checkpointLog *CheckpointLog) UnpackTooEarlyError(raw []byte) (*CheckpointLogTooEarly, error) {
	out := new(CheckpointLogTooEarly)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "TooEarly", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogUnknownCheckpoint represents a UnknownCheckpoint error raised by the CheckpointLog contract.
type CheckpointLogUnknownCheckpoint struct {
	Log  uint32
	Size uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownCheckpoint(uint32 log, uint64 size)
func CheckpointLogUnknownCheckpointErrorID() common.Hash {
	return common.HexToHash("0x88b271413fb21ab2cc8368c68bd979f7407b11a48ab9342ef01d21aaa065538f")
}

// UnpackUnknownCheckpointError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownCheckpoint(uint32 log, uint64 size)
func (checkpointLog *CheckpointLog) UnpackUnknownCheckpointError(raw []byte) (*CheckpointLogUnknownCheckpoint, error) {
	out := new(CheckpointLogUnknownCheckpoint)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "UnknownCheckpoint", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogUnknownLog represents a UnknownLog error raised by the CheckpointLog contract.
type CheckpointLogUnknownLog struct {
	Log uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownLog(uint32 log)
func CheckpointLogUnknownLogErrorID() common.Hash {
	return common.HexToHash("0x3fc9ee71c97a47228799ebc321e8cce278080045cdaa46e4e5a0f55daf15e777")
}

// UnpackUnknownLogError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownLog(uint32 log)
func (checkpointLog *CheckpointLog) UnpackUnknownLogError(raw []byte) (*CheckpointLogUnknownLog, error) {
	out := new(CheckpointLogUnknownLog)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "UnknownLog", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogWrongRoot represents a WrongRoot error raised by the CheckpointLog contract.
type CheckpointLogWrongRoot struct {
	Root       [32]byte
	LatestRoot [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongRoot(bytes32 root, bytes32 latestRoot)
func CheckpointLogWrongRootErrorID() common.Hash {
	return common.HexToHash("0xa864586d2a8349087c0526b31fd228c7c3946fb4fe0a81d106bb2994a2b3c293")
}

// UnpackWrongRootError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongRoot(bytes32 root, bytes32 latestRoot)
func (checkpointLog *CheckpointLog) UnpackWrongRootError(raw []byte) (*CheckpointLogWrongRoot, error) {
	out := new(CheckpointLogWrongRoot)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "WrongRoot", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogZeroMaxGrowth represents a ZeroMaxGrowth error raised by the CheckpointLog contract.
type CheckpointLogZeroMaxGrowth struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroMaxGrowth()
func CheckpointLogZeroMaxGrowthErrorID() common.Hash {
	return common.HexToHash("0xd9ede740f2890bdc0b0746e6f16e87e29f15bb77d75793fc2bd8399304232267")
}

// UnpackZeroMaxGrowthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroMaxGrowth()
func (checkpointLog *CheckpointLog) UnpackZeroMaxGrowthError(raw []byte) (*CheckpointLogZeroMaxGrowth, error) {
	out := new(CheckpointLogZeroMaxGrowth)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "ZeroMaxGrowth", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogZeroRoot represents a ZeroRoot error raised by the CheckpointLog contract.
type CheckpointLogZeroRoot struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroRoot()
func CheckpointLogZeroRootErrorID() common.Hash {
	return common.HexToHash("0xb263ae738e814ca9af6ee56bb85daa47624e790421913c947dcba2aac07cfdbd")
}

// UnpackZeroRootError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroRoot()
func (checkpointLog *CheckpointLog) UnpackZeroRootError(raw []byte) (*CheckpointLogZeroRoot, error) {
	out := new(CheckpointLogZeroRoot)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "ZeroRoot", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CheckpointLogZeroSuccessorDelay represents a ZeroSuccessorDelay error raised by the CheckpointLog contract.
type CheckpointLogZeroSuccessorDelay struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroSuccessorDelay()
func CheckpointLogZeroSuccessorDelayErrorID() common.Hash {
	return common.HexToHash("0x746a5f19beeb544d3e9ce2181d367f4b24aa7a110e70d0c1838652b2fe12156a")
}

// UnpackZeroSuccessorDelayError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroSuccessorDelay()
func (checkpointLog *CheckpointLog) UnpackZeroSuccessorDelayError(raw []byte) (*CheckpointLogZeroSuccessorDelay, error) {
	out := new(CheckpointLogZeroSuccessorDelay)
	if err := checkpointLog.abi.UnpackIntoInterface(out, "ZeroSuccessorDelay", raw); err != nil {
		return nil, err
	}
	return out, nil
}
