package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"lethe/anchor/tlog"
	"lethe/keys/transit"
	"lethe/vault"
)

func (p *program) workCommand() *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "work",
		Short: "keep working: bring entries into the log, anchor on the schedule, serve the log",
		Long: `Works until it is stopped: carries jobs out, brings entries into the log, anchors its checkpoints on the schedule
(anchor.max_delay), and follows transactions to their confirmation. With --listen it serves the log to whoever wants to mirror, monitor
or verify it (C2SP tlog-tiles, below /log/), beside what the state folder publishes (/public/). With --rpc-listen the state folder's own
chain answers JSON-RPC, on loopback only.`,
		Example: `  lethe work --listen 127.0.0.1:8600 --rpc-listen 127.0.0.1:8545`,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.keepWorking(c.Context(), transit.RoleWork, listen) },
	}
	c.Flags().StringVar(&listen, "listen", "", "address to serve the log on")
	c.Flags().StringVar(&p.rpcListen, "rpc-listen", "", "loopback address on which the embedded chain answers JSON-RPC")
	return c
}

func (p *program) eraseAgentCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "erase-agent",
		Short: "carry out approved erasures, in a process that cannot decrypt",
		Long: `Works until it is stopped: carries out the erasures that were approved, measures the stores against the erasure ledger and carries out
again what one that was put back has forgotten, cleans up after processes that died, and signs certificates. It needs the role erase, and
no other; its state folder keeps the ledger and the certificates. Several may run: one at a time is at work.`,
		Example: `  lethe erase-agent --config /etc/lethe/erase.yaml --dir /var/lib/lethe-erase`,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.keepApart(c.Context(), transit.RoleErase) },
	}
}

func (p *program) witnessCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "witness",
		Short: "show that decryption works before an erasure and fails after it",
		Long: `Works until it is stopped: answers what the process that erases asks about records that are to be erased, with counts alone. It needs the
role witness, and no other, whose tokens last minutes.`,
		Example: `  lethe witness --config /etc/lethe/witness.yaml --dir /var/lib/lethe-witness`,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return p.keepApart(c.Context(), transit.RoleWitness) },
	}
}

// keepApart works in a process that is for one role.
func (p *program) keepApart(ctx context.Context, role transit.Role) error {
	if p.has(role) && len(p.roles()) > 1 {
		return withHint(fmt.Errorf("this configuration has the credentials of %d roles, and this process is for %s alone", len(p.roles()), role),
			"give it a configuration of its own", "`lethe serve` does everything in one process, which is not this one's point")
	}
	return p.keepWorking(ctx, role, "")
}

// needs refuses to begin without a role's credential.
func (p *program) needs(role transit.Role) error {
	if p.has(role) {
		return nil
	}
	return withHint(fmt.Errorf("the configuration has no credential of the role %s", role), "keys.vault.roles."+string(role)+" names it")
}

// working is what `lethe work --json` prints once it serves.
type working struct {
	Log string `json:"log,omitempty"`
	RPC string `json:"rpc,omitempty"`

	Metrics string `json:"metrics,omitempty"`
}

func (p *program) keepWorking(ctx context.Context, role transit.Role, listen string) (err error) {
	if err := p.needs(role); err != nil {
		return err
	}
	if err := p.watch(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.telemetry.Close()) }()
	return p.with(ctx, p.apart(), func(st *state) error {
		if p.rpcListen != "" && st.chain == nil {
			return errors.New("--rpc-listen is for a state folder's own chain, and another is configured")
		}
		w := working{}
		if st.chain != nil {
			w.RPC = st.chain.URL()
		}
		failed := make(chan error, 2)
		if listen != "" {
			server, address, err := p.serveLog(ctx, st, listen, failed)
			if err != nil {
				return err
			}
			defer func() { _ = server.Close() }()
			w.Log = "http://" + address + "/log/"
		}
		metrics, stopMetrics, err := p.serveMetrics(ctx, st, failed)
		if err != nil {
			return err
		}
		defer stopMetrics()
		w.Metrics = metrics
		if p.json {
			if err := p.print(w); err != nil {
				return err
			}
		} else {
			p.say("working%s%s%s; stop with Ctrl-C", serving(", log on ", w.Log), serving(", chain on ", w.RPC), serving(", metrics on ", w.Metrics))
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		}
	})
}

func serving(what, url string) string {
	if url == "" {
		return ""
	}
	return what + url
}

// serveLog serves the log and what is published.
func (p *program) serveLog(ctx context.Context, st *state, listen string, failed chan<- error) (*http.Server, string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return nil, "", fmt.Errorf("--listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/log/", p.logHandler(st))
	mux.Handle("/public/", p.publicHandler())
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return server, l.Addr().String(), nil
}

// logHandler serves the log (C2SP tlog-tiles).
func (p *program) logHandler(st *state) http.Handler {
	return http.StripPrefix("/log", tlog.Handler(st.tiles, func() []byte {
		if st.logDir == "" { // another process writes, and its newest checkpoint has to be looked for
			ctx, cancel := context.WithTimeout(context.Background(), readyLimit)
			defer cancel()
			if _, err := st.log.Size(ctx); err != nil {
				p.log.Warn("the newest checkpoint could not be looked for", "error", vault.Code(err))
			}
		}
		return st.log.Shown().Note
	}))
}

// publicHandler serves what verifiers and provers need and concerns no person.
func (p *program) publicHandler() http.Handler {
	mux := http.NewServeMux()
	for _, name := range []string{networkName, publicKeyFile, registryName} {
		mux.HandleFunc("GET /public/"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, p.publicFile(name)) })
	}
	return mux
}
