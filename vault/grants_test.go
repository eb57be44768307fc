package vault

import (
	"slices"
	"testing"
	"time"

	"lethe/anchor"
	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/offchain"
	"lethe/vault/registry"
)

// Threat 44: a grant is signed by the key that is the patient's, or by an issuer of the role that its basis asks for.
func TestThreat44GrantsBySomebodyElseAreRefused(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	registrar, representative := s.issuer(identity.Registrar), s.issuer(identity.Representative)
	stranger := newSigningKey(t)
	unknown := identity.Issuer{Key: stranger.Public(), Role: identity.Registrar, Until: registrar.Until}
	on := func(b identity.Basis) func(*identity.Grant) { return func(g *identity.Grant) { g.Basis = b } }
	for name, forge := range map[string]struct {
		basis  identity.Basis
		key    *identity.SigningKey
		signer *identity.Issuer
	}{
		"consent by a key that is not bound":     {identity.BasisConsent, stranger, nil},
		"consent by the registrar":               {identity.BasisConsent, s.registrar, &registrar},
		"consent by the patient as an issuer":    {identity.BasisConsent, c.key, &registrar},
		"care by the patient":                    {identity.BasisCare, c.key, nil},
		"care by a representative":               {identity.BasisCare, s.representative, &representative},
		"care by a stranger":                     {identity.BasisCare, stranger, &unknown},
		"care by a stranger in another's name":   {identity.BasisCare, stranger, &registrar},
		"law by nobody":                          {identity.BasisLaw, s.registrar, nil},
		"a representative's by a registrar":      {identity.BasisRepresentative, s.registrar, &registrar},
		"emergency by a patient in another name": {identity.BasisEmergency, c.key, &registrar},
	} {
		g := s.given(s.permit(c, on(forge.basis)))
		g.Signer, g.Signature = forge.signer, sign(t, forge.key, g.Grant.Leaf())
		s.refused(name, "bad-signature", func() error { return errorOf(s.Give(t.Context(), g)) })
	}
	other := s.citizen(identity.Own)
	g := s.given(s.permit(other))
	g.Patient = c.Patient
	s.refused("another patient's grant", "bad-signature", func() error { return errorOf(s.Give(t.Context(), g)) })
	unbound := &citizen{Imported: s.take(person(9).bundle(1))}
	unbound.rekey(t, identity.Own)
	g = s.given(s.permit(unbound))
	s.refused("of a patient who has no key", "unbound", func() error { return errorOf(s.Give(t.Context(), g)) })
	care := s.given(s.permit(c, on(identity.BasisCare)))
	s.accredit(registry.Issuers, remove(0))
	s.refused("by a registrar who was revoked", "bad-signature", func() error { return errorOf(s.Give(t.Context(), care)) })
}

func TestGrantsOutOfBoundsAreRefused(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	for name, change := range map[string]func(*identity.Grant){
		"over":         func(g *identity.Grant) { g.Until = s.unix() },
		"ends first":   func(g *identity.Grant) { g.From = g.Until + 1 },
		"no scope":     func(g *identity.Grant) { g.Scope = 0 },
		"no purpose":   func(g *identity.Grant) { g.Purpose = 0 },
		"such purpose": func(g *identity.Grant) { g.Purpose = uint8(len(purposes)) },
		"such basis":   func(g *identity.Grant) { g.Basis = 6 },
		"such place":   func(g *identity.Grant) { g.Index = 1 << identity.IndexBits },
		"such time":    func(g *identity.Grant) { g.Until = 1 << identity.TimeBits },
	} {
		g := s.given(s.permit(c, change))
		s.refused("no "+name, "invalid-request", func() error { return errorOf(s.Give(t.Context(), g)) })
	}
	g := s.given(s.permit(c))
	g.Note = []byte("a note")
	s.refused("a note for nobody", "invalid-request", func() error { return errorOf(s.Give(t.Context(), g)) })
	g.Note, g.Inbox = nil, &g.Grant.Grantee
	s.refused("an inbox without a note", "invalid-request", func() error { return errorOf(s.Give(t.Context(), g)) })
}

