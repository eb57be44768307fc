package fhir

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// resource is what is read of one resource. It is dropped once filed.
type resource struct {
	Entry
	at          place
	identifiers []Identifier
	subjects    []reference // subject, patient, beneficiary
	contained   []string    // ids of contained Patient resources
}

// reference is a Reference (https://hl7.org/fhir/R4/references.html).
type reference struct {
	at         place
	literal    string
	typ        string
	identifier Identifier
}

// resource reads the value of Bundle.entry.resource.
func (s *scanner) resource() (*resource, error) {
	if _, err := s.expect(jsontext.KindBeginObject, "resource"); err != nil {
		return nil, err
	}
	res := &resource{at: s.at(s.offset() - 1), Entry: Entry{Span: Span{Offset: s.offset() - 1}}}
	if err := s.endPiece(res.Offset); err != nil {
		return nil, err
	}
	if err := s.members(func(name string) error { return s.resourceMember(res, name) }); err != nil {
		return nil, err
	}
	res.Length = s.offset() - res.Offset
	return res, s.endPiece(s.offset())
}

// resourceMember reads one member of a resource, at its top level.
func (s *scanner) resourceMember(res *resource, name string) (err error) {
	switch name {
	case "resourceType":
		if res.Type, err = s.text("resourceType"); err == nil && !isTypeName(res.Type) {
			err = s.fail(ErrNotFHIR, "resourceType is not the name of a type")
		}
	case "id":
		if res.ID, err = s.text("id"); err == nil && !isID(res.ID) {
			err = s.fail(ErrNotFHIR, "id is not 1 to 64 letters, digits, hyphens and dots")
		}
	case "identifier":
		err = s.each(name, func() error { return s.appendIdentifier(res) })
	case "subject", "patient", "beneficiary":
		err = s.each(name, func() error { return s.appendSubject(res, name) })
	case "contained":
		err = s.array(name, func() error { return s.appendContained(res) })
	default:
		err = s.skip()
	}
	return err
}

func (s *scanner) appendIdentifier(res *resource) error {
	id, err := s.identifier()
	if err == nil && id.System != "" && id.Value != "" {
		res.identifiers = append(res.identifiers, id)
	}
	return err
}

func (s *scanner) identifier() (id Identifier, err error) {
	err = s.object("identifier", func(name string) (err error) {
		switch name {
		case "system":
			id.System, err = s.text("identifier.system")
		case "value":
			id.Value, err = s.text("identifier.value")
		default:
			err = s.skip()
		}
		return err
	})
	return id, err
}

func (s *scanner) appendSubject(res *resource, name string) error {
	if len(res.subjects) == maxReferences {
		return s.fail(ErrTooBig, "more than %d references to the subject", maxReferences)
	}
	var ref reference
	err := s.object(name, func(member string) (err error) {
		switch member {
		case "reference":
			ref.literal, err = s.text("reference")
		case "type":
			ref.typ, err = s.text("reference type")
		case "identifier":
			ref.identifier, err = s.identifier()
		default:
			err = s.skip()
		}
		return err
	})
	ref.at = s.here()
	res.subjects = append(res.subjects, ref)
	return err
}

func (s *scanner) appendContained(res *resource) error {
	var typ, id string
	err := s.object("contained", func(name string) (err error) {
		switch name {
		case "resourceType":
			typ, err = s.text("resourceType")
		case "id":
			id, err = s.text("id")
		default:
			err = s.skip()
		}
		return err
	})
	if typ == "Patient" {
		res.contained = append(res.contained, id)
	}
	return err
}

// isTypeName reports whether s could name a resource type: a letter, then letters and digits, 64 at most.
func isTypeName(s string) bool {
	return s != "" && len(s) <= 64 && isLetter(rune(s[0])) &&
		!strings.ContainsFunc(s, func(r rune) bool { return !isLetter(r) && !isDigit(r) })
}

// isID reports whether s is of FHIR's type id: [A-Za-z0-9\-\.]{1,64}.
func isID(s string) bool {
	return s != "" && len(s) <= 64 &&
		!strings.ContainsFunc(s, func(r rune) bool { return !isLetter(r) && !isDigit(r) && r != '-' && r != '.' })
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
