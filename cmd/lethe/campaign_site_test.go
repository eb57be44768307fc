package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"go.yaml.in/yaml/v3"

	"lethe/keys"
	"lethe/keys/transit"
	"lethe/offchain"
	"lethe/vault"
	"lethe/vault/canonical"
	"lethe/vault/fhir/synthetic"
)

// site is a state folder whose stores are servers, with a tenant, buckets, a database and contracts of its own.
type site struct {
	*thief
	t        *testing.T
	servers  *servers
	settings string // the configuration file, complete
	said     *bytes.Buffer
	known    map[string]bool // patients
	made     int             // bundles
}

// newSite sets the servers up for a tenant; change is the last word on the configuration.
func newSite(t *testing.T, s *servers, change func(*config)) *site {
	t.Helper()
	said := &bytes.Buffer{}
	p := &program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: said, verbose: true, configFile: s.file}
	p.dir = filepath.Join(t.TempDir(), "state")
	noError(t, p.configure())
	change(&p.config)
	d := &demo{program: p, expendable: true, thief: thief{program: p, loot: t.TempDir()}}
	noError(t, d.prepareServers(t.Context()))
	site := &site{thief: &d.thief, t: t, servers: s, said: said, known: map[string]bool{}}
	text, err := yaml.Marshal(p.config)
	noError(t, err)
	site.settings = s.write("site.yaml", string(text))
	return site
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// with adds the state folder and the configuration to a command line.
func (s *site) with(args ...string) []string {
	return append(args, "--dir", s.dir, "--config", s.settings)
}

// resident is a patient of a site.
type resident struct{ file, patient, bundle string }

// takeIn imports the next bundle of a cohort, and says whose it is.
func (s *site) takeIn() (r resident) {
	s.t.Helper()
	r.file = s.nextBundle()
	must[importResult](s.t, s.with("import", r.file)...)
	s.opened(func(st *state) {
		all, err := st.Patients(s.t.Context())
		noError(s.t, err)
		for _, p := range all {
			if !s.known[p.ID] {
				r.patient, s.known[p.ID] = p.ID, true
			}
		}
		held, err := st.Bundles(s.t.Context(), r.patient)
		noError(s.t, err)
		r.bundle = held[0].ID
	})
	return r
}

// nextBundle writes a bundle that was not there before.
func (s *site) nextBundle() string {
	s.t.Helper()
	s.made++
	return s.servers.write(fmt.Sprintf("p%d.json", s.made), string(synthetic.Cohort(7).Bundle(s.made)))
}

// opened opens the state folder in this process.
func (s *site) opened(do func(*state)) {
	s.t.Helper()
	noError(s.t, s.withState(s.t.Context(), func(st *state) error { do(st); return nil }))
}

// read answers a record's or a bundle's bytes.
func read(ctx context.Context, st *state, id string) (_ []byte, err error) {
	content, err := st.Read(ctx, id, custodian())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	part, err := content.Range(0, -1)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(part)
}

// wantBytes reads a patient's bundle, which must be what was imported.
func (s *site) wantBytes(st *state, r resident) {
	s.t.Helper()
	have, err := read(s.t.Context(), st, r.bundle)
	noError(s.t, err)
	want, err := os.ReadFile(r.file)
	noError(s.t, err)
	if !bytes.Equal(have, want) {
		s.t.Fatalf("%s came back changed", filepath.Base(r.file))
	}
}

// database opens the tenant's database as its administrator.
func (s *site) database() *sql.DB {
	s.t.Helper()
	url, err := s.config.Index.Postgres.text()
	noError(s.t, err)
	db, err := sql.Open("pgx", url+"&search_path=lethe")
	noError(s.t, err)
	s.t.Cleanup(func() { db.Close() })
	return db
}

// bucket is a plain client of the records' bucket, who has its credentials and nothing else of Lethe.
type bucket struct {
	*minio.Core
	name, prefix string
}

