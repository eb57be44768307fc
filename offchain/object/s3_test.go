package object_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"lethe/offchain"
	"lethe/offchain/object"
	"lethe/offchain/objecttest"
)

// servers are the S3 servers that tests run on, each named by an environment variable with a URL such as https://KEY:SECRET@127.0.0.1:9000.
var servers = map[string]string{"MinIO": "LETHE_TEST_S3", "versitygw": "LETHE_TEST_S3_OTHER"}

// onServers runs a test on each server that there is.
func onServers(t *testing.T, test func(t *testing.T, server object.S3Config)) {
	for name, variable := range servers {
		t.Run(name, func(t *testing.T) {
			if os.Getenv(variable) == "" {
				t.Skipf("%s names no server: `make up` starts one", variable)
			}
			u, err := url.Parse(os.Getenv(variable))
			must(t, err)
			secret, _ := u.User.Password()
			test(t, object.S3Config{
				URL: u.Scheme + "://" + u.Host, Key: u.User.Username(), Secret: secret, CAFile: os.Getenv("LETHE_TEST_CA"), PartSize: 5 << 20,
			})
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// bucket makes a bucket of the test's own.
func bucket(t *testing.T, cfg object.S3Config, setup object.S3Setup) object.S3Config {
	t.Helper()
	cfg.Bucket = "test-" + strings.ToLower(rand.Text())
	_, err := object.SetupS3(t.Context(), cfg, setup)
	must(t, err)
	return cfg
}

func openS3(t *testing.T, cfg object.S3Config) *object.S3 {
	t.Helper()
	s, err := object.NewS3(cfg)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func TestS3Conforms(t *testing.T) {
	onServers(t, func(t *testing.T, cfg object.S3Config) {
		for name, prefix := range map[string]string{"Bucket": "", "Prefix": "hospital/one"} {
			t.Run(name, func(t *testing.T) {
				objecttest.Run(t, func(t *testing.T) offchain.Objects {
					cfg := bucket(t, cfg, object.S3Setup{})
					cfg.Prefix = prefix
					return openS3(t, cfg)
				})
			})
		}
	})
}

func TestPrefixesDoNotSeeEachOther(t *testing.T) {
	onServers(t, func(t *testing.T, cfg object.S3Config) {
		cfg = bucket(t, cfg, object.S3Setup{})
		one, other := cfg, cfg
		one.Prefix, other.Prefix = "one", "one-more"
		a, b := openS3(t, one), openS3(t, other)
		must(t, offchain.WriteAll(t.Context(), a, "aa/x", []byte("x")))
		if _, err := b.Open(t.Context(), "aa/x"); !errors.Is(err, offchain.ErrNotFound) {
			t.Error(err)
		}
		for s, want := range map[*object.S3]int{a: 1, b: 0} {
			if keys, err := s.List(t.Context(), ""); err != nil || len(keys) != want {
				t.Errorf("%q, %v", keys, err)
			}
		}
	})
}

func TestServerThatDoesNotAnswer(t *testing.T) {
	s := openS3(t, object.S3Config{URL: "http://127.0.0.1:1", Bucket: "none", Key: "k", Secret: "s"})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, open := s.Open(ctx, "a/b")
	_, list := s.List(ctx, "")
	_, del := s.DeleteAll(ctx, "a/b")
	for what, err := range map[string]error{"open": open, "list": list, "delete": del, "write": offchain.WriteAll(ctx, s, "a/b", nil)} {
		if !errors.Is(err, offchain.ErrUnavailable) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// The server knows the sum that it has checked, of small objects and of those in parts.
func TestServersCheckSums(t *testing.T) {
	onServers(t, func(t *testing.T, cfg object.S3Config) {
		cfg = bucket(t, cfg, object.S3Setup{})
		s := openS3(t, cfg)
		for key, size := range map[string]int{"aa/small": 100, "aa/large": 6 << 20} {
			must(t, offchain.WriteAll(t.Context(), s, key, make([]byte, size)))
			info, err := client(t, cfg).StatObject(t.Context(), cfg.Bucket, key, minio.StatObjectOptions{Checksum: true})
			if err != nil || info.ChecksumCRC32C == "" {
				t.Errorf("%s: checksum %q, %v", key, info.ChecksumCRC32C, err)
			}
		}
	})
}

func TestS3ConfigIsChecked(t *testing.T) {
	good := object.S3Config{URL: "https://s3.example:9000", Bucket: "records", Key: "k", Secret: "s"}
	for name, change := range map[string]func(*object.S3Config){
		"http to another machine": func(c *object.S3Config) { c.URL = "http://s3.example:9000" },
		"no host":                 func(c *object.S3Config) { c.URL = "https://" },
		"a path":                  func(c *object.S3Config) { c.URL += "/bucket" },
		"credentials in the URL":  func(c *object.S3Config) { c.URL = "https://k:s@s3.example" },
		"no bucket":               func(c *object.S3Config) { c.Bucket = "" },
		"a prefix that climbs":    func(c *object.S3Config) { c.Prefix = "../other" },
		"no key":                  func(c *object.S3Config) { c.Key = "" },
		"no secret":               func(c *object.S3Config) { c.Secret = "" },
		"small parts":             func(c *object.S3Config) { c.PartSize = 1 << 20 },
		"no certificates":         func(c *object.S3Config) { c.CAFile = "s3_test.go" },
	} {
		cfg := good
		change(&cfg)
		if _, err := object.NewS3(cfg); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := object.NewS3(good); err != nil {
		t.Error(err)
	}
}
