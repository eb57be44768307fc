package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/params"
	"github.com/spf13/cobra"

	"lethe/anchor/evm"
	"lethe/keys/transit"
	"lethe/offchain/object"
)

// examination is one thing that the doctor looks at. What is not configured is passed over.
type examination struct {
	what string
	look func(context.Context) (says string, err error)
}

// finding is what an examination came to.
type finding struct {
	What   string   `json:"what"`
	OK     bool     `json:"ok"`
	Says   string   `json:"says"`
	Mend   []string `json:"mend,omitempty"`
	Millis int64    `json:"ms"`
}

// patience is how long one examination may take.
const patience = 20 * time.Second

func (p *program) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "look at everything that the configuration depends on, and say how to mend it", Args: cobra.NoArgs,
		Long: `Asks each server that the configuration names whether it answers, lets this process in, and is set up as it is meant to be. It changes
nothing, decrypts nothing, and may run beside a service at work. It fails when anything is wrong.`,
		RunE: func(c *cobra.Command, _ []string) error { return p.examine(c.Context()) },
	}
}

func (p *program) examine(ctx context.Context) error {
	var all []finding
	ill := 0
	for _, e := range p.examinations() {
		f := e.run(ctx)
		if !f.OK {
			ill++
		}
		all = append(all, f)
	}
	if err := p.tellFindings(all); err != nil {
		return err
	}
	if ill > 0 {
		return fmt.Errorf("%d of %d are not as they should be", ill, len(all))
	}
	return nil
}

func (e examination) run(ctx context.Context) finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	says, err := e.look(ctx)
	f := finding{What: e.what, OK: err == nil, Says: says, Millis: time.Since(began).Milliseconds()}
	if err != nil {
		f.Says, f.Mend = oneLine(err), hints(err)
	}
	return f
}

func (p *program) tellFindings(all []finding) error {
	if p.json {
		return p.print(all)
	}
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	for _, f := range all {
		verdict := "ok"
		if !f.OK {
			verdict = "WRONG"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.What, verdict, visible(f.Says))
		for _, h := range f.Mend {
			fmt.Fprintf(w, "\t\thint: %s\n", h)
		}
	}
	return w.Flush()
}

func (p *program) examinations() []examination {
	all := []examination{{"process", p.examineProcess}, {"state folder", p.examineFolder}}
	if p.config.Keys.Vault.Address != "" {
		for _, role := range p.roles() {
			all = append(all, examination{"keys as " + string(role), func(ctx context.Context) (string, error) { return p.examineRole(ctx, role) }})
		}
	}
	for _, b := range []struct {
		what   string
		bucket s3Config
	}{{"objects", p.config.Objects.S3}, {"ledger's copy", p.config.Ledger.S3}} {
		if b.bucket.URL != "" {
			all = append(all, examination{b.what, func(ctx context.Context) (string, error) { return examineBucket(ctx, b.bucket) }})
		}
	}
	if !p.config.Index.Postgres.empty() {
		all = append(all, examination{"index", p.examineIndex})
	}
	for i, u := range p.config.Anchor.RPC {
		all = append(all, examination{fmt.Sprintf("chain, provider %d", i+1), func(ctx context.Context) (string, error) { return p.examineProvider(ctx, u) }})
	}
	if len(p.config.Anchor.RPC) > 0 && p.has(transit.RoleWork) {
		all = append(all, examination{"submitter", p.examineSubmitter})
	}
	return all
}

func (p *program) examineProcess(context.Context) (string, error) {
	swaps, err := os.ReadFile("/proc/swaps")
	if err == nil && swapOn(string(swaps)) {
		return "", withHint(errors.New("swap is on: keys could be written to a disk"), "turn it off or encrypt it")
	}
	return "no swap", nil
}

func (p *program) examineFolder(context.Context) (string, error) {
	if err := p.checkDir(false); err != nil {
		return "", err
	}
	info, err := os.Stat(p.dir)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", withHint(fmt.Errorf("%s can be read by others", p.dir), "chmod 700 "+p.dir)
	}
	if _, err := os.Stat(filepath.Join(p.dir, movedFolder)); err == nil {
		return "", withHint(errors.New("the index that was moved is still here, with wrapped keys in it"), "destroy "+filepath.Join(p.dir, movedFolder))
	}
	return p.dir, nil
}

