package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lethe/api"
	"lethe/circuits"
	"lethe/circuits/authorization"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault/party"
)

// clinic is a state folder whose service lets providers read by proof, with everybody's files beside it.
type clinic struct {
	folder
	t      *testing.T
	files  string // folder of parties
	config string
	origin string // of the service, while it is served
}

const clinicProviders = 3

func newClinic(t *testing.T) *clinic {
	t.Helper()
	home := t.TempDir()
	c := &clinic{t: t, files: filepath.Join(home, "parties"), config: filepath.Join(home, "lethe.yaml")}
	if err := os.MkdirAll(c.files, 0o700); err != nil {
		t.Fatal(err)
	}
	settings := "proving:\n  publish_every: 200ms\n  anonymity_threshold: 2\n"
	if err := os.WriteFile(c.config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	c.folder = folder{dir: filepath.Join(home, "state")}
	c.takeIn(t, 0)
	for _, k := range []string{"accreditor", "auditor", "registrar", "patient"} {
		c.run("party", "new", k, "--name", k, "--output", c.file(k))
	}
	c.run("party", "new", "organisation", "--name", "Hospital", "--output", c.file("hospital"))
	for i := range clinicProviders {
		c.run("party", "new", "provider", "--name", c.provider(i), "--organisation", "Hospital", "--output", c.file(c.provider(i)))
	}
	c.run("registry", "init", "--accreditor", c.public("accreditor"), "--auditor", c.public("auditor"))
	return c
}

func (c *clinic) provider(i int) string     { return fmt.Sprintf("provider%d", i) }
func (c *clinic) file(name string) string   { return filepath.Join(c.files, name+".json") }
func (c *clinic) public(name string) string { return party.PublicName(c.file(name)) }
func (c *clinic) args(args ...string) []string {
	return append(args, "--dir", c.dir, "--config", c.config)
}

// run runs a command to a good end.
func (c *clinic) run(args ...string) string {
	c.t.Helper()
	e := lethe(c.t, "", c.args(args...)...)
	if e.code != 0 {
		c.t.Fatalf("lethe %s: exit %d\n%s", strings.Join(args, " "), e.code, e.stderr)
	}
	return e.stdout
}

// refused runs a command that must fail, saying why.
func (c *clinic) refused(why string, args ...string) {
	c.t.Helper()
	if e := lethe(c.t, "", c.args(args...)...); e.code == 0 || !strings.Contains(e.stderr, why) {
		c.t.Errorf("lethe %s: exit %d, want %q\n%s", strings.Join(args, " "), e.code, why, e.stderr)
	}
}

// serve serves the folder, until the test ends, or until it is stopped.
func (c *clinic) serve() (stop func()) {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), os.Args[0], c.args("serve", "--listen", "127.0.0.1:0", "--json")...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	c.t.Cleanup(stop)
	var at servingAt
	if err := json.NewDecoder(out).Decode(&at); err != nil {
		c.t.Fatalf("serve: %v\n%s", err, errs.String())
	}
	c.origin = strings.TrimSuffix(at.API, "/v1")
	return stop
}

// enrol enrols everybody, binds the patient, and gives the hospital a grant, which waits until it is published.
func (c *clinic) enrol() {
	c.t.Helper()
	c.run("issuer", "enrol", c.public("registrar"), "--accreditor", c.file("accreditor"))
	for i := range clinicProviders {
		c.run("provider", "enrol", c.public(c.provider(i)), "--accreditor", c.file("accreditor"))
	}
	c.run("patient", "bind", c.patients[0], "--subject", c.public("patient"), "--registrar", c.file("registrar"))
	c.give()
}

