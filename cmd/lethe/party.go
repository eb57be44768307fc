package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lethe/vault/party"
)

func (p *program) partyCommand() *cobra.Command {
	c := &cobra.Command{Use: "party", Short: "make the files that people hold: patients, providers, registrars and others"}
	c.AddCommand(p.partyNewCommand())
	return c
}

// partyMade is what `lethe party new --json` prints.
type partyMade struct {
	Kind   party.Kind `json:"kind"`
	File   string     `json:"file"`
	Public string     `json:"public"`
}

func (p *program) partyNewCommand() *cobra.Command {
	var name, output, organisation string
	var custodial bool
	c := &cobra.Command{
		Use:   "new KIND",
		Short: "make a party's file and its public part",
		Long: `Makes the file of a party: its secrets, for its owner alone. Beside it lies the public part, NAME.public.json, to hand to whoever
needs it. The service never sees the file. KIND is one of ` + kinds() + `.

A patient's file is their say over their records, a provider's their way to read without being known, an organisation's its inbox, the
registrar's the word on whose key is whose, the accreditor's the word on who is a provider, the auditor's the only way to learn who read, and
a contributor's their signature in a ceremony for the proofs' keys.`,
		Example: "  lethe party new organisation --name \"General Hospital\" --output hospital.json\n" +
			"  lethe party new provider --name \"Dr Ada\" --organisation \"General Hospital\" --output ada.json\n" +
			"  lethe party new patient --name Jane --output jane.json",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := party.New(party.Kind(args[0]), name, organisation)
			if err != nil {
				return withHint(err, "KIND is one of "+kinds())
			}
			if custodial {
				if err := s.KeptFor(); err != nil {
					return err
				}
			}
			if err := s.Create(output); err != nil {
				return err
			}
			made := partyMade{s.Kind, output, party.PublicName(output)}
			if p.json {
				return p.print(made)
			}
			p.say("made %s: keep it to yourself; %s is to be handed out", made.File, made.Public)
			return nil
		},
	}
	c.Flags().StringVar(&name, "name", "", "the party's name, as others know it (required)")
	c.Flags().StringVarP(&output, "output", "o", "", "file to make (required)")
	c.Flags().StringVar(&organisation, "organisation", "", "of a provider: the organisation that they belong to, by its name")
	c.Flags().BoolVar(&custodial, "custodial", false, "of a patient: an institution keeps the file for them, which every proof then shows")
	require(c, "name", "output")
	return c
}

func kinds() string {
	var names []string
	for _, k := range party.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// require marks flags that must be given.
func require(c *cobra.Command, flags ...string) {
	for _, f := range flags {
		if err := c.MarkFlagRequired(f); err != nil {
			panic(fmt.Sprintf("flag %s: %v", f, err)) // it is defined where require is called
		}
	}
}
