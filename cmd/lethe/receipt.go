package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// receiptResult is what `lethe receipt --json` prints.
type receiptResult struct {
	ID       string `json:"id"`
	Entries  int    `json:"entries"`
	Size     uint64 `json:"checkpoint_size"`
	Anchored bool   `json:"anchored"`
	Block    uint64 `json:"block,omitempty"`
	Output   string `json:"output"`
}

func (p *program) receiptCommand() *cobra.Command {
	var output string
	var now bool
	c := &cobra.Command{
		Use:   "receipt ID",
		Short: "prove that something stands in the log: a record, a bundle, a disclosure or an erasure",
		Long: `Writes a receipt: what the log's entries hide, their inclusion in a signed checkpoint, and where that checkpoint stands on the
chain. ID is a record's or a bundle's (lethe records), a disclosure's (lethe access-log --json) or an erasure's case (lethe erasures).
Anyone can check it with ` + "`lethe verify FILE`" + `, without an account and without this state folder.

A receipt opens its entries: whoever holds it can show for ever that they were logged, also after an erasure. Giving out a record's is
noted in the patient's access log.`,
		Example: `  lethe receipt 0198a7… --output receipt.json
  lethe verify receipt.json --public lethe-state/public --rpc http://127.0.0.1:8545`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return p.receipt(c.Context(), args[0], output, now) },
	}
	c.Flags().StringVarP(&output, "output", "o", "", "file to write; it must not be there yet (required)")
	c.Flags().BoolVar(&now, "anchor", false, "if no confirmed checkpoint covers it yet, anchor one now and wait")
	return c
}

func (p *program) receipt(ctx context.Context, id, output string, now bool) (err error) {
	if output == "" {
		return withHint(errors.New("no output is named"), "give --output FILE")
	}
	st, err := p.openState(ctx, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	done, err := st.writeReceipt(ctx, id, output, now)
	if err != nil {
		return err
	}
	if p.json {
		return p.print(done)
	}
	where := "not yet anchored: `lethe log anchor` does it now"
	if done.Anchored {
		where = fmt.Sprintf("anchored in block %d", done.Block)
	}
	fmt.Fprintf(p.stdout, "%s: %d entries in a checkpoint of %d, %s\n", output, done.Entries, done.Size, where)
	return nil
}

// writeReceipt writes a receipt to a new file.
func (st *state) writeReceipt(ctx context.Context, id, output string, now bool) (done receiptResult, err error) {
	if now {
		if err := st.AnchorNow(ctx, nil); err != nil {
			return done, err
		}
	}
	r, err := st.Receipt(ctx, id, custodian())
	if err != nil {
		return done, err
	}
	data, err := r.Marshal()
	if err != nil {
		return done, err
	}
	f, err := os.OpenFile(output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return done, err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return done, errors.Join(err, os.Remove(output))
	}
	done = receiptResult{ID: id, Entries: len(r.Entries), Size: r.Entries[0].Checkpoint.Size, Output: output}
	if r.Anchor != nil {
		done.Anchored, done.Block = true, r.Anchor.Block
	}
	return done, nil
}
