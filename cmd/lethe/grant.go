package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lethe/api"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
	"lethe/vault/party"
)

func (p *program) patientCommand() *cobra.Command {
	c := &cobra.Command{Use: "patient", Short: "bind patients to their keys, as the registration authority"}
	var subject, registrar, previous string
	var recovery bool
	bind := &cobra.Command{
		Use:   "bind PATIENT",
		Short: "bind a patient to a key",
		Long: `Says, with the registrar's signature, that a key is the patient's. From then on nobody else can consent for them here. Another key takes its place
with the signature of the one before (--previous), or, when that is lost, as a recovery, which the patient's receipts show. Grants then end
and have to be given anew. PATIENT is an id, or an identifier as system|value.`,
		Example: "  lethe patient bind 0123456789abcdef0123456789abcdef --subject jane.public.json --registrar registrar.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withService(c.Context(), func(r *remote) error {
				patient, err := r.patientID(c.Context(), args[0])
				if err != nil {
					return err
				}
				return p.bindPatient(c.Context(), r, patient, subject, registrar, previous, recovery)
			})
		},
	}
	bind.Flags().StringVar(&subject, "subject", "", "the patient's public file (required)")
	bind.Flags().StringVar(&registrar, "registrar", "", "the registrar's file (required)")
	bind.Flags().StringVar(&previous, "previous", "", "the patient's file with the key that is bound now")
	bind.Flags().BoolVar(&recovery, "recovery", false, "the key that is bound now is lost")
	require(bind, "subject", "registrar")
	c.AddCommand(bind)
	return c
}

func (p *program) bindPatient(ctx context.Context, r *remote, patient, subject, registrar, previous string, recovery bool) error {
	proving, err := r.proving()
	if err != nil {
		return err
	}
	who, err := party.ReadPublic(subject, party.Patient)
	if err != nil {
		return err
	}
	signer, err := party.Read(registrar, party.Registrar)
	if err != nil {
		return err
	}
	b, err := signer.Bind(proving.Service, patient, who, recovery)
	if err != nil {
		return err
	}
	if previous != "" {
		before, err := party.Read(previous, party.Patient)
		if err != nil {
			return err
		}
		if b.Previous, err = before.Yield(proving.Service, b); err != nil {
			return err
		}
	}
	bound, err := r.bind(ctx, b)
	if err != nil {
		return err
	}
	if p.json {
		return p.print(bound)
	}
	p.say("%s is bound; `lethe receipt %s --output FILE` is the patient's proof of it", patient, bound.Receipt)
	return nil
}

// grantFlags are what a grant is about.
type grantFlags struct {
	patient, subject, to, by, purpose, basis, terms string
	scope                                           []string
	days                                            int
}

func (p *program) grantCommand() *cobra.Command {
	c := &cobra.Command{Use: "grant", Short: "give, withdraw and list what lets providers read"}
	c.AddCommand(p.grantGiveCommand(), p.grantWithdrawCommand(), p.grantListCommand(), p.grantNotesCommand())
	return c
}

func (p *program) grantGiveCommand() *cobra.Command {
	var f grantFlags
	c := &cobra.Command{
		Use:   "give",
		Short: "let an organisation's providers, or one provider, read",
		Long: `Gives a grant: whose records, to whom, which classes of data, for what, until when, and on which basis. A consent is signed with the
patient's own file. Care, emergency and law are signed by a registrar (--by), a representative's consent by the representative.

A grant to an organisation goes into its inbox, encrypted to it. One to a single provider is written to a file with --note, for them.
It can be proven once the tree of grants is published next.`,
		Example: "  lethe grant give --patient 0123456789abcdef0123456789abcdef --subject jane.json --to hospital.public.json --scope care --purpose TREAT\n" +
			"  lethe grant give --patient 0123456789abcdef0123456789abcdef --subject jane.public.json --to hospital.public.json --basis care --by registrar.json",
		Args: cobra.NoArgs,
	}
	var note string
	c.RunE = func(c *cobra.Command, _ []string) error {
		return p.withService(c.Context(), func(r *remote) (err error) {
			if f.patient, err = r.patientID(c.Context(), f.patient); err != nil {
				return err
			}
			return p.giveGrant(c.Context(), r, f, note)
		})
	}
	fl := c.Flags()
	fl.StringVar(&f.patient, "patient", "", "the patient's id, or system|value (required)")
	fl.StringVar(&f.subject, "subject", "", "the patient's file, or their public one when another signs (required)")
	fl.StringVar(&f.to, "to", "", "public file of the organisation, provider or trial (required)")
	fl.StringVar(&f.by, "by", "", "file of the registrar or representative who signs")
	fl.StringSliceVar(&f.scope, "scope", []string{"care"}, "classes of data")
	fl.StringVar(&f.purpose, "purpose", "TREAT", "HL7 v3 PurposeOfUse")
	fl.StringVar(&f.basis, "basis", identity.BasisConsent.String(), "consent, representative, care, emergency or law")
	fl.StringVar(&f.terms, "terms", "", "text of the terms that the grant stands on; its hash is signed")
	fl.IntVar(&f.days, "days", 0, "how long it lasts (default 90; to a trial 3650, in which it is ended by withdrawing it)")
	fl.StringVar(&note, "note", "", "file to write the note for the grantee into")
	require(c, "patient", "subject", "to")
	return c
}

