package main

import (
	"fmt"
	"os"
	"slices"
	"time"

	"lethe/circuits/identity"
	"lethe/vault/party"
	"lethe/vault/registry"
)

// gather attests people's records until enough of them may take part: those of the real bundles first. They are spread over the sites by whole batches.
func (c *course) gather(d *trialDesk) {
	c.t.Helper()
	c.plan(1)
	began, all := time.Now(), c.people
	c.people = nil
	for _, m := range all {
		if len(c.people) == c.participants {
			break
		}
		if !c.attests(d, m) {
			c.others = append(c.others, m.patient)
			continue
		}
		m.site = len(c.people) / c.enrols % c.sites
		c.people = append(c.people, m)
	}
	if len(c.people) != c.participants {
		c.t.Fatalf("%d of %d people may take part", len(c.people), len(all))
	}
	c.figures.took(fmt.Sprintf("attesting the records of %d people", len(c.people)+len(c.others)), began)
	c.consent(d, courseTerms[0], c.people)
}

// attests binds a patient to a key and attests their records, and says whether they may take part.
func (c *course) attests(d *trialDesk, m *member) bool {
	c.t.Helper()
	who, err := party.New(party.Patient, m.name, "")
	noError(c.t, err)
	noError(c.t, who.Create(c.file(m.name)))
	ctx := c.t.Context()
	noError(c.t, c.program.bindPatient(ctx, d.remote, m.patient, c.public(m.name), c.file("registrar"), "", false))
	_, err = c.program.attestPatient(ctx, d.remote, m.patient, attestFlags{
		schema: c.in("schema.yaml"), subject: c.public(m.name), attester: c.file("attester"), purpose: "HRESCH", output: c.attestation(m), days: 7,
	})
	noError(c.t, err)
	a, err := readAttestation(c.attestation(m))
	noError(c.t, err)
	asked, err := readCriteria(c.in("criteria0.yaml"))
	noError(c.t, err)
	return asked.Policy.Holds(a.Values)
}

func (c *course) attestation(m *member) string { return c.in(m.name + "-attestation.json") }

func (c *course) note(m *member) string { return c.in(m.name + ".note") }

// consent has people consent to terms, and waits until that is published.
func (c *course) consent(d *trialDesk, terms string, people []*member) {
	c.t.Helper()
	began := time.Now()
	for _, m := range people {
		_ = os.Remove(c.note(m))
		noError(c.t, c.program.giveGrant(c.t.Context(), d.remote, grantFlags{
			patient: m.patient, subject: c.file(m.name), to: c.public("trial"), purpose: "CLINTRL", basis: identity.BasisConsent.String(), terms: terms,
			scope: []string{"care"}, days: 90,
		}, c.note(m)))
	}
	c.published(d, people)
	c.figures.took(fmt.Sprintf("consents of %d people, given and published", len(people)), began)
}

// published waits until the tree of grants has what people consented to.
func (c *course) published(d *trialDesk, people []*member) {
	c.t.Helper()
	given := make([]identity.Grant, len(people))
	for i, m := range people {
		data, err := os.ReadFile(c.note(m))
		noError(c.t, err)
		n, err := party.DecodeNote(data)
		noError(c.t, err)
		given[i] = n.Grant
	}
	for range 600 {
		grants, err := d.tree(c.t.Context(), registry.Grants)
		noError(c.t, err)
		if !slices.ContainsFunc(given, func(g identity.Grant) bool { return grants.Leaf(g.Index) != g.Leaf() }) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.t.Fatal("the consents are never published")
}
