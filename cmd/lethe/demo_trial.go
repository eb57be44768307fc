package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"lethe/api"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/circuits/policy"
	rollup "lethe/circuits/trial"
	"lethe/vault/party"
	"lethe/vault/registry"
	"lethe/vault/trial"
)

// The part of the story about a clinical trial, from its registration to its publication: an amendment with consent to it, a safety flag, a
// correction, compensation, and results that are refused first.

const (
	demoTrial       = "DEMO-1"
	demoTrialFile   = "demo-trial.yaml"
	demoTrialAsks   = "demo-trial-criteria.yaml"
	demoFirstTerms  = "what the trial is about"
	demoSecondTerms = "what the trial is about, with a second dose"
	demoPayee       = "0x0000000000000000000000000000000000c0ffee"

	demoTrialCriteria = `format: lethe/criteria/v1
name: adults
for: ` + demoTrial + `
schema: ` + demoSchemaFile + `
all:
  - age: 18..120
`
)

// volunteer is somebody who may take part.
type volunteer struct{ name, patient string }

// runTrial is the chapter.
func (d *demo) runTrial(ctx context.Context) error {
	if d.noTrial {
		return nil
	}
	if h := d.state.trials; h == nil || len(d.config.Anchor.RPC) > 0 && d.config.Trials.SponsorKey == "" {
		d.tell("Trial:   left out, since the configuration names no accounts of a sponsor, a board and a sequencer.")
		return nil
	}
	door, err := d.frontDoor(d.state, localURL, custodian().Actor)
	if err != nil {
		return err
	}
	began, r := time.Now(), &remote{}
	err = r.through(ctx, localURL, api.InProcess(door), func(r *remote) error {
		t := &demoOfTrial{demo: d, desk: &trialDesk{d.quiet, r}, id: policy.Scope(demoTrial)}
		for _, step := range []func(context.Context) error{t.gather, t.register, t.begin, t.amend, t.harm, t.pay, t.end, t.verify} {
			if err := step(ctx); err != nil {
				return fmt.Errorf("trial: %w", err)
			}
		}
		return nil
	})
	d.result.TrialSeconds = time.Since(began).Seconds()
	return err
}

// demoOfTrial is the trial of one demo.
type demoOfTrial struct {
	*demo
	desk     *trialDesk
	id       field.Element
	protocol *trial.Protocol // as it was last written
	people   []volunteer
	amended  time.Time
	entry    string // of the first visit
}

// gather finds three people who may take part: bound to a key, attested, and with a consent to the trial.
func (t *demoOfTrial) gather(ctx context.Context) error {
	for name, kind := range map[string]party.Kind{demoTrial: party.Trial, "site": party.Site} {
		s, err := party.New(kind, name, "")
		if err == nil {
			err = s.Create(t.party(name))
		}
		if err != nil {
			return err
		}
	}
	if err := os.WriteFile(t.proof(demoTrialAsks), []byte(demoTrialCriteria), 0o600); err != nil {
		return err
	}
	asks, err := readCriteria(t.proof(demoTrialAsks))
	if err != nil {
		return err
	}
	for i, bundle := range t.order {
		v := volunteer{fmt.Sprintf("volunteer-%d", i+1), t.patients[bundle]}
		if v.patient == t.patient || len(t.people) == 3 {
			continue
		}
		values, err := t.attested(ctx, v)
		if err != nil {
			return err
		}
		if asks.Policy.Holds(values.Values) {
			t.people = append(t.people, v)
		}
	}
	if len(t.people) < 3 {
		return errors.New("fewer than three of these people are adults")
	}
	return t.consent(ctx, demoFirstTerms, t.people...)
}

func (t *demoOfTrial) attestation(v volunteer) string { return t.party(v.name + "-attestation") }

