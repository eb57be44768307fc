package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/signer"
	"go.yaml.in/yaml/v3"

	"lethe/api"
	"lethe/keys/transit"
	"lethe/vault/certificate"
	"lethe/vault/fhir/synthetic"
)

// fleet is a site whose work is done by processes of one role each, with credentials, a configuration and a folder of their own.
type fleet struct {
	*site
	t *testing.T

	users map[transit.Role]s3User

	mu      sync.Mutex
	running map[string]*exec.Cmd
	said    map[string]*bytes.Buffer
}

// newFleet has its records, too, on the server whose users can be made.
func newFleet(t *testing.T) *fleet {
	t.Helper()
	servers := onTheServers(t)
	f := &fleet{t: t, running: map[string]*exec.Cmd{}, said: map[string]*bytes.Buffer{}}
	f.site = newSite(t, servers, func(c *config) {
		noError(t, yaml.Unmarshal([]byte(servers.bucket("LETHE_TEST_S3_OTHER", 0)), &c.Objects.S3))
	})
	f.makeUsers()
	t.Cleanup(func() {
		if t.Failed() {
			for name, said := range f.said {
				t.Logf("%s said:\n%s", name, tail(said.Bytes()))
			}
		}
	})
	return f
}

func tail(b []byte) []byte { return b[max(0, len(b)-4000):] }

func (f *fleet) home(name string) string { return filepath.Join(f.dir, "..", name) }

// roleOf is the role of a process by its name, such as serve-2.
func roleOf(name string) transit.Role {
	kind, _, _ := strings.Cut(name, "-")
	return transit.Role(kind)
}

// prepare gives a process its configuration and its folder, once.
func (f *fleet) prepare(name string) {
	f.t.Helper()
	role, c := roleOf(name), f.config
	c.Keys.Vault.Roles = map[transit.Role]vaultLogin{role: f.config.Keys.Vault.Roles[role]}
	c.Index.Postgres = secret{File: f.login(name, "lethe_"+string(role))}
	if role != transit.RoleWork {
		c.Anchor.SubmitterKey = secret{}
	}
	for _, b := range []*s3Config{&c.Objects.S3, &c.Ledger.S3} {
		b.AccessKey = secret{File: f.servers.write(string(role)+".access", f.users[role].access)}
		b.SecretKey = secret{File: f.servers.write(string(role)+".secret", f.users[role].secret)}
	}
	c.API.Rate = 0
	text, err := yaml.Marshal(c)
	noError(f.t, err)
	f.servers.write(name+".yaml", string(text))
	noError(f.t, os.MkdirAll(filepath.Join(f.home(name), publicFolder), 0o700))
	network, err := os.ReadFile(f.publicFile(networkName))
	noError(f.t, err)
	noError(f.t, os.WriteFile(filepath.Join(f.home(name), publicFolder, networkName), network, 0o600))
}

// s3User is a user of the object store.
type s3User struct{ access, secret string }

// makeUsers makes a user for each role, who may do what `lethe s3 setup --print-policy` says.
func (f *fleet) makeUsers() {
	f.t.Helper()
	f.users = map[transit.Role]s3User{}
	statements := map[string][]map[string]any{}
	for _, role := range transit.Roles() {
		user := s3User{own(), own()}
		f.users[role] = user
		f.admin(fmt.Sprintf("<Account><Access>%s</Access><Secret>%s</Secret><Role>user</Role></Account>", user.access, user.secret))
		for bucket, policy := range f.bucketPolicies(role) {
			for _, s := range policy.Statement {
				statements[bucket] = append(statements[bucket], map[string]any{
					"Effect": s.Effect, "Action": s.Action, "Resource": s.Resource, "Principal": map[string]any{"AWS": []string{user.access}},
				})
			}
		}
	}
	for bucket, of := range map[string]s3Config{"objects.s3": f.config.Objects.S3, "ledger.s3": f.config.Ledger.S3} {
		text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements[bucket]})
		noError(f.t, err)
		noError(f.t, f.client(of, s3User{}).SetBucketPolicy(f.t.Context(), of.Bucket, string(text)))
	}
}

