package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"lethe/api"
	"lethe/circuits"
	"lethe/keys/transit"
)

// socketName is the file in a state folder by which its service is reached on this machine: whoever may use the folder is the operator.
const socketName = "lethe.sock"

// localURL is what a service is called on its socket and in its own process.
const localURL = "http://lethe.local"

func (p *program) serveCommand() *cobra.Command {
	var listen, url string
	c := &cobra.Command{
		Use:   "serve",
		Short: "serve the API, and keep working",
		Long: `Serves the API on an address, and does all that ` + "`lethe work`, `lethe erase-agent` and `lethe witness`" + ` do, unless its configuration has
the role serve alone: then those are processes of their own, and any number may serve. The log is served beside it, below /log/ and
/public/.

Other commands then reach the service through the socket in the state folder, as the operator. Callers that are known carry tokens of
` + "`lethe token`" + `, a development issuer: whoever holds the state folder can be anybody.`,
		Example: "  lethe serve --listen 127.0.0.1:8600\n  lethe read --url http://127.0.0.1:8600 --provider ada.json --organisation hospital.json --patient 0123456789abcdef0123456789abcdef",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.serve(c.Context(), listen, url) },
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8600", "address to serve on")
	c.Flags().StringVar(&url, "origin", "", "origin under which callers reach it, when that is not the address (https://vault.example.org)")
	c.Flags().StringVar(&p.rpcListen, "rpc-listen", "", "loopback address on which the embedded chain answers JSON-RPC")
	return c
}

// serving is what `lethe serve --json` prints once it serves.
type servingAt struct {
	API string `json:"api"`
	Log string `json:"log"`
	RPC string `json:"rpc,omitempty"`
	// Metrics are served apart from the API.
	Metrics string `json:"metrics,omitempty"`

	origin string
}

func (p *program) serve(ctx context.Context, listen, url string) (err error) {
	if err := p.needs(transit.RoleServe); err != nil {
		return err
	}
	if err := p.watch(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.telemetry.Close()) }()
	return p.withStateMade(ctx, func(st *state) error {
		failed := make(chan error, 3)
		at, stop, err := p.startServing(ctx, st, listen, url, failed)
		if err != nil {
			return err
		}
		defer stop()
		metrics, stopMetrics, err := p.serveMetrics(ctx, st, failed)
		if err != nil {
			return err
		}
		defer stopMetrics()
		at.Metrics = metrics
		if st.chain != nil {
			at.RPC = st.chain.URL()
		}
		if p.json {
			if err := p.print(at); err != nil {
				return err
			}
		} else {
			p.say("serving %s, log on %s%s%s; stop with Ctrl-C", at.API, at.Log, serving(", chain on ", at.RPC), serving(", metrics on ", at.Metrics))
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		}
	})
}