func (t *demoOfTrial) attested(ctx context.Context, v volunteer) (identity.Attestation, error) {
	who, err := party.New(party.Patient, v.name, "")
	if err == nil {
		err = who.Create(t.party(v.name))
	}
	if err == nil {
		err = t.quiet.bindPatient(ctx, t.desk.remote, v.patient, t.public(v.name), t.party("registrar"), "", false)
	}
	if err == nil {
		_, err = t.quiet.attestPatient(ctx, t.desk.remote, v.patient, attestFlags{
			schema: t.proof(demoSchemaFile), subject: t.public(v.name), attester: t.party("attester"), purpose: "HRESCH", output: t.attestation(v), days: 1,
		})
	}
	if err != nil {
		return identity.Attestation{}, err
	}
	signed, err := readAttestation(t.attestation(v))
	if err != nil {
		return identity.Attestation{}, err
	}
	return signed.Attestation, nil
}

func (t *demoOfTrial) note(v volunteer) string { return t.party(v.name + "-note") }

// consent has people consent, and waits until their consents are published.
func (t *demoOfTrial) consent(ctx context.Context, terms string, people ...volunteer) error {
	for _, v := range people {
		_ = os.Remove(t.note(v))
		err := t.quiet.giveGrant(ctx, t.desk.remote, grantFlags{
			patient: v.patient, subject: t.party(v.name), to: t.public(demoTrial), purpose: "CLINTRL", basis: "consent", terms: terms, scope: []string{"care"}, days: 1,
		}, t.note(v))
		if err != nil {
			return err
		}
	}
	for _, v := range people {
		data, err := os.ReadFile(t.note(v))
		if err != nil {
			return err
		}
		n, err := party.DecodeNote(data)
		if err != nil {
			return err
		}
		if err := t.published(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (t *demoOfTrial) published(ctx context.Context, n *party.Note) error {
	for {
		grants, err := t.desk.tree(ctx, registry.Grants)
		if err != nil || grants.Leaf(n.Grant.Index) == n.Grant.Leaf() {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// plan is the protocol with so many versions.
func (t *demoOfTrial) plan(versions int) (trial.Amendment, error) {
	site, err := party.ReadPublic(t.public("site"), party.Site)
	if err != nil {
		return trial.Amendment{}, err
	}
	text := "format: lethe/trial/v1\nname: " + demoTrial + "\nversions:\n" +
		"  - {terms: \"" + demoFirstTerms + "\", criteria: " + demoTrialAsks + ", from: 2020-01-01T00:00:00Z}\n"
	if versions > 1 {
		text += fmt.Sprintf("  - {terms: %q, criteria: %s, from: %s, reconsent_by: %s}\n", demoSecondTerms, demoTrialAsks,
			t.amended.Format(time.RFC3339), t.amended.Add(time.Second).Format(time.RFC3339))
	}
	text += fmt.Sprintf("phases: [treatment, follow-up]\nsites: [{name: %s, key: %x}]\nsafety_threshold: 1\nrecorded_late_after: 24h\n", demoHospital, []byte(site.Key)) +
		"thresholds: {version superseded: 1}\ncompensation: [\"1000000\"]\n"
	name := t.proof(demoTrialFile)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		return trial.Amendment{}, err
	}
	a, protocol, err := readPlan(name)
	t.protocol = protocol
	return a, err
}

// register puts the contracts on the chain, unless they are there, and the trial.
func (t *demoOfTrial) register(ctx context.Context) error {
	t.tell("Trial:   keys of four statements are made where this user has none yet, which takes a minute the first time.")
	h := t.state.trials
	h.program = t.quiet
	if _, err := h.setup(ctx, trialSetup{keyDelay: time.Second, sequencerDelay: time.Hour}); err != nil {
		return err
	}
	time.Sleep(2 * time.Second) // until the keys can be used
	a, err := t.plan(1)
	if err != nil {
		return err
	}
	if _, err := t.desk.CreateTrialWithResponse(ctx, planOf(a)); err != nil {
		return err
	}
	_, err = t.desk.FundTrialWithResponse(ctx, field.Text(t.id), api.Funds{Wei: "100000000"})
	t.tell("         A sponsor registers %s: the contract knows a hash of its protocol, and pays for visits.", demoTrial)
	return err
}

// enrol enrols people as the site, in one batch.
func (t *demoOfTrial) enrol(ctx context.Context, again bool, people ...volunteer) error {
	var reports []trial.Report
	for _, v := range people {
		r, err := t.desk.enrolReport(ctx, t.id, enrolFlags{subject: t.public(v.name), consent: t.note(v), attestation: t.attestation(v), again: again})
		if err != nil {
			return err
		}
		reports = append(reports, *r)
	}
	_, err := t.desk.submit(ctx, t.id, t.party("site"), reports...)
	return err
}

// happens is an event of somebody.
func (t *demoOfTrial) happens(v volunteer, k rollup.Kind, replaces string) (trial.Report, error) {
	data := t.proof("visit.json")
	if err := os.WriteFile(data, fmt.Appendf(nil, "{\"of\": %q, \"what\": %q, \"at\": %d}\n", v.name, k, time.Now().UnixNano()), 0o600); err != nil {
		return trial.Report{}, err
	}
	f := eventFlags{subject: t.public(v.name), data: data, replaces: replaces}
	r, err := f.report(t.protocol, k)
	if err != nil {
		return trial.Report{}, err
	}
	return *r, nil
}

// begin enrols two people and records a visit of each.
func (t *demoOfTrial) begin(ctx context.Context) error {
	if err := t.enrol(ctx, false, t.people[:2]...); err != nil {
		return err
	}
	first, err := t.happens(t.people[0], rollup.Visit, "")
	if err != nil {
		return err
	}
	second, err := t.happens(t.people[1], rollup.Visit, "")
	if err != nil {
		return err
	}
	t.entry = field.Text(first.Entry)
	if _, err := t.desk.submit(ctx, t.id, t.party("site"), first, second); err != nil {
		return err
	}
	t.tell("         The site enrols two people and records a visit of each: two proofs, and the chain sees that two batches happened.")
	return nil
}

// amend puts another version into force, to which one of the two consents.
func (t *demoOfTrial) amend(ctx context.Context) error {
	t.amended = time.Now().UTC().Truncate(time.Second)
	a, err := t.plan(2)
	if err != nil {
		return err
	}
	id := field.Text(t.id)
	if _, err := t.desk.AmendTrialWithResponse(ctx, id, planOf(a)); !refusedAs(err, "contract-refused") {
		return errors.Join(errors.New("an amendment went into force without the board's consent"), err)
	}
	if _, err := t.desk.ConsentToAmendmentWithResponse(ctx, id, planOf(a)); err != nil {
		return err
	}
	if _, err := t.desk.AmendTrialWithResponse(ctx, id, planOf(a)); err != nil {
		return err
	}
	if err := t.consent(ctx, demoSecondTerms, t.people[0]); err != nil {
		return err
	}
	if err := t.enrol(ctx, true, t.people[0]); err != nil {
		return err
	}
	t.tell("         An amendment is in force once the board has consented; one of the two consents to it again.")
	return nil
}

// refusedAs says whether an error is a problem of the service with a name.
func refusedAs(err error, code string) bool {
	var p *api.Problem
	return errors.As(err, &p) && p.Code() == code
}

// harm records what raises a flag: while it is up, nobody is enrolled.
func (t *demoOfTrial) harm(ctx context.Context) error {
	var reports []trial.Report
	for _, e := range []struct {
		who      volunteer
		kind     rollup.Kind
		replaces string
	}{{t.people[1], rollup.Visit, ""}, {t.people[0], rollup.Correction, t.entry}, {t.people[1], rollup.SeriousEvent, ""}} {
		r, err := t.happens(e.who, e.kind, e.replaces)
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	done, err := t.desk.submit(ctx, t.id, t.party("site"), reports...)
	if err != nil {
		return err
	}
	if !done.Flag {
		return errors.New("no flag is raised")
	}
	if err := t.enrol(ctx, false, t.people[2]); !refusedAs(err, "enrolment-paused") {
		return errors.Join(errors.New("somebody was enrolled under a flag"), err)
	}
	t.tell("         The other one's next visit is counted as a deviation; a slip is corrected, not replaced; a serious event raises a flag, and enrolment is paused.")
	return nil
}

// pay has the first participant claim their visit.
func (t *demoOfTrial) pay(ctx context.Context) error {
	opening, err := t.desk.opening(ctx, t.id, t.public(t.people[0].name))
	if err != nil {
		return err
	}
	name := t.proof("opening.json")
	if err := os.WriteFile(name, opening, 0o600); err != nil {
		return err
	}
	body, _, err := t.quiet.proveClaim(ctx, demoTrial, name, claimFlags{subject: t.party(t.people[0].name), to: demoPayee, fee: "1000", visit: 1})
	if err != nil {
		return err
	}
	if _, err := t.desk.ClaimWithResponse(ctx, field.Text(t.id), body); err != nil {
		return err
	}
	if _, err := t.desk.ClaimWithResponse(ctx, field.Text(t.id), body); !refusedAs(err, "contract-refused") {
		return errors.Join(errors.New("a visit was paid twice"), err)
	}
	t.tell("         A participant is paid for a visit, once, and nobody sees whose visit it was.")
	return nil
}

// end closes the trial and publishes its results, which the contract refuses while the flag is up.
func (t *demoOfTrial) end(ctx context.Context) error {
	id := field.Text(t.id)
	if _, err := t.desk.CloseTrialWithResponse(ctx, id); err != nil {
		return err
	}
	if err := t.desk.await(ctx, t.id, func(s api.TrialStatus) (bool, error) { return s.Verified, nil }); err != nil {
		return err
	}
	_, err := t.desk.PublishTrialWithResponse(ctx, id)
	if !refusedAs(err, "contract-refused") {
		return errors.Join(errors.New("results were published under a flag"), err)
	}
	t.result.PublicationRefused = err.Error()
	if _, err := t.desk.LiftFlagWithResponse(ctx, id, api.Reason{Reason: "expected, and treated"}); err != nil {
		return err
	}
	if _, err := t.desk.PublishTrialWithResponse(ctx, id); err != nil {
		return err
	}
	document, err := t.desk.ResultsWithResponse(ctx, id)
	if err != nil {
		return err
	}
	return os.WriteFile(t.proof("results.json"), document.Body, 0o600)
}

// verify asks the contract as a regulator does.
func (t *demoOfTrial) verify(ctx context.Context) error {
	at, err := t.state.trials.at()
	if err != nil {
		return err
	}
	v, err := t.quiet.verifyTrial(ctx, t.id, trialVerifyFlags{
		rpc: t.nodes()[0], contract: at.TrialRegistry, results: t.proof("results.json"), plan: t.proof(demoTrialFile), keys: true,
	})
	if err != nil {
		return err
	}
	t.result.TrialParticipants, t.result.TrialBatches, t.result.TrialDeviations = v.Participants, v.Batches, v.Deviations
	if v.Published.IsZero() || v.Participants != 2 || v.Activity["visits"] != 3 || v.Activity["corrections"] != 1 || v.Deviations["version superseded"] != 1 {
		return fmt.Errorf("the contract says something else than what happened: %+v", v)
	}
	t.tell("Results: refused while the flag is up (%s), accepted once the board has lifted it. A regulator with a node alone finds", lastWord(t.result.PublicationRefused))
	t.tell("         2 participants, 3 visits and 1 deviation, verified whole, and the document of results to be that of the chain.")
	return nil
}

// lastWord is what a contract calls its error.
func lastWord(text string) string { return text[strings.LastIndex(text, " ")+1:] }
