package vault

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"lethe/offchain"
	"lethe/vault/fhir"
)

// typePattern is a record's type: a FHIR resource type, or a name such as DICOM or application.pdf.
var typePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.-]{0,63}$`)

// documentSystem identifies a patient who has no identifier by the document that first described them, so that the same
// document again finds them.
const documentSystem = "urn:lethe:document"

// subject is whose document it is, and what the index knows of them.
type subject struct {
	id           string
	isNew        bool
	add          []offchain.Identifier // identifiers that are new for this patient
	compartments []offchain.Compartment
	digest       []byte // keyed, of the document
	seen         bool   // this document was taken in before
}

// identify finds or names the patient of a document.
func (s *Service) identify(ctx context.Context, in Import, doc *document) (subject, error) {
	claimed, err := s.blindAll(ctx, doc)
	if err != nil {
		return subject{}, err
	}
	digest, err := s.cfg.Blinder.Blind(ctx, append([]byte("document\x00"+in.Type+"\x00"), doc.SHA256[:]...))
	if err != nil {
		return subject{}, fmt.Errorf("blind digest: %w", err)
	}
	who := subject{id: in.Patient, digest: digest[:]}
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		if err := who.find(ctx, q, doc, claimed); err != nil || who.isNew {
			return err
		}
		return who.load(ctx, q, claimed)
	})
	return who, err
}

// blindAll blinds the identifiers that a document claims for its patient.
func (s *Service) blindAll(ctx context.Context, doc *document) ([]offchain.Identifier, error) {
	ids := doc.Subjects
	if doc.Patient != nil {
		ids = doc.Patient.Identifiers
		if len(ids) == 0 {
			ids = []fhir.Identifier{{System: documentSystem, Value: hex.EncodeToString(doc.SHA256[:])}}
		}
	}
	blinded := make([]offchain.Identifier, 0, len(ids))
	for _, id := range ids {
		b, err := s.blind(ctx, id)
		if err != nil {
			return nil, err
		}
		blinded = append(blinded, b)
	}
	return blinded, nil
}

func (s *Service) blind(ctx context.Context, id fhir.Identifier) (offchain.Identifier, error) {
	value, err := s.cfg.Blinder.Blind(ctx, []byte("identifier\x00"+id.System+"\x00"+id.Value))
	if err != nil {
		return offchain.Identifier{}, fmt.Errorf("blind identifier: %w", err)
	}
	system, err := s.cfg.Blinder.Blind(ctx, []byte("system\x00"+id.System))
	if err != nil {
		return offchain.Identifier{}, fmt.Errorf("blind identifier: %w", err)
	}
	return offchain.Identifier{Blind: value[:], System: system[:]}, nil
}

// find decides who the patient is. Being wrong here files one person's data under another, so every doubt is an error.
func (w *subject) find(ctx context.Context, q offchain.Queries, doc *document, claimed []offchain.Identifier) error {
	var held []offchain.Identifier
	if len(claimed) > 0 {
		var err error
		if held, err = q.PatientsByBlind(ctx, blinds(claimed)); err != nil {
			return err
		}
	}
	named := w.id != ""
	for _, h := range held {
		if w.id != "" && h.Patient != w.id {
			return doc.conflict(claimed, h.Blind)
		}
		w.id = h.Patient
	}
	switch {
	case named:
		return nil
	case w.id != "":
		return w.agrees(ctx, q, doc, claimed)
	case doc.Patient == nil:
		return ErrNoPatient
	}
	w.id, w.isNew = newID(), true
	w.add = owned(claimed, w.id)
	return nil
}

// agrees refuses a patient who shares an identifier with the known one but differs in another of the same system: one of the
// two records is wrong about it.
func (w *subject) agrees(ctx context.Context, q offchain.Queries, doc *document, claimed []offchain.Identifier) error {
	known, err := q.Identifiers(ctx, w.id)
	if err != nil {
		return err
	}
	for _, c := range claimed {
		same, other := false, false
		for _, k := range known {
			if bytes.Equal(k.System, c.System) {
				other = true
				same = same || holds(claimed, k.Blind)
			}
		}
		if other && !same {
			return doc.conflict(claimed, c.Blind)
		}
	}
	return nil
}

// conflict says which of the document's identifiers stands against it, by its place: its value is nobody's business.
func (d *document) conflict(claimed []offchain.Identifier, blind []byte) error {
	at := slices.IndexFunc(claimed, func(c offchain.Identifier) bool { return bytes.Equal(c.Blind, blind) })
	if d.Patient == nil {
		return fmt.Errorf("subject's identifier %d: %w", at+1, ErrIdentifierHeld)
	}
	return fmt.Errorf("resource %d (Patient), identifier %d: %w", d.Patient.Entry+1, at+1, ErrIdentifierHeld)
}

// load reads what the index holds of a known patient.
func (w *subject) load(ctx context.Context, q offchain.Queries, claimed []offchain.Identifier) error {
	if err := writable(ctx, q, w.id); err != nil {
		return err
	}
	var err error
	if w.seen, err = q.Imported(ctx, w.id, w.digest); err != nil || w.seen {
		return err
	}
	known, err := q.Identifiers(ctx, w.id)
	if err != nil {
		return err
	}
	for _, c := range owned(claimed, w.id) {
		if !holds(known, c.Blind) {
			w.add = append(w.add, c)
		}
	}
	w.compartments, err = q.Compartments(ctx, w.id)
	return err
}

// current refuses to go on with a known patient of whom something was erased since it was loaded.
func (w *subject) current(ctx context.Context, q offchain.Queries) error {
	if err := writable(ctx, q, w.id); err != nil {
		return err
	}
	held, err := q.Compartments(ctx, w.id)
	if err != nil {
		return err
	}
	for _, c := range w.compartments {
		if !slices.ContainsFunc(held, func(h offchain.Compartment) bool { return h.ID == c.ID }) {
			return ErrConflict
		}
	}
	return nil
}

// writable says whether a patient's data may be added to.
func writable(ctx context.Context, q offchain.Queries, patient string) error {
	p, err := q.Patient(ctx, patient)
	switch {
	case errors.Is(err, offchain.ErrNotFound):
		return fmt.Errorf("%w: no patient has that id", ErrNotFound)
	case err != nil:
		return err
	case p.State == offchain.PatientErased:
		return ErrErased
	case p.State != offchain.PatientActive:
		return ErrErasing
	}
	return nil
}

func blinds(ids []offchain.Identifier) [][]byte {
	all := make([][]byte, len(ids))
	for i, id := range ids {
		all[i] = id.Blind
	}
	return all
}

func holds(ids []offchain.Identifier, blind []byte) bool {
	for _, id := range ids {
		if bytes.Equal(id.Blind, blind) {
			return true
		}
	}
	return false
}

func owned(ids []offchain.Identifier, patient string) []offchain.Identifier {
	all := make([]offchain.Identifier, len(ids))
	for i, id := range ids {
		all[i] = offchain.Identifier{Blind: id.Blind, System: id.System, Patient: patient}
	}
	return all
}

// FindPatient finds a patient by an external identifier.
func (s *Service) FindPatient(ctx context.Context, id fhir.Identifier) (string, error) {
	b, err := s.blind(ctx, id)
	if err != nil {
		return "", err
	}
	var held []offchain.Identifier
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		held, err = q.PatientsByBlind(ctx, [][]byte{b.Blind})
		return err
	})
	if err == nil && len(held) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return held[0].Patient, nil
}
