package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"lethe/offchain/archive"
)

func (p *program) epochCommand(to *string) *cobra.Command {
	var keeper string
	c := &cobra.Command{
		Use: "epoch", Short: "the keys that backups are encrypted to: new, list, expire",
		Long: `An epoch is a time in which all backups are encrypted to the same key. The keeper of that key is not the operator of
the stores, and has it on another machine, a stick or in a safe; where backups are made there is its public part alone. When the
epoch's time is over, the keeper destroys the key, and all backups of the epoch are gone, wherever copies of them lie.

These commands are the keeper's. Where the state folder (--dir) is at hand they put the public part into it; otherwise
epoch-NNNN.json is brought into its folder public/epochs by hand, on a way on which nobody exchanges it. With --to they say
which backups an epoch has.`,
	}
	create := &cobra.Command{
		Use: "new", Short: "make the next epoch's key", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.newEpoch(keeper, *to) },
	}
	list := &cobra.Command{
		Use: "list", Short: "list the epochs, when they end, and whose keys should be gone", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return p.listEpochs(keeper, *to) },
	}
	expire := &cobra.Command{
		Use: "expire", Short: "destroy the keys whose time is over (daily)", Args: cobra.NoArgs,
		Long: `Destroys the keys of the epochs whose time is over: each file is overwritten once with random bytes, synced and
removed. What a journal, a snapshot of the file system, a flash medium or another copy of the keeper's folder keeps is beyond
its reach. It says which backups cannot be read from now on; their files may then be deleted at leisure.`,
		RunE: func(*cobra.Command, []string) error { return p.expireEpochs(keeper, *to) },
	}
	c.PersistentFlags().StringVar(&keeper, "keeper", "", "the keeper's folder (default: backup.keeper)")
	c.AddCommand(create, list, expire)
	return c
}

// optionalTo is the folder of the backups, when one is named.
func (p *program) optionalTo(flag string) (string, error) {
	if flag == "" && p.config.Backup.To == "" {
		return "", nil
	}
	return p.backupFolder(flag)
}

// keeperAndTo are the folders of the keeper's commands.
func (p *program) keeperAndTo(keeper, to string) (archive.Keeper, string, error) {
	folder, err := p.optionalTo(to)
	if err != nil {
		return "", "", err
	}
	k, err := p.keeperFolder(keeper, folder)
	return k, folder, err
}

// newEpoch makes an epoch that begins now, or when the newest one ends.
func (p *program) newEpoch(keeper, to string) error {
	k, _, err := p.keeperAndTo(keeper, to)
	if err != nil {
		return err
	}
	have, err := k.Epochs()
	if err != nil {
		return err
	}
	c, start := p.config.Backup, time.Now().UTC()
	if n := len(have); n > 0 && have[n-1].End.After(start) && have[n-1].Destroyed.IsZero() {
		start = have[n-1].End
	}
	plan := archive.Plan{Tenant: p.config.Tenant, Start: start, Length: time.Duration(c.EpochDays) * day,
		Keep: time.Duration(c.KeepDays) * day}
	if err := p.checkPromise(start.Add(plan.Length+plan.Keep), start); err != nil {
		return err
	}
	e, err := k.New(plan)
	if err != nil {
		return err
	}
	here, err := p.hand(e)
	if err != nil {
		return err
	}
	if p.json {
		return p.print(e)
	}
	fmt.Fprintf(p.stdout, "epoch %d, from %s until %s; its key is to be destroyed after %s\n", e.Number,
		e.Start.Format(time.DateOnly),
		e.End.Format(time.DateOnly), e.DestroyAfter.Format(time.DateOnly))
	fmt.Fprintf(p.stdout, "recipient %s\n", e.Recipient)
	if !here {
		p.say("bring its public part, the newest epoch-*.json of %s, into the folder public/%s of the state folder; never the .key",
			k, epochsFolder)
	}
	return nil
}

// hand gives the public part to the state folder, where there is one here.
func (p *program) hand(e archive.Epoch) (here bool, err error) {
	if none := p.checkDir(false); none != nil {
		return false, nil //nolint:nilerr // the keeper is elsewhere, as is meant
	}
	return true, e.Publish(p.epochsDir())
}