// admin makes a user of versitygw, by its own API.
func (f *fleet) admin(body string) {
	f.t.Helper()
	u, err := url.Parse(os.Getenv("LETHE_TEST_S3_OTHER"))
	noError(f.t, err)
	secret, _ := u.User.Password()
	request, err := http.NewRequestWithContext(f.t.Context(), http.MethodPatch, u.Scheme+"://"+u.Host+"/create-user", strings.NewReader(body))
	noError(f.t, err)
	request.Header.Set("X-Amz-Content-Sha256", fmt.Sprintf("%x", sha256.Sum256([]byte(body))))
	answer, err := (&http.Client{Transport: trusting(f.t)}).Do(signer.SignV4(*request, u.User.Username(), secret, "", "us-east-1"))
	noError(f.t, err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		said, _ := io.ReadAll(answer.Body)
		f.t.Fatalf("make a user: %s %s", answer.Status, said)
	}
}

// trusting trusts the certificate that was made for the servers.
func trusting(t *testing.T) http.RoundTripper {
	t.Helper()
	pem, err := os.ReadFile(os.Getenv("LETHE_TEST_CA"))
	noError(t, err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
}

// client is a bucket as a user has it; as its owner where none is given.
func (f *fleet) client(of s3Config, user s3User) *minio.Client {
	f.t.Helper()
	u, err := url.Parse(of.URL)
	noError(f.t, err)
	if user.access == "" {
		cfg, err := of.config()
		noError(f.t, err)
		user = s3User{cfg.Key, cfg.Secret}
	}
	c, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(user.access, user.secret, ""), Secure: true, Transport: trusting(f.t), MaxRetries: 1,
	})
	noError(f.t, err)
	return c
}

// login makes a database user with one role.
func (f *fleet) login(name, role string) string {
	f.t.Helper()
	owner, err := f.config.Index.Postgres.text()
	noError(f.t, err)
	db, err := sql.Open("pgx", owner)
	noError(f.t, err)
	user := strings.ReplaceAll(own(), "-", "_")
	_, err = db.ExecContext(f.t.Context(), "CREATE ROLE "+user+" LOGIN PASSWORD 'test' IN ROLE "+role)
	noError(f.t, err)
	f.t.Cleanup(func() {
		if _, err := db.Exec("DROP ROLE " + user); err != nil {
			f.t.Error(err)
		}
		db.Close()
	})
	scheme, rest, _ := strings.Cut(owner, "://")
	_, host, _ := strings.Cut(rest, "@")
	return f.servers.write(name+".url", scheme+"://"+user+":test@"+host)
}

// start begins a process; with its name as it was before, the same one again.
func (f *fleet) start(name string) {
	f.t.Helper()
	if _, err := os.Stat(filepath.Join(f.servers.home, name+".yaml")); err != nil {
		f.prepare(name)
	}
	command := map[transit.Role][]string{
		transit.RoleServe: {"serve", "--listen", "127.0.0.1:0"}, transit.RoleWork: {"work"}, transit.RoleErase: {"erase-agent"},
		transit.RoleWitness: {"witness"},
	}[roleOf(name)]
	args := append(command, "--json", "-v", "--config", filepath.Join(f.servers.home, name+".yaml"), "--dir", f.home(name))
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "VAULT_TOKEN=")
	out, err := cmd.StdoutPipe()
	noError(f.t, err)
	said := &bytes.Buffer{}
	cmd.Stderr = said
	noError(f.t, cmd.Start())
	f.mu.Lock()
	f.running[name], f.said[name] = cmd, said
	f.mu.Unlock()
	f.t.Cleanup(func() { f.stop(name, os.Interrupt) })
	var ready any
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		_ = cmd.Wait()
		f.t.Fatalf("%s: %v\n%s", name, err, tail(said.Bytes()))
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
}

