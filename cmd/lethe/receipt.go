package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lethe/anchor"
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
	done, err := p.fetchReceipt(ctx, id, output, now)
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

// fetchReceipt gets a receipt from the state folder, or from the service that has it.
func (p *program) fetchReceipt(ctx context.Context, id, output string, now bool) (done receiptResult, err error) {
	if p.url == "" && (now || !p.served(ctx)) {
		err := p.withState(ctx, func(st *state) (err error) {
			done, err = st.writeReceipt(ctx, id, output, now)
			return err
		})
		return done, err
	}
	if now {
		return done, withHint(errors.New("--anchor is for a state folder that is not served"), "the service anchors on its schedule")
	}
	err = p.withService(ctx, func(r *remote) error {
		got, err := r.ReceiptWithResponse(ctx, id, nil)
		if err != nil {
			return err
		}
		done, err = saveReceipt(id, output, got.Body)
		return err
	})
	return done, err
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
	return saveReceipt(id, output, data)
}

func saveReceipt(id, output string, data []byte) (done receiptResult, err error) {
	r, err := anchor.ParseReceipt(data)
	if err != nil {
		return done, err
	}
	if err := writeOnce(output, data); err != nil {
		return done, err
	}
	done = receiptResult{ID: id, Entries: len(r.Entries), Size: r.Entries[0].Checkpoint.Size, Output: output}
	if r.Anchor != nil {
		done.Anchored, done.Block = true, r.Anchor.Block
	}
	return done, nil
}