func (p *program) giveGrant(ctx context.Context, r *remote, f grantFlags, noteFile string) error {
	terms, signer, err := r.terms(f)
	if err != nil {
		return err
	}
	if terms.Grantee.Kind != party.Organisation && noteFile == "" {
		return withHint(errors.New("only an organisation has an inbox"), "--note FILE writes the note for the grantee, who needs it")
	}
	at, err := r.place(ctx)
	if err != nil {
		return err
	}
	g, n, err := signer.Give(terms, at)
	if err != nil {
		return err
	}
	if noteFile != "" { // before it is given: without its note a grant is of no use
		if err := writePrivate(noteFile, n.Encode()); err != nil {
			return err
		}
	}
	if signer.Kind == party.Patient { // before it is given: the view opens who reads by it
		signer.Given = append(signer.Given, party.GivenAs(terms, n))
		if err := signer.Save(f.subject); err != nil {
			return err
		}
	}
	out, err := r.give(ctx, g, f.scope)
	if err != nil {
		return err
	}
	if p.json {
		return p.print(out)
	}
	p.say("grant %d is given, until %s; it can be proven within %s", out.Index, out.Until.Format(time.RFC3339),
		time.Duration(r.network.Proving.PublishEverySeconds)*time.Second)
	return nil
}

// terms reads who gives what to whom, and who signs it.
func (r *remote) terms(f grantFlags) (t party.Terms, signer *party.Secret, err error) {
	proving, err := r.proving()
	if err != nil {
		return t, nil, err
	}
	t = party.Terms{Service: proving.Service, Patient: f.patient, From: time.Now(), Text: f.terms}
	if t.Basis, err = identity.ParseBasis(f.basis); err != nil {
		return t, nil, err
	}
	if t.Scope, err = r.scope(f.scope); err != nil {
		return t, nil, err
	}
	if t.Purpose, err = vault.PurposeCode(f.purpose); err != nil {
		return t, nil, err
	}
	if t.Grantee, err = party.ReadPublic(f.to, party.Organisation, party.Provider, party.Trial); err != nil {
		return t, nil, err
	}
	days := cmp.Or(f.days, 90)
	if f.days == 0 && t.Grantee.Kind == party.Trial {
		days = 3650
	}
	t.Until = t.From.Add(time.Duration(days) * day)
	who, err := party.ReadPublic(f.subject, party.Patient)
	if err != nil {
		return t, nil, err
	}
	if t.Subject, err = who.Subject(); err != nil {
		return t, nil, err
	}
	signer, err = signerFor(t.Basis, f.subject, f.by)
	return t, signer, err
}

// signerFor reads the file of whoever signs on a basis.
func signerFor(b identity.Basis, subject, by string) (*party.Secret, error) {
	if b == identity.BasisConsent {
		return party.Read(subject, party.Patient)
	}
	if by == "" {
		return nil, withHint(fmt.Errorf("a grant on the basis %s is signed by a %s", b, identity.SignerRole(b)), "--by names their file")
	}
	return party.Read(by, party.Kind(identity.SignerRole(b).String()))
}

func (p *program) grantWithdrawCommand() *cobra.Command {
	var subject, by, basis string
	c := &cobra.Command{
		Use:   "withdraw INDEX",
		Short: "end a grant",
		Long: `Ends a grant. From the answer on this service refuses it, and every token that stands on a grant of this patient; elsewhere it ends when the
tree that still had it is too old. It cannot be put back: a new grant is another one.`,
		Example: "  lethe grant withdraw 17 --subject jane.json",
		Args:    cobra.ExactArgs(1),
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		n, err := strconv.ParseUint(args[0], 10, 32)
		if err != nil {
			return withHint(fmt.Errorf("%q is not a grant's index", args[0]), "`lethe grant list PATIENT` shows them")
		}
		return p.withService(c.Context(), func(r *remote) error { return p.withdrawGrant(c.Context(), r, uint32(n), subject, by, basis) })
	}
	c.Flags().StringVar(&subject, "subject", "", "the patient's file, for a consent")
	c.Flags().StringVar(&by, "by", "", "file of the registrar or representative, for another basis")
	c.Flags().StringVar(&basis, "basis", identity.BasisConsent.String(), "the grant's basis")
	return c
}

