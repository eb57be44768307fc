package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	rollup "lethe/circuits/trial"
	"lethe/vault/attest"
	"lethe/vault/party"
)

// SubmissionFormat is the format's name in a submission, and MaxSubmission the most bytes that one may have.
const (
	SubmissionFormat = "lethe/trial-events/v1"
	MaxSubmission    = 1 << 22
)

// ErrSubmission says that a file is not events that a site has signed.
var ErrSubmission = errors.New("not a site's signed events")

// Report is one event as a site reports it, with what an enrolment or a re-consent stands on.
type Report struct {
	rollup.Event
	Person      field.Element  // the identity, of an enrolment or a re-consent; see identity.IdentityOf
	Consent     *party.Note    // nil where the consent is deferred
	Attestation *attest.Signed // nil where the participant is marked ineligible
}

// enrols says whether the report is for a batch of enrolments.
func (r *Report) enrols() bool { return r.Kind == rollup.Enrolment || r.Kind == rollup.Reconsent }

// Submission is events of one site, which become one batch. They are all enrolments and re-consents to one version, or none is.
type Submission struct {
	Trial     field.Element
	Site      uint8
	Reports   []Report
	Signature identity.Signature // the site's, of the batch's digest (rollup.BatchMessage)
}

// Sign signs reports as a site, with the histories that they go on from: of everybody whom they are about and who was enrolled before, see [AskedOf].
func Sign(of field.Element, site uint8, histories map[field.Element]field.Element, reports []Report, key *identity.SigningKey) (*Submission, error) {
	for _, tag := range AskedOf(reports) {
		if known := histories[tag]; known.IsZero() {
			return nil, rollup.ErrUnknown
		}
	}
	signature, err := key.Sign(rollup.BatchMessage(of, batchDigest(histories, reports)))
	if err != nil {
		return nil, err
	}
	return &Submission{Trial: of, Site: site, Reports: reports, Signature: signature}, nil
}

// batchDigest is what a batch comes to that goes on from histories.
func batchDigest(histories map[field.Element]field.Element, reports []Report) (digest field.Element) {
	now := map[field.Element]field.Element{}
	for _, r := range reports {
		before, known := now[r.Tag]
		if !known && r.Kind != rollup.Enrolment {
			before = histories[r.Tag]
		}
		now[r.Tag] = r.Extend(before)
		digest = rollup.Chain(digest, r.Tag, now[r.Tag])
	}
	return digest
}

