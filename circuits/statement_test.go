package circuits

import (
	"testing"

	"github.com/consensys/gnark/frontend"
)

func TestStatementName(t *testing.T) {
	if got := (Statement{ID: "authorization", Version: 12}).Name(); got != "authorization/v12" {
		t.Error(got)
	}
}

func TestStatementCheck(t *testing.T) {
	if err := cubicStatement().Check(); err != nil {
		t.Error(err)
	}
	for says, change := range map[string]func(*Statement){
		"id":                                    func(s *Statement) { s.ID = "" },
		"id: not lower":                         func(s *Statement) { s.ID = "Cubic" },
		"id: not":                               func(s *Statement) { s.ID = "../cubic" },
		`"1cubic": id`:                          func(s *Statement) { s.ID = "1cubic" },
		"xxx\": id":                             func(s *Statement) { s.ID = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
		"version: 0":                            func(s *Statement) { s.Version = 0 },
		"new":                                   func(s *Statement) { s.New = nil },
		"public: none":                          func(s *Statement) { s.Public = nil },
		"3 public":                              func(s *Statement) { s.Public = []string{"y", "square"} },
		"y stands twice":                        func(s *Statement) { s.Public = []string{"y", "square", "y"} },
		`public: "" is not a name`:              func(s *Statement) { s.Public = []string{"y", "square", ""} },
		`"con text" is not`:                     func(s *Statement) { s.Public = []string{"y", "square", "con text"} },
		`"_context" is not`:                     func(s *Statement) { s.Public = []string{"y", "square", "_context"} },
		"square stands where the circuit has y": func(s *Statement) { s.Public = []string{"square", "y", "context"} },
		"Context stands where the circuit has context": func(s *Statement) { s.Public = []string{"y", "square", "Context"} },
		"conflicting visibility": func(s *Statement) {
			s.New = func() frontend.Circuit {
				return new(struct {
					cubic
					In struct {
						A frontend.Variable `gnark:",secret"`
					} `gnark:",public"`
				})
			}
		},
	} {
		s := cubicStatement()
		change(&s)
		wantError(t, s.Check(), nil, says)
		if _, err := Compile(s); err == nil {
			t.Errorf("%s: compiled", says)
		}
	}
}
