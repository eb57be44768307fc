package vault

import (
	"testing"

	"lethe/circuits/field"
	"lethe/circuits/identity"
)

// Threat 16: a withdrawal ends what is being read by a token as well, and nobody else's reading.
func TestThreat16AWithdrawalEndsWhatIsBeingRead(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	record := s.recordIn(g.of, "care")
	token := s.token(s.doctors[0], g, 0)
	reading, err := s.AuthorizedRead(t.Context(), token.Secret, thumbprint, record)
	must(t, err)
	defer reading.Close()
	known, err := s.Read(t.Context(), record, Access{Actor: "records", Purpose: "TREAT"})
	must(t, err)
	defer known.Close()
	var b [1]byte
	if _, err := reading.ReadAt(b[:], 0); err != nil {
		t.Fatal(err)
	}
	s.withdraw(g)
	_, err = reading.ReadAt(b[:], 0)
	wantCode(t, "by a token", err, "grant-withdrawn")
	if _, err := known.ReadAt(b[:], 0); err != nil {
		t.Errorf("somebody who is known: %v", err)
	}
	who := Access{Actor: anonymous, Purpose: "TREAT", token: [32]byte{1}}
	wantCode(t, "a reading that began before its token ended", s.disclose(t.Context(), g.of.Patient, record, who), "token-invalid")
}

// Threat 26: what is answered to a withdrawal whose time is over does not tell a grant's place from a dummy's.
func TestThreat26ALateWithdrawalSaysNothingOfAPlace(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	for name, index := range map[string]uint32{"a grant's": g.Index, "a dummy's": g.Index + 1, "an empty": 1 << 20} {
		w := Withdrawal{Index: index, Time: s.unix() - 2*withdrawalSkew}
		w.Signature = sign(t, s.registrar, field.Random())
		wantCode(t, name+" place", errorOf(s.Withdraw(t.Context(), w)), "invalid-request")
	}
}

func TestAGrantIsWithinWhatThereIs(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	elsewhere := identity.Organisation(clinic)
	for name, change := range map[string]func(*GrantGiven){
		"a note to somebody else": func(g *GrantGiven) { g.Note, g.Inbox = []byte("note"), &elsewhere },
		"a note that is too long": func(g *GrantGiven) { g.Note, g.Inbox = make([]byte, maxNote+1), &g.Grant.Grantee },
		"a note without an inbox": func(g *GrantGiven) { g.Note = []byte("note") },
	} {
		g := s.given(s.permit(c))
		change(&g)
		s.refused(name, "invalid-request", func() error { return errorOf(s.Give(t.Context(), g)) })
	}
	beyond := s.given(s.permit(c, func(g *identity.Grant) { g.Scope = 0b1000 }))
	s.refused("a class that there is not", "invalid-request", func() error { return errorOf(s.Give(t.Context(), beyond)) })
}
