package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/time/rate"

	"lethe/anchor"
	"lethe/circuits"
	"lethe/vault"
)

// Config is what a front door needs.
type Config struct {
	Service *vault.Service
	// URL is the origin under which callers reach the front door, such as https://vault.example.org: DPoP proofs name it, and a
	// request whose proof names another one is refused.
	URL string

	// Issuer says who bearer tokens are of.
	Issuer Verifier
	// Operator names the person at the machine, for access logs, where nobody else can reach the front door: a socket in a folder
	// that is theirs alone, or a call within the process. Callers without credentials are then the operator, who holds all roles.
	// It is empty for a front door that others reach.
	Operator string

	// Proving is what the service has; nil when nobody reads by proof. Accreditor is the verifier key (C2SP signed-note) of the
	// same role.
	Proving    *vault.Proving
	Accreditor string
	Statements []circuits.Manifest
	// Artifacts holds the files that manifests name, under their SHA-256. None is served that no manifest names.
	Artifacts fs.FS

	// Trials is nil in a process that runs none.
	Trials Trials

	Network anchor.Network
	Version string // of the program
	// Certificates reads the newest edition of an erasure's certificate.
	Certificates func(ctx context.Context, erasure string) ([]byte, error)
	// Dependencies asks what the service stands on whether it is there; nil for nothing. Anybody can have it called, as often as
	// they like.
	Dependencies func(ctx context.Context) []Dependency

	// Rate is how many requests a second the anonymous operations take from all callers together, and how many the signed ones; 0
	// does not limit them. Addresses are not looked at, so that a flood makes everybody wait.
	Rate float64
	// MaxUpload bounds a document in bytes, and Uploads how many are taken in at a time, each in memory: 64 MiB and 4 by default.
	MaxUpload int64
	Uploads   int

	Metrics *Metrics         // nil counts nothing
	Tracer  trace.Tracer     // defaults to none
	Now     func() time.Time // defaults to time.Now
	Logger  *slog.Logger     // defaults to discarding
}

// Dependency is something that the service stands on.
type Dependency struct {
	Name     string
	Optional bool  // records are read without it as well
	Err      error // nil when it is there; only its name (vault.Code) is shown, and to the operator what it says
}

const (
	defaultUpload  = 64 << 20
	defaultUploads = 4
)

func (c *Config) check() error {
	required := func(name string, given bool) error {
		if !given {
			return fmt.Errorf("api: Config.%s is required", name)
		}
		return nil
	}
	return errors.Join(
		required("Service", c.Service != nil), required("URL", c.URL != ""), required("Network", c.Network.Origin != ""),
		required("Version", c.Version != ""), required("Certificates", c.Certificates != nil),
		required("Issuer", c.Issuer != nil || c.Operator != ""), required("Artifacts", c.Artifacts != nil || len(c.Statements) == 0),
		c.checkURL(), c.checkOperator(), c.checkLimits(), c.checkAccreditor())
}

func (c *Config) checkURL() error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Scheme+"://"+u.Host != c.URL {
		return fmt.Errorf("api: Config.URL %q is not an origin, such as https://vault.example.org", c.URL)
	}
	return nil
}

func (c *Config) checkOperator() error {
	if c.Operator == "" {
		return nil
	}
	if err := (Caller{Role: RoleOperator, Subject: c.Operator}).Check(); err != nil {
		return fmt.Errorf("api: Config.Operator: %w", err)
	}
	return nil
}

func (c *Config) checkLimits() error {
	if c.Rate < 0 || c.MaxUpload < 0 || c.Uploads < 0 {
		return errors.New("api: Config.Rate, MaxUpload and Uploads must not be negative")
	}
	return nil
}

// checkAccreditor compares the key that is published with the one that the service verifies with.
func (c *Config) checkAccreditor() error {
	if c.Proving == nil {
		return nil
	}
	v, err := note.NewVerifier(c.Accreditor)
	if err != nil {
		return fmt.Errorf("api: Config.Accreditor: %w", err)
	}
	if v.Name() != c.Proving.Accreditor.Name() || v.KeyHash() != c.Proving.Accreditor.KeyHash() {
		return errors.New("api: Config.Accreditor is another key than Config.Proving has")
	}
	return nil
}

func (c *Config) fill() {
	if c.MaxUpload == 0 {
		c.MaxUpload = defaultUpload
	}
	if c.Uploads == 0 {
		c.Uploads = defaultUploads
	}
	if c.Tracer == nil {
		c.Tracer = noop.NewTracerProvider().Tracer("")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
}

// api is the front door.
type api struct {
	cfg        Config
	service    service
	operations map[string]*operation
	router     *mux.Router
	limits     map[class]*rate.Limiter
	possession *possession
	uploads    chan struct{}
	artifacts  map[string]bool
}

var (
	_ http.Handler          = (*api)(nil)
	_ StrictServerInterface = (*api)(nil)
)

// New makes a front door. The error names the field that is wrong.
func New(cfg Config) (http.Handler, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	return newAPI(cfg, vaultService{cfg.Service})
}

func newAPI(cfg Config, s service) (*api, error) {
	cfg.fill()
	spec, err := loadSpec()
	if err != nil {
		return nil, err
	}
	a := &api{cfg: cfg, service: s, uploads: make(chan struct{}, cfg.Uploads), artifacts: map[string]bool{}}
	if a.operations, err = operations(spec); err != nil {
		return nil, err
	}
	if cfg.Rate > 0 {
		burst := max(1, int(cfg.Rate))
		a.limits = map[class]*rate.Limiter{
			anonymous: rate.NewLimiter(rate.Limit(cfg.Rate), burst), signed: rate.NewLimiter(rate.Limit(cfg.Rate), burst),
		}
	}
	for _, m := range cfg.Statements {
		for _, h := range []circuits.Hash{m.R1CS, m.ProvingKey, m.VerifyingKey} {
			a.artifacts[h.String()] = true
		}
	}
	a.possession = newPossession(cfg.URL, cfg.Now)
	a.route()
	return a, nil
}

// route puts the router together: the generated one, with what is the same for all operations before it.
func (a *api) route() {
	a.router = mux.NewRouter().SkipClean(true)
	a.router.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.answerError(w, r, refuse(codeNotFound, ""))
	})
	a.router.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.answerError(w, r, refuse(codeMethod, "").with("Allow", a.allowed(r)))
	})
	a.router.Use(a.guard)
	malformed := func(w http.ResponseWriter, r *http.Request, _ error) {
		a.answerError(w, r, invalid("a parameter or a member has another form than the description gives it"))
	}
	strict := NewStrictHandlerWithOptions(a, nil, StrictHTTPServerOptions{
		RequestErrorHandlerFunc: malformed, ResponseErrorHandlerFunc: a.answerError,
	})
	HandlerWithOptions(strict, GorillaServerOptions{BaseURL: basePath, BaseRouter: a.router, ErrorHandlerFunc: malformed})
}

// Timeouts of a server. There is none for a whole transfer: records are as large as they are.
const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	maxHeader  = 32 << 10
)

// NewServer is a server for a front door, with the limits that it counts on. It writes no log of its own, for net/http's lines
// have the addresses of callers in them.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
}
