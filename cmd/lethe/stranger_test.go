package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"lethe/anchor"
	"lethe/anchor/evm"
	"lethe/contracts"
	"lethe/keys/local"
	"lethe/vault"
)

// stranger is somebody with a receipt, what the issuer publishes, and a node of the chain, in another folder and process.
type stranger struct {
	dir, rpc, log string
}

// public starts `lethe work` and copies what is published.
func (f folder) public(t *testing.T) stranger {
	t.Helper()
	c := exec.Command(os.Args[0], "work", "--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--json", "--dir", f.dir)
	c.Env = append(os.Environ(), asProgram+"=1", crashAt+"=")
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.Process.Signal(syscall.SIGTERM), c.Wait()); err != nil {
			t.Errorf("lethe work: %v\n%s", err, errs.String())
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var w working
	if err = errors.Join(err, json.Unmarshal(line, &w)); err != nil || w.RPC == "" || w.Log == "" {
		t.Fatalf("%v: %s\n%s", err, line, errs.String())
	}
	s := stranger{dir: t.TempDir(), rpc: w.RPC, log: w.Log}
	copyTo(t, filepath.Join(f.dir, publicFolder), filepath.Join(s.dir, "public"))
	return s
}

func (s stranger) verify(t *testing.T, name string, more ...string) verdict {
	t.Helper()
	return must[verdict](t, append([]string{"verify", filepath.Join(s.dir, name), "--public", filepath.Join(s.dir, "public"), "--rpc", s.rpc}, more...)...)
}

// receipts writes receipts of a record, a bundle, a disclosure and an erasure, all anchored.
func (f folder) receipts(t *testing.T) map[string]string {
	t.Helper()
	f.wantReadable(t, 0)
	log := must[[]vault.DisclosureInfo](t, "access-log", f.patients[0], "--dir", f.dir)
	done := must[erased](t, "erase", f.patients[1], "--ground", "17.1.b", "--yes", "--dir", f.dir)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	dir, files := t.TempDir(), map[string]string{}
	for what, id := range map[string]string{
		"record": f.recordsOf(t, 0, "identity")[0].ID, "bundle": f.bundles[0], "disclosure": log[0].ID, "case": done.Case,
	} {
		files[what] = filepath.Join(dir, what+".json")
		if r := must[receiptResult](t, "receipt", id, "--output", files[what], "--dir", f.dir); !r.Anchored || r.Entries == 0 {
			t.Fatalf("%s: %+v", what, r)
		}
	}
	files["certificate"] = done.Certificate
	return files
}

// Receipts, certificates and checkpoints verify with what is published and a node of the chain alone.
func TestAStrangerVerifiesReceipts(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 2)
	files := f.receipts(t)
	s := f.public(t)
	for what, file := range files {
		copyFile(t, file, filepath.Join(s.dir, what))
		if v := s.verify(t, what); !v.Valid || !v.Issuer || !v.Anchored || v.Block == 0 || (len(v.NotChecked) > 0) != (what == "certificate") {
			t.Errorf("%s: %+v", what, v)
		}
		alone := must[verdict](t, "verify", filepath.Join(s.dir, what))
		if !alone.Valid || alone.Issuer || alone.Anchored || len(alone.NotChecked) < 2 {
			t.Errorf("%s, with nothing to compare: %+v", what, alone)
		}
		asked := must[verdict](t, "verify", filepath.Join(s.dir, what), "--rpc", s.rpc)
		if asked.Anchored || asked.Block == 0 || asked.Issuer || len(asked.NotChecked) < 2 {
			t.Errorf("%s, with the chain alone: %+v", what, asked)
		}
	}
	source, err := mirror(s.log)
	if err != nil {
		t.Fatal(err)
	}
	newest, err := source.Get(t.Context(), "checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "checkpoint"), newest, 0o600); err != nil {
		t.Fatal(err)
	}
	if v := s.verify(t, "checkpoint"); v.Kind != "checkpoint" || !v.Valid || !v.Issuer {
		t.Errorf("checkpoint: %+v", v)
	}
	s.refusesFlips(t, "record")
	s.refusesOthers(t)
}

