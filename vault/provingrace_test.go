package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/offchain"
	"lethe/vault/registry"
)

// unproven is a presentation as it is after it was looked through; its proof is left out, which takes long to make and is verified
// before anything that can be overtaken.
func (s *provingSite) unproven(g *permit) presented {
	s.t.Helper()
	c := s.challenge(g)
	sealed, _, err := s.unseal(s.config, c.ID)
	must(s.t, err)
	w := s.witness(s.doctors[0], g, c, 0)
	public, err := w.Public()
	must(s.t, err)
	public.Pseudonym = field.Random()
	escrow, err := w.Escrow()
	must(s.t, err)
	return presented{
		challenged: sealed, patient: g.of.Patient, challenge: c.Challenge, asked: c.Request, public: public, escrow: escrow,
		subject: g.of.Subject,
	}
}

// enter is what Authorize does around verifying.
func (s *provingSite) enter(ctx context.Context, a presented) (Token, error) {
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) error { return s.checkRoots(ctx, q, s.config, a) })
	if err != nil {
		return Token{}, err
	}
	return s.letIn(ctx, s.config, a, nil)
}

// Whatever ends a right before the token's commit comes first.
func TestThreat16AuthorizationsThatAreOvertaken(t *testing.T) {
	s := newProvingSite(t)
	for name, end := range map[string]struct {
		codes []string
		by    func(*permit) error
	}{
		"a withdrawal": {[]string{"grant-withdrawn"}, func(g *permit) error {
			return errorOf(s.Withdraw(t.Context(), s.withdrawal(g)))
		}},
		"a withdrawal that is published": {[]string{"grant-withdrawn"}, func(g *permit) error {
			return errors.Join(errorOf(s.Withdraw(t.Context(), s.withdrawal(g))), errorOf(s.PublishGrants(t.Context())))
		}},
		"another key": {[]string{"grant-withdrawn"}, func(g *permit) error {
			return errorOf(s.Bind(t.Context(), s.rotation(g.of, g.of.key)))
		}},
		"an erasure": {[]string{"erased", "key-missing"}, func(g *permit) error {
			s.erase(request(g.of.Patient))
			return nil
		}},
		"an accreditation's end": {[]string{"accreditation-ended"}, func(*permit) error {
			a := s.accreditation(registry.Providers, remove(s.copies[registry.Providers].Size()-1))
			return errorOf(s.Accredit(t.Context(), registry.Providers, a))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s.overtaken(func() (action, meanwhile func() error) {
				s.enrol(clinic)
				g := s.give(s.citizen(identity.Own))
				s.publish()
				a := s.unproven(g)
				return func() error { return errorOf(s.enter(t.Context(), a)) }, func() error { return end.by(g) }
			}, end.codes...)
			s.tidy()
		})
	}
}

// A withdrawal ends what is being read by a token, wherever the reading stands; what is read otherwise goes on.
func TestThreat16ReadingsThatAreOvertaken(t *testing.T) {
	s := newProvingSite(t)
	c := s.citizen(identity.Own)
	record := s.recordOf(c.Patient, "Observation").ID
	known, err := s.Read(t.Context(), record, reader)
	must(t, err)
	defer known.Close()
	s.overtaken(func() (action, meanwhile func() error) {
		g := s.give(c)
		s.publish()
		token, err := s.enter(t.Context(), s.unproven(g))
		must(t, err)
		s.cache.DropAll()
		w := s.withdrawal(g)
		return func() error { return errorOf(s.readBy(token, record)) }, func() error { return errorOf(s.Withdraw(t.Context(), w)) }
	}, "token-invalid", "grant-withdrawn")
	_, err = known.ReadAt(make([]byte, 1), 0)
	must(t, err)
}

// An authorization that fails half-way has used nothing up; one whose answer is lost has.
func TestInterruptedAuthorizationsUseNothingUp(t *testing.T) {
	s := newProvingSite(t)
	g := s.give(s.citizen(identity.Own))
	s.publish()
	p := newShown(t, s, g, 0)
	var calls []string
	for at, reached := 0, true; reached; at++ {
		before := s.trace()
		s.ports.watch(only(at, fails))
		_, err := p.Authorize(t.Context(), p.presented(), thumbprint)
		calls = s.ports.seen()
		reached = at < len(calls)
		if reached == (err == nil) {
			t.Fatalf("call %d of %v broken: %v", at, calls, err)
		}
		if reached && !slices.Equal(before, s.trace()) {
			t.Errorf("call %d (%s) broken: something is left", at, calls[at])
		}
	}
	s.tidy()
	p = newShown(t, s, g, 1)
	s.ports.watch(func(_ int, call string) outcome {
		if call == "store.InTx" {
			return answerLost
		}
		return works
	})
	_, err := p.Authorize(t.Context(), p.presented(), thumbprint)
	s.ports.seen()
	is(t, err, errFault)
	p.refusedAs("again, when the answer was lost", "challenge-used", p.presented(), thumbprint)
	if n := s.text(`SELECT count(*) FROM disclosures`); n != "2" {
		t.Errorf("%s disclosures of two", n)
	}
}

// market is everybody at once.
type market struct {
	*provingSite
	ctx context.Context

	mu     sync.Mutex
	stands map[string]*permit // by patient
	made   map[string]uint64  // token's hash → version of the grants' tree that it stands on
	denied map[string]int     // by code
	let    int
}