// Threat 45: a place is given out once, takes one leaf, and after that a tombstone for ever.
func TestThreat45APlaceIsUsedOnce(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	g := s.give(c)
	again := func(when string) {
		t.Helper()
		s.refused("the same "+when, "conflict", func() error { return errorOf(s.Give(t.Context(), s.given(g))) })
		other := s.permit(s.citizen(identity.Own), func(o *identity.Grant) { o.Index = g.Index })
		s.refused("another "+when, "conflict", func() error { return errorOf(s.Give(t.Context(), s.given(other))) })
	}
	again("before it is published")
	s.publish()
	again("while it stands")
	s.withdraw(g)
	again("while its end waits")
	s.publish()
	again("when it has ended")
	if s.copies[registry.Grants].Leaf(g.Index) != registry.Tombstone() {
		t.Error("no tombstone")
	}
	dummy := s.copies[registry.Grants].Size() - 1
	for name, place := range map[string]uint32{"a dummy's": dummy, "one that was not given out": 1 << 20} {
		other := s.permit(c, func(o *identity.Grant) { o.Index = place })
		s.refused(name, "conflict", func() error { return errorOf(s.Give(t.Context(), s.given(other))) })
	}
	brief := s.give(c) // given and withdrawn between two versions
	s.withdraw(brief)
	s.publish()
	if s.copies[registry.Grants].Leaf(brief.Index) != registry.Tombstone() {
		t.Error("a grant that was never published can be")
	}
}

// A withdrawal is signed by whoever may sign such a grant, now; a second time it is the same.
func TestWithdrawalsAreSignedAndHoldOnce(t *testing.T) {
	s := newProvingSite(t)
	c, care := s.citizen(identity.Own), (*permit)(nil)
	g := s.give(c)
	care = s.give(c, func(g *identity.Grant) { g.Basis = identity.BasisCare })
	s.publish()
	withdrawal := func(g *permit, change func(*Withdrawal)) func() error {
		w := s.withdrawal(g)
		change(&w)
		return func() error { return errorOf(s.Withdraw(t.Context(), w)) }
	}
	signed := func(key *identity.SigningKey, leaf field.Element) func(*Withdrawal) {
		return func(w *Withdrawal) { w.Signature = sign(t, key, identity.WithdrawalMessage(leaf, w.Time)) }
	}
	at := func(time uint64) func(*Withdrawal) {
		return func(w *Withdrawal) {
			w.Time = time
			w.Signature = sign(t, c.key, identity.WithdrawalMessage(g.Leaf(), time))
		}
	}
	s.refused("by a stranger", "bad-signature", withdrawal(g, signed(newSigningKey(t), g.Leaf())))
	s.refused("of another grant", "bad-signature", withdrawal(g, signed(c.key, care.Leaf())))
	s.refused("by the patient, of what a registrar has signed", "bad-signature", withdrawal(care, func(w *Withdrawal) {
		w.Signer = nil
		signed(c.key, care.Leaf())(w)
	}))
	s.refused("long ago", "invalid-request", withdrawal(g, at(s.unix()-withdrawalSkew-1)))
	s.refused("in the future", "invalid-request", withdrawal(g, at(s.unix()+withdrawalSkew+1)))
	s.refused("of nothing", "not-found", withdrawal(g, func(w *Withdrawal) { w.Index = 1000 }))

	first := s.withdraw(g)
	s.clock.move(time.Minute)
	before := s.trace()
	if again := s.withdraw(g); again != first {
		t.Errorf("a second time: %+v, first %+v", again, first)
	}
	if !slices.Equal(before, s.trace()) {
		t.Error("a second withdrawal changes something")
	}
	s.withdraw(care)
	all, err := s.Grants(t.Context(), c.Patient)
	must(t, err)
	if len(all) != 2 || !all[0].Withdrawn.Equal(first.At) || all[1].Withdrawn.IsZero() || !all[0].Published {
		t.Errorf("listed as %+v", all)
	}
	s.publish()
	if all, err = s.Grants(t.Context(), c.Patient); err != nil || all[0].Published {
		t.Errorf("still published: %+v, %v", all, err)
	}
}

// Threat 45: two withdrawals of one grant, with a version of the tree between them, leave one tombstone; the tree goes on.
func TestThreat45WithdrawnTwiceAtOnce(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	s.overtaken(func() (action, meanwhile func() error) {
		g := s.give(c)
		s.publish()
		w := s.withdrawal(g)
		return func() error { return errorOf(s.Withdraw(t.Context(), w)) }, func() error {
			s.withdraw(g)
			s.publish()
			return nil
		}
	})
	s.publish()
}