func (p *program) examineRole(ctx context.Context, role transit.Role) (string, error) {
	cfg, err := p.config.Keys.Vault.as(role, p.config.Tenant)
	if err != nil {
		return "", withHint(err, "`lethe vault setup --secret-ids DIR` makes them")
	}
	ring, err := transit.Open(ctx, cfg)
	if err != nil {
		return "", err
	}
	err = ring.CheckRole(ctx, role)
	if errors.Is(err, transit.ErrDrift) {
		err = withHint(err, "`lethe vault setup` brings it back; find out who changed it")
	}
	return "may do what it is for, and nothing else", errors.Join(err, ring.Close())
}

func examineBucket(ctx context.Context, b s3Config) (string, error) {
	cfg, err := b.config()
	if err != nil {
		return "", err
	}
	differences, err := object.CheckS3(ctx, cfg, object.S3Setup{LockDays: b.LockDays})
	if err != nil {
		return "", err
	}
	if len(differences) > 0 {
		return "", withHint(errors.New(strings.Join(differences, "; ")), "`lethe s3 setup` makes it what it is meant to be")
	}
	if b.LockDays > 0 {
		return fmt.Sprintf("bucket %s, locked for %d days", b.Bucket, b.LockDays), nil
	}
	return fmt.Sprintf("bucket %s, versioned", b.Bucket), nil
}

func (p *program) examineIndex(ctx context.Context) (string, error) {
	store, err := p.openIndex(ctx)
	if err != nil {
		return "", err
	}
	return "PostgreSQL, the schema is current", store.Close()
}

func (p *program) examineProvider(ctx context.Context, url string) (string, error) {
	client, err := evm.Dial(ctx, url)
	if err != nil {
		return "", err
	}
	defer client.Close()
	id, err := chainID(ctx, client)
	if err != nil {
		return "", err
	}
	n, err := p.readNetwork(p.publicDir())
	if err != nil {
		return "", withHint(fmt.Errorf("chain %d answers, but no contract is known: %w", id, err), "`lethe chain deploy` puts one there")
	}
	if id != n.ChainID {
		return "", withHint(fmt.Errorf("it is chain %d, and the contract is on chain %d", id, n.ChainID), "see anchor.rpc")
	}
	var code hexutil.Bytes
	if err := client.CallContext(ctx, &code, "eth_getCode", n.CheckpointLog, "latest"); err != nil {
		return "", fmt.Errorf("ask for the contract: %w", err)
	}
	if len(code) == 0 {
		return "", fmt.Errorf("there is no contract at %s", n.CheckpointLog)
	}
	var head struct {
		Number hexutil.Uint64 `json:"number"`
		Time   hexutil.Uint64 `json:"timestamp"`
	}
	if err := client.CallContext(ctx, &head, "eth_getBlockByNumber", "latest", false); err != nil {
		return "", fmt.Errorf("ask for the newest block: %w", err)
	}
	age := time.Since(time.Unix(int64(head.Time), 0)).Round(time.Second)
	if most := p.config.Anchor.MaxHeadAge; most > 0 && age > most {
		return "", withHint(fmt.Errorf("its newest block, %d, is %s old", head.Number, age), "it has stopped or still catches up: anchor.max_head_age says how old is too old")
	}
	return fmt.Sprintf("chain %d, block %d, %s old", id, head.Number, age), nil
}

// lowEther is about a hundred submissions at 30 gwei.
const lowEther = params.Ether / 2

func (p *program) examineSubmitter(ctx context.Context) (string, error) {
	signer, err := p.submitter(ctx)
	if err != nil {
		return "", err
	}
	client, err := evm.Dial(ctx, p.config.Anchor.RPC[0])
	if err != nil {
		return "", err
	}
	defer client.Close()
	account := signer.Address()
	var wei hexutil.Big
	if err := client.CallContext(ctx, &wei, "eth_getBalance", account, "latest"); err != nil {
		return "", fmt.Errorf("ask for the balance: %w", err)
	}
	ether, _ := new(big.Float).Quo(new(big.Float).SetInt(wei.ToInt()), big.NewFloat(params.Ether)).Float64()
	if wei.ToInt().Cmp(big.NewInt(lowEther)) < 0 {
		return "", withHint(fmt.Errorf("account %s has %.4f ether", account, ether), "send it some before its transactions stop")
	}
	return fmt.Sprintf("account %s, %.2f ether", account, ether), nil
}