// Threat 17: what is accepted and not yet confirmed is not called anchored.
func TestThreat17AcceptedIsNotAnchored(t *testing.T) {
	t.Parallel()
	f := newFolder(t, 1)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	receipt := filepath.Join(t.TempDir(), "receipt.json")
	must[receiptResult](t, "receipt", f.bundles[0], "--output", receipt, "--dir", f.dir)
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	name := filepath.Join(f.dir, publicFolder, networkName)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, bytes.Replace(data, []byte(`"confirmations": 3`), []byte(`"confirmations": 1000`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{receipt, filepath.Join(f.dir, logFolder, "0", "checkpoint")} {
		v := must[verdict](t, "verify", file, "--dir", f.dir)
		if v.Anchored || !v.Issuer || !strings.Contains(strings.Join(v.NotChecked, " "), "of the 1000 blocks") {
			t.Errorf("%s: %+v", file, v)
		}
	}
}

// refusesFlips flips every bit of a receipt's anchor, and one of every byte before it.
func (s stranger) refusesFlips(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	p := &program{}
	who, err := p.trust(t.Context(), verifyOptions{public: filepath.Join(s.dir, "public"), rpc: []string{s.rpc}})
	if err != nil {
		t.Fatal(err)
	}
	defer who.close()
	if _, err := who.verifyReceipt(t.Context(), data); err != nil {
		t.Fatal(err)
	}
	anchored := bytes.Index(data, []byte(`"anchor"`))
	for i := range data {
		for bit := range 8 {
			if i < anchored && bit != i%8 { // all bits of these: anchor.TestReceipt…
				continue
			}
			data[i] ^= 1 << bit
			if v, err := who.verifyReceipt(t.Context(), data); err == nil {
				t.Fatalf("accepted with bit %d of byte %d flipped: %+v", bit, i, v)
			}
			data[i] ^= 1 << bit
		}
	}
}

// refusesOthers checks a receipt against another issuer, another contract and other content.
func (s stranger) refusesOthers(t *testing.T) {
	t.Helper()
	other := filepath.Join(t.TempDir(), "public")
	copyTo(t, filepath.Join(newFolder(t, 1).dir, publicFolder), other)
	content := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(content, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	record, public, mixed := filepath.Join(s.dir, "record"), filepath.Join(s.dir, "public"), t.TempDir()
	copyFile(t, filepath.Join(public, publicKeyFile), filepath.Join(mixed, publicKeyFile))
	copyFile(t, filepath.Join(other, networkName), filepath.Join(mixed, networkName)) // the same issuer, and another log
	for _, args := range [][]string{
		{record, "--public", other}, {record, "--public", other, "--rpc", s.rpc}, {filepath.Join(s.dir, "certificate"), "--public", other},
		{filepath.Join(s.dir, "certificate"), "--public", mixed}, {record, "--public", public, "--rpc", s.rpc, "--rpc", s.rpc + "/"},
		{record, "--public", public, "--rpc", "http://127.0.0.1:1"}, {record, "--public", public, "--content", content},
		{record, "--rpc", "http://127.0.0.1:1"}, {filepath.Join(s.dir, "checkpoint")},
	} {
		if e := lethe(t, "", append([]string{"verify"}, args...)...); e.code == 0 || !strings.HasPrefix(e.stderr, "lethe: ") {
			t.Errorf("%v: exit %d %s%s", args, e.code, e.stdout, e.stderr)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// castScripts are what docs/verify-with-cast.md has one do: of a receipt, and of a trial.
func castScripts(t *testing.T) (receipt, trial string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/verify-with-cast.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(page), "\n## A clinical trial\n")
	if len(parts) != 2 {
		t.Fatalf("%d parts", len(parts))
	}
	blocks := func(text string) (script string) {
		for _, block := range regexp.MustCompile("(?s)```bash\n(.*?)```").FindAllStringSubmatch(text, -1) {
			script += block[1]
		}
		return script
	}
	const strict = "set -euo pipefail\n"
	shared := regexp.MustCompile("(?m)^field\\(\\).*\n").FindString(parts[0])
	return strict + blocks(parts[0]), strict + shared + blocks(parts[1])
}

// Every line of docs/verify-with-cast.md about a receipt runs, and says what the page says.
func TestVerifyWithCast(t *testing.T) {
	bin, err := filepath.Abs("../../contracts/node_modules/.bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, "cast")); err != nil {
		t.Skip("cast is not installed: make contracts")
	}
	f := newFolder(t, 1)
	record := f.recordsOf(t, 0, "identity")[0].ID
	must[vault.AnchorInfo](t, "log", "anchor", "--dir", f.dir)
	root := f.publishRoot(t, "grants")
	receipt, content := filepath.Join(t.TempDir(), "receipt.json"), filepath.Join(t.TempDir(), "record.json")
	must[receiptResult](t, "receipt", record, "--output", receipt, "--dir", f.dir)
	must[got](t, "record", "get", record, "--output", content, "--dir", f.dir)
	s := f.public(t)
	copyFile(t, receipt, filepath.Join(s.dir, "receipt.json"))
	copyFile(t, content, filepath.Join(s.dir, "record.json"))

	script, _ := castScripts(t)
	run := func(edit func(string) string) (string, error) {
		c := exec.CommandContext(t.Context(), "bash", "-c", edit(script))
		c.Dir = s.dir
		c.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "RPC="+s.rpc, "KIND=grants", "ROOT="+root.Hex())
		out, err := c.CombinedOutput()
		return string(out), err
	}
	out, err := run(func(s string) string { return s })
	want := regexp.MustCompile(`(?s)^the right chain\na salt of 32 bytes\nrecord-stored is entry 0x[0-9a-f]{64}\n5820[0-9a-f]{64}\nrecord.json is what was stored\ntrue\n.*transactionHash.*\n\d+\n\(.*\)\ntrue\n$`)
	if err != nil || !want.MatchString(out) {
		t.Fatalf("%v\n%s", err, out)
	}
	for what, edit := range map[string]func(string) string{
		"another entry": func(s string) string { return strings.Replace(s, `'lethe/v1/%s\0'`, `'lethe/v2/%s\0'`, 1) },
		"another index": func(s string) string { return strings.Replace(s, `"$INDEX" "$ENTRY"`, `"$((INDEX + 1))" "$ENTRY"`, 1) },
		"another root":  func(s string) string { return strings.Replace(s, `"$ROOT"`, `"0x`+strings.Repeat("5", 64)+`"`, 1) },
	} {
		if out, err := run(edit); err != nil || !strings.Contains(out, "\nfalse\n") {
			t.Errorf("%s: %v\n%s", what, err, out)
		}
	}
	if out, err := run(func(s string) string { return strings.Replace(s, `SIZE=$(field receipt.json size)`, `SIZE=3`, 1) }); err == nil {
		t.Errorf("a checkpoint that was never accepted:\n%s", out)
	}
}

// Contracts are deployed to a chain that this folder does not have itself, and everything works through its RPC.
func TestDeployToAnotherChain(t *testing.T) {
	t.Parallel()
	other := newFolder(t, 1)
	ring, err := local.Open(filepath.Join(other.dir, keysFolder), local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := embeddedAccounts(t.Context(), ring) // which have test ether there
	if err := errors.Join(err, ring.Close()); err != nil {
		t.Fatal(err)
	}
	rpc := other.public(t).rpc
	dir := t.TempDir()
	keyFile := func(account string) string {
		name := filepath.Join(dir, account)
		if err := os.WriteFile(name, []byte(hex.EncodeToString(crypto.FromECDSA(accounts[account]))+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	config := filepath.Join(dir, "lethe.yaml")
	text := fmt.Sprintf("anchor:\n  origin: log.hospital.example/lethe\n  confirmations: 2\n  rpc: [%s, %s]\n  max_head_age: 0s\n  submitter_key: {file: %s}\n", rpc, strings.Replace(rpc, "127.0.0.1", "localhost", 1), keyFile(accountRegistrar))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(dir, "state")
	if e := lethe(t, "", "import", bundleFile(t, 0), "--dir", state, "--config", config); e.code == 0 || !strings.Contains(e.stderr, "chain deploy") {
		t.Fatalf("exit %d\n%s", e.code, e.stderr)
	}
	deploy := []string{
		"chain", "deploy", "--deployer-key", keyFile(accountGuardian), "--admin", crypto.PubkeyToAddress(accounts[accountAdmin].PublicKey).Hex(),
		"--recovery", "0x1111111111111111111111111111111111111111", "--guardian", "0x2222222222222222222222222222222222222222",
		"--dir", state, "--config", config,
	}
	n := must[struct {
		Origin string `json:"origin"`
	}](t, deploy...)
	if n.Origin != "log.hospital.example/lethe" {
		t.Fatalf("%+v", n)
	}
	if e := lethe(t, "", deploy...); e.code == 0 {
		t.Fatal("deployed twice for one log")
	}
	must[importResult](t, "import", bundleFile(t, 0), "--dir", state, "--config", config)
	patient := must[[]vault.PatientInfo](t, "patients", "--dir", state, "--config", config)[0].ID
	record := must[[]vault.RecordInfo](t, "records", patient, "--dir", state, "--config", config)[0].ID
	receipt := filepath.Join(dir, "receipt.json")
	if r := must[receiptResult](t, "receipt", record, "--anchor", "--output", receipt, "--dir", state, "--config", config); !r.Anchored {
		t.Fatalf("%+v", r)
	}
	if v := must[verdict](t, "verify", receipt, "--public", filepath.Join(state, publicFolder), "--rpc", rpc); !v.Anchored || !v.Issuer {
		t.Fatalf("%+v", v)
	}
}

// publishRoot publishes a root of a kind, as the accounts of the folder's key store may.
func (f folder) publishRoot(t *testing.T, name string) common.Hash {
	t.Helper()
	ctx := t.Context()
	p := &program{dir: f.dir, config: defaultConfig(), log: (&logConfig{Format: "text"}).logger(os.Stderr, false)}
	ring, err := local.Open(filepath.Join(f.dir, keysFolder), local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer ring.Close()
	st := &state{}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	clients, _, err := st.connect(ctx, p, ring)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := embeddedAccounts(ctx, ring)
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.readNetwork(p.publicDir())
	if err != nil {
		t.Fatal(err)
	}
	reader, err := readerOf(clients, n, 0)
	if err != nil {
		t.Fatal(err)
	}
	publisher := accounts[accountSubmitter]
	address := crypto.PubkeyToAddress(publisher.PublicKey)
	if err := evm.GrantRole(ctx, reader, accounts[accountAdmin], contracts.FirstPublisherRole, address); err != nil {
		t.Fatal(err)
	}
	kind, err := contracts.Kind(name)
	if err != nil {
		t.Fatal(err)
	}
	root := common.HexToHash("0x11")
	registry := contracts.NewRootRegistry()
	send := func(account string, data []byte) { transact(t, clients[0], n, accounts, account, data) }
	send(accountRegistrar, registry.PackOpenKind(kind, contracts.FirstPublisherRole, 86400, true))
	send(accountSubmitter, registry.PackPublish(kind, root))
	return root
}

func transact(t *testing.T, client *rpc.Client, n anchor.Network, accounts map[string]*ecdsa.PrivateKey, account string, data []byte) {
	t.Helper()
	backend := ethclient.NewClient(client)
	instance := contracts.NewRootRegistry().Instance(backend, common.HexToAddress(n.RootRegistry))
	opts := bind.NewKeyedTransactor(accounts[account], new(big.Int).SetUint64(n.ChainID))
	sent, err := bind.Transact(instance, opts, data)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := bind.WaitMined(t.Context(), backend, sent.Hash()); err != nil || done.Status != 1 {
		t.Fatalf("%v, %+v", err, done)
	}
}
