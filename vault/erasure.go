package vault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"lethe/anchor"
	"lethe/keys"
	"lethe/offchain"
)

// grounds are the reasons of GDPR Article 17(1), and refusals the exceptions of Article 17(3).
var (
	grounds = map[string]string{
		"17.1.a": "no longer necessary for the purposes for which they were collected",
		"17.1.b": "consent withdrawn, and no other legal ground",
		"17.1.c": "objection under Article 21",
		"17.1.d": "unlawfully processed",
		"17.1.e": "erasure required by law",
		"17.1.f": "collected in relation to information society services offered to a child",
	}
	refusals = map[string]string{
		"17.3.a": "freedom of expression and information",
		"17.3.b": "legal obligation or task in the public interest",
		"17.3.c": "public interest in public health",
		"17.3.d": "archiving, research or statistics",
		"17.3.e": "legal claims",
	}
)

// Grounds lists the grounds that an erasure can be requested on.
func Grounds() []string { return slices.Sorted(maps.Keys(grounds)) }

// EraseRequest is a decided erasure.
type EraseRequest struct {
	Patient string
	Ground  string    // 17.1.a–f
	Retain  *Retain   // what the law keeps, nil when everything goes
	Filed   string    // who filed it, approved it and has it executed: staff, by role or account, not the patient
	Approve string    // the second person; empty when none was asked, and the certificate says so
	Execute string    //
	At      time.Time // received; zero means now
}

// Retain is a partial refusal: these parts are kept, for this reason, until then.
type Retain struct {
	Items  []string // compartments ("billing") and record ids
	Ground string   // 17.3.a–e
	Law    string   // the provision, as the certificate cites it
	Until  time.Time
	Review time.Time // when the reason is looked at again; zero means Until
}

// Preview counts what an erasure would do.
type Preview struct {
	Patient string        `json:"patient"`
	Parts   []PartPreview `json:"parts"`
}

// PartPreview counts one compartment.
type PartPreview struct {
	Compartment string `json:"compartment"`
	Action      string `json:"action"` // "erase", "keep", or "erase, after copying N records into retained"
	Records     int    `json:"records"`
	Objects     int    `json:"objects"`
	Bytes       int64  `json:"bytes"`
}

func (r *EraseRequest) check(now time.Time) error {
	if r.At.After(now) {
		return fmt.Errorf("%w: the request is received in the future", ErrInvalid)
	}
	if _, ok := grounds[r.Ground]; !ok {
		return fmt.Errorf("%w: ground %q is none of %s", ErrInvalid, r.Ground, strings.Join(Grounds(), ", "))
	}
	if r.Filed == "" || r.Execute == "" {
		return fmt.Errorf("%w: who filed and who executes must be named", ErrInvalid)
	}
	for _, text := range []string{r.Filed, r.Approve, r.Execute} {
		if !printable(text) {
			return fmt.Errorf("%w: names must be printable text of at most %d bytes", ErrInvalid, maxText)
		}
	}
	if r.Retain == nil {
		return nil
	}
	return r.Retain.check()
}

func (r *Retain) check() error {
	_, known := refusals[r.Ground]
	switch {
	case len(r.Items) == 0:
		return fmt.Errorf("%w: say which compartments or records are kept", ErrInvalid)
	case !known:
		return fmt.Errorf("%w: ground %q is none of %s", ErrInvalid, r.Ground, strings.Join(slices.Sorted(maps.Keys(refusals)), ", "))
	case r.Law == "" || !printable(r.Law):
		return fmt.Errorf("%w: the law that asks for keeping must be named, in printable text", ErrInvalid)
	case r.Until.IsZero():
		return fmt.Errorf("%w: keeping needs an end date", ErrInvalid)
	case r.Review.After(r.Until):
		return fmt.Errorf("%w: the review comes after the end", ErrInvalid)
	}
	return nil
}

const maxText = 300

// printable bounds text that goes into certificates: nothing that changes how the rest is read.
func printable(s string) bool {
	if len(s) > maxText {
		return false
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == 0xfffd || (r >= 0x80 && r < 0xa0) || (r >= 0x2028 && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return false
		}
	}
	return true
}

// holdings is what the index has of a patient.
type holdings struct {
	compartments []offchain.Compartment
	objects      []offchain.Object
	records      []offchain.RecordRef
	bundles      []offchain.Bundle
	disclosures  []offchain.Disclosure
}

func gather(ctx context.Context, q offchain.Queries, patient string) (h holdings, err error) {
	if h.compartments, err = q.Compartments(ctx, patient); err != nil {
		return h, err
	}
	if h.objects, err = q.Objects(ctx, patient); err != nil {
		return h, err
	}
	if h.records, err = q.RecordRefs(ctx, patient); err != nil {
		return h, err
	}
	if h.bundles, err = q.Bundles(ctx, patient); err != nil {
		return h, err
	}
	h.disclosures, err = q.Disclosures(ctx, patient)
	return h, err
}

