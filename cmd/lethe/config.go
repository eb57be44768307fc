package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"lethe/anchor/evm"
	"lethe/keys"
	"lethe/keys/transit"
	"lethe/vault"
	"lethe/vault/fhir"
)

// config is the configuration file; lethe.example.yaml documents every key.
type config struct {
	Tenant    string          `yaml:"tenant"`
	Log       logConfig       `yaml:"log"`
	Import    importConfig    `yaml:"import"`
	Keys      keysConfig      `yaml:"keys"`
	Objects   objectsConfig   `yaml:"objects"`
	Index     indexConfig     `yaml:"index"`
	Ledger    ledgerConfig    `yaml:"ledger"`
	Anchor    anchorConfig    `yaml:"anchor"`
	API       apiConfig       `yaml:"api"`
	Proving   provingConfig   `yaml:"proving"`
	Trials    trialsConfig    `yaml:"trials"`
	Retention retentionConfig `yaml:"retention"`
	Backup    backupConfig    `yaml:"backup"`
	Process   processConfig   `yaml:"process"`
	Metrics   metricsConfig   `yaml:"metrics"`
	Traces    tracesConfig    `yaml:"traces"`
}

type logConfig struct {
	Level  slog.Level `yaml:"level"`
	Format string     `yaml:"format"`
}

type importConfig struct {
	MaxDocumentBytes int64  `yaml:"max_document_bytes"`
	MaxResourceBytes int64  `yaml:"max_resource_bytes"`
	MaxEntries       int    `yaml:"max_entries"`
	MaxDepth         int    `yaml:"max_depth"`
	Compartments     string `yaml:"compartments"`
}

type keysConfig struct {
	CacheTTL  time.Duration `yaml:"cache_ttl"`
	CacheSize int           `yaml:"cache_size"`
	RootKey   secret        `yaml:"root_key"`
	Vault     vaultConfig   `yaml:"vault"`
}

type objectsConfig struct {
	S3 s3Config `yaml:"s3"`
}

type indexConfig struct {
	Postgres secret `yaml:"postgres"`
}

type ledgerConfig struct {
	Copy string   `yaml:"copy"`
	S3   s3Config `yaml:"s3"`
}

type anchorConfig struct {
	Origin        string        `yaml:"origin"`
	MaxDelay      time.Duration `yaml:"max_delay"`
	Confirmations uint64        `yaml:"confirmations"`
	Delay         time.Duration `yaml:"successor_delay"`
	RPC           []string      `yaml:"rpc"`
	MaxHeadAge    time.Duration `yaml:"max_head_age"`
	MaxFeeGwei    uint64        `yaml:"max_fee_gwei"`
	RaiseAfter    time.Duration `yaml:"raise_after"`

	SubmitterKey      secret         `yaml:"submitter_key"`
	SubmitterKeystore keystoreConfig `yaml:"submitter_keystore"`
	SubmitterSigner   signerConfig   `yaml:"submitter_signer"`
}

type apiConfig struct {
	Rate      float64 `yaml:"rate"`
	MaxUpload int64   `yaml:"max_upload_bytes"`
}

type retentionConfig struct {
	DisclosuresDays   int    `yaml:"disclosures_days"`
	DisclosuresGround string `yaml:"disclosures_ground"`
	DisclosuresLaw    string `yaml:"disclosures_law"`
	BackupsDays       int    `yaml:"backups_days"`
}

type processConfig struct {
	RefuseSwap bool `yaml:"refuse_swap"`
}

// secret is a value that never stands in the configuration itself: it names where it is.
type secret struct {
	File string `yaml:"file"`
	Env  string `yaml:"env"`
}

func defaultConfig() config {
	limits := fhir.DefaultLimits()
	return config{
		Tenant: "main",
		Log:    logConfig{Level: slog.LevelWarn, Format: "text"},
		Import: importConfig{
			MaxDocumentBytes: limits.MaxBytes, MaxResourceBytes: limits.MaxResource, MaxEntries: limits.MaxEntries, MaxDepth: limits.MaxDepth,
		},
		Keys:    keysConfig{CacheTTL: time.Minute, CacheSize: 1024, Vault: vaultConfig{Roles: map[transit.Role]vaultLogin{}}},
		Anchor:  anchorConfig{MaxDelay: time.Hour, Confirmations: 3, Delay: time.Hour, RPC: []string{}, MaxHeadAge: time.Hour, MaxFeeGwei: 500, RaiseAfter: evm.DefaultRaiseAfter},
		Trials:  trialsConfig{Copies: []string{}},
		API:     apiConfig{Rate: 50, MaxUpload: 64 << 20},
		Proving: defaultProving(),
		Backup:  defaultBackup(),
		Traces:  tracesConfig{SampleRatio: 0.1},
		Retention: retentionConfig{
			DisclosuresDays: 3650, DisclosuresGround: "17.3.b",
			DisclosuresLaw: "GDPR Art. 5(2), accountability: evidence of who was shown what",
		},
	}
}

// readConfig reads a file over the defaults; no file means the defaults. Unknown keys are refused.
func readConfig(file string) (config, error) {
	c := defaultConfig()
	if file == "" {
		return c, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return c, fmt.Errorf("configuration: %w", err)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return c, fmt.Errorf("configuration %s: %w", file, err)
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("configuration %s: %w", file, err)
	}
	return c, nil
}

