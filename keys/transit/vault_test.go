package transit_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"lethe/keys"
	"lethe/keys/transit"
)

// admin speaks to a real server as its administrator, past the package under test.
type admin struct {
	t     testing.TB
	url   string
	token string
	http  *http.Client
}

// realVault gives the server that LETHE_TEST_VAULT names, or skips.
func realVault(t testing.TB) *admin {
	t.Helper()
	url := os.Getenv("LETHE_TEST_VAULT")
	if url == "" {
		t.Skip("LETHE_TEST_VAULT names no server")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots(t)}, MaxIdleConnsPerHost: 8}}
	t.Cleanup(client.CloseIdleConnections)
	return &admin{t: t, url: url, token: os.Getenv("LETHE_TEST_VAULT_TOKEN"), http: client}
}

func roots(t testing.TB) *x509.CertPool {
	file := os.Getenv("LETHE_TEST_CA")
	if file == "" {
		return nil
	}
	pem, err := os.ReadFile(file)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return pool
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type object = map[string]any

// as sends a request with a token and returns the status and the answer.
func (a *admin) as(token, method, path string, body any) (int, object) {
	a.t.Helper()
	content, err := json.Marshal(body)
	must(a.t, err)
	if body == nil {
		content = nil
	}
	req, err := http.NewRequest(method, a.url+"/v1/"+path, bytes.NewReader(content))
	must(a.t, err)
	req.Header.Set("X-Vault-Token", token)
	resp, err := a.http.Do(req)
	must(a.t, err)
	defer resp.Body.Close()
	var answer object
	json.NewDecoder(resp.Body).Decode(&answer)
	return resp.StatusCode, answer
}

// do sends a request as the administrator, which must succeed, and returns the answer's data.
func (a *admin) do(method, path string, body any) object {
	a.t.Helper()
	status, answer := a.as(a.token, method, path, body)
	if status/100 != 2 {
		a.t.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	data, _ := answer["data"].(object)
	return data
}

// tenant is a set-up mount of its own, removed at the end of the test.
type tenant struct {
	*admin
	name, mount string
	roleIDs     map[transit.Role]string
}

func newTenant(t testing.TB) *tenant {
	t.Helper()
	n := bareTenant(t)
	report, err := transit.Setup(context.Background(), n.config(), transit.SetupConfig{})
	must(t, err)
	n.roleIDs = report.RoleIDs
	return n
}

// bareTenant has a name, and nothing is set up.
func bareTenant(t testing.TB) *tenant {
	t.Helper()
	a := realVault(t)
	b := make([]byte, 6)
	rand.Read(b)
	n := &tenant{admin: a, name: "t" + hex.EncodeToString(b)}
	n.mount = "lethe-" + n.name
	t.Cleanup(func() {
		n.do("DELETE", "sys/mounts/"+n.mount, nil)
		for _, role := range transit.Roles() {
			n.as(n.token, "DELETE", "auth/approle/role/"+n.policy(role), nil)
			n.do("DELETE", "sys/policies/acl/"+n.policy(role), nil)
		}
	})
	return n
}

func (n *tenant) policy(role transit.Role) string { return n.mount + "-" + string(role) }

// config has the administrator's token.
func (n *tenant) config() transit.Config {
	return transit.Config{Address: n.url, CAFile: os.Getenv("LETHE_TEST_CA"), Tenant: n.name, Login: transit.Login{
		Token: func(context.Context) (string, error) { return n.token, nil },
	}}
}

// roleConfig has the credential of a role, with a new secret id.
func (n *tenant) roleConfig(role transit.Role) transit.Config {
	cfg := n.config()
	cfg.Login = transit.Login{AppRole: &transit.AppRole{RoleID: n.roleIDs[role], SecretID: func(context.Context) (string, error) {
		return n.do("POST", "auth/approle/role/"+n.policy(role)+"/secret-id", nil)["secret_id"].(string), nil
	}}}
	return cfg
}

func open(t testing.TB, cfg transit.Config) *transit.Ring {
	t.Helper()
	r, err := transit.Open(context.Background(), cfg)
	must(t, err)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func (n *tenant) ring(t testing.TB) *transit.Ring { return open(t, n.config()) }

func (n *tenant) role(t testing.TB, role transit.Role) *transit.Ring {
	return open(t, n.roleConfig(role))
}

func base64Of(k *keys.Key) string { return base64.StdEncoding.EncodeToString(k.Bytes()) }