func (s *site) bucket() bucket {
	s.t.Helper()
	cfg, err := s.config.Objects.S3.config()
	noError(s.t, err)
	transport, err := minio.DefaultTransport(true)
	noError(s.t, err)
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}
	pem, err := os.ReadFile(cfg.CAFile)
	noError(s.t, err)
	transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem)
	core, err := minio.NewCore(strings.TrimPrefix(cfg.URL, "https://"), &minio.Options{
		Creds: credentials.NewStaticV4(cfg.Key, cfg.Secret, ""), Secure: true, Transport: transport,
	})
	noError(s.t, err)
	s.t.Cleanup(transport.CloseIdleConnections)
	return bucket{core, cfg.Bucket, cfg.Prefix + "/"}
}

// list lists what stands in the bucket: what is current, or every version and mark of deletion.
func (b bucket) list(t *testing.T, versions bool) (found []minio.ObjectInfo) {
	t.Helper()
	every := minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true, WithVersions: versions}
	for o := range b.ListObjectsIter(t.Context(), b.name, every) {
		noError(t, o.Err)
		found = append(found, o)
	}
	return found
}

// stolen is a wrapped key as a thief's copy of the index has it.
type stolen struct {
	name    keys.Name
	wrapped []byte
	bound   []byte // the associated data
}

// keyContext is that of vault, so that a wrapped key opens for whoever has the rights.
type keyContext struct {
	_                                            struct{} `cbor:",toarray"`
	Domain, Tenant, Patient, Compartment, Number string
}

// wrapped takes a patient's wrapped keys out of the index, without that of the access log, which is kept.
func (s *site) wrapped(patient string) (found []stolen) {
	s.t.Helper()
	store, err := s.openIndex(s.t.Context())
	noError(s.t, err)
	defer store.Close()
	err = store.View(s.t.Context(), func(q offchain.Queries) error {
		held, err := q.Compartments(s.t.Context(), patient)
		for _, c := range held {
			if c.Name != "disclosures" {
				bound := keyContext{Domain: "lethe/kek/v1", Tenant: s.config.Tenant, Patient: patient, Compartment: c.Name, Number: c.ID}
				found = append(found, stolen{keys.Name(c.KeyName), c.Wrapped, canonical.Encode(bound)})
			}
		}
		return err
	})
	noError(s.t, err)
	return found
}

// unwraps says how many stolen keys the witness's credential opens.
func (s *site) unwraps(loot []stolen) (opened int) {
	s.t.Helper()
	cfg, err := s.config.Keys.Vault.as(transit.RoleWitness, s.config.Tenant)
	noError(s.t, err)
	ring, err := transit.Open(s.t.Context(), cfg)
	noError(s.t, err)
	defer ring.Close()
	for _, k := range loot {
		key, err := ring.Unwrap(s.t.Context(), k.name, k.wrapped, k.bound)
		switch {
		case err == nil:
			opened++
			key.Zero()
		case !errors.Is(err, keys.ErrNoKey):
			s.t.Fatalf("unwrap: %v", err)
		}
	}
	return opened
}

// everythingOf lists what a patient has that can be read.
func (s *site) everythingOf(st *state, patient string) (ids []string) {
	s.t.Helper()
	records, err := st.Records(s.t.Context(), patient)
	noError(s.t, err)
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	bundles, err := st.Bundles(s.t.Context(), patient)
	noError(s.t, err)
	for _, b := range bundles {
		ids = append(ids, b.ID)
	}
	return ids
}

// opens says how many of some ids are read, and what was said of the first that is not.
func opens(t *testing.T, st *state, ids []string) (read int, why string) {
	t.Helper()
	for _, id := range ids {
		content, err := st.Read(t.Context(), id, custodian())
		if err == nil {
			read++
			noError(t, content.Close())
		} else if why == "" {
			why = vault.Code(err)
		}
	}
	return read, why
}