func (c *clinic) give(more ...string) {
	c.t.Helper()
	c.run(append([]string{"grant", "give", "--patient", c.patients[0], "--subject", c.file("patient"), "--to", c.public("hospital")}, more...)...)
	for range 100 {
		if !strings.Contains(c.run("grant", "list", c.patients[0]), "waits") {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.t.Fatal("the grant was never published")
}

func (c *clinic) reading(more ...string) []string {
	return append([]string{
		"read", "--provider", c.file(c.provider(1)), "--organisation", c.file("hospital"), "--patient", c.patients[0], "--url", c.origin,
	}, more...)
}

func decoded[T any](t *testing.T, text string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func TestAProviderReadsByProof(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.serve()
	c.enrol()
	records := decoded[[]api.Record](t, c.run(c.reading("--json")...))
	if len(records) == 0 {
		t.Fatal("no record is listed")
	}
	out := filepath.Join(c.files, "record.bin")
	proof := filepath.Join(c.files, "proof.json")
	c.run(c.reading(records[0].ID, "--output", out, "--proof", proof)...)
	part := filepath.Join(c.files, "part.bin")
	c.run(c.reading(records[0].ID, "--output", part, "--range", "2-9")...)
	c.wantBytes(out, part)
	for _, r := range records {
		if r.Compartment != "care" {
			t.Errorf("record %s of %s is listed, and the grant is for care", r.ID, r.Compartment)
		}
	}
	c.wantAccounted()
	c.wantExports(proof)
	c.wantWithdrawn()
}

// wantBytes compares a record and a part of it with the bundle that was imported.
func (c *clinic) wantBytes(whole, part string) {
	c.t.Helper()
	bundle, err := os.ReadFile(bundleFile(c.t, 0))
	if err != nil {
		c.t.Fatal(err)
	}
	have, err := os.ReadFile(whole)
	if err != nil || len(have) == 0 || !bytes.Contains(bundle, have) {
		c.t.Errorf("the record is not the bundle's: %v", err)
	}
	if some, err := os.ReadFile(part); err != nil || !bytes.Equal(some, have[2:10]) {
		c.t.Errorf("the range is %q, %v", some, err)
	}
}

// wantAccounted opens the access log as the patient, and the reader as the auditor.
func (c *clinic) wantAccounted() {
	c.t.Helper()
	entries := decoded[[]disclosed](c.t, c.run("access-log", c.patients[0], "--subject", c.file("patient"), "--json"))
	opened := ""
	for _, e := range entries {
		if strings.Contains(e.Actor, "proved") && e.Organisation != "Hospital" {
			c.t.Errorf("entry %s: the patient opens %q", e.ID, e.Organisation)
		}
		if len(e.Evidence.Escrow) > 0 {
			opened = e.ID
		}
	}
	opening := filepath.Join(c.files, "opening.json")
	who := c.run("audit", "open", opened, "--patient", c.patients[0], "--auditor", c.file("auditor"), "--register", c.file("accreditor"), "--output", opening)
	if !strings.Contains(who, c.provider(1)) {
		c.t.Errorf("the auditor names %q", who)
	}
	if got := c.run("audit", "verify", opening); !strings.Contains(got, "verified") {
		c.t.Errorf("the opening: %q", got)
	}
	data, err := os.ReadFile(opening)
	if err != nil {
		c.t.Fatal(err)
	}
	c.wantNoFalseWitness(data)
	accused := bytes.Replace(data, []byte(`"leaf": "`), []byte(`"leaf": "00`), 1)
	accused = bytes.Replace(accused, []byte(`00`+leafOf(data)), []byte(`00`+leafOf(data)[2:]), 1)
	if err := os.WriteFile(opening, accused, 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.refused("", "audit", "verify", opening)
}

// wantNoFalseWitness has the operator make an escrow up over somebody else's leaf: the auditor's key opens it, and the proof of the reading does
// not go with it.
func (c *clinic) wantNoFalseWitness(opening []byte) {
	c.t.Helper()
	auditor, err := party.Read(c.file("auditor"), party.Auditor)
	if err != nil {
		c.t.Fatal(err)
	}
	key, err := auditor.Public.PublicKey()
	if err != nil {
		c.t.Fatal(err)
	}
	reading := decoded[openedReader](c.t, string(opening))
	challenge := field.Element(reading.Challenge)
	forged, _, err := identity.SealEscrow(field.Random(), identity.Disclosure{
		Auditor: key, Challenge: challenge, Provider: field.Random(), Organisation: field.Random(), View: field.Random(),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	keys, err := circuits.Develop(c.t.Context(), "", authorization.Statement(), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := reading.Verify(keys.Verifier()); err != nil {
		c.t.Errorf("the reading that was: %v", err)
	}
	for name, proof := range map[string][]byte{"another reading's": reading.Proof, "no": nil} {
		o, err := auditor.Open(forged.Bytes(), challenge, proof)
		if err != nil {
			c.t.Fatal(err)
		}
		if o.Verify(keys.Verifier()) == nil {
			c.t.Errorf("a made-up escrow is evidence with %s proof", name)
		}
	}
}

func leafOf(opening []byte) string {
	var o struct{ Leaf string }
	_ = json.Unmarshal(opening, &o)
	return o.Leaf
}

func (c *clinic) wantExports(proof string) {
	c.t.Helper()
	folder := filepath.Join(c.files, "snarkjs")
	c.run("export", "snarkjs", proof, "--output", folder)
	for _, name := range []string{"verification_key.json", "proof.json", "public.json"} {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !json.Valid(data) {
			c.t.Errorf("%s: %v", name, err)
		}
	}
	c.run("export", "solidity", "authorization", "--output", filepath.Join(folder, "V.sol"))
	infos := decoded[[]statementInfo](c.t, c.run("statements", "--json"))
	if len(infos) != len(statements()) || infos[0].Commitments != 0 || infos[0].Constraints > 24000 || len(infos[0].PublicInputs) != 9 {
		c.t.Errorf("%+v", infos)
	}
	c.wantSnarkjs(folder)
}

// wantSnarkjs has snarkjs verify the export, where it is installed, and refuse it with any public input changed.
func (c *clinic) wantSnarkjs(folder string) {
	c.t.Helper()
	at, err := filepath.Abs("../../circuits/testdata/snarkjs")
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(at, "node_modules", "snarkjs")); err != nil {
		c.t.Log("SKIPPED: snarkjs is not installed (make peers)")
		return
	}
	verify := func() bool {
		cmd := exec.CommandContext(c.t.Context(), "npx", "snarkjs", "groth16", "verify", filepath.Join(folder, "verification_key.json"),
			filepath.Join(folder, "public.json"), filepath.Join(folder, "proof.json"))
		cmd.Dir = at
		out, _ := cmd.CombinedOutput()
		return bytes.Contains(out, []byte("OK!"))
	}
	if !verify() {
		c.t.Error("snarkjs refuses the proof")
	}
	var public []string
	data, err := os.ReadFile(filepath.Join(folder, "public.json"))
	if err == nil {
		err = json.Unmarshal(data, &public)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	public[4] = "1" // the request
	if data, err = json.Marshal(public); err == nil {
		err = os.WriteFile(filepath.Join(folder, "public.json"), data, 0o600)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	if verify() {
		c.t.Error("snarkjs accepts an altered request")
	}
}

// wantWithdrawn withdraws the grant and finds every way refused.
func (c *clinic) wantWithdrawn() {
	c.t.Helper()
	grants := decoded[[]api.Grant](c.t, c.run("grant", "list", c.patients[0], "--json"))
	index := fmt.Sprint(grants[0].Index)
	c.refused("signature", "grant", "withdraw", index, "--subject", c.stranger())
	c.run("grant", "withdraw", index, "--subject", c.file("patient"))
	c.run("grant", "withdraw", index, "--subject", c.file("patient")) // the same answer
	c.refused("withdrawn", c.reading()...)
	receipt := filepath.Join(c.files, "receipt.json")
	c.run("receipt", "binding-"+c.patients[0], "--url", c.origin, "--token", c.token("patient"), "--output", receipt)
	if out := c.run("verify", receipt, "--public", filepath.Join(c.dir, publicFolder)); !strings.Contains(out, "handle") {
		c.t.Errorf("the receipt of the binding: %q", out)
	}
}

func (c *clinic) stranger() string {
	name := c.file("stranger")
	c.run("party", "new", "patient", "--name", "stranger", "--output", name)
	return name
}

func (c *clinic) token(role string) string {
	args := []string{"token", "--role", role, "--subject", role}
	if role == "patient" {
		args = append(args, "--patient", c.patients[0])
	}
	return strings.TrimSpace(c.run(args...))
}

func TestOtherBasesAndRevocation(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.serve()
	c.run("issuer", "enrol", c.public("registrar"), "--accreditor", c.file("accreditor"))
	for i := range clinicProviders {
		c.run("provider", "enrol", c.public(c.provider(i)), "--accreditor", c.file("accreditor"))
	}
	c.refused("not bound", "grant", "give", "--patient", c.patients[0], "--subject", c.file("patient"), "--to", c.public("hospital"))
	c.run("patient", "bind", c.patients[0], "--subject", c.public("patient"), "--registrar", c.file("registrar"))
	c.refused("key is bound", "patient", "bind", c.patients[0], "--subject", party.PublicName(c.stranger()), "--registrar", c.file("registrar"))
	c.refused("signed by a registrar", "grant", "give", "--patient", c.patients[0], "--subject", c.file("patient"), "--to", c.public("hospital"), "--basis", "care")
	c.give("--basis", "care", "--by", c.file("registrar"))
	c.run(c.reading("--basis", "care", "--json")...)
	c.refused("no grant", c.reading()...) // consent
	c.refused("no grant", c.reading("--basis", "care", "--purpose", "HRESCH")...)
	c.refused("no grant", c.reading("--basis", "care", "--scope", "billing")...)
	c.run("provider", "revoke", c.provider(1), "--accreditor", c.file("accreditor"))
	c.refused("not accredited", c.reading("--basis", "care")...)
	c.refused("not enrolled", "provider", "revoke", c.provider(1), "--accreditor", c.file("accreditor"))
	c.run("provider", "revoke", c.provider(0), "--accreditor", c.file("accreditor"))
	c.refused("too few providers", c.reading("--basis", "care")...)
}

// Without a service, a command is one for as long as it takes.
func TestPeoplesCommandsNeedNoServer(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.enrolAlone()
	notes := decoded[[]noteInfo](t, c.run("grant", "notes", "--organisation", c.file("hospital"), "--json"))
	if len(notes) != 1 || notes[0].Patient != c.patients[0] {
		t.Errorf("%+v", notes)
	}
	if out := c.run("patients"); !strings.Contains(out, c.patients[0]) {
		t.Errorf("patients: %q", out)
	}
}

func (c *clinic) enrolAlone() {
	c.run("issuer", "enrol", c.public("registrar"), "--accreditor", c.file("accreditor"))
	c.run("patient", "bind", c.patients[0], "--subject", c.public("patient"), "--registrar", c.file("registrar"))
	c.run("grant", "give", "--patient", c.patients[0], "--subject", c.file("patient"), "--to", c.public("hospital"))
}