// startServing serves on an address and on the folder's socket; stop ends both, and waits for what is under way.
func (p *program) startServing(ctx context.Context, st *state, listen, url string, failed chan<- error) (at servingAt, stop func(), err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return at, nil, fmt.Errorf("--listen: %w", err)
	}
	if url == "" {
		url = "http://" + l.Addr().String()
	}
	public, err := p.frontDoor(st, url, "")
	if err != nil {
		return at, nil, errors.Join(err, l.Close())
	}
	local, err := p.frontDoor(st, localURL, custodian().Actor)
	if err != nil {
		return at, nil, errors.Join(err, l.Close())
	}
	socket := filepath.Join(p.dir, socketName)
	_ = os.Remove(socket) // of a process that was killed: the folder's lock is ours
	s, err := lc.Listen(ctx, "unix", socket)
	if err != nil {
		return at, nil, errors.Join(fmt.Errorf("socket of the state folder: %w", err), l.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("/log/", p.logHandler(st))
	mux.Handle("/public/", p.publicHandler())
	mux.Handle("/", public)
	servers := []*http.Server{api.NewServer(mux), api.NewServer(local)}
	for i, on := range []net.Listener{l, s} {
		go func() {
			if err := servers[i].Serve(on); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
	}
	stop = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		for _, s := range servers {
			if s.Shutdown(ctx) != nil {
				_ = s.Close()
			}
		}
	}
	return servingAt{origin: url, API: url + "/v1", Log: "http://" + l.Addr().String() + "/log/"}, stop, nil
}

// frontDoor is the API over an opened state folder. An operator's name makes it the operator's own.
func (p *program) frontDoor(st *state, url, operator string) (http.Handler, error) {
	manifests, err := p.manifests()
	if err != nil {
		return nil, err
	}
	issuer, err := p.issuer()
	if err != nil {
		return nil, err
	}
	cfg := api.Config{
		Service: st.Service, URL: url, Issuer: issuer, Operator: operator, Proving: st.proving, Accreditor: st.accreditor,
		Statements: manifests, Artifacts: artifacts(p.publicDir()), Network: st.network, Version: version(),
		Certificates: st.certificate, Trials: st.trials.port(), Dependencies: st.ready.ask, Rate: p.config.API.Rate, MaxUpload: p.config.API.MaxUpload, Logger: p.log,
	}
	p.telemetry.front(&cfg)
	return api.New(cfg)
}

// manifests of the keys that this service publishes.
func (p *program) manifests() ([]circuits.Manifest, error) {
	var all []circuits.Manifest
	for _, s := range statements() {
		data, err := os.ReadFile(filepath.Join(p.circuitDir(s), circuits.ManifestFile))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var m circuits.Manifest
		if err := json.Unmarshal(data, &m); err != nil {
			return nil, fmt.Errorf("manifest of %s: %w", s.Name(), err)
		}
		all = append(all, m)
	}
	return all, nil
}

// artifacts is the published keys, of all statements in one folder.
type artifacts string

// Open implements [fs.FS].
func (a artifacts) Open(name string) (fs.File, error) {
	for _, s := range statements() {
		f, err := os.DirFS(filepath.Join(string(a), circuitsFolder, fmt.Sprintf("%s-v%d", s.ID, s.Version))).Open(name)
		if err == nil {
			return f, nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// certificate reads the newest edition of an erasure's certificate.
func (st *state) certificate(ctx context.Context, id string) ([]byte, error) {
	return st.book.Certificate(ctx, id)
}

// issuerFile holds the secret of the development issuer, in a state folder. It is made when it is first needed.
const issuerFile = "issuer.key"

// issuer is the development issuer of a state folder, also beside a process that serves it.
func (p *program) issuer() (*api.DevIssuer, error) {
	n, err := p.readNetwork(p.publicDir())
	if err != nil {
		return nil, withHint(err, "tokens are of a state folder: --dir names it")
	}
	name := filepath.Join(p.dir, issuerFile)
	secret, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		secret = make([]byte, 32)
		_, _ = rand.Read(secret) // never fails (crypto/rand)
		err = writeOnce(name, secret)
	}
	if err != nil {
		return nil, err
	}
	return api.NewDevIssuer(secret, n.Origin, nil)
}

func (p *program) tokenCommand() *cobra.Command {
	var role, subject, patient string
	var lasts time.Duration
	c := &cobra.Command{
		Use:   "token",
		Short: "make a bearer token of the development issuer",
		Long: `Makes a token for a caller that is known: a role (patient, provider, records, officer, auditor, operator; of trials: site, sponsor, board, regulator), who they are, and for a patient which.
It is for trying and for tests. Whoever holds the state folder can make one for anybody.`,
		Example: "  lethe token --role officer --subject \"Data Protection Officer\"",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			i, err := p.issuer()
			if err != nil {
				return err
			}
			t, err := i.Issue(api.Caller{Role: api.Role(role), Subject: subject, Patient: patient}, lasts)
			if err != nil {
				return err
			}
			if p.json {
				return p.print(map[string]string{"token": t})
			}
			fmt.Fprintln(p.stdout, t)
			return nil
		},
	}
	c.Flags().StringVar(&role, "role", "", "role (required)")
	c.Flags().StringVar(&subject, "subject", "", "who it is (required)")
	c.Flags().StringVar(&patient, "patient", "", "the patient's id, for the role patient")
	c.Flags().DurationVar(&lasts, "for", time.Hour, "how long it lasts")
	require(c, "role", "subject")
	return c
}
