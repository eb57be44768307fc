package vault

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/keys"
	"lethe/vault/certificate"
)

func TestConfigNamesWhatIsWrong(t *testing.T) {
	s := newSite(t)
	for name, change := range map[string]func(*Config){
		"Tenant": func(c *Config) { c.Tenant = "Main" }, "Store": func(c *Config) { c.Store = nil },
		"Objects": func(c *Config) { c.Objects = nil }, "Ledger": func(c *Config) { c.Ledger = nil },
		"Keys": func(c *Config) { c.Keys = nil }, "Witness": func(c *Config) { c.Witness = nil },
		"Eraser": func(c *Config) { c.Eraser = nil }, "Blinder": func(c *Config) { c.Blinder = nil },
		"Signer": func(c *Config) { c.Signer = nil }, "Compartments": func(c *Config) { c.Compartments = nil },
		"Version": func(c *Config) { c.Version = "" }, "TTL": func(c *Config) { c.Cache.TTL = keys.MaxCacheTTL + 1 },
	} {
		cfg := s.cfg
		change(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, tenant := range []string{"", "ledger", "-a", "a/b", "..", "a b", strings.Repeat("a", 41)} {
		cfg := s.cfg
		cfg.Tenant = tenant
		if _, err := New(cfg); err == nil {
			t.Errorf("tenant %q", tenant)
		}
	}
}

func TestNothingIsServedBeforeRecovery(t *testing.T) {
	s := newSite(t)
	done := s.take(person(1).bundle(1))
	s.stop()
	s.open()
	s.ports.watch(func(_ int, call string) outcome { return map[bool]outcome{true: fails}[call == "ledger.Entries"] })
	_, err := s.get(done.Bundle)
	is(t, err, ErrQuarantined)
	is(t, s.Recover(t.Context()), ErrQuarantined)
	s.ports.seen()
	must(t, s.Recover(t.Context()))
	s.reads(done.Bundle, person(1).bundle(1))
}

func TestListsShowWhoAndWhatIsHeld(t *testing.T) {
	s := newSite(t)
	a, b := s.take(person(1).bundle(1)), s.take(person(2).bundle(1))
	second := s.take(person(1).bundle(2))
	bundles, err := s.Bundles(t.Context(), a.Patient)
	want := []BundleInfo{{a.Bundle, int64(len(person(1).bundle(1)))}, {second.Bundle, int64(len(person(1).bundle(2)))}}
	if err != nil || !slices.Equal(bundles, want) {
		t.Errorf("%+v, %v", bundles, err)
	}
	s.erase(request(b.Patient))
	patients, err := s.Patients(t.Context())
	if err != nil || !slices.Equal(patients, []PatientInfo{{a.Patient, 8}}) {
		t.Errorf("%+v, %v", patients, err)
	}
	_, err = s.Bundles(t.Context(), b.Patient)
	is(t, err, ErrErased)
	_, err = s.Records(t.Context(), "nobody")
	is(t, err, ErrNotFound)
	s.refuses("nothing", "not-found")
}

// What was previewed is what the certificate says was done.
func TestCertificateSaysWhatWasPreviewed(t *testing.T) {
	for name, r := range map[string]func(string) EraseRequest{
		"complete": request, "partial": func(p string) EraseRequest { return keeping(p, "billing") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			done := s.take(person(1).bundle(1))
			s.reads(done.Bundle, person(1).bundle(1))
			p, err := s.Preview(t.Context(), r(done.Patient))
			must(t, err)
			c, _, err := certificate.Verify(s.certificate(s.erase(r(done.Patient))))
			must(t, err)
			for _, part := range p.Parts {
				i := slices.IndexFunc(c.Parts, func(v certificate.Part) bool { return v.Compartment == part.Compartment })
				if i < 0 {
					t.Fatalf("no %s in the certificate", part.Compartment)
				}
				got := c.Parts[i]
				if strings.HasPrefix(part.Action, "erase") != (got.Action == "erased") || part.Objects != got.Objects || part.Bytes != got.Bytes {
					t.Errorf("previewed %+v, certified %+v", part, got)
				}
			}
			if n := c.Gone.ObjectVersions; n != objectsErased(c) {
				t.Errorf("%d versions deleted of %d objects", n, objectsErased(c))
			}
		})
	}
}

func objectsErased(c certificate.Certificate) (n int) {
	for _, p := range c.Parts {
		if p.Action == "erased" {
			n += p.Objects
		}
	}
	return n
}

func TestCertificateSaysWhoAndWhen(t *testing.T) {
	s := siteIn(t, t.TempDir(), "main")
	s.configure = func(c *Config) { c.Retention.BackupsExpire = 90 * 24 * time.Hour }
	s.start()
	for name, tt := range map[string]struct {
		filed, approved, executed string
		two                       bool
	}{
		"three": {"a", "b", "c", true}, "two": {"a", "b", "a", true}, "nobody approved": {"a", "", "b", false},
		"who filed": {"a", "a", "b", false}, "who executed": {"a", "b", "b", false},
	} {
		done := s.take(person(len(s.texts(`SELECT id FROM patients`))).bundle(1))
		r := request(done.Patient)
		r.Filed, r.Approve, r.Execute = tt.filed, tt.approved, tt.executed
		r.At = time.Date(2026, time.January, 31, 12, 0, 0, 0, time.UTC)
		file := s.certificate(s.erase(r))
		c, key, err := certificate.Verify(file)
		must(t, err)
		said := slices.ContainsFunc(c.DoesNotProve, func(text string) bool { return strings.Contains(text, "second person") })
		if c.People.Two != tt.two || said == tt.two {
			t.Errorf("%s: %+v, %q", name, c.People, c.DoesNotProve)
		}
		if issuer, err := certificate.KeyOf(s.cfg.Signer.Public()); err != nil || issuer.KeyID != key.KeyID {
			t.Errorf("signed by %s", key.KeyID)
		}
		if c.Received != "2026-01-31T12:00:00Z" || c.Due != "2026-02-28T12:00:00Z" || c.Completed != stamp(s.now()) || c.Gone.Backups != stamp(s.now().AddDate(0, 0, 90)) {
			t.Errorf("%s, %s, %s, %s", c.Received, c.Due, c.Completed, c.Gone.Backups)
		}
		if bytes.Contains(file, []byte(done.Patient)) || bytes.Contains(file, []byte(done.Bundle)) {
			t.Error("the certificate names the patient")
		}
	}
}

// A decision that keeps something is found again by an index from before the patient came.
func TestThreat49KeptPartsOutliveAnIndexThatNeverKnewThePatient(t *testing.T) {
	s, older := newSite(t), t.TempDir()
	other := s.take(person(2).bundle(1))
	s.copyTo(older)
	done := s.take(person(1).bundle(1))
	claim := s.recordOf(done.Patient, "Claim").ID
	want, err := s.get(claim)
	must(t, err)
	s.erase(keeping(done.Patient, "billing"))
	s.stop()
	s.putBack(older, indexDir)
	s.start()
	s.reads(claim, want)
	s.refuses(done.Bundle, "not-found", "erased")
	s.reads(other.Bundle, person(2).bundle(1))
	if records := s.records(done.Patient); len(records) != 1 || records[0].Compartment != retainedCompartment {
		t.Errorf("%+v", records)
	}
}
