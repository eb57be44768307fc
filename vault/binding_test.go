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

// Threat 44: a key is a patient's by the word of a registrar who is one now, given for this patient of this service.
func TestThreat44BindingsAreARegistrarsWord(t *testing.T) {
	s := newProvingSite(t)
	c := &citizen{Imported: s.take(person(0).bundle(1))}
	c.rekey(t, identity.Own)
	stranger, other := newSigningKey(t), s.take(person(1).bundle(1)).Patient
	here := PlaceOf(s.config.Service, c.Patient)
	registrar, representative := s.issuer(identity.Registrar), s.issuer(identity.Representative)
	unknown, promoted, longer := registrar, representative, registrar
	unknown.Key = stranger.Public()
	promoted.Role = identity.Registrar
	longer.Until++
	signed := func(key *identity.SigningKey, of field.Element, who identity.Issuer) Binding {
		return Binding{Patient: c.Patient, Subject: c.Subject, Registrar: who, Signature: sign(t, key, of)}
	}
	at := func(place field.Element) field.Element { return identity.BindingMessage(c.Handle(), c.Custody, place) }
	for name, b := range map[string]Binding{
		"by a stranger":                        signed(stranger, at(here), unknown),
		"by a stranger in a registrar's name":  signed(stranger, at(here), registrar),
		"by a representative":                  signed(s.representative, at(here), representative),
		"by a representative as a registrar":   signed(s.representative, at(here), promoted),
		"by a registrar for longer than he is": signed(s.registrar, at(here), longer),
		"for another patient":                  signed(s.registrar, at(PlaceOf(s.config.Service, other)), registrar),
		"for another service":                  signed(s.registrar, at(PlaceOf("elsewhere", c.Patient)), registrar),
		"for a recovery":                       signed(s.registrar, at(RecoveryOf(s.config.Service, c.Patient)), registrar),
		"for another custody":                  signed(s.registrar, identity.BindingMessage(c.Handle(), identity.Custodial, here), registrar),
		"for another handle":                   signed(s.registrar, identity.BindingMessage(field.Random(), c.Custody, here), registrar),
	} {
		s.refused(name, "bad-signature", func() error { return errorOf(s.Bind(t.Context(), b)) })
	}
	for name, change := range map[string]func(*identity.Subject){
		"no key":          func(who *identity.Subject) { who.Key = identity.PublicKey{} },
		"no such custody": func(who *identity.Subject) { who.Custody = 2 },
	} {
		b := s.binding(c)
		change(&b.Subject)
		b.Signature = sign(t, s.registrar, identity.BindingMessage(b.Subject.Handle(), b.Subject.Custody, here))
		s.refused(name, "invalid-request", func() error { return errorOf(s.Bind(t.Context(), b)) })
	}
	nobody := *c
	nobody.Patient = newID()
	s.refused("of nobody", "not-found", func() error { return errorOf(s.Bind(t.Context(), s.binding(&nobody))) })
	s.refused("asked for whose there is none", "unbound", func() error { return errorOf(s.Subject(t.Context(), c.Patient)) })
	s.clock.move(365 * 24 * time.Hour)
	s.refused("when the accreditation is over", "bad-signature", func() error { return errorOf(s.Bind(t.Context(), s.binding(c))) })
	s.clock.move(-time.Second)
	must(t, errorOf(s.Bind(t.Context(), s.binding(c))))
	s.accredit(registry.Issuers, remove(0))
	b := s.rotation(c, c.key)
	s.refused("by a registrar who was revoked", "bad-signature", func() error { return errorOf(s.Bind(t.Context(), b)) })
}

// errorOf is the error of a call that answers something besides.
func errorOf[T any](_ T, err error) error { return err }

// rotation gives a citizen a new key, which the one before signs for.
func (s *provingSite) rotation(c *citizen, before *identity.SigningKey) Binding {
	s.t.Helper()
	c.rekey(s.t, c.Custody)
	b := s.binding(c)
	previous := sign(s.t, before, identity.BindingMessage(c.Handle(), c.Custody, PlaceOf(s.config.Service, c.Patient)))
	b.Previous = &previous
	return b
}

// recovery gives a citizen a new key because the one before is lost.
func (s *provingSite) recovery(c *citizen) Binding {
	s.t.Helper()
	c.rekey(s.t, c.Custody)
	b := s.binding(c)
	b.Recovery = true
	b.Signature = sign(s.t, s.registrar, identity.BindingMessage(c.Handle(), c.Custody, RecoveryOf(s.config.Service, c.Patient)))
	return b
}