func (p *program) withdrawGrant(ctx context.Context, r *remote, index uint32, subject, by, basis string) error {
	b, err := identity.ParseBasis(basis)
	if err != nil {
		return err
	}
	if b == identity.BasisConsent && subject == "" {
		return errors.New("a consent is withdrawn with the patient's file: give --subject")
	}
	signer, err := signerFor(b, subject, by)
	if err != nil {
		return err
	}
	grants, err := r.tree(ctx, "grants")
	if err != nil {
		return err
	}
	leaf := grants.Leaf(index)
	for _, g := range signer.Given {
		if g.Index == index { // also before it is published
			leaf = field.Element(g.Leaf)
		}
	}
	w, err := signer.Withdraw(index, leaf, b, time.Now())
	if err != nil {
		return err
	}
	done, err := r.withdraw(ctx, w)
	if err != nil {
		return err
	}
	if p.json {
		return p.print(done)
	}
	p.say("grant %d is withdrawn: refused here since %s, elsewhere from %s at the latest", index,
		done.EffectiveHere.Format(time.RFC3339), done.EffectiveElsewhere.Format(time.RFC3339))
	return nil
}

func (p *program) grantListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list PATIENT",
		Short: "list a patient's grants",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withService(c.Context(), func(r *remote) error {
				got, err := r.GrantsWithResponse(c.Context(), args[0])
				if err != nil {
					return err
				}
				grants, err := given(got.JSON200)
				if err != nil {
					return err
				}
				return p.printGrants(grants)
			})
		},
	}
}

func (p *program) printGrants(grants []api.Grant) error {
	if p.json {
		return p.print(grants)
	}
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "INDEX\tGRANTEE\tSCOPE\tPURPOSE\tBASIS\tUNTIL\tSTATE")
	for _, g := range grants {
		state := "waits to be published"
		switch {
		case !g.Withdrawn.IsZero():
			state = "withdrawn " + g.Withdrawn.Format(time.RFC3339)
		case time.Now().After(g.Until):
			state = "over"
		case g.Published:
			state = "in force"
		}
		fmt.Fprintf(w, "%d\t%.16s…\t%s\t%s\t%s\t%s\t%s\n", g.Index, g.Grantee, strings.Join(g.Scope, ","), g.Purpose, g.Basis,
			g.Until.Format(time.RFC3339), state)
	}
	return w.Flush()
}

// noteInfo is what `lethe grant notes --json` lists.
type noteInfo struct {
	Patient string   `json:"patient"`
	Index   uint32   `json:"index"`
	Scope   []string `json:"scope"`
	Purpose string   `json:"purpose"`
	Basis   string   `json:"basis"`
	Until   string   `json:"until"`
}

func (p *program) grantNotesCommand() *cobra.Command {
	var organisation string
	c := &cobra.Command{
		Use:   "notes",
		Short: "fetch an organisation's inbox and open it",
		Long: `Fetches all notes of an organisation, and lists the grants that they tell of. An inbox is fetched whole, whatever is looked for: which patient is
about to be read does not show.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withService(c.Context(), func(r *remote) error { return p.listNotes(c.Context(), r, organisation) })
		},
	}
	c.Flags().StringVar(&organisation, "organisation", "", "the organisation's file (required)")
	require(c, "organisation")
	return c
}

func (p *program) listNotes(ctx context.Context, r *remote, organisation string) error {
	o, err := party.Read(organisation, party.Organisation)
	if err != nil {
		return err
	}
	notes, junk, err := r.notes(ctx, o)
	if err != nil {
		return err
	}
	names := (&vault.Proving{Classes: r.network.Proving.Classes}).ClassNames
	infos := []noteInfo{}
	for _, n := range notes {
		g := n.Grant
		infos = append(infos, noteInfo{
			n.Patient, g.Index, names(g.Scope), vault.PurposeName(g.Purpose), g.Basis.String(), timeOf(g.Until).Format(time.RFC3339),
		})
	}
	if p.json {
		return p.print(infos)
	}
	if junk > 0 {
		p.say("%d messages in the inbox are no notes", junk)
	}
	w := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "PATIENT\tSCOPE\tPURPOSE\tBASIS\tUNTIL")
	for _, n := range infos {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", n.Patient, strings.Join(n.Scope, ","), n.Purpose, n.Basis, n.Until)
	}
	return w.Flush()
}
