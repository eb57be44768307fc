package trial

import (
	"errors"
	"testing"

	"lethe/circuits/field"
	rollup "lethe/circuits/trial"
	"lethe/vault/party"
)

// TestThreat26ASiteIsToldOfItsOwnParticipants: who asks without the site's key, then or for what the site has signed, is answered alike for those who take
// part and for those who do not.
func TestThreat26ASiteIsToldOfItsOwnParticipants(t *testing.T) {
	w := newWorld(t)
	p, stranger, nobody := w.person(40), w.person(50), newParty(t, party.Site)
	w.submit(p.enrols(start))
	mine, err := w.seq.Histories(w.asks(w.site, p.tag))
	if err != nil || len(mine) != 1 || mine[0] != w.record().Cohort.Participants()[0].History {
		t.Fatalf("%v, %v", mine, err)
	}
	for _, tag := range []field.Element{p.tag, stranger.tag} {
		altered, ahead, behind, elsewhere := w.asks(w.site, field.Uint64(9)), w.asks(w.site, tag), w.asks(w.site, tag), w.asks(w.site, tag)
		altered.Participants[0] = tag
		ahead.Time++
		behind.Time -= requestSkew + 1
		resign(t, w.site, behind)
		elsewhere.Trial = field.Uint64(3)
		resign(t, w.site, elsewhere)
		elsewhere.Trial = w.protocol.ID
		late := w.asks(w.site, tag)
		late.Time += requestSkew + 1
		resign(t, w.site, late)
		outside := w.asks(w.site, tag)
		outside.Site = 2
		for name, tc := range map[string]struct {
			q    *HistoriesRequest
			want error
		}{
			"no site":                {w.asks(nobody, tag), rollup.ErrNotSigned},
			"of others":              {altered, rollup.ErrNotSigned},
			"at another time":        {ahead, rollup.ErrNotSigned},
			"long ago":               {behind, rollup.ErrNotSigned},
			"in the future":          {late, rollup.ErrNotSigned},
			"for another trial":      {elsewhere, rollup.ErrNotSigned},
			"of a site there is not": {outside, rollup.ErrNoSite},
			"another site":           {w.asks(w.clinic, tag), rollup.ErrUnknown},
			"another site, of both":  {w.asks(w.clinic, stranger.tag, tag), rollup.ErrUnknown},
		} {
			if found, err := w.seq.Histories(tc.q); !errors.Is(err, tc.want) || found != nil {
				t.Errorf("%s: %v, %v, want %v", name, found, err, tc.want)
			}
		}
	}
}

func resign(t *testing.T, who *party.Secret, q *HistoriesRequest) {
	t.Helper()
	key, err := who.SigningKey()
	must(t, err)
	must(t, q.Sign(key))
}

// TestThreat26EventsThatNobodySignedTellNothing: whatever the events are, who hands them in without the site's key is told that they are not signed.
func TestThreat26EventsThatNobodySignedTellNothing(t *testing.T) {
	w := newWorld(t)
	p, q, stranger := w.person(40), w.person(45), w.person(50)
	w.submit(p.enrols(start), q.enrols(start))
	w.submit(q.event(rollup.Withdrawal, start), p.event(rollup.Visit, start))
	key, err := newParty(t, party.Site).SigningKey()
	must(t, err)
	for name, r := range map[string]Report{
		"enrolled already":  p.enrols(start),
		"not enrolled":      stranger.enrols(start),
		"a visit":           p.event(rollup.Visit, start),
		"a stranger's":      stranger.event(rollup.Visit, start),
		"withdrawn already": q.event(rollup.Withdrawal, start),
		"recorded already":  p.event(rollup.Visit, start),
		"from the future":   p.event(rollup.Visit, start+5000*day),
	} {
		for _, histories := range []map[field.Element]field.Element{
			{r.Tag: field.Uint64(1)},
			{p.tag: w.histories(p.tag)[p.tag], q.tag: w.histories(q.tag)[q.tag], stranger.tag: field.Uint64(1)},
		} {
			sub, err := Sign(w.protocol.ID, 0, histories, []Report{r}, key)
			must(t, err)
			if err := w.seq.Submit(t.Context(), sub); !errors.Is(err, rollup.ErrNotSigned) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	outside := w.submission(p.event(rollup.Visit, start))
	outside.Site = 2
	if err := w.seq.Submit(t.Context(), outside); !errors.Is(err, rollup.ErrNoSite) {
		t.Errorf("a site that there is not: %v", err)
	}
	outside.Site = 1
	if err := w.seq.Submit(t.Context(), outside); !errors.Is(err, rollup.ErrNotSigned) {
		t.Errorf("another site: %v", err)
	}
}

// TestAHistoryGoesOnFromWhatWaits, and ends where somebody is anonymised: enrolled again, theirs begins again.
func TestAHistoryGoesOnFromWhatWaits(t *testing.T) {
	w := newWorld(t)
	p := w.person(40)
	w.submit(p.enrols(start))
	visit, gone, again := p.event(rollup.Visit, start), p.event(rollup.Anonymisation, start), p.enrols(start)
	r := w.record()
	before := r.history(0, p.tag)
	for _, step := range []struct {
		report Report
		want   field.Element
	}{
		{visit, visit.Extend(before)},
		{gone, field.Element{}},
		{again, again.Extend(field.Element{})},
	} {
		r.Queue = append(r.Queue, &Queued{Events: &Submission{Trial: w.protocol.ID, Reports: []Report{step.report}}})
		if got := r.history(0, p.tag); got != step.want {
			t.Errorf("after %v: %s", step.report.Kind, field.Text(got))
		}
		if got := r.history(1, p.tag); !got.IsZero() {
			t.Errorf("at another site, after %v: %s", step.report.Kind, field.Text(got))
		}
	}
}