func (f *fleet) stop(name string, how os.Signal) {
	f.mu.Lock()
	cmd := f.running[name]
	delete(f.running, name)
	f.mu.Unlock()
	if cmd != nil {
		_ = cmd.Process.Signal(how)
		timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		_ = cmd.Wait()
	}
}

// at is the service of one process, as the operator at its machine has it.
func (f *fleet) at(name string) *api.ClientWithResponses {
	socket := filepath.Join(f.home(name), socketName)
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	c, err := api.NewClientWithResponses(localURL+"/v1", api.WithHTTPClient(client))
	noError(f.t, err)
	return c
}

func (f *fleet) store(ctx context.Context, name string, document []byte) (api.Stored, error) {
	got, err := f.at(name).StoreWithBodyWithResponse(ctx, nil, "application/fhir+json", bytes.NewReader(document))
	switch {
	case err != nil:
		return api.Stored{}, err
	case got.JSON201 != nil:
		return *got.JSON201, nil
	case got.JSON200 != nil:
		return *got.JSON200, nil
	}
	return api.Stored{}, fmt.Errorf("store: %s %s", got.Status(), got.Body)
}

func (f *fleet) content(ctx context.Context, name, id string) (status int, data []byte, err error) {
	got, err := f.at(name).ContentWithResponse(ctx, id, &api.ContentParams{Purpose: "TREAT"})
	if err != nil {
		return 0, nil, err
	}
	return got.StatusCode(), got.Body, nil
}

// erase has a patient erased, and gives the case.
func (f *fleet) erase(ctx context.Context, name, patient string, keep ...string) (string, error) {
	body := api.ErasureRequest{Patient: patient, Ground: "17.1.b", FiledBy: "privacy desk", ApprovedBy: "data protection officer"}
	if len(keep) > 0 {
		body.Retain = api.Retention{Items: keep, Ground: "17.3.b", Law: "tax code", Until: time.Now().AddDate(10, 0, 0).UTC().Truncate(time.Second)}
	}
	got, err := f.at(name).EraseWithResponse(ctx, body)
	if err != nil {
		return "", err
	}
	if got.JSON202 == nil {
		return "", fmt.Errorf("erase: %s %s", got.Status(), got.Body)
	}
	return got.JSON202.ID, nil
}

