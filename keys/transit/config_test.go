package transit

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/keys"
)

func TestConfig(t *testing.T) {
	token := func(context.Context) (string, error) { return "t", nil }
	good := Config{Address: "https://vault.example:8200", Tenant: "a-1", Login: Login{Token: token}}
	for _, tt := range []struct {
		field string
		spoil func(*Config)
	}{
		{"Address", func(c *Config) { c.Address = "" }},
		{"Address", func(c *Config) { c.Address = "vault.example:8200" }},
		{"Address", func(c *Config) { c.Address = "ftp://vault.example" }},
		{"Address", func(c *Config) { c.Address = "https://u:p@vault.example" }},
		{"Address", func(c *Config) { c.Address = "https://vault.example/v1" }},
		{"Address is not https", func(c *Config) { c.Address = "http://vault.example:8200" }},
		{"Address is not https", func(c *Config) { c.Address = "http://localhost.example:8200" }},
		{"Tenant", func(c *Config) { c.Tenant = "" }},
		{"Tenant", func(c *Config) { c.Tenant = "A" }},
		{"Tenant", func(c *Config) { c.Tenant = "a/b" }},
		{"Tenant", func(c *Config) { c.Tenant = "a-" }},
		{"Tenant", func(c *Config) { c.Tenant = strings.Repeat("a", 33) }},
		{"Mount", func(c *Config) { c.Mount = "a/b" }},
		{"Mount", func(c *Config) { c.Mount = "a+" }},
		{"Mount", func(c *Config) { c.Mount = "a*" }},
		{"Timeout", func(c *Config) { c.Timeout = -1 }},
		{"Login", func(c *Config) { c.Login = Login{} }},
		{"Login", func(c *Config) { c.Login.AppRole = &AppRole{RoleID: "r", SecretID: token} }},
		{"RoleID", func(c *Config) { c.Login = Login{AppRole: &AppRole{SecretID: token}} }},
		{"SecretID", func(c *Config) { c.Login = Login{AppRole: &AppRole{RoleID: "r"}} }},
		{"AppRole.Mount", func(c *Config) { c.Login = Login{AppRole: &AppRole{RoleID: "r", SecretID: token, Mount: "../sys"}} }},
		{"CAFile", func(c *Config) { c.CAFile = filepath.Join(t.TempDir(), "none") }},
		{"CAFile", func(c *Config) { c.CAFile = "config_test.go" }},
	} {
		cfg := good
		tt.spoil(&cfg)
		_, err := Open(t.Context(), cfg)
		if err == nil || !strings.Contains(err.Error(), tt.field) || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%v, want an error that names %s", err, tt.field)
		}
	}
	cfg, err := good.checked()
	must(t, err)
	if cfg.Mount != "lethe-a-1" || cfg.Timeout != defaultTimeout {
		t.Errorf("defaults: %+v", cfg)
	}
	for _, address := range []string{"http://127.0.0.1:8200", "http://[::1]:8200/", "http://localhost", "https://vault.example"} {
		if _, err := (Config{Address: address}).baseURL(); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestTLS trusts the server by CAFile, and only by it.
func TestTLS(t *testing.T) {
	answer := gives(map[string]int{"latest_version": 7})
	server := httptest.NewUnstartedServer(answer)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that the client gives up
	server.StartTLS()
	defer server.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	must(t, os.WriteFile(file, block, 0o600))
	cfg := (&fake{Server: server}).config()
	if _, err := openRing(t, cfg).Count(t.Context()); !errors.Is(err, keys.ErrUnavailable) {
		t.Errorf("a certificate of nobody's: %v", err)
	}
	cfg.CAFile = file
	if n, err := openRing(t, cfg).Count(t.Context()); n != 6 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestEnvironmentIsNotRead: HashiCorp's variables, and proxies, change nothing.
func TestEnvironmentIsNotRead(t *testing.T) {
	for name, value := range map[string]string{
		"VAULT_TOKEN": "other", "VAULT_ADDR": "http://127.0.0.1:1", "VAULT_NAMESPACE": "other", "VAULT_SKIP_VERIFY": "1",
		"HTTP_PROXY": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1",
	} {
		t.Setenv(name, value)
	}
	f := newFake(t)
	f.on("GET /v1/lethe-a/keys/lethe-count", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Vault-Token") != fakeToken || r.Header.Get("X-Vault-Namespace") != "" {
			t.Errorf("headers %v", r.Header)
		}
		gives(map[string]int{"latest_version": 7})(w, r)
	})
	if _, err := f.ring(t).Count(t.Context()); err != nil {
		t.Error(err)
	}
}