// Threat 44: a key that is bound gives way to another by its own signature, or by a recovery, which shows; with it go its grants.
func TestThreat44OneKeyFollowsAnother(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	lost := c.key
	g := s.give(c)
	s.publish()
	token := s.token(s.doctors[0], g, 0)
	late := s.permit(c)
	was := *c
	c.rekey(t, identity.Own)
	s.refused("without the key before", "already-bound", func() error { return errorOf(s.Bind(t.Context(), s.binding(c))) })
	b := s.rotation(c, newSigningKey(t))
	s.refused("by a stranger's key", "bad-signature", func() error { return errorOf(s.Bind(t.Context(), b)) })
	b = s.recovery(c)
	b.Recovery = false
	s.refused("a recovery as if it were none", "bad-signature", func() error { return errorOf(s.Bind(t.Context(), b)) })
	b = s.rotation(c, lost)
	b.Recovery = true
	s.refused("a rotation as a recovery", "bad-signature", func() error { return errorOf(s.Bind(t.Context(), b)) })
	b.Recovery = false
	must(t, errorOf(s.Bind(t.Context(), b)))
	s.endedWith(g, token)

	late.of = &was
	s.refused("a grant by the key before", "bad-signature", func() error { return errorOf(s.Give(t.Context(), s.given(late))) })
	s.publish()
	g = s.give(c)
	s.publish()
	token = s.token(s.doctors[0], g, 1)
	must(t, errorOf(s.Bind(t.Context(), s.recovery(c))))
	s.endedWith(g, token)
	if b := s.sealedBinding(c); !b.Recovered {
		t.Error("a recovery that is not visible as one")
	}
	b = s.rotation(c, lost)
	s.refused("by the first key, long after", "bad-signature", func() error { return errorOf(s.Bind(t.Context(), b)) })
}

// endedWith checks that a grant went with its key, and what stood on it.
func (s *provingSite) endedWith(g *permit, token Token) {
	s.t.Helper()
	all, err := s.Grants(s.t.Context(), g.of.Patient)
	must(s.t, err)
	for _, info := range all {
		if info.Withdrawn.IsZero() {
			s.t.Errorf("grant %d still stands", info.Index)
		}
	}
	_, err = s.readBy(token, s.records(g.of.Patient)[0].ID)
	wantCode(s.t, "a token that stood on it", err, "token-invalid")
	v := s.publish()
	if s.copies[registry.Grants].Leaf(g.Index) != registry.Tombstone() || v.Version == 0 {
		s.t.Error("no tombstone in the tree")
	}
}

// sealedBinding opens a patient's binding, and checks that the log has its entry.
func (s *provingSite) sealedBinding(c *citizen) binding {
	s.t.Helper()
	var row offchain.Binding
	var held offchain.Compartment
	must(s.t, s.cfg.Store.View(s.t.Context(), func(q offchain.Queries) (err error) {
		if row, err = q.Binding(s.t.Context(), c.Patient); err == nil {
			held, err = q.Compartment(s.t.Context(), row.Compartment)
		}
		return err
	}))
	b, err := s.openBinding(s.t.Context(), row, held)
	must(s.t, err)
	s.wantEntry(b.opening(c.Handle()))
	return b
}

// wantEntry checks that the index has an opening's entry for the log.
func (s *provingSite) wantEntry(o anchor.Opening) {
	s.t.Helper()
	if n := s.text(`SELECT count(*) FROM log_entries WHERE lower(hex(entry)) = ?`, entryOf(o)); n != "1" {
		s.t.Errorf("%s entries of %s", n, o.Type)
	}
}

// Threat 44: what overtakes a binding is not undone by it.
func TestThreat44OvertakenBindings(t *testing.T) {
	s := newProvingSite(t)
	s.overtaken(func() (action, meanwhile func() error) {
		c := &citizen{Imported: s.take(person(len(s.texts(`SELECT id FROM patients`))).bundle(1))}
		c.rekey(t, identity.Own)
		mine := s.binding(c)
		c.rekey(t, identity.Own)
		theirs := s.binding(c)
		return func() error { return errorOf(s.Bind(t.Context(), mine)) }, func() error { return errorOf(s.Bind(t.Context(), theirs)) }
	}, "conflict", "already-bound")
	s.overtaken(func() (action, meanwhile func() error) {
		c := s.citizen(identity.Own)
		key := c.key
		mine, theirs := s.rotation(c, key), s.rotation(c, key)
		return func() error { return errorOf(s.Bind(t.Context(), mine)) }, func() error { return errorOf(s.Bind(t.Context(), theirs)) }
	}, "conflict", "bad-signature")
	s.overtaken(func() (action, meanwhile func() error) {
		c := s.citizen(identity.Own)
		g := s.permit(c)
		mine, theirs := s.given(g), s.rotation(c, c.key)
		return func() error { return errorOf(s.Give(t.Context(), mine)) }, func() error { return errorOf(s.Bind(t.Context(), theirs)) }
	}, "conflict", "bad-signature")
}

// overtaken runs an action and, before one of its calls, something else that must succeed; so for each of its calls up to its
// commit, which is the last. The action is then refused with one of these codes; where there are none, it succeeds as well.
func (s *provingSite) overtaken(prepare func() (action, meanwhile func() error), codes ...string) {
	s.t.Helper()
	for at, overtook := 0, true; overtook; at++ {
		action, meanwhile := prepare()
		overtook = false
		s.ports.watch(func(n int, _ string) outcome {
			if n == at && !overtook {
				overtook = true
				if err := meanwhile(); err != nil {
					s.t.Errorf("before call %d: %v", at, err)
				}
			}
			return works
		})
		err := action()
		s.ports.seen()
		if refused := overtook && len(codes) > 0; refused != (err != nil) || refused && !slices.Contains(codes, Code(err)) {
			s.t.Errorf("overtaken before call %d: %v (%s), want one of %v", at, err, Code(err), codes)
		}
	}
}
