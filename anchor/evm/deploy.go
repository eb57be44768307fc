package evm

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"lethe/contracts"
)

// Roles are the accounts that hold the roles of package contracts. Recovery and Guardian must be two; a small deployment may
// have one account for others.
type Roles struct {
	Admin     common.Address // of the AccessManager: grants and revokes the other roles, at once
	Submitter common.Address
	Recovery  common.Address
	Guardian  common.Address
	Registrar common.Address
}

// DeployConfig says what is deployed. All fields are required.
type DeployConfig struct {
	Origin         string        // of log number 0 (C2SP tlog-checkpoint)
	MaxGrowth      uint64        // entries by which a checkpoint may grow at most; never changes
	SuccessorDelay time.Duration // between a successor's proposal and its opening, whole seconds; never changes
	MaxHeartbeat   time.Duration // the largest heartbeat of a kind of roots, whole seconds; never changes
	Roles          Roles
}

// Deployment is where the contracts are.
type Deployment struct {
	AccessManager, CheckpointLog, RootRegistry common.Address
	Block                                      uint64 // that CheckpointLog is in: no event is older
}

func (cfg *DeployConfig) check() error {
	for _, field := range []struct {
		name string
		bad  bool
	}{
		{"Origin", cfg.Origin == ""},
		{"MaxGrowth", cfg.MaxGrowth == 0},
		{"SuccessorDelay", !wholeSeconds(cfg.SuccessorDelay)},
		{"MaxHeartbeat", !wholeSeconds(cfg.MaxHeartbeat)},
		{"Roles.Admin", cfg.Roles.Admin == common.Address{}},
		{"Roles.Submitter", cfg.Roles.Submitter == common.Address{}},
		{"Roles.Recovery", cfg.Roles.Recovery == common.Address{}},
		{"Roles.Guardian", cfg.Roles.Guardian == common.Address{}},
		{"Roles.Registrar", cfg.Roles.Registrar == common.Address{}},
	} {
		if field.bad {
			return fmt.Errorf("deployment: %s is missing or out of range", field.name)
		}
	}
	if cfg.Roles.Recovery == cfg.Roles.Guardian {
		return errors.New("deployment: Roles.Guardian is Roles.Recovery: nobody could cancel a wrong successor")
	}
	return nil
}

// wholeSeconds says whether a duration is one to 2^32-1 seconds, as the contracts count them.
func wholeSeconds(d time.Duration) bool {
	return d > 0 && d%time.Second == 0 && d/time.Second <= math.MaxUint32
}

// Deploy puts the three contracts on the chain and hands them over: it gives each function its role, grants the roles, makes
// Roles.Admin the administrator and renounces that of the deploying key if it is another's. Each step is read back. It takes
// about 13 transactions, one after another, waits for each until ctx ends, and tells progress (which may be nil) before each.
// What fails half way is left there, administered by key: nothing is taken up again, a new deployment is.
func Deploy(
	ctx context.Context, client *rpc.Client, key *ecdsa.PrivateKey, cfg DeployConfig, progress func(step string),
) (Deployment, error) {
	if err := cfg.check(); err != nil {
		return Deployment{}, err
	}
	if client == nil || key == nil {
		return Deployment{}, errors.New("deployment: client or key is nil")
	}
	if progress == nil {
		progress = func(string) {}
	}
	var id hexutil.Uint64
	r := &Reader{providers: []*provider{{client: client, name: "provider", timeout: DefaultTimeout}}}
	if err := r.providers[0].ask(ctx, &id, "eth_chainId"); err != nil {
		return Deployment{}, fmt.Errorf("deployment: %w", err)
	}
	r.providers[0].chainID = uint64(id)
	d := &deployer{account: newAccount(r, KeySigner(key), nil), cfg: cfg, progress: progress}
	for _, part := range []func(context.Context) error{d.create, d.permit, d.grant, d.handOver, d.check} {
		if err := part(ctx); err != nil {
			return d.Deployment, fmt.Errorf("deployment: %w", err)
		}
	}
	return d.Deployment, nil
}

type deployer struct {
	*account
	cfg      DeployConfig
	progress func(string)
	Deployment
}

