package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"k8s.io/klog/v2"

	"lethe/circuits/ceremony"
)

// program is one run of the command line; tests start it as main does.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	step           func(point string) // see vault.Config.Step; nil outside tests

	rehearsed ceremony.Config // more statements and another clock for ceremonies; empty outside tests

	dir, configFile string
	attested        []string
	rpcListen       string     // see devchain.Config.Listen
	telemetry       *telemetry // of a service that keeps running; nil when nothing watches
	url, token      string     // of a service elsewhere
	json, verbose   bool
	config          config
	log             *slog.Logger
	keys            *loadedKeys // of statements; copies of a program share them
}

// defaultDir is the state folder of commands that are given none.
const defaultDir = "lethe-state"

// run runs a command line and returns the exit status: 0 only when what was asked was done.
func (p *program) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted; what was under way is finished or rolled back at the next start")
	}
	p.complain(err)
	return 1
}

// complain prints an error in one line, then its hints.
func (p *program) complain(err error) {
	fmt.Fprintf(p.stderr, "lethe: %s\n", oneLine(err))
	for _, h := range hints(err) {
		fmt.Fprintf(p.stderr, "hint: %s\n", h)
	}
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "lethe",
		Short: "a vault for health records that can forget them for good",
		Long: `Lethe keeps health records encrypted under one key per patient and compartment, gives them back byte for byte,
and carries out an erasure by destroying the keys, with a certificate that can be checked by anyone.

Try it:  lethe demo
Start:   lethe import bundles/ --dir lethe-state`,
		SilenceUsage:      true,
		SilenceErrors:     true,
		PersistentPreRunE: func(*cobra.Command, []string) error { return p.configure() },
		Version:           version(),
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	f := root.PersistentFlags()
	f.StringVar(&p.dir, "dir", defaultDir, "state folder of the embedded stores")
	f.StringVar(&p.configFile, "config", "", "configuration file (see lethe.example.yaml)")
	f.BoolVar(&p.json, "json", false, "print one JSON document")
	f.StringArrayVar(&p.attested, "attest", nil,
		"when no witness answers: a person who attests that no store was put back (give it twice, two persons)")
	f.StringVar(&p.url, "url", "", "reach the service at this origin instead of the state folder")
	f.StringVar(&p.token, "token", os.Getenv("LETHE_TOKEN"), "bearer token for --url; by default from LETHE_TOKEN")
	f.BoolVarP(&p.verbose, "verbose", "v", false, "log what is done, step by step")
	root.AddCommand(p.importCommand(), p.patientsCommand(), p.recordsCommand(), p.bundlesCommand(), p.recordCommand(),
		p.accessLogCommand(), p.eraseCommand(), p.erasuresCommand(), p.receiptCommand(), p.verifyCommand(),
		p.logCommand(), p.chainCommand(), p.workCommand(), p.eraseAgentCommand(), p.witnessCommand(), p.demoCommand(),
		p.serveCommand(), p.tokenCommand(), p.partyCommand(), p.registryCommand(), p.providerCommand(), p.issuerCommand(),
		p.vaultCommand(), p.s3Command(), p.migrateCommand(), p.doctorCommand(), p.backupCommand(), p.restoreCommand(), p.drillCommand(),
		p.patientCommand(), p.grantCommand(), p.proveCommand(), p.readCommand(), p.auditCommand(), p.statementsCommand(), p.exportCommand(),
		p.ceremonyCommand(), p.attestCommand(), p.criteriaCommand(), p.trialCommand())
	return root
}

// configure reads the configuration and makes the logger.
func (p *program) configure() error {
	var err error
	if p.config, err = readConfig(p.configFile); err != nil {
		return err
	}
	p.log, p.keys = p.config.Log.logger(p.stderr, p.verbose), newLoadedKeys()
	klog.SetSlogLogger(p.log) // which the log's library speaks through, for the whole process
	return nil
}

// print writes a value as one JSON document.
func (p *program) print(v any) error {
	e := json.NewEncoder(p.stdout)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// say tells a person something on standard error, which leaves standard output to results.
func (p *program) say(format string, args ...any) { fmt.Fprintf(p.stderr, format+"\n", args...) }

// interactive says whether a stream is a terminal.
func interactive(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// release is set when a release is built (Makefile).
var release string

// version is the release, or the version of the module that was installed.
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