// retained says which records a request keeps.
func (h holdings) retained(r *Retain) ([]string, error) {
	if r == nil {
		return nil, nil
	}
	names := map[string]string{}
	for _, c := range h.compartments {
		names[c.ID] = c.Name
	}
	used := map[string]bool{}
	var kept []string
	for _, rec := range h.records {
		name := names[rec.Compartment]
		byName, byID := slices.Contains(r.Items, name), slices.Contains(r.Items, rec.ID)
		if !byName && !byID {
			continue
		}
		if name == identityCompartment {
			return nil, fmt.Errorf("%w: identity is kept exactly as long as something else is", ErrInvalid)
		}
		if !keptAnyway(name) {
			kept = append(kept, rec.ID)
		}
		used[name], used[rec.ID] = used[name] || byName, used[rec.ID] || byID
	}
	for _, item := range r.Items {
		if !used[item] {
			return nil, fmt.Errorf("%w: there is no compartment with records and no record %q to keep", ErrInvalid, item)
		}
	}
	return kept, nil
}

// Compartments with a meaning of their own in an erasure.
const (
	identityCompartment = "identity"
	retainedCompartment = "retained"
)

// keptAnyway are compartments that an erasure of the rest leaves alone: evidence of disclosures, and what an earlier decision
// kept for as long as the law asks.
func keptAnyway(name string) bool {
	return name == disclosuresCompartment || name == retainedCompartment
}

// erases says whether a compartment is destroyed; identity lives as long as anything that needs it.
func erases(name string, partial bool) bool {
	return !keptAnyway(name) && (name != identityCompartment || !partial)
}

// partial says whether something of the patient stays that identity must stay for.
func (h holdings) partial(kept []string) bool {
	return len(kept) > 0 || slices.ContainsFunc(h.compartments, func(c offchain.Compartment) bool { return c.Name == retainedCompartment })
}

// Preview counts, per compartment, what the erasure would destroy and keep.
func (s *Service) Preview(ctx context.Context, req EraseRequest) (Preview, error) {
	if err := req.check(s.now()); err != nil {
		return Preview{}, err
	}
	var h holdings
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if err = writable(ctx, q, req.Patient); err != nil {
			return err
		}
		h, err = gather(ctx, q, req.Patient)
		return err
	})
	if err != nil {
		return Preview{}, err
	}
	kept, err := h.retained(req.Retain)
	if err != nil {
		return Preview{}, err
	}
	return h.preview(req.Patient, kept), nil
}

func (h holdings) preview(patient string, kept []string) Preview {
	p := Preview{Patient: patient}
	for _, part := range h.parts(kept) {
		v := PartPreview{Compartment: part.Name, Action: "keep", Records: part.Records, Objects: len(part.Objects), Bytes: part.Bytes}
		if part.Erase {
			v.Action = "erase"
			if part.Copied > 0 {
				v.Action = fmt.Sprintf("erase, after copying %d records into retained", part.Copied)
			}
		}
		p.Parts = append(p.Parts, v)
	}
	return p
}

// parts counts what a patient has, per compartment.
func (h holdings) parts(kept []string) []casePart {
	byID := map[string]*casePart{}
	parts := make([]casePart, len(h.compartments))
	for i, c := range h.compartments {
		parts[i] = casePart{Compartment: c.ID, Name: c.Name, KeyName: c.KeyName, Erase: erases(c.Name, h.partial(kept))}
		byID[c.ID] = &parts[i]
	}
	copied := setOf(kept)
	for _, r := range h.records {
		p := byID[r.Compartment]
		p.Records++
		if copied[r.ID] {
			p.Copied++
		}
	}
	for _, d := range h.disclosures {
		byID[d.Compartment].Records++
	}
	for _, o := range h.objects {
		p := byID[o.Compartment]
		p.Objects = append(p.Objects, o.Key)
		p.Bytes += o.Size
	}
	return parts
}

// Approve opens a case: from here the patient's data is not added to, and the job that executes the erasure is queued, in one
// transaction. Errors: [ErrInvalid], [ErrNotFound], [ErrErased], [ErrErasing].
func (s *Service) Approve(ctx context.Context, req EraseRequest) (caseID string, err error) {
	if err := req.check(s.now()); err != nil {
		return "", err
	}
	if err := s.admit(ctx); err != nil {
		return "", err
	}
	id, err := newRecordID()
	if err != nil {
		return "", err
	}
	st := &staging{s: s}
	defer st.zero()
	defer func() {
		if err != nil {
			err = errors.Join(err, st.abandon(ctx))
		}
	}()
	row := st.planCase(req.Patient, id)
	if err := st.announce(ctx); err != nil {
		return "", err
	}
	c, err := st.make(ctx, row)
	if err != nil {
		return "", err
	}
	st.fresh = nil // a case's key belongs to the case, not to the patient's compartments
	s.cfg.Step("erase.case-key-made")
	err = st.commit(ctx, func(tx offchain.Tx) error { return s.approve(ctx, tx, id, c, req) })
	s.cfg.Step("erase.approved")
	return id, err
}

