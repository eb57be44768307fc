package main

import (
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lethe/keys"
	"lethe/keys/local"
	"lethe/keys/transit"
	"lethe/offchain"
	"lethe/offchain/index"
	"lethe/offchain/object"
	"lethe/vault"
	"lethe/vault/trial"
)

// Each store is a folder of the state folder, or a server when one is configured. What is opened is the same to the rest.

// keyStore holds the key store under the credentials that this process has: what belongs to a role of another is nil. The embedded one
// has a single credential.
type keyStore struct {
	serve  wrapping
	census keys.Census // of who serves
	erase  vault.Eraser
	cases  keys.Unwrapper // of who erases
	see    keys.Unwrapper // the witness
	signer func(context.Context) (crypto.Signer, error)
	seeds  deriver                     // of the log and the chain's accounts: of who works
	hidden deriver                     // of what serving keeps to itself
	ask    func(context.Context) error // whether it answers
	close  []func() error
}

type wrapping interface {
	keys.Wrapper
	keys.Blinder
}

type deriver interface {
	Derive(ctx context.Context, what string) (*keys.Key, error)
}

// waiting are the keys of what waits in trials: made by who serves, and destroyed by who erases.
func (k *keyStore) waiting() trial.Keys {
	if k.serve == nil || k.erase == nil {
		return nil
	}
	return struct {
		keys.Wrapper
		keys.Destroyer
	}{k.serve, k.erase}
}

func (k *keyStore) Close() error {
	var err error
	for _, end := range k.close {
		err = errors.Join(err, end())
	}
	return err
}

func (p *program) openKeys(ctx context.Context) (*keyStore, error) {
	if p.config.Keys.Vault.Address != "" {
		return p.openTransit(ctx)
	}
	root, err := p.config.Keys.RootKey.key()
	if err != nil {
		return nil, fmt.Errorf("keys.root_key: %w", err)
	}
	ring, err := local.Open(filepath.Join(p.dir, keysFolder), local.Config{RootKey: root})
	if err != nil {
		return nil, withHint(err, "keys.root_key in the configuration names where a root key is that is not in the folder")
	}
	return &keyStore{
		serve: ring, census: ring, erase: ring, see: ring, signer: ring.Signer, seeds: ring, hidden: ring, ask: blinds(ring),
		close: []func() error{ring.Close},
	}, nil
}

// blinds asks by a keyed hash of nothing.
func blinds(b keys.Blinder) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := b.Blind(ctx, nil)
		return err
	}
}

func (p *program) openTransit(ctx context.Context) (_ *keyStore, err error) {
	k := &keyStore{}
	defer func() {
		if err != nil {
			err = errors.Join(err, k.Close())
		}
	}()
	for _, role := range p.roles() {
		cfg, err := p.config.Keys.Vault.as(role, p.config.Tenant)
		if err != nil {
			return nil, err
		}
		ring, err := transit.Open(ctx, cfg)
		if err != nil {
			return nil, withHint(fmt.Errorf("keys.vault, as %s: %w", role, err), "`lethe doctor` says what is wrong; `lethe vault setup` makes the roles")
		}
		k.close = append(k.close, ring.Close)
		if err := ring.CheckRole(ctx, role); err != nil {
			return nil, withHint(fmt.Errorf("keys.vault: %w", err), "`lethe vault setup` brings it back to what is meant")
		}
		k.take(role, ring)
	}
	return k, nil
}

// take uses a ring for what its role may do.
func (k *keyStore) take(role transit.Role, ring *transit.Ring) {
	switch role {
	case transit.RoleServe:
		k.serve, k.census, k.hidden, k.ask = ring, ring, ring, blinds(ring)
	case transit.RoleWork:
		k.seeds = ring
		k.asks(func(ctx context.Context) error {
			seed, err := ring.Derive(ctx, logSeed)
			if err == nil {
				seed.Zero()
			}
			return err
		})
	case transit.RoleErase:
		k.erase, k.cases = ring, ring
		k.asks(func(ctx context.Context) error { _, err := ring.Count(ctx); return err })
	case transit.RoleWitness:
		k.see = ring
		return // it may not even read the certificates' public key
	}
	if k.signer == nil || role == transit.RoleErase {
		k.signer = ring.Signer
	}
}

// asks is how to ask, unless there is a cheaper way already.
func (k *keyStore) asks(how func(context.Context) error) {
	if k.ask == nil {
		k.ask = how
	}
}

// roles are those that this process has the credentials of: all of them where the key store is embedded.
func (c *keysConfig) roles() (held []transit.Role) {
	for _, role := range transit.Roles() {
		if _, ok := c.Vault.Roles[role]; ok || c.Vault.Address == "" {
			held = append(held, role)
		}
	}
	return held
}

func (p *program) roles() []transit.Role { return p.config.Keys.roles() }

func (p *program) has(role transit.Role) bool { return slices.Contains(p.roles(), role) }

// apart says whether other processes have roles that this one has not.
func (p *program) apart() bool { return len(p.roles()) < len(transit.Roles()) }

