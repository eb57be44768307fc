package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"lethe/vault/party"
	"lethe/vault/registry"
)

// enrolled is what `lethe provider enrol --json` and its likes print.
type enrolled struct {
	Name    string `json:"name"`
	Tree    string `json:"tree"`
	Index   uint32 `json:"index"`
	Version int64  `json:"version"`
	Until   string `json:"until,omitempty"`
}

func (p *program) providerCommand() *cobra.Command {
	return p.memberCommand("provider", "enrol and revoke providers, as the accreditation role", registry.Providers, party.Provider)
}

func (p *program) issuerCommand() *cobra.Command {
	return p.memberCommand("issuer", "enrol and revoke registrars, representatives and attesters, as the accreditation role",
		registry.Issuers, party.Registrar, party.Representative, party.Attester)
}

func (p *program) memberCommand(use, short string, tree registry.Kind, kinds ...party.Kind) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short}
	var accreditor string
	var days int
	enrol := &cobra.Command{
		Use:   "enrol FILE.public.json",
		Short: "accredit somebody for a time",
		Long: `Puts somebody into the tree of ` + string(tree) + `, signed with the accreditor's file, whose register remembers who it was. How long it lasts is
written into their public file, which goes back to them.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withService(c.Context(), func(r *remote) error {
				for _, name := range args {
					if err := p.enrol(c.Context(), r, tree, name, accreditor, time.Duration(days)*day, kinds); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	enrol.Flags().IntVar(&days, "days", 365, "how long it lasts")
	revoke := &cobra.Command{
		Use:   "revoke NAME|FILE.public.json",
		Short: "end somebody's accreditation",
		Long: `Takes somebody out of the tree of ` + string(tree) + `, for ever: the place is not used again. From then on no proof about an earlier version of the
tree is accepted here.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withService(c.Context(), func(r *remote) error { return p.revoke(c.Context(), r, tree, args[0], accreditor, kinds) })
		},
	}
	for _, sub := range []*cobra.Command{enrol, revoke} {
		sub.Flags().StringVar(&accreditor, "accreditor", "", "file of the accreditation role (required)")
		require(sub, "accreditor")
		c.AddCommand(sub)
	}
	return c
}

func (p *program) enrol(
	ctx context.Context, r *remote, tree registry.Kind, name, accreditor string, lasts time.Duration, kinds []party.Kind,
) error {
	proving, err := r.proving()
	if err != nil {
		return err
	}
	a, err := party.Read(accreditor, party.Accreditor)
	if err != nil {
		return err
	}
	who, err := party.ReadPublic(name, kinds...)
	if err != nil {
		return err
	}
	copied, err := r.tree(ctx, tree)
	if err != nil {
		return err
	}
	now := time.Now()
	who.Until = uint64(now.Add(lasts).Unix())
	change, member, err := a.Enrol(proving.Service, copied, who, now)
	if err != nil {
		return err
	}
	a.Members = append(a.Members, member) // first: whoever is in the tree must be in the register
	if err := a.Save(accreditor); err != nil {
		return err
	}
	v, err := r.accredit(ctx, tree, change)
	if err != nil {
		return err
	}
	if err := who.Write(publicFile(name)); err != nil {
		return err
	}
	done := enrolled{who.Name, string(tree), member.Index, v.Version, timeOf(who.Until).Format(time.RFC3339)}
	if p.json {
		return p.print(done)
	}
	p.say("%s is enrolled until %s; %s says so, and goes back to them", done.Name, done.Until, publicFile(name))
	return nil
}

// publicFile is the public file of a party that was named by either of its files.
func publicFile(name string) string {
	if s, err := party.Read(name); err == nil && s.Public.Kind != "" {
		return party.PublicName(name)
	}
	return name
}

func (p *program) revoke(ctx context.Context, r *remote, tree registry.Kind, name, accreditor string, kinds []party.Kind) error {
	proving, err := r.proving()
	if err != nil {
		return err
	}
	a, err := party.Read(accreditor, party.Accreditor)
	if err != nil {
		return err
	}
	member, err := whoIs(a, name, kinds)
	if err != nil {
		return err
	}
	copied, err := r.tree(ctx, tree)
	if err != nil {
		return err
	}
	change, err := a.Revoke(proving.Service, copied, member, time.Now())
	if err != nil {
		return err
	}
	a.MarkRevoked(member) // first: if the answer is lost, the next change removes them again
	if err := a.Save(accreditor); err != nil {
		return err
	}
	v, err := r.accredit(ctx, tree, change)
	if err != nil {
		return err
	}
	done := enrolled{Name: member.Name, Tree: string(tree), Index: member.Index, Version: v.Version}
	if p.json {
		return p.print(done)
	}
	fmt.Fprintf(p.stdout, "%s is revoked\n", member.Name)
	return nil
}

// whoIs finds a member by their name, or by their public file.
func whoIs(a *party.Secret, name string, kinds []party.Kind) (party.Member, error) {
	if p, err := party.ReadPublic(name, kinds...); err == nil {
		return a.MemberOf(p)
	}
	return a.Member(name, kinds...)
}