func (c *config) check() error {
	switch {
	case c.Log.Format != "text" && c.Log.Format != "json":
		return fmt.Errorf("log.format %q is neither text nor json", c.Log.Format)
	case c.Import.MaxDocumentBytes < 1 || c.Import.MaxResourceBytes < 1 || c.Import.MaxEntries < 1 || c.Import.MaxDepth < 1:
		return errors.New("import: every limit must be at least 1")
	case c.Keys.CacheTTL <= 0 || c.Keys.CacheTTL > keys.MaxCacheTTL:
		return fmt.Errorf("keys.cache_ttl must be above 0 and at most %s", keys.MaxCacheTTL)
	case c.Keys.CacheSize < 1:
		return errors.New("keys.cache_size must be at least 1")
	case c.Keys.Vault.Address != "" && !c.Keys.RootKey.empty():
		return errors.New("keys: root_key is of the embedded key store, and vault is another: give one")
	case c.Ledger.Copy != "" && c.Ledger.S3.URL != "":
		return errors.New("ledger: give copy or s3, not both")
	case c.Ledger.S3.URL != "" && c.Ledger.S3.LockDays == 0:
		return errors.New("ledger.s3.lock_days must be at least 1: the copy is a witness because nobody can take it away")
	case c.Objects.S3.LockDays > 0:
		return errors.New("objects.s3.lock_days: records must be deletable")
	case c.Anchor.MaxDelay < time.Second || c.Anchor.MaxDelay%time.Second != 0:
		return errors.New("anchor.max_delay must be whole seconds, at least one")
	case c.Anchor.Delay < time.Second || c.Anchor.Delay%time.Second != 0:
		return errors.New("anchor.successor_delay must be whole seconds, at least one")
	case c.Anchor.Confirmations < 1:
		return errors.New("anchor.confirmations must be at least 1")
	case twice(c.Anchor.RPC):
		return errors.New("anchor.rpc names one provider twice: two that are to agree must be two")
	case c.Anchor.MaxHeadAge < 0:
		return errors.New("anchor.max_head_age must not be negative")
	case c.Retention.DisclosuresDays < 1 || c.Retention.BackupsDays < 0:
		return errors.New("retention: disclosures_days must be at least 1, backups_days at least 0")
	case !strings.HasPrefix(c.Retention.DisclosuresGround, "17.3."):
		return fmt.Errorf("retention.disclosures_ground %q is none of 17.3.a to 17.3.e", c.Retention.DisclosuresGround)
	}
	if c.API.Rate < 0 || c.API.MaxUpload < 1 {
		return errors.New("api: rate must not be negative, and max_upload_bytes must be at least 1")
	}
	return errors.Join(c.checkSecrets(), c.Anchor.checkSubmitter(slices.Contains(c.Keys.roles(), transit.RoleWork)), c.Proving.check(),
		c.Backup.check(), c.Metrics.check(), c.Traces.check())
}

// checkSecrets wants each secret in one place.
func (c *config) checkSecrets() error {
	all := map[string]secret{
		"keys.root_key": c.Keys.RootKey, "index.postgres": c.Index.Postgres, "anchor.submitter_key": c.Anchor.SubmitterKey,
		"anchor.submitter_keystore.password": c.Anchor.SubmitterKeystore.Password,
		"objects.s3.access_key":              c.Objects.S3.AccessKey, "objects.s3.secret_key": c.Objects.S3.SecretKey,
		"ledger.s3.access_key": c.Ledger.S3.AccessKey, "ledger.s3.secret_key": c.Ledger.S3.SecretKey,
	}
	for role, login := range c.Keys.Vault.Roles {
		if !slices.Contains(transit.Roles(), role) {
			return fmt.Errorf("keys.vault.roles: there is no role %q", role)
		}
		all["keys.vault.roles."+string(role)+".secret_id"] = login.SecretID
	}
	for name, s := range all {
		if s.File != "" && s.Env != "" {
			return fmt.Errorf("%s: give file or env, not both", name)
		}
	}
	return nil
}

// twice says whether one of some URLs occurs again.
func twice(urls []string) bool {
	seen := map[string]bool{}
	for _, u := range urls {
		u = strings.TrimRight(strings.ToLower(u), "/")
		if seen[u] {
			return true
		}
		seen[u] = true
	}
	return false
}

const day = 24 * time.Hour

func (c *retentionConfig) policy() vault.Retention {
	return vault.Retention{
		DisclosuresFor: time.Duration(c.DisclosuresDays) * day, DisclosuresGround: c.DisclosuresGround, DisclosuresLaw: c.DisclosuresLaw,
		BackupsExpire: time.Duration(c.BackupsDays) * day,
	}
}

func (c *importConfig) limits() fhir.Limits {
	return fhir.Limits{MaxBytes: c.MaxDocumentBytes, MaxResource: c.MaxResourceBytes, MaxEntries: c.MaxEntries, MaxDepth: c.MaxDepth}
}

func (c *importConfig) compartments() (*fhir.Compartments, error) {
	if c.Compartments == "" {
		return fhir.DefaultCompartments(), nil
	}
	f, err := os.Open(c.Compartments)
	if err != nil {
		return nil, fmt.Errorf("import.compartments: %w", err)
	}
	defer f.Close()
	return fhir.ReadCompartments(f)
}

// key reads a 256-bit key in hexadecimal; nil when none is configured.
func (s secret) key() (*keys.Key, error) {
	if s.empty() {
		return nil, nil
	}
	text, err := s.text()
	if err != nil {
		return nil, err
	}
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != keys.KeySize {
		return nil, fmt.Errorf("a key is %d hexadecimal digits", 2*keys.KeySize)
	}
	defer clear(raw)
	return keys.KeyFrom(raw)
}

func (c *logConfig) logger(w io.Writer, verbose bool) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.Level}
	if verbose {
		o.Level = min(c.Level, slog.LevelInfo)
	}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
