package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"lethe/api"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	rollup "lethe/circuits/trial"
	"lethe/vault/party"
	"lethe/vault/trial"
)

// submitted is what commands that record something print.
type submitted struct {
	Batch       int64      `json:"batch"`
	Events      []recorded `json:"events"`
	Flag        bool       `json:"flag"`
	Transaction string     `json:"transaction"`

	Deviations map[string]int64 `json:"deviations"` // that were counted, by kind
}

// recorded is an event: whose it is, by their tag, and the hash of its data.
type recorded struct {
	Kind        string `json:"kind"`
	Participant string `json:"participant"`
	Entry       string `json:"entry"`
}

func (d *trialDesk) tellSubmitted(ctx context.Context, id field.Element, site string, reports ...trial.Report) error {
	done, err := d.submit(ctx, id, site, reports...)
	if err != nil {
		return err
	}
	if d.json {
		return d.print(done)
	}
	for _, e := range done.Events {
		d.say("%s: %s, entry %s", e.Participant, e.Kind, e.Entry)
	}
	if done.Flag {
		d.say("the safety threshold is crossed: a flag is raised, and enrolment is paused until the board lifts it")
	}
	for i, name := range rollup.DeviationNames {
		if n := done.Deviations[name]; n > 0 {
			critical := ""
			if slices.Contains(rollup.Critical, i) {
				critical = ": this is critical, no results are published with it"
			}
			d.say("counted as a deviation, for good: %s, %d%s", name, n, critical)
		}
	}
	d.say("batch %d is accepted in transaction %s", done.Batch, done.Transaction)
	return nil
}

// takenIn is what to know when a command cannot wait for what it has handed in.
const takenIn = "the events are handed in and wait: the service goes on with them, and `lethe trial work` waits for it; recorded again, they would count twice"

// submit signs reports as a site, hands them in, and waits until the contract has taken them.
func (d *trialDesk) submit(ctx context.Context, id field.Element, site string, reports ...trial.Report) (*submitted, error) {
	sub, err := d.sign(ctx, id, site, reports)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(sub)
	if err != nil {
		return nil, err
	}
	if _, err := d.SubmitWithResponse(ctx, field.Text(id), body); err != nil {
		if problem := (*api.Problem)(nil); !errors.As(err, &problem) {
			err = withHint(err, "whether the events were taken in is not known: look at `lethe trial status` before they are recorded again")
		}
		return nil, err
	}
	var state api.SubmissionState
	err = d.await(ctx, id, func(api.TrialStatus) (bool, error) {
		got, err := d.SubmissionWithResponse(ctx, field.Text(id), sub.ID())
		if err != nil {
			return false, err
		}
		if state, err = given(got.JSON200); err != nil || state.State != api.SubmissionStateStateRefused {
			return state.State == api.SubmissionStateStateAccepted, err
		}
		return false, fmt.Errorf("%w: %s", trial.ErrDropped, state.Reason)
	})
	if err != nil {
		if problem := (*api.Problem)(nil); !errors.As(err, &problem) && !errors.Is(err, trial.ErrDropped) {
			err = withHint(err, takenIn)
		}
		return nil, err
	}
	done := &submitted{Batch: state.Batch, Flag: state.Flag, Transaction: state.Transaction, Deviations: state.Deviations}
	for _, r := range reports {
		done.Events = append(done.Events, recorded{r.Kind.String(), shortTag(r.Tag), field.Text(r.Entry)})
	}
	return done, nil
}

// sign signs reports as a site, after what is recorded of those whom they are about.
func (d *trialDesk) sign(ctx context.Context, id field.Element, site string, reports []trial.Report) (*trial.Submission, error) {
	who, err := party.Read(site, party.Site)
	if err != nil {
		return nil, err
	}
	key, err := who.SigningKey()
	if err != nil {
		return nil, err
	}
	defer key.Zero()
	protocol, err := d.protocol(ctx, id)
	if err != nil {
		return nil, err
	}
	number, ok := protocol.Site(key.Public())
	if !ok {
		return nil, fmt.Errorf("%s: %w", site, rollup.ErrNoSite)
	}
	if err := correct(reports); err != nil {
		return nil, err
	}
	histories, err := d.histories(ctx, &trial.HistoriesRequest{Trial: id, Site: number, Time: uint64(time.Now().Unix()), Participants: trial.AskedOf(reports)}, key)
	if err != nil {
		return nil, err
	}
	return trial.Sign(id, number, histories, reports, key)
}

// histories are what a site's signature goes on from, by the tags of those of whom it asks.
func (d *trialDesk) histories(ctx context.Context, q *trial.HistoriesRequest, key *identity.SigningKey) (map[field.Element]field.Element, error) {
	known := map[field.Element]field.Element{}
	if len(q.Participants) == 0 {
		return known, nil
	}
	if err := q.Sign(key); err != nil {
		return nil, err
	}
	body := api.HistoriesRequest{Site: int(q.Site), Time: time.Unix(int64(q.Time), 0).UTC(), Signature: hex.EncodeToString(q.Signature.Bytes())}
	for _, tag := range q.Participants {
		body.Participants = append(body.Participants, field.Text(tag))
	}
	got, err := d.HistoriesWithResponse(ctx, field.Text(q.Trial), body)
	if err != nil {
		return nil, err
	}
	found, err := given(got.JSON200)
	if err != nil || len(found.Histories) != len(q.Participants) {
		return nil, errors.Join(err, errors.New("the service answers other histories than were asked for"))
	}
	for i, tag := range q.Participants {
		if known[tag], err = field.ParseText(found.Histories[i]); err != nil {
			return nil, err
		}
	}
	return known, nil
}

// correct refuses corrections of nothing: in the trial they would count for good.
func correct(reports []trial.Report) error {
	for i, r := range reports {
		if r.Kind == rollup.Correction && r.Replaced.IsZero() {
			return withHint(fmt.Errorf("event %d: what does it correct?", i+1), "--replaces, or replaces in a file, is the entry's hash, as recording it printed it")
		}
	}
	return nil
}

// shortTag is a tag in the 30 hexadecimal digits that its 120 bits take.
func shortTag(tag field.Element) string { return field.Text(tag)[2*field.Size-rollup.TagBits/4:] }