// epochInfo is what `lethe backup epoch list --json` prints of each.
type epochInfo struct {
	archive.Epoch
	Key     string   `json:"key"`               // held, destroyed, overdue or missing
	Backups []string `json:"backups,omitempty"` // where the folder of the backups is at hand
}

func (p *program) listEpochs(keeper, to string) error {
	k, to, err := p.keeperAndTo(keeper, to)
	if err != nil {
		return err
	}
	have, err := k.Epochs()
	if err != nil {
		return err
	}
	infos, overdue := []epochInfo{}, 0
	for _, e := range have {
		info := epochInfo{Epoch: e, Key: keyState(k, e)}
		if info.Key == keyOverdue {
			overdue++
		}
		if info.Backups, err = backupsOf(to, e.Number); err != nil {
			return err
		}
		infos = append(infos, info)
	}
	err = table(p, "EPOCH\tFROM\tUNTIL\tDESTROY AFTER\tKEY\tBACKUPS", infos, func(i epochInfo) string {
		return fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%d", i.Number, i.Start.Format(time.DateOnly), i.End.Format(time.DateOnly),
			i.DestroyAfter.Format(time.DateOnly), i.Key, len(i.Backups))
	})
	if err == nil && overdue > 0 {
		err = withHint(fmt.Errorf("%d keys should have been destroyed", overdue), "`lethe backup epoch expire --keeper DIR` does it")
	}
	return err
}

// How the key of an epoch stands.
const (
	keyHeld      = "held"
	keyDestroyed = "destroyed"
	keyOverdue   = "OVERDUE"
	keyMissing   = "missing"
)

func keyState(k archive.Keeper, e archive.Epoch) string {
	switch {
	case k.Holds(e.Number) && time.Now().Before(e.DestroyAfter):
		return keyHeld
	case k.Holds(e.Number):
		return keyOverdue
	case e.Destroyed.IsZero():
		return keyMissing
	}
	return keyDestroyed
}

// backupsOf lists the backups of an epoch, oldest first; none where their folder is not at hand.
func backupsOf(to string, epoch uint32) (found []string, err error) {
	if to == "" {
		return nil, nil
	}
	return filepath.Glob(filepath.Join(to, archive.FolderOf(epoch), "[0-9]*Z"))
}

// expired is what `lethe backup epoch expire --json` prints of each epoch whose key was destroyed.
type expired struct {
	Epoch      uint32    `json:"epoch"`
	Destroyed  time.Time `json:"destroyed"`
	Unreadable []string  `json:"unreadable"`
}

func (p *program) expireEpochs(keeper, to string) error {
	k, to, err := p.keeperAndTo(keeper, to)
	if err != nil {
		return err
	}
	have, err := k.Epochs()
	if err == nil {
		err = k.Clear()
	}
	if err != nil {
		return err
	}
	gone := []expired{}
	for _, e := range have {
		if now := time.Now(); now.Before(e.DestroyAfter) || !e.Destroyed.IsZero() && !k.Holds(e.Number) {
			continue
		}
		if e, err = k.Destroy(e, time.Now()); err == nil {
			_, err = p.hand(e)
		}
		if err != nil {
			return err
		}
		was := expired{Epoch: e.Number, Destroyed: e.Destroyed}
		if was.Unreadable, err = backupsOf(to, e.Number); err != nil {
			return err
		}
		gone = append(gone, was)
	}
	return p.tellExpired(gone, to)
}

func (p *program) tellExpired(gone []expired, to string) error {
	if p.json {
		return p.print(gone)
	}
	if len(gone) == 0 {
		fmt.Fprintln(p.stdout, "no key's time is over")
		return nil
	}
	for _, e := range gone {
		fmt.Fprintf(p.stdout, "the key of epoch %d was destroyed; unreadable from now on:\n", e.Epoch)
		for _, b := range e.Unreadable {
			fmt.Fprintf(p.stdout, "  %s\n", visible(b))
		}
		if to == "" {
			fmt.Fprintf(p.stdout, "  everything in the folder %s of the backups\n", archive.FolderOf(e.Epoch))
		}
	}
	p.say("the files were overwritten once; what a journal, a snapshot, a flash medium or another copy keeps is not known here")
	return nil
}