func (s *Service) approve(ctx context.Context, tx offchain.Tx, id string, c compartment, req EraseRequest) error {
	if err := writable(ctx, tx, req.Patient); err != nil {
		return err
	}
	h, err := gather(ctx, tx, req.Patient)
	if err != nil {
		return err
	}
	kept, err := h.retained(req.Retain)
	if err != nil {
		return err
	}
	file := &caseFile{Request: fileRequest(req, s.now()), Approved: s.now().Unix(), Kept: kept}
	logged := []offchain.LogEntry{file.note(anchor.ErasureRequested, id), file.note(anchor.ErasureDecided, id)}
	sealed, err := s.sealCase(c.key, id, file)
	if err != nil {
		return err
	}
	row := offchain.Case{
		ID: id, Patient: req.Patient, State: string(stateApproved), KeyName: c.KeyName, Wrapped: c.Wrapped, File: sealed,
		Created: s.now(),
	}
	if err := tx.InsertCase(ctx, row); err != nil {
		return err
	}
	if err := tx.SetPatientState(ctx, req.Patient, offchain.PatientPreparing); err != nil {
		return err
	}
	if err := enterLog(ctx, tx, logged...); err != nil {
		return err
	}
	if s.cfg.Eraser == nil {
		return tx.Enqueue(ctx, offchain.PrepareErasure{Case: id})
	}
	return tx.Enqueue(ctx, offchain.ExecuteErasure{Case: id})
}

// Erase approves an erasure, waits until it is certified, and returns the certificate's path. The work is done by the job; a
// caller who goes away, or dies, does not stop it. progress is told each state as it is reached; it may be nil.
func (s *Service) Erase(ctx context.Context, req EraseRequest, progress func(state string)) (caseID, certificate string, err error) {
	id, err := s.Approve(ctx, req)
	if err != nil {
		return "", "", err
	}
	certificate, err = s.Await(ctx, id, progress)
	return id, certificate, err
}

// Await waits until a case is certified, or an attempt at it failed. progress is told every state once, in order.
func (s *Service) Await(ctx context.Context, id string, progress func(state string)) (certificate string, err error) {
	told := map[state]bool{}
	for {
		changed := s.changed.wait()
		row, key, file, err := s.openCase(ctx, id)
		if err != nil {
			return "", err
		}
		key.Zero()
		if progress != nil {
			file.tell(told, progress)
		}
		if row.State == string(stateCertified) || row.State == string(stateAnchored) {
			return file.Certificate, nil
		}
		if failed := s.failure(id); failed != nil {
			return "", fmt.Errorf("case %s stopped after %s, and goes on at the next try: %w", id, row.State, failed)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-changed:
		case <-time.After(time.Second):
		}
	}
}

// caseCompartment is the name under which a case's key wraps; a case file has its own key and retention.
const caseCompartment = "case"

// sealCase seals a case file under the case's key.
func (s *Service) sealCase(key *keys.Key, id string, f *caseFile) ([]byte, error) {
	c := offchain.Compartment{Patient: f.Request.Patient, Name: caseCompartment}
	sealed, err := keys.Seal(key, s.context(c, "case:"+id), encode(f))
	if err != nil {
		return nil, fmt.Errorf("seal case file: %w", err)
	}
	return sealed, nil
}

// openCase reads a case with its file. The caller zeroes the key.
func (s *Service) openCase(ctx context.Context, id string) (offchain.Case, *keys.Key, *caseFile, error) {
	var row offchain.Case
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		row, err = q.Case(ctx, id)
		return err
	})
	if err != nil {
		return row, nil, nil, fmt.Errorf("case %s: %w", id, err)
	}
	c := offchain.Compartment{ID: row.ID, Patient: row.Patient, Name: caseCompartment, KeyName: row.KeyName, Wrapped: row.Wrapped}
	key, err := s.openKey(ctx, c)
	if errors.Is(err, keys.ErrNoKey) {
		err = fmt.Errorf("%w: %w", errCaseKeyLost, err)
	}
	if err != nil {
		return row, nil, nil, fmt.Errorf("case %s: %w", id, err)
	}
	plain, err := keys.Open(key, s.context(c, "case:"+id), row.File)
	f := new(caseFile)
	if err == nil {
		err = decode(plain, f)
	}
	if err != nil {
		key.Zero()
		return row, nil, nil, fmt.Errorf("case %s: %w", id, err)
	}
	s.requested.note(row, f.Request.Received)
	return row, key, f, nil
}