// create deploys the contracts, the manager under the deploying key.
func (d *deployer) create(ctx context.Context) error {
	manager, err := d.contract(ctx, &contracts.AccessManagerMetaData, contracts.NewAccessManager().PackConstructor(d.address))
	if err != nil {
		return err
	}
	d.AccessManager = manager.ContractAddress
	args, err := contracts.NewCheckpointLog().GetABI().Pack("",
		d.AccessManager, d.cfg.Origin, d.cfg.MaxGrowth, uint32(d.cfg.SuccessorDelay/time.Second))
	if err != nil {
		return err
	}
	log, err := d.contract(ctx, &contracts.CheckpointLogMetaData, args)
	if err != nil {
		return err
	}
	d.CheckpointLog, d.Block = log.ContractAddress, log.BlockNumber.Uint64()
	heartbeat := uint32(d.cfg.MaxHeartbeat / time.Second)
	args = contracts.NewRootRegistry().PackConstructor(d.AccessManager, heartbeat)
	registry, err := d.contract(ctx, &contracts.RootRegistryMetaData, args)
	if err != nil {
		return err
	}
	d.RootRegistry = registry.ContractAddress
	return nil
}

func (d *deployer) contract(ctx context.Context, contract *bind.MetaData, args []byte) (*types.Receipt, error) {
	d.progress("deploying " + contract.ID)
	receipt, err := d.transact(ctx, nil, append(common.FromHex(contract.Bin), args...))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", contract.ID, err)
	}
	return receipt, nil
}

type grant struct {
	role   uint64
	holder common.Address
}

// grants is who shall hold which role.
func (d *deployer) grants() []grant {
	roles := d.cfg.Roles
	return []grant{
		{contracts.RoleSubmitter, roles.Submitter}, {contracts.RoleRecovery, roles.Recovery},
		{contracts.RoleGuardian, roles.Guardian}, {contracts.RoleRegistrar, roles.Registrar},
	}
}

type permission struct {
	target common.Address
	contracts.Permission
}

// permissions is which role calls which functions of which contract.
func (d *deployer) permissions() (all []permission) {
	for _, p := range contracts.CheckpointLogPermissions() {
		all = append(all, permission{d.CheckpointLog, p})
	}
	for _, p := range contracts.RootRegistryPermissions() {
		all = append(all, permission{d.RootRegistry, p})
	}
	return all
}

func (d *deployer) permit(ctx context.Context) error {
	for _, p := range d.permissions() {
		step := fmt.Sprintf("giving role %d its functions of %s", p.Role, p.target)
		data := contracts.NewAccessManager().PackSetTargetFunctionRole(p.target, p.Selectors, p.Role)
		if err := d.manage(ctx, step, data); err != nil {
			return err
		}
	}
	return nil
}

func (d *deployer) grant(ctx context.Context) error {
	for _, g := range d.grants() {
		data := contracts.NewAccessManager().PackGrantRole(g.role, g.holder, 0)
		if err := d.manage(ctx, fmt.Sprintf("granting role %d to %s", g.role, g.holder), data); err != nil {
			return err
		}
	}
	return nil
}

// handOver makes the administrator before the deploying key renounces, so that there is always one.
func (d *deployer) handOver(ctx context.Context) error {
	if d.cfg.Roles.Admin == d.address {
		return nil
	}
	manager := contracts.NewAccessManager()
	step := "handing administration to " + d.cfg.Roles.Admin.String()
	if err := d.manage(ctx, step, manager.PackGrantRole(roleAdmin, d.cfg.Roles.Admin, 0)); err != nil {
		return err
	}
	if err := d.member(ctx, roleAdmin, d.cfg.Roles.Admin, true); err != nil {
		return err
	}
	return d.manage(ctx, "renouncing administration", manager.PackRenounceRole(roleAdmin, d.address))
}

func (d *deployer) manage(ctx context.Context, step string, data []byte) error {
	d.progress(step)
	if _, err := d.transact(ctx, &d.AccessManager, data); err != nil {
		return fmt.Errorf("%s: %w", step, err)
	}
	return nil
}
