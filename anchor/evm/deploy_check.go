package evm

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"lethe/contracts"
)

// roleAdmin is the manager's own administrator.
const roleAdmin uint64 = 0

// check reads back all that was set.
func (d *deployer) check(ctx context.Context) error {
	d.progress("reading back what was set")
	for _, part := range []func(context.Context) error{d.checkLog, d.checkRegistry, d.checkPermissions, d.checkRoles} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// expect reads a view at the head, and compares.
func expect[T comparable](ctx context.Context, r *Reader, what string, v view[T], want T) error {
	got, err := readHead(ctx, r, v)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if got != want {
		return fmt.Errorf("%s is %v, not %v", what, got, want)
	}
	return nil
}

func (d *deployer) checkLog(ctx context.Context) error {
	at, log := d.CheckpointLog, contracts.NewCheckpointLog()
	authority := view[common.Address]{at, log.PackAuthority(), log.UnpackAuthority}
	if err := expect(ctx, d.r, "manager of the log", authority, d.AccessManager); err != nil {
		return err
	}
	origin := view[string]{at, log.PackOriginOf(0), log.UnpackOriginOf}
	if err := expect(ctx, d.r, "origin", origin, d.cfg.Origin); err != nil {
		return err
	}
	growth := view[uint64]{at, log.PackMaxGrowth(), log.UnpackMaxGrowth}
	if err := expect(ctx, d.r, "largest growth", growth, d.cfg.MaxGrowth); err != nil {
		return err
	}
	delay := view[uint32]{at, log.PackSuccessorDelay(), log.UnpackSuccessorDelay}
	return expect(ctx, d.r, "delay of a successor", delay, uint32(d.cfg.SuccessorDelay/time.Second))
}

func (d *deployer) checkRegistry(ctx context.Context) error {
	at, registry := d.RootRegistry, contracts.NewRootRegistry()
	authority := view[common.Address]{at, registry.PackAuthority(), registry.UnpackAuthority}
	if err := expect(ctx, d.r, "manager of the registry", authority, d.AccessManager); err != nil {
		return err
	}
	heartbeat := view[uint32]{at, registry.PackMaxHeartbeat(), registry.UnpackMaxHeartbeat}
	return expect(ctx, d.r, "largest heartbeat", heartbeat, uint32(d.cfg.MaxHeartbeat/time.Second))
}

func (d *deployer) checkPermissions(ctx context.Context) error {
	manager := contracts.NewAccessManager()
	for _, p := range d.permissions() {
		for _, selector := range p.Selectors {
			role := view[uint64]{
				d.AccessManager, manager.PackGetTargetFunctionRole(p.target, selector), manager.UnpackGetTargetFunctionRole,
			}
			if err := expect(ctx, d.r, fmt.Sprintf("role of function %x", selector), role, p.Role); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *deployer) checkRoles(ctx context.Context) error {
	for _, g := range d.grants() {
		if err := d.member(ctx, g.role, g.holder, true); err != nil {
			return err
		}
	}
	if err := d.member(ctx, roleAdmin, d.cfg.Roles.Admin, true); err != nil || d.cfg.Roles.Admin == d.address {
		return err
	}
	return d.member(ctx, roleAdmin, d.address, false)
}

// member checks who holds a role, which no deployment gives with a delay.
func (d *deployer) member(ctx context.Context, role uint64, account common.Address, want bool) error {
	manager := contracts.NewAccessManager()
	has := view[contracts.HasRoleOutput]{d.AccessManager, manager.PackHasRole(role, account), manager.UnpackHasRole}
	what := fmt.Sprintf("membership of %s in role %d", account, role)
	return expect(ctx, d.r, what, has, contracts.HasRoleOutput{IsMember: want})
}