// checkShared refuses a process that has a part of the roles, and stores that others cannot reach.
func (p *program) checkShared() error {
	c := p.config
	switch {
	case len(p.roles()) == 0:
		return withHint(errors.New("keys.vault.roles names no role"), "`lethe vault setup` prints what belongs there")
	case !p.apart():
		return nil
	}
	for key, missing := range map[string]bool{
		"index.postgres": c.Index.Postgres.empty(), "objects.s3": c.Objects.S3.URL == "", "anchor.rpc": len(c.Anchor.RPC) == 0,
		"ledger.s3 or ledger.copy": c.Ledger.S3.URL == "" && c.Ledger.Copy == "",
	} {
		if missing {
			return withHint(fmt.Errorf("this process is one of several, which share their stores, and %s is not configured", key),
				"give it all four of keys.vault.roles to have one process do everything")
		}
	}
	return nil
}

// holderFile tells state folders apart that have the same path on machines of the same name.
const holderFile = "holder"

// holder names this process to the others: the same after a restart, as the folder is locked.
func (p *program) holder() (string, error) {
	own := filepath.Join(p.dir, holderFile)
	mark, err := readBounded(own, maxPublished)
	if errors.Is(err, fs.ErrNotExist) {
		mark = []byte(newSuffix() + "\n")
		err = writeOnce(own, mark)
	}
	if err != nil {
		return "", err
	}
	names := make([]string, 0, len(p.roles()))
	for _, role := range p.roles() {
		names = append(names, string(role))
	}
	host, _ := os.Hostname()
	place := sha256.Sum256([]byte(host + resolved(p.dir) + string(mark)))
	return fmt.Sprintf("%s-%x", strings.Join(names, "+"), place[:6]), nil
}

// objectStore is where objects are, until it is closed.
type objectStore interface {
	offchain.Objects
	io.Closer
}

func (p *program) openObjects(ctx context.Context) (objectStore, error) {
	if p.config.Objects.S3.URL == "" {
		return object.OpenLocal(filepath.Join(p.dir, objectsFolder))
	}
	return openBucket(ctx, "objects.s3", p.config.Objects.S3, object.S3Setup{})
}

// openBucket opens a bucket that is as it is meant to be.
func openBucket(ctx context.Context, key string, c s3Config, meant object.S3Setup) (objectStore, error) {
	cfg, err := c.config()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	differences, err := object.CheckS3(ctx, cfg, meant)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	if len(differences) > 0 {
		return nil, withHint(fmt.Errorf("%s: bucket %s: %s", key, c.Bucket, strings.Join(differences, "; ")), "`lethe s3 setup` makes it what it is meant to be")
	}
	return object.NewS3(cfg)
}

func (p *program) openIndex(ctx context.Context) (*index.Store, error) {
	url, err := p.config.Index.Postgres.text()
	if err != nil {
		return nil, fmt.Errorf("index.postgres: %w", err)
	}
	cfg := index.Config{URL: url, Tenant: p.config.Tenant, Log: p.log}
	if url == "" {
		cfg.Dir = filepath.Join(p.dir, indexFolder)
	}
	return index.Open(ctx, cfg)
}

// vaultConfig says where HashiCorp Vault, or OpenBao, is.
type vaultConfig struct {
	Address   string                      `yaml:"address"`
	CA        string                      `yaml:"ca"`
	Namespace string                      `yaml:"namespace"`
	Mount     string                      `yaml:"mount"`
	Roles     map[transit.Role]vaultLogin `yaml:"roles"`
}

type vaultLogin struct {
	RoleID   string `yaml:"role_id"`
	SecretID secret `yaml:"secret_id"`
}

// as is how a role gets in.
func (c vaultConfig) as(role transit.Role, tenant string) (transit.Config, error) {
	login, ok := c.Roles[role]
	if !ok || login.SecretID.empty() {
		return transit.Config{}, fmt.Errorf("keys.vault.roles.%s: role_id and secret_id are required", role)
	}
	return transit.Config{
		Address: c.Address, CAFile: c.CA, Namespace: c.Namespace, Mount: c.Mount, Tenant: tenant,
		Login: transit.Login{AppRole: &transit.AppRole{
			RoleID: login.RoleID, SecretID: func(context.Context) (string, error) { return login.SecretID.text() },
		}},
	}, nil
}

// s3Config says where a bucket is.
type s3Config struct {
	URL       string `yaml:"url"`
	CA        string `yaml:"ca"`
	Region    string `yaml:"region"`
	Bucket    string `yaml:"bucket"`
	Prefix    string `yaml:"prefix"`
	AccessKey secret `yaml:"access_key"`
	SecretKey secret `yaml:"secret_key"`
	LockDays  uint   `yaml:"lock_days"`
}

func (c s3Config) config() (object.S3Config, error) {
	access, err := c.AccessKey.text()
	if err != nil {
		return object.S3Config{}, fmt.Errorf("access_key: %w", err)
	}
	key, err := c.SecretKey.text()
	if err != nil {
		return object.S3Config{}, fmt.Errorf("secret_key: %w", err)
	}
	return object.S3Config{URL: c.URL, CAFile: c.CA, Region: c.Region, Bucket: c.Bucket, Prefix: c.Prefix, Key: access, Secret: key}, nil
}

// text reads a secret; "" when none is configured.
func (s secret) text() (string, error) {
	switch {
	case s.Env != "" && s.File != "":
		return "", errors.New("give file or env, not both")
	case s.Env != "":
		if text := os.Getenv(s.Env); text != "" {
			return text, nil
		}
		return "", fmt.Errorf("the environment variable %s is empty", s.Env)
	case s.File != "":
		data, err := readBounded(s.File, maxPublished)
		return strings.TrimSpace(string(data)), err
	}
	return "", nil
}

func (s secret) empty() bool { return s == secret{} }
