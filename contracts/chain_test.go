package contracts

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
)

// chain runs transactions and calls in go-ethereum's EVM, under the rules of Osaka, over a state in memory. It has no blocks
// and no signatures; the gas it reports is what a receipt would say.
type chain struct {
	t     testing.TB
	state *state.StateDB
	rules params.ChainConfig
	block uint64
	time  uint64
}

func newChain(t testing.TB) *chain {
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		t.Fatal(err)
	}
	rules := *params.AllDevChainProtocolChanges
	rules.AmsterdamTime, rules.BogotaTime = nil, nil
	return &chain{t: t, state: db, rules: rules, block: 1, time: 1_700_000_000}
}

func (c *chain) osaka() params.Rules {
	return c.rules.Rules(new(big.Int).SetUint64(c.block), true, c.time)
}

func (c *chain) evm() *vm.EVM {
	return vm.NewEVM(vm.BlockContext{
		CanTransfer: core.CanTransfer,
		Transfer:    core.Transfer,
		GetHash:     func(uint64) common.Hash { return common.Hash{} },
		BlockNumber: new(big.Int).SetUint64(c.block),
		Time:        c.time,
		Difficulty:  new(big.Int),
		BaseFee:     new(big.Int),
		BlobBaseFee: new(big.Int),
		Random:      new(common.Hash),
		GasLimit:    params.MaxTxGas,
	}, c.state, &c.rules, vm.Config{})
}

// transact applies a transaction in a block of its own, 12 seconds after the last.
func (c *chain) transact(from common.Address, to *common.Address, data []byte) *core.ExecutionResult {
	c.t.Helper()
	return c.transfer(from, to, data, 0)
}

// transfer is transact with wei.
func (c *chain) transfer(from common.Address, to *common.Address, data []byte, wei uint64) *core.ExecutionResult {
	c.t.Helper()
	c.block, c.time = c.block+1, c.time+12
	result, err := core.ApplyMessage(c.evm(), &core.Message{
		From: from, To: to, Nonce: c.state.GetNonce(from), Data: data, GasLimit: params.MaxTxGas,
		Value: uint256.NewInt(wei), GasPrice: new(uint256.Int), GasFeeCap: new(uint256.Int), GasTipCap: new(uint256.Int),
	}, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.state.Finalise(c.osaka())
	return result
}

// send applies a transaction that must succeed, and returns the gas that it used.
func (c *chain) send(from, to common.Address, data []byte) uint64 {
	c.t.Helper()
	result := c.transact(from, &to, data)
	if result.Err != nil {
		c.t.Fatalf("transaction: %v, data %x", result.Err, result.ReturnData)
	}
	return result.UsedGas
}

// refused applies a transaction that must be reverted, and returns the selector of the error.
func (c *chain) refused(from, to common.Address, data []byte) [4]byte {
	c.t.Helper()
	result := c.transact(from, &to, data)
	if result.Err == nil {
		c.t.Fatal("transaction was not reverted")
	}
	return [4]byte(result.ReturnData)
}

// create deploys a contract and returns its address and the gas used.
func (c *chain) create(from common.Address, code, args []byte) (common.Address, uint64) {
	c.t.Helper()
	address := crypto.CreateAddress(from, c.state.GetNonce(from))
	result := c.transact(from, nil, append(code, args...))
	if result.Err != nil {
		c.t.Fatalf("deployment: %v, data %x", result.Err, result.ReturnData)
	}
	return address, result.UsedGas
}

// call answers a view, which must not revert, and the gas that it used beside what a transaction would add, storage cold.
func (c *chain) call(to common.Address, data []byte) ([]byte, uint64) {
	c.t.Helper()
	c.state.Prepare(c.osaka(), common.Address{}, common.Address{}, &to, vm.ActivePrecompiles(c.osaka()), nil)
	given := vm.NewGasBudget(params.MaxTxGas, 0)
	ret, left, err := c.evm().StaticCall(common.Address{}, to, data, given)
	if err != nil {
		c.t.Fatalf("call: %v, data %x", err, ret)
	}
	return ret, left.Used(given)
}

// Accounts of the tests. Each holds the role of its name.
var (
	admin     = common.Address{0xa0}
	submitter = common.Address{0xa1}
	recovery  = common.Address{0xa2}
	guardian  = common.Address{0xa3}
	registrar = common.Address{0xa4}
	publisher = common.Address{0xa5}
	stranger  = common.Address{0xa6}
)

// deployment is a manager, a log and a registry on a chain, with the permissions and roles that they are used with.
type deployment struct {
	*chain
	manager, log, registry common.Address
	gas                    map[string]uint64 // of each deployment
}

const testOrigin = "log.example/records"

// deploy makes the contracts on a new chain; the log grows by at most maxGrowth, its successor waits a week.
func deploy(t testing.TB, maxGrowth uint64) *deployment {
	t.Helper()
	d := &deployment{chain: newChain(t), gas: map[string]uint64{}}
	manager, log, registry := NewAccessManager(), NewCheckpointLog(), NewRootRegistry()
	d.manager = d.create(&AccessManagerMetaData, manager.PackConstructor(admin))
	d.log = d.create(&CheckpointLogMetaData, log.PackConstructor(d.manager, testOrigin, maxGrowth, 7*24*3600))
	d.registry = d.create(&RootRegistryMetaData, registry.PackConstructor(d.manager, 24*3600))
	d.permit(d.log, CheckpointLogPermissions())
	d.permit(d.registry, RootRegistryPermissions())
	for role, holder := range map[uint64]common.Address{
		RoleSubmitter: submitter, RoleRecovery: recovery, RoleGuardian: guardian,
		RoleRegistrar: registrar, FirstPublisherRole: publisher,
	} {
		d.send(admin, d.manager, manager.PackGrantRole(role, holder, 0))
	}
	return d
}

func (d *deployment) create(contract *bind.MetaData, args []byte) common.Address {
	d.t.Helper()
	address, gas := d.chain.create(admin, common.FromHex(contract.Bin), args)
	d.gas[contract.ID] = gas
	return address
}

func (d *deployment) permit(target common.Address, permissions []Permission) {
	d.t.Helper()
	for _, p := range permissions {
		d.send(admin, d.manager, NewAccessManager().PackSetTargetFunctionRole(target, p.Selectors, p.Role))
	}
}

// submit packs a checkpoint of the first log.
func submit(old, size uint64, root [32]byte, proof [][32]byte) []byte {
	return NewCheckpointLog().PackSubmit(0, old, size, root, proof)
}
