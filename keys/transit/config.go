package transit

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"time"
)

// Config says which Vault, and as whom.
type Config struct {
	Address   string        // base URL of the server, such as https://vault.example:8200; plain http only to loopback
	CAFile    string        // PEM file of the certificates that Address is trusted by; empty: the system's
	Namespace string        // namespace of the server, where it has them; by default none
	Tenant    string        // lower-case letters, digits and hyphens, at most 32
	Mount     string        // path of the tenant's Transit engine, one segment; by default lethe-TENANT
	Login     Login         // one of its ways
	Timeout   time.Duration // of one call to Vault, beside the caller's context; by default 10 s
}

// Login is how a process proves who it is: AppRole, or else Token.
type Login struct {
	AppRole *AppRole
	// Token gives a token that somebody else obtains, renews and revokes, such as Vault's agent. It is asked again whenever Vault
	// denies a call.
	Token func(ctx context.Context) (string, error)
}

// AppRole is a credential of Vault's AppRole method. The token it gives is renewed, and revoked by [Ring.Close].
type AppRole struct {
	Mount    string                                    // path of the auth method; by default approle
	RoleID   string                                    // as in [Report]
	SecretID func(ctx context.Context) (string, error) // asked at each login, so that it can be replaced meanwhile
}

const (
	defaultTimeout = 10 * time.Second
	defaultAppRole = "approle"
)

// Names go into paths and policies as they are: nothing in them may be special there.
var (
	tenantForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)
	mountForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
)

// DefaultMount is where a tenant's Transit engine is when nothing else is said.
func DefaultMount(tenant string) string { return "lethe-" + tenant }

// checked returns cfg with its defaults, or an error that names the field that is wrong.
func (cfg Config) checked() (Config, error) {
	if !tenantForm.MatchString(cfg.Tenant) {
		return cfg, errors.New("transit: Config.Tenant is not lower-case letters, digits and hyphens, 1 to 32 of them")
	}
	if cfg.Mount == "" {
		cfg.Mount = DefaultMount(cfg.Tenant)
	}
	if !mountForm.MatchString(cfg.Mount) {
		return cfg, errors.New("transit: Config.Mount is not one segment of lower-case letters, digits, _ and -")
	}
	if cfg.Timeout < 0 {
		return cfg, fmt.Errorf("transit: Config.Timeout is %v, below 0", cfg.Timeout)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	var err error
	cfg.Login, err = cfg.Login.checked()
	return cfg, err
}

func (l Login) checked() (Login, error) {
	switch {
	case l.AppRole == nil && l.Token == nil:
		return l, errors.New("transit: Config.Login has neither AppRole nor Token")
	case l.AppRole == nil:
		return l, nil
	case l.Token != nil:
		return l, errors.New("transit: Config.Login has both AppRole and Token")
	case l.AppRole.RoleID == "":
		return l, errors.New("transit: Config.Login.AppRole.RoleID is empty")
	case l.AppRole.SecretID == nil:
		return l, errors.New("transit: Config.Login.AppRole.SecretID is nil")
	}
	role := *l.AppRole
	if role.Mount == "" {
		role.Mount = defaultAppRole
	}
	if !mountForm.MatchString(role.Mount) {
		return l, errors.New("transit: Config.Login.AppRole.Mount is not one segment of lower-case letters, digits, _ and -")
	}
	return Login{AppRole: &role}, nil
}

// baseURL returns Address as a URL without path. Plain http would show tokens and keys to the network.
func (cfg Config) baseURL() (*url.URL, error) {
	u, err := url.Parse(cfg.Address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Path != "" && u.Path != "/") {
		return nil, errors.New("transit: Config.Address is not scheme://host:port")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, errors.New("transit: Config.Address is not https, and only loopback goes without")
	}
	u.Path = ""
	return u, nil
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// transport makes connections of its own: no proxy and nothing else from the environment comes between.
func (cfg Config) transport() (*http.Transport, error) {
	roots, err := cfg.roots()
	if err != nil {
		return nil, err
	}
	return &http.Transport{
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout: cfg.Timeout,
		MaxIdleConnsPerHost: 32,
		IdleConnTimeout:     time.Minute,
	}, nil
}

func (cfg Config) roots() (*x509.CertPool, error) {
	if cfg.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(cfg.CAFile)
	if err != nil {
		return nil, fmt.Errorf("transit: Config.CAFile: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("transit: Config.CAFile holds no certificate in PEM")
	}
	return roots, nil
}