// Threat 12: neither the log nor the tree tells to whom a grant is, not even to who knows everything but the salts; with the
// patient's keys the salts are gone.
func TestThreat12GrantsCannotBeGuessed(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	g := s.give(c)
	twin := s.permit(c, func(o *identity.Grant) { o.Index = g.Index })
	s.publish()
	s.withdraw(g)
	s.publish()
	bound := s.sealedBinding(c)
	opened, err := s.openGrants(t.Context(), c.Patient)
	must(t, err)
	s.logs()
	logged, salts := s.logged(), [][]byte{make([]byte, 32), field.Bytes(g.Salt), field.Bytes(c.Salt), field.Bytes(g.Leaf())}
	ends := opened[0].sealed.openings(g.Leaf())
	for _, o := range []anchor.Opening{ends[0], ends[1], bound.opening(c.Handle())} {
		if !slices.Contains(logged, entryOf(o)) {
			t.Fatalf("the log has no entry of %s: the search finds nothing", o.Type)
		}
		for _, salt := range salts {
			copy(o.Salt[:], salt)
			if slices.Contains(logged, entryOf(o)) {
				t.Errorf("the entry of %s is found by what others know", o.Type)
			}
		}
	}
	guess := g.Grant
	for _, salt := range append(salts, nil) {
		guess.Salt.SetBytes(salt)
		if _, found := s.copies[registry.Grants].Find(guess.Leaf()); found && guess.Salt != g.Salt {
			t.Error("a leaf is found by what others know")
		}
	}
	if twin.Leaf() == g.Leaf() {
		t.Error("the same grant again has the same leaf")
	}
	s.erase(request(c.Patient))
	for _, table := range []string{"grants", "bindings"} {
		if n := s.text(`SELECT count(*) FROM ` + table); n != "0" {
			t.Errorf("%s rows with salts are left in %s", n, table)
		}
	}
}

// Threat 48: who was let in stays accounted for after an erasure, with what opens it; nothing else of proving does.
func TestThreat48ErasedAndAccountedFor(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	g := s.give(c)
	s.publish()
	token := s.token(s.doctors[2], g, 0)
	record := s.recordOf(c.Patient, "Observation").ID
	open, err := s.AuthorizedRead(t.Context(), token.Secret, thumbprint, record)
	must(t, err)
	defer open.Close()
	waiting := newShown(t, s, g, 1)
	s.erase(request(c.Patient))

	log, err := s.AccessLog(t.Context(), c.Patient)
	must(t, err)
	if len(log) != 2 || log[1].Authorization != log[0].ID || log[1].Record != record || log[0].Evidence == nil {
		t.Fatalf("access log: %+v", log)
	}
	s.opens(g, s.doctors[2], *log[0].Evidence)
	_, err = open.ReadAt(make([]byte, 1), 0)
	wantCode(t, "who was reading", err, "erased")
	waiting.refusedAs("a proof from before", "erased", waiting.presented(), thumbprint)
	_, err = s.Challenge(t.Context(), asked(g))
	wantCode(t, "a challenge", err, "not-granted")
	s.refuses(record, "erased")
	_, err = s.readBy(token, record)
	wantCode(t, "the token", err, "token-invalid")
	_, err = s.Grants(t.Context(), c.Patient)
	wantCode(t, "the grants", err, "erased")
	wantCode(t, "another binding", errorOf(s.Bind(t.Context(), s.binding(c))), "erased")
	s.publish()
	if s.copies[registry.Grants].Leaf(g.Index) != registry.Tombstone() {
		t.Error("no tombstone in the tree")
	}
	for _, table := range []string{"tokens", "grants", "bindings"} {
		if n := s.text(`SELECT count(*) FROM ` + table); n != "0" {
			t.Errorf("%s rows in %s", n, table)
		}
	}
}

// What is kept after a partial erasure is read by new grants; those from before ended with it.
func TestPartialErasureEndsGrants(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	g := s.give(c)
	s.publish()
	token := s.token(s.doctors[0], g, 0)
	waiting := newShown(t, s, g, 1)
	s.erase(keeping(c.Patient, "billing"))
	waiting.refusedAs("a proof from before", "grant-withdrawn", waiting.presented(), thumbprint)
	s.endedWith(g, token)
	if b := s.sealedBinding(c); b.Recovered {
		t.Error("another binding")
	}
	again := s.give(c)
	s.publish()
	s.token(s.doctors[0], again, 1)
}

// A grant whose patient is being erased is not given.
func TestThreat25GrantOvertakenByErasure(t *testing.T) {
	s := newProvingSite(t)
	s.overtaken(func() (action, meanwhile func() error) {
		c := s.citizen(identity.Own)
		g := s.given(s.permit(c))
		return func() error { return errorOf(s.Give(t.Context(), g)) }, func() error {
			s.erase(request(c.Patient))
			return nil
		}
	}, "erased", "erasing", "key-missing", "not-found")
	query := `SELECT count(*) FROM grants JOIN patients ON patient = id WHERE state <> ?`
	if n := s.text(query, string(offchain.PatientActive)); n != "0" {
		t.Errorf("%s grants of erased patients", n)
	}
	s.tidy()
}
