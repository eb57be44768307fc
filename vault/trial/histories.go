package trial

import (
	"fmt"
	"slices"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	rollup "lethe/circuits/trial"
)

// HistoriesRequest is a site's, for the histories that its next events of participants go on from. The site signs it: who takes part is told to the site that
// enrolled them, and to nobody who merely may hand events in.
type HistoriesRequest struct {
	Trial        field.Element
	Site         uint8
	Time         uint64          // Unix seconds, within a quarter of an hour of the service's clock
	Participants []field.Element // their tags
	Signature    identity.Signature
}

// requestSkew is how far a request's time may be from the service's.
const requestSkew = 15 * 60

// AskedOf lists whose histories a site has to know to sign reports.
func AskedOf(reports []Report) (tags []field.Element) {
	for _, r := range reports {
		if r.Kind != rollup.Enrolment && !slices.Contains(tags, r.Tag) {
			tags = append(tags, r.Tag)
		}
	}
	return tags
}

// Sign signs the request as the site.
func (q *HistoriesRequest) Sign(key *identity.SigningKey) (err error) {
	q.Signature, err = key.Sign(q.message())
	return err
}

func (q *HistoriesRequest) message() field.Element {
	var tags []byte
	for _, tag := range q.Participants {
		tags = append(tags, tag.Marshal()...)
	}
	return field.Hash(field.TagTrialHistories, q.Trial, field.Uint64(uint64(q.Site)), field.Uint64(q.Time), field.Digest("trial-histories", tags))
}

// Histories answers a site, in the order in which it asked. [rollup.ErrNotSigned] when it is not this site that asks, or not now; [rollup.ErrUnknown] when
// somebody is not one of its participants.
func (s *Sequencer) Histories(q *HistoriesRequest) (all []field.Element, err error) {
	r, p, err := s.load(q.Trial)
	if err != nil {
		return nil, err
	}
	key, err := p.siteKey(q.Site)
	if err != nil {
		return nil, err
	}
	if now := uint64(s.cfg.Now().Unix()); q.Time+requestSkew < now || q.Time > now+requestSkew { //nolint:gosec // after 1970
		return nil, fmt.Errorf("%w: the request's time is not now", rollup.ErrNotSigned)
	}
	if identity.Verify(key, q.message(), q.Signature) != nil {
		return nil, rollup.ErrNotSigned
	}
	for _, tag := range q.Participants {
		history := r.history(q.Site, tag)
		if history.IsZero() {
			return nil, rollup.ErrUnknown
		}
		all = append(all, history)
	}
	return all, nil
}

// signed says whether a submission is the site's, after all that waits. Of somebody who is none of its participants that cannot be said, and is not.
func (r *Record) signed(p *Protocol, sub *Submission) error {
	key, err := p.siteKey(sub.Site)
	if err != nil {
		return err
	}
	histories := map[field.Element]field.Element{}
	for _, tag := range AskedOf(sub.Reports) {
		histories[tag] = r.history(sub.Site, tag)
	}
	if identity.Verify(key, rollup.BatchMessage(sub.Trial, batchDigest(histories, sub.Reports)), sub.Signature) != nil {
		return rollup.ErrNotSigned
	}
	return nil
}

// history is that of a site's participant after all that waits; 0 when there is none with this tag.
func (r *Record) history(site uint8, tag field.Element) (history field.Element) {
	if _, p, err := r.Cohort.Opening(tag); err == nil && p.Site == site {
		history = p.History
	}
	for _, waits := range r.Queue {
		for _, report := range waits.Events.Reports {
			switch {
			case waits.Events.Site != site || report.Tag != tag:
			case report.Kind == rollup.Anonymisation: // from here on nobody has the tag
				history = field.Element{}
			default:
				history = report.Extend(history)
			}
		}
	}
	return history
}
