package circuits

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/schema"
)

// Statement is a circuit with its name. What a proof of it says is documented where the statement is declared.
type Statement struct {
	ID      string                  // lower-case letters, digits and hyphens, a letter first; 32 at most
	Version int                     // from 1; a circuit that changes is another version
	Public  []string                // names of the public inputs: those of the circuit's public fields, in order
	New     func() frontend.Circuit // an empty circuit, for the compiler
}

// Name is the statement's name with its version, "authorization/v1".
func (s Statement) Name() string { return fmt.Sprintf("%s/v%d", s.ID, s.Version) }

// Check says what is wrong with a statement, naming the field. The names of the public inputs are held against those that the
// circuit gives its fields (by gnark's tag, else as Go has them), so that no two are taken for each other.
func (s Statement) Check() error {
	if err := s.check(); err != nil {
		return fmt.Errorf("statement %.40q: %w", s.ID, err)
	}
	return nil
}

func (s Statement) check() error {
	switch {
	case !validID(s.ID):
		return errors.New("id: not lower-case letters, digits and hyphens")
	case s.Version < 1:
		return fmt.Errorf("version: %d", s.Version)
	case s.New == nil:
		return errors.New("new: missing")
	case len(s.Public) == 0:
		return errors.New("public: none")
	}
	for i, name := range s.Public {
		if !validName(name) {
			return fmt.Errorf("public: %.80q is not a name", name)
		}
		if slices.Contains(s.Public[:i], name) {
			return fmt.Errorf("public: %s stands twice", name)
		}
	}
	fields, err := leaves(s.New(), schema.Public)
	if err != nil {
		return fmt.Errorf("new: %w", err)
	}
	if len(fields) != len(s.Public) {
		return fmt.Errorf("public: %d names for the circuit's %d public inputs", len(s.Public), len(fields))
	}
	for i, f := range fields {
		if f.name != s.Public[i] {
			return fmt.Errorf("public: %s stands where the circuit has %s", s.Public[i], f.name)
		}
	}
	return nil
}

func validID(id string) bool {
	return id != "" && len(id) <= 32 && id[0] >= 'a' && id[0] <= 'z' && strings.Trim(id, lower+digits+"-") == ""
}

func validName(name string) bool {
	return name != "" && len(name) <= 64 && !strings.Contains(digits+"_", name[:1]) &&
		strings.Trim(name, lower+strings.ToUpper(lower)+digits+"_") == ""
}

const lower, digits = "abcdefghijklmnopqrstuvwxyz", "0123456789"

// leaf is one input of a circuit, as the compiler finds it.
type leaf struct {
	name  string
	value any
}

// leaves are a circuit's inputs of one visibility, in the order that the compiler gives them.
func leaves(c frontend.Circuit, v schema.Visibility) (found []leaf, err error) {
	silence()
	take := func(l schema.LeafInfo, value reflect.Value) error {
		if l.Visibility == v {
			found = append(found, leaf{l.FullName(), value.Interface()})
		}
		return nil
	}
	_, err = schema.Walk(fr.Modulus(), c, reflect.TypeFor[frontend.Variable](), take)
	return found, err
}