// reaches waits until an erasure, as a process shows it, has come to one of these states.
func (f *fleet) reaches(name, id string, states ...string) {
	f.t.Helper()
	last := ""
	for range 1200 {
		got, err := f.at(name).ErasureWithResponse(f.t.Context(), id)
		if err == nil && got.JSON200 != nil {
			last = got.JSON200.State
			for _, want := range states {
				if last == want {
					return
				}
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	f.t.Fatalf("the erasure is %s, want one of %v", last, states)
}

// Each process's user of the object store is refused what is not its own.
func TestEachProcessIsRefusedOthersObjectsOnServers(t *testing.T) {
	f := newFleet(t)
	records, book := f.config.Objects.S3, f.config.Ledger.S3
	const serve, work, erase, witness = transit.RoleServe, transit.RoleWork, transit.RoleErase, transit.RoleWitness
	everybody := transit.Roles()
	at := func(b s3Config, key string) string { return strings.TrimPrefix(b.Prefix+"/"+key, "/") }
	record, tile, line := at(records, f.config.Tenant+"/ab/cd"), at(records, "log/1/tile/0/000"), at(book, "ledger/0000000000000001")
	other := at(records, "another-tenant/ab/cd")
	for key, of := range map[string]s3Config{record: records, tile: records, other: records, line: book} {
		_, err := f.client(of, s3User{}).PutObject(t.Context(), of.Bucket, key, strings.NewReader("x"), 1, minio.PutObjectOptions{})
		noError(t, err)
	}
	version := func(of s3Config, key string) string {
		info, err := f.client(of, s3User{}).StatObject(t.Context(), of.Bucket, key, minio.StatObjectOptions{})
		noError(t, err)
		return info.VersionID
	}
	get := func(c *minio.Client, of s3Config, key string) error {
		_, err := c.StatObject(t.Context(), of.Bucket, key, minio.StatObjectOptions{})
		return err
	}
	put := func(c *minio.Client, of s3Config, key string) error {
		_, err := c.PutObject(t.Context(), of.Bucket, key+"-"+own(), strings.NewReader("x"), 1, minio.PutObjectOptions{})
		return err
	}
	remove := func(c *minio.Client, of s3Config, key string) error {
		return c.RemoveObject(t.Context(), of.Bucket, key, minio.RemoveObjectOptions{VersionID: version(of, key)})
	}
	policy := func(c *minio.Client, of s3Config, _ string) error {
		return c.SetBucketPolicy(t.Context(), of.Bucket, `{"Version":"2012-10-17","Statement":[]}`)
	}
	suspend := func(c *minio.Client, of s3Config, _ string) error { return c.SuspendVersioning(t.Context(), of.Bucket) }
	for _, op := range []struct {
		what    string
		does    func(*minio.Client, s3Config, string) error
		on      s3Config
		key     string
		allowed []transit.Role
	}{
		{"reads a record", get, records, record, []transit.Role{serve, erase, witness}},
		{"adds a record", put, records, record, []transit.Role{serve}},
		{"reads another tenant's", get, records, other, nil},
		{"adds one of another tenant's", put, records, other, nil},
		{"reads the log", get, records, tile, everybody},
		{"adds to the log", put, records, tile, []transit.Role{work}},
		{"reads the ledger", get, book, line, everybody},
		{"adds to the ledger", put, book, line, []transit.Role{erase}},
		{"changes the policy", policy, records, "", nil},
		{"stops keeping versions", suspend, records, "", nil},
		{"removes one of another tenant's", remove, records, other, nil},
		{"removes from the ledger", remove, book, line, nil},
		{"removes from the log", remove, records, tile, []transit.Role{work}},
		{"removes a record", remove, records, record, []transit.Role{erase}}, // last: it is gone then
	} {
		for _, role := range everybody {
			err := op.does(f.client(op.on, f.users[role]), op.on, op.key)
			denied := minio.ToErrorResponse(err).StatusCode == http.StatusForbidden
			if may := slices.Contains(op.allowed, role); may != (err == nil) || !may && !denied {
				t.Errorf("%s %s: %v, allowed: %v", role, op.what, err, may)
			}
			if err == nil && strings.HasPrefix(op.what, "removes") {
				break
			}
		}
	}
}

// Four processes with one credential each carry an erasure through, of which a part is kept.
func TestProcessesApartOnServers(t *testing.T) {
	f := newFleet(t)
	for _, name := range []string{"serve-1", "serve-2", "work", "erase", "witness"} {
		f.start(name)
	}
	ctx := t.Context()
	document := synthetic.Cohort(77).Bundle(0)
	stored, err := f.store(ctx, "serve-1", document)
	noError(t, err)
	other, err := f.store(ctx, "serve-2", synthetic.Cohort(77).Bundle(1))
	noError(t, err)
	if status, data, err := f.content(ctx, "serve-2", stored.Bundle); err != nil || status != 200 || !bytes.Equal(data, document) {
		t.Fatalf("read by the other: %d, %d bytes, %v", status, len(data), err)
	}
	id, err := f.erase(ctx, "serve-2", stored.Patient, "billing")
	noError(t, err)
	f.reaches("serve-1", id, "anchored")
	for _, name := range []string{"serve-1", "serve-2"} {
		if status, _, err := f.content(ctx, name, stored.Bundle); err != nil || status != http.StatusGone {
			t.Errorf("%s: what was erased: %d, %v", name, status, err)
		}
		if status, _, err := f.content(ctx, name, other.Bundle); err != nil || status != 200 {
			t.Errorf("%s: another's: %d, %v", name, status, err)
		}
	}
	got, err := f.at("serve-1").CertificateWithResponse(ctx, id)
	noError(t, err)
	published, err := os.ReadFile(filepath.Join(f.home("serve-1"), publicFolder, publicKeyFile))
	noError(t, err)
	c, key, err := certificate.Verify(got.Body)
	if err != nil || c.Case != id || c.Chain != "confirmed" {
		t.Errorf("certificate: %+v, %v", c, err)
	}
	if embedded, err := key.MarshalJSON(); err != nil || string(embedded) != strings.TrimSpace(string(published)) {
		t.Errorf("signed with %s, published is %s, %v", embedded, published, err)
	}
	for _, name := range []string{"serve-1", "work", "erase", "witness"} { // they start again on what they left
		f.stop(name, os.Interrupt)
		f.start(name)
	}
	if status, _, err := f.content(ctx, "serve-1", other.Bundle); err != nil || status != 200 {
		t.Errorf("after a restart: %d, %v", status, err)
	}
}

// Of two processes that write the log, the one that was elected is killed: the other takes log and anchor over, and an erasure that waits
// for them goes on.
func TestTheLogIsTakenOverOnServers(t *testing.T) {
	f := newFleet(t)
	workers := []string{"work-1", "work-2"}
	for _, name := range append([]string{"serve", "erase", "witness"}, workers...) {
		f.start(name)
	}
	first, err := f.store(t.Context(), "serve", synthetic.Cohort(78).Bundle(0))
	noError(t, err)
	id, err := f.erase(t.Context(), "serve", first.Patient)
	noError(t, err)
	f.reaches("serve", id, "anchored")
	db := f.database()
	elected := column(t, db, "SELECT holder FROM leases WHERE name = 'log-writer'")
	if len(elected) != 1 {
		t.Fatalf("elected: %v", elected)
	}
	for _, name := range workers {
		p := &program{dir: f.home(name)}
		p.config.Keys.Vault.Address, p.config.Keys.Vault.Roles = "set", map[transit.Role]vaultLogin{transit.RoleWork: {}}
		holder, err := p.holder()
		noError(t, err)
		if holder == elected[0] {
			f.stop(name, os.Kill)
		}
	}
	if len(f.running) != 4 {
		t.Fatalf("%d processes run", len(f.running))
	}
	second, err := f.store(t.Context(), "serve", synthetic.Cohort(78).Bundle(1))
	noError(t, err)
	id, err = f.erase(t.Context(), "serve", second.Patient)
	noError(t, err)
	began := time.Now()
	f.reaches("serve", id, "anchored")
	t.Logf("an erasure was certified and anchored %s after it was asked for, with the log's writer dead", time.Since(began).Round(time.Second))
	if now := column(t, db, "SELECT holder FROM leases WHERE name = 'log-writer'"); len(now) != 1 || now[0] == elected[0] {
		t.Errorf("elected before %v, and now %v", elected, now)
	}
}

// Three processes serve under load while one after the other is killed: what was acknowledged is there, what was erased is not read by
// anybody who asks after its tombstone.
func TestServingProcessesAreKilledOnServers(t *testing.T) {
	long, every := 20*time.Second, 5*time.Second
	if os.Getenv("LETHE_CAMPAIGN") != "" {
		long, every = 2*time.Minute, 10*time.Second
	}
	f := newFleet(t)
	names := []string{"serve-1", "serve-2", "serve-3"}
	for _, name := range append([]string{"work", "erase", "witness"}, names...) {
		f.start(name)
	}
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	l := &load{fleet: f, names: names, cohort: synthetic.Cohort(99)}
	var clients sync.WaitGroup
	for range 6 {
		clients.Go(func() { l.run(ctx) })
	}
	kills := 0
	for tick := time.NewTicker(every); ctx.Err() == nil; {
		select {
		case <-ctx.Done():
		case <-tick.C:
			name := names[kills%len(names)]
			f.stop(name, os.Kill)
			kills++
			f.start(name)
		}
	}
	clients.Wait()
	l.verify()
	t.Logf("%d kills in %s: %d documents acknowledged, %d reads, %d erased, %d requests without an answer or refused with 503; read after a tombstone: %d",
		kills, long, len(l.acknowledged), l.reads.Load(), len(l.erasures), l.unanswered.Load(), l.wrong.Load())
}
