package evm

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rpc"

	"lethe/anchor"
	"lethe/contracts"
)

// A deployment is handed over whole: the deploying key keeps nothing.
func TestDeployHandsOver(t *testing.T) {
	w := newWorld(t)
	for name, roles := range map[string][]uint64{
		"deployer": nil, "admin": {roleAdmin}, "submitter": {contracts.RoleSubmitter}, "recovery": {contracts.RoleRecovery},
		"guardian": {contracts.RoleGuardian}, "registrar": {contracts.RoleRegistrar},
	} {
		for _, role := range []uint64{roleAdmin, 1, 2, 3, 4} {
			d := deployer{account: newAccount(w.reader, KeySigner(key(name)), nil), Deployment: w.Deployment}
			if err := d.member(t.Context(), role, address(name), slices.Contains(roles, role)); err != nil {
				t.Error(err)
			}
		}
	}
	err := w.do(func(ctx context.Context) error {
		return GrantRole(ctx, w.reader, key("deployer"), contracts.RoleSubmitter, address("deployer"))
	})
	if !errors.Is(err, ErrRefused) {
		t.Errorf("the deploying key grants roles: %v", err)
	}
}

func TestDeployKeepsItsOwnAdministration(t *testing.T) {
	w := newWorld(t)
	cfg, steps := testDeployment(), 0
	cfg.Roles.Admin = address("deployer")
	var d Deployment
	err := w.do(func(ctx context.Context) (err error) {
		d, err = Deploy(ctx, w.RPC(), key("deployer"), cfg, func(string) { steps++ })
		return err
	})
	if err != nil || d.CheckpointLog == w.CheckpointLog || d.Block <= w.Block || steps == 0 {
		t.Fatalf("%+v after %d steps: %v", d, steps, err)
	}
	w.Deployment = d
	w.reader = w.newReader(w.RPC())
	if err := w.grantSubmitterBy("deployer", "stranger"); err != nil {
		t.Error(err)
	}
	w.anchored(w.senderWith(SenderConfig{Signer: KeySigner(key("stranger")), Journal: w.journal, Confirmations: 1}), 3)
}

func TestDeployConfigIsChecked(t *testing.T) {
	for name, spoil := range map[string]func(*DeployConfig){
		"Origin":          func(c *DeployConfig) { c.Origin = "" },
		"MaxGrowth":       func(c *DeployConfig) { c.MaxGrowth = 0 },
		"SuccessorDelay":  func(c *DeployConfig) { c.SuccessorDelay = 1500 * time.Millisecond },
		"MaxHeartbeat":    func(c *DeployConfig) { c.MaxHeartbeat = 200 * 365 * 24 * time.Hour },
		"Roles.Admin":     func(c *DeployConfig) { c.Roles.Admin = common.Address{} },
		"Roles.Submitter": func(c *DeployConfig) { c.Roles.Submitter = common.Address{} },
		"Roles.Recovery":  func(c *DeployConfig) { c.Roles.Recovery = common.Address{} },
		"Roles.Guardian":  func(c *DeployConfig) { c.Roles.Guardian = c.Roles.Recovery },
		"Roles.Registrar": func(c *DeployConfig) { c.Roles.Registrar = common.Address{} },
	} {
		cfg := testDeployment()
		spoil(&cfg)
		if _, err := Deploy(t.Context(), nil, nil, cfg, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, not one about %s", err, name)
		}
	}
}

func TestReaderConfigIsChecked(t *testing.T) {
	client, good := new(rpc.Client), address("log")
	for _, test := range []struct {
		cfg  ReaderConfig
		want string
	}{
		{ReaderConfig{ChainID: 1, CheckpointLog: good}, "Clients"},
		{ReaderConfig{Clients: []*rpc.Client{client, nil}, ChainID: 1, CheckpointLog: good}, "Clients[1]"},
		{ReaderConfig{Clients: []*rpc.Client{client}, CheckpointLog: good}, "ChainID"},
		{ReaderConfig{Clients: []*rpc.Client{client}, ChainID: 1}, "CheckpointLog"},
		{ReaderConfig{Clients: []*rpc.Client{client}, ChainID: 1, CheckpointLog: good, Timeout: -1}, "Timeout"},
	} {
		if _, err := NewReader(test.cfg); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, not one about %s", err, test.want)
		}
	}
}

// Events are found also where they are further apart than is searched at once.
func TestSearchesInWindows(t *testing.T) {
	w := newWorld(t)
	s := w.sender(1)
	first := w.anchored(s, 2, anchor.ErasedKey("old"))
	w.reader.window = 7
	w.mine(25)
	w.anchored(s, 2)
	accepted, err := w.reader.Accepted(t.Context(), 0, 2)
	if err != nil || accepted.Transaction != first.Transaction {
		t.Fatalf("%+v, %v", accepted, err)
	}
	words, err := w.reader.Erased(t.Context(), 0, 0)
	if err != nil || len(words) != 16 || !slices.Contains(words, anchor.ErasedKey("old")) {
		t.Fatalf("%d words, %v", len(words), err)
	}
}