// Threat 16: everything at once. A token that lives stands on a version of the grants' tree at or above its subject's floor.
func TestThreat16EverythingAtOnce(t *testing.T) {
	s := newProvingSite(t)
	ctx, stop := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer stop()
	m := &market{provingSite: s, ctx: ctx, stands: map[string]*permit{}, made: map[string]uint64{}, denied: map[string]int{}}
	citizens := []*citizen{s.citizen(identity.Own), s.citizen(identity.Own)}
	var busy sync.WaitGroup
	for _, c := range citizens {
		busy.Go(func() { m.until("conflict", func() error { return m.giveAndWithdraw(c) }) })
		busy.Go(func() { m.until("", func() error { return m.letSomebodyIn(c) }) })
	}
	busy.Go(func() { m.until("", func() error { return errorOf(s.PublishGrants(ctx)) }) })
	busy.Go(func() { m.until("", m.accreditAndRevoke) })
	busy.Wait()
	t.Logf("%d let in; refused: %v", m.let, m.denied)
	if m.let == 0 || m.denied["grant-withdrawn"] == 0 {
		t.Error("nobody was let in, or nobody was refused: it shows nothing")
	}
	m.wantFloors(citizens)
	must(t, s.settleTrees())
	s.tidy()
}

// until repeats something until time is up. It may be refused with one code.
func (m *market) until(code string, do func() error) {
	for m.ctx.Err() == nil {
		if err := do(); err != nil && m.ctx.Err() == nil && Code(err) != code {
			m.t.Errorf("%v (%s)", err, Code(err))
			return
		}
	}
}

func (m *market) giveAndWithdraw(c *citizen) error {
	g := m.permit(c)
	if _, err := m.Give(m.ctx, m.given(g)); err != nil {
		return err
	}
	m.mu.Lock()
	m.stands[c.Patient] = g
	m.mu.Unlock()
	for m.ctx.Err() == nil { // until it was published
		v, err := m.tree(m.ctx, registry.Grants)
		if err != nil || v.tree.Leaf(g.Index) == g.Leaf() {
			break
		}
	}
	time.Sleep(time.Duration(rand.N(20)) * time.Millisecond)
	return errorOf(m.Withdraw(m.ctx, m.withdrawal(g)))
}

// letSomebodyIn tries a root of one of the newest versions.
func (m *market) letSomebodyIn(c *citizen) error {
	m.mu.Lock()
	g := m.stands[c.Patient]
	m.mu.Unlock()
	if g == nil {
		return nil
	}
	offer, err := m.Challenge(m.ctx, asked(g))
	if code := Code(err); code == "grant-withdrawn" || code == "grant-not-published" {
		return nil
	}
	if err != nil {
		return err
	}
	sealed, _, err := m.unseal(m.config, offer.ID)
	if err != nil {
		return err
	}
	a := presented{challenged: sealed, patient: c.Patient, challenge: offer.Challenge, asked: offer.Request, subject: c.Subject}
	a.public.Pseudonym = field.Random()
	a.escrow.R = c.Key.Point
	version, err := m.someRoots(&a)
	if err != nil {
		return err
	}
	token, err := m.enter(m.ctx, a)
	m.note(token, version, err)
	if code := Code(err); err != nil && code != "grant-withdrawn" && code != "accreditation-ended" {
		return err
	}
	return nil
}

func (m *market) someRoots(a *presented) (version uint64, err error) {
	err = m.cfg.Store.View(m.ctx, func(q offchain.Queries) error {
		for k, root := range map[registry.Kind]*field.Element{
			registry.Providers: &a.public.ProvidersRoot, registry.Issuers: &a.public.IssuersRoot, registry.Grants: &a.public.GrantsRoot,
		} {
			v, err := q.TreeVersion(m.ctx, string(k))
			if err == nil && k == registry.Grants {
				v, err = q.TreeVersionAt(m.ctx, string(k), v.Version-uint64(rand.N(int64(min(3, v.Version)))))
				version = v.Version
			}
			if err != nil {
				return err
			}
			if *root, err = field.Parse(v.Root[:]); err != nil {
				return err
			}
		}
		return nil
	})
	return version, err
}

func (m *market) note(t Token, version uint64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil {
		m.denied[Code(err)]++
		return
	}
	m.let++
	hash := sha256.Sum256([]byte(t.Secret))
	m.made[hex.EncodeToString(hash[:])] = version
}

func (m *market) accreditAndRevoke() error {
	size := m.copies[registry.Providers].Size()
	for _, change := range []LeafChange{enter(size, field.Random()), remove(size)} {
		if _, err := m.Accredit(m.ctx, registry.Providers, m.accreditation(registry.Providers, change)); err != nil {
			return err
		}
		if m.ctx.Err() == nil {
			m.fetch(registry.Providers)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}

// wantFloors checks what every token that lives stands on.
func (m *market) wantFloors(citizens []*citizen) {
	m.t.Helper()
	for _, c := range citizens {
		floor, err := strconv.ParseUint(m.text(`SELECT lowest FROM bindings WHERE patient = ?`, c.Patient), 10, 64)
		must(m.t, err)
		for _, hash := range m.texts(`SELECT lower(hex(hash)) FROM tokens WHERE patient = ?`, c.Patient) {
			if version, ok := m.made[hash]; ok && version < floor {
				m.t.Errorf("a token stands on version %d, and the floor is %d", version, floor)
			}
		}
	}
}
