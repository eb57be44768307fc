package fhir

import (
	"cmp"
	"crypto/sha256"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// whose gathers what a document says about whose it is. References may come before the Patient, so they are compared
// at the end. They are kept as hashes: their number is bounded by the document's size, their length by nothing.
type whose struct {
	patient  *Patient
	id       string               // Patient.id
	url      string               // fullUrl of the Patient's entry
	pointers map[pointer]place    // distinct literal references to patients, and the first place of each
	urns     map[digest]struct{}  // the urn: fullUrls of all entries
	logical  map[Identifier]place // distinct references by identifier
	order    []Identifier         // the same in order
}

type digest [16]byte

func digestOf(s string) digest {
	sum := sha256.Sum256([]byte(s))
	return digest(sum[:16])
}

// pointer is a literal reference to a patient, or to what may be one.
type pointer struct {
	kind pointerKind
	sum  digest
}

type pointerKind int

const (
	byID        pointerKind = iota // Patient/ID, relative or absolute
	byURN                          // urn:uuid, urn:oid
	byContained                    // #id of a Patient inside the resource
)

func newWhose() *whose {
	return &whose{pointers: map[pointer]place{}, urns: map[digest]struct{}{}, logical: map[Identifier]place{}}
}

// named notes the fullUrl of an entry.
func (w *whose) named(fullURL string) {
	if urn, ok := asURN(fullURL); ok {
		w.urns[digestOf(urn)] = struct{}{}
	}
}

// patientIs notes the Patient resource.
func (w *whose) patientIs(res *resource, fullURL string, entry int) error {
	if w.patient != nil {
		return res.at.fail(ErrTwoPatients, "a second Patient resource")
	}
	w.patient, w.id, w.url = &Patient{Entry: entry}, res.ID, fullURL
	for _, id := range res.identifiers {
		if err := checkIdentifier(id, res.at); err != nil {
			return err
		}
		if slices.Contains(w.patient.Identifiers, id) {
			continue
		}
		if len(w.patient.Identifiers) == maxIdentifiers {
			return tooManyIdentifiers(res.at)
		}
		w.patient.Identifiers = append(w.patient.Identifiers, id)
	}
	return nil
}

func checkIdentifier(id Identifier, at place) error {
	switch {
	case len(id.System) > maxIdentifier || len(id.Value) > maxIdentifier:
		return at.fail(ErrTooBig, "more than %d bytes in an identifier", maxIdentifier)
	case strings.ContainsFunc(id.System, unicode.IsControl) || strings.ContainsFunc(id.Value, unicode.IsControl):
		return at.fail(ErrNotFHIR, "a control character in an identifier")
	}
	return nil
}

func tooManyIdentifiers(at place) error {
	return at.fail(ErrTooBig, "more than %d identifiers of the patient", maxIdentifiers)
}

// about notes whom a resource is about.
func (w *whose) about(res *resource) error {
	for _, ref := range res.subjects {
		p, id, ok := ref.points(res.contained)
		if _, seen := w.pointers[p]; ok && !seen {
			w.pointers[p] = ref.at
		}
		if err := w.noteLogical(id, ref.at); err != nil {
			return err
		}
	}
	return nil
}

func (w *whose) noteLogical(id Identifier, at place) error {
	if _, seen := w.logical[id]; seen || id.System == "" || id.Value == "" {
		return nil
	}
	if err := checkIdentifier(id, at); err != nil {
		return err
	}
	if len(w.order) == maxIdentifiers {
		return tooManyIdentifiers(at)
	}
	w.logical[id] = at
	w.order = append(w.order, id)
	return nil
}

// points says where a reference points: ok when it literally points to what is, or may be, a patient; id is not zero
// when it names a patient by identifier.
func (ref reference) points(contained []string) (p pointer, id Identifier, ok bool) {
	if local, isLocal := strings.CutPrefix(ref.literal, "#"); isLocal {
		return pointer{byContained, digest{}}, Identifier{}, slices.Contains(contained, local)
	}
	if urn, isURN := asURN(ref.literal); isURN {
		return pointer{byURN, digestOf(urn)}, ref.patientIdentifier(), true
	}
	if ref.literal == "" {
		return pointer{}, ref.patientIdentifier(), false
	}
	patient, query, ok := patientID(ref.literal)
	if !ok {
		return pointer{}, Identifier{}, false
	}
	if id, conditional := conditionalIdentifier(query); conditional {
		return pointer{}, id, false
	}
	return pointer{byID, digestOf(patient)}, ref.patientIdentifier(), true
}

// patientIdentifier is the identifier of a reference that does not say it is another thing's.
func (ref reference) patientIdentifier() Identifier {
	if ref.typ != "" && ref.typ != "Patient" {
		return Identifier{}
	}
	return ref.identifier
}

// asURN folds the case of a URN: that of urn:uuid has no meaning (RFC 9562 §4).
func asURN(s string) (string, bool) {
	s = strings.ToLower(s)
	return s, strings.HasPrefix(s, "urn:")
}

// patientID takes the id out of [base/]Patient/ID[/_history/VERSION], and the query out of [base/]Patient?QUERY, in
// which case the id is empty.
func patientID(literal string) (id, query string, ok bool) {
	literal, _, _ = strings.Cut(literal, "#")
	path, query, conditional := strings.Cut(literal, "?")
	path, _, _ = strings.Cut(path, "/_history/")
	path = strings.TrimSuffix(path, "/")
	if !conditional {
		path, id = cutLast(path)
	}
	_, typ := cutLast(path)
	return id, query, typ == "Patient"
}

// cutLast splits at the last slash.
func cutLast(s string) (before, last string) {
	i := strings.LastIndexByte(s, '/')
	return s[:max(0, i)], s[i+1:]
}

// conditionalIdentifier reads identifier=SYSTEM|VALUE, as transactions may refer to what the server already holds
// (https://hl7.org/fhir/R4/http.html#trules).
func conditionalIdentifier(query string) (Identifier, bool) {
	values, err := url.ParseQuery(query)
	if err != nil || len(values["identifier"]) != 1 {
		return Identifier{}, false
	}
	system, value, _ := strings.Cut(values.Get("identifier"), "|")
	return Identifier{System: system, Value: value}, system != "" && value != ""
}

// conclude decides whose the document is, or that it is more than one patient's.
func (w *whose) conclude(doc *Document) error {
	strangers := w.rivals()
	if w.patient != nil {
		strangers = w.strangers()
	} else {
		doc.Subjects = w.order
	}
	doc.Patient = w.patient
	if len(strangers) == 0 {
		return nil
	}
	first := slices.MinFunc(strangers, func(a, b place) int { return cmp.Compare(a.offset, b.offset) })
	return first.fail(ErrTwoPatients, "a reference points to another patient")
}

// strangers are the places of the references to another than the Patient.
func (w *whose) strangers() (places []place) {
	ids := []digest{}
	if w.id != "" {
		ids = append(ids, digestOf(w.id))
	}
	if id, _, ok := patientID(w.url); ok && id != "" {
		ids = append(ids, digestOf(id))
	}
	for p, at := range w.pointers {
		_, inside := w.urns[p.sum]
		if p.kind == byID && slices.Contains(ids, p.sum) || p.kind == byURN && inside {
			continue
		}
		places = append(places, at)
	}
	for id, at := range w.logical {
		if w.contradicts(id) {
			places = append(places, at)
		}
	}
	return places
}

// contradicts reports whether the Patient has identifiers in the system of this one, and all of them differ. In a
// system where it has none, nothing is known.
func (w *whose) contradicts(id Identifier) bool {
	return !slices.Contains(w.patient.Identifiers, id) &&
		slices.ContainsFunc(w.patient.Identifiers, func(own Identifier) bool { return own.System == id.System })
}

// rivals are, in a document without Patient, the places of all references but the first of each kind: two different
// ones cannot mean the same patient. Whether a URN and an id do is not known here.
func (w *whose) rivals() (places []place) {
	firsts := map[pointerKind]place{}
	for p, at := range w.pointers {
		if _, inside := w.urns[p.sum]; p.kind == byURN && inside {
			continue // an entry of the document, and no Patient
		}
		first, seen := firsts[p.kind]
		switch {
		case !seen:
			firsts[p.kind] = at
		case at.offset < first.offset:
			firsts[p.kind] = at
			places = append(places, first)
		default:
			places = append(places, at)
		}
	}
	return places
}