// ID is what the submission is called: 32 hexadecimal digits of the SHA-256 of its file. The signatures in it are nobody's to guess.
func (s *Submission) ID() string {
	data, err := json.Marshal(s, json.Deterministic(true))
	if err != nil {
		data = s.Signature.Bytes() // what cannot be written was not read
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// consents are those of the events, as a batch takes them; nothing where there is none.
func (s *Submission) consents() []rollup.Consent {
	all := make([]rollup.Consent, len(s.Reports))
	for i, r := range s.Reports {
		if r.Consent != nil {
			g := r.Consent.Grant
			all[i] = rollup.Consent{Leaf: g.Leaf(), Index: g.Index, From: g.From, Until: g.Until}
		}
	}
	return all
}

// named says whether the tags are those of the people.
func (s *Submission) named() error {
	for i, r := range s.Reports {
		if r.enrols() && r.Tag != rollup.Tag(r.Person, s.Trial) {
			return fmt.Errorf("%w: event %d: the tag is not that of the person", ErrSubmission, i+1)
		}
	}
	return nil
}

// bare is what the events are without what they stand on.
func (s *Submission) bare() *Submission {
	out := *s
	out.Reports = make([]Report, len(s.Reports))
	for i, r := range s.Reports {
		out.Reports[i] = Report{Event: r.Event}
	}
	return &out
}

// submissionJSON is the file.
type submissionJSON struct {
	Format    string        `json:"format"`
	Trial     party.Element `json:"trial"`
	Site      uint8         `json:"site"`
	Events    []reportJSON  `json:"events"`
	Signature party.Hex     `json:"signature"`
}

// eventJSON is an event, as submissions and records have it. What an event of its kind does not have is left out.
type eventJSON struct {
	Kind       string         `json:"kind"`
	When       uint64         `json:"when"`
	Phase      uint8          `json:"phase,omitzero"`
	Version    uint8          `json:"version,omitzero"`
	Custodial  bool           `json:"custodial,omitzero"`
	Ineligible bool           `json:"ineligible,omitzero"`
	Deferred   bool           `json:"deferred,omitzero"`
	Entry      party.Element  `json:"entry"`
	Replaced   *party.Element `json:"replaced,omitempty"`
}

type reportJSON struct {
	eventJSON
	Tag         party.Element  `json:"tag"`
	Person      *party.Element `json:"person,omitempty"`
	Consent     []byte         `json:"consent,omitempty"`
	Attestation jsontext.Value `json:"attestation,omitempty"`
}

func eventOf(e rollup.Event) eventJSON {
	j := eventJSON{
		Kind: e.Kind.String(), When: e.When, Phase: e.Phase, Version: e.Version, Custodial: e.Custodial, Ineligible: e.Ineligible, Deferred: e.Deferred,
		Entry: party.Element(e.Entry),
	}
	if !e.Replaced.IsZero() {
		replaced := party.Element(e.Replaced)
		j.Replaced = &replaced
	}
	return j
}

func (j eventJSON) event(tag field.Element) (rollup.Event, error) {
	kind, err := rollup.ParseKind(j.Kind)
	e := rollup.Event{
		Kind: kind, Tag: tag, When: j.When, Phase: j.Phase, Version: j.Version, Custodial: j.Custodial, Ineligible: j.Ineligible, Deferred: j.Deferred,
		Entry: field.Element(j.Entry),
	}
	if j.Replaced != nil {
		e.Replaced = field.Element(*j.Replaced)
	}
	return e, err
}

// MarshalJSON writes the file.
func (s *Submission) MarshalJSON() ([]byte, error) {
	j := submissionJSON{Format: SubmissionFormat, Trial: party.Element(s.Trial), Site: s.Site, Signature: s.Signature.Bytes()}
	for _, r := range s.Reports {
		out := reportJSON{eventJSON: eventOf(r.Event), Tag: party.Element(r.Tag)}
		if r.enrols() && !r.Person.IsZero() {
			person := party.Element(r.Person)
			out.Person = &person
		}
		if r.Consent != nil {
			out.Consent = r.Consent.Encode()
		}
		if r.Attestation != nil {
			signed, err := r.Attestation.Encode()
			if err != nil {
				return nil, err
			}
			out.Attestation = signed
		}
		j.Events = append(j.Events, out)
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads the file and refuses what does not hold together, as [ErrSubmission]. The site's signature is checked when
// the events are taken in, since it is over histories.
func (s *Submission) UnmarshalJSON(data []byte) error {
	var j submissionJSON
	err := json.Unmarshal(data, &j, json.RejectUnknownMembers(true))
	if err == nil && j.Format != SubmissionFormat {
		err = fmt.Errorf("format %.40q", j.Format)
	}
	if err == nil {
		err = s.parse(j)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSubmission, err)
	}
	return nil
}

func (s *Submission) parse(j submissionJSON) (err error) {
	*s = Submission{Trial: field.Element(j.Trial), Site: j.Site}
	if s.Signature, err = identity.ParseSignature(j.Signature); err != nil {
		return err
	}
	for i, e := range j.Events {
		r, err := e.report()
		if err != nil {
			return fmt.Errorf("event %d: %w", i+1, err)
		}
		s.Reports = append(s.Reports, *r)
	}
	return nil
}

func (j reportJSON) report() (*Report, error) {
	e, err := j.event(field.Element(j.Tag))
	if err != nil {
		return nil, err
	}
	r := &Report{Event: e}
	if j.Person != nil {
		r.Person = field.Element(*j.Person)
	}
	if len(j.Consent) > 0 {
		if r.Consent, err = party.DecodeNote(j.Consent); err != nil {
			return nil, err
		}
	}
	if len(j.Attestation) > 0 {
		r.Attestation, err = attest.Decode(j.Attestation)
	}
	return r, err
}
