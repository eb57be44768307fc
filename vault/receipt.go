package vault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"lethe/anchor"
	"lethe/offchain"
)

// Receipt makes a receipt for a record, a bundle, a disclosure or a case: the openings of its entries, their inclusion in one
// checkpoint, and where that stands on the chain, if a confirmed one covers them. Giving out what a record's entry hides is a
// disclosure, and is noted as one. Errors: those of Read, and [ErrNotLogged].
func (s *Service) Receipt(ctx context.Context, id string, who Access) (anchor.Receipt, error) {
	if err := s.admit(ctx); err != nil {
		return anchor.Receipt{}, err
	}
	openings, err := s.openingsOf(ctx, id, who)
	if err != nil {
		return anchor.Receipt{}, err
	}
	return s.prove(ctx, openings)
}

// subjectOpening is an opening with what its entry is about in the index.
type subjectOpening struct {
	subject string
	anchor.Opening
}

func (s *Service) openingsOf(ctx context.Context, id string, who Access) ([]subjectOpening, error) {
	openings, err := s.caseOpenings(ctx, id)
	if errors.Is(err, offchain.ErrNotFound) {
		openings, err = s.disclosureOpenings(ctx, id)
	}
	if errors.Is(err, offchain.ErrNotFound) {
		openings, err = s.consentOpenings(ctx, id)
	}
	if errors.Is(err, offchain.ErrNotFound) {
		openings, err = s.recordOpenings(ctx, id, who)
	}
	return openings, err
}

// consentOpenings opens the entries of a binding or a grant, by what [Bound] and [Withdrawn] call their receipts.
func (s *Service) consentOpenings(ctx context.Context, id string) ([]subjectOpening, error) {
	if patient, ok := strings.CutPrefix(id, bindingID("")); ok {
		o, err := s.bindingOpening(ctx, patient)
		return []subjectOpening{{id, o}}, err
	}
	text, ok := strings.CutPrefix(id, "grant-")
	index, err := strconv.ParseUint(text, 10, 32)
	if !ok || err != nil {
		return nil, offchain.ErrNotFound
	}
	g, _, err := s.grantAt(ctx, uint32(index))
	if err != nil {
		return nil, err
	}
	openings := g.sealed.openings(g.Leaf())
	all := []subjectOpening{{id, openings[0]}}
	if !g.row.Ended.IsZero() {
		all = append(all, subjectOpening{id, openings[1]})
	}
	return all, nil
}

func (s *Service) caseOpenings(ctx context.Context, id string) (all []subjectOpening, err error) {
	_, key, file, err := s.openCase(ctx, id)
	if err != nil {
		return nil, err
	}
	key.Zero()
	for _, o := range file.openings() {
		all = append(all, subjectOpening{id, o})
	}
	return all, nil
}

func (s *Service) disclosureOpenings(ctx context.Context, id string) ([]subjectOpening, error) {
	var row offchain.Disclosure
	var held offchain.Compartment
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if row, err = q.Disclosure(ctx, id); err != nil {
			return err
		}
		held, err = q.Compartment(ctx, row.Compartment)
		return err
	})
	if err != nil {
		return nil, err
	}
	key, err := s.openKey(ctx, held)
	if err != nil {
		return nil, err
	}
	defer key.Zero()
	d, err := s.openDisclosure(compartment{held, key}, row)
	return []subjectOpening{{id, d.opening(id)}}, err
}

func (s *Service) bindingOpening(ctx context.Context, patient string) (o anchor.Opening, err error) {
	var row offchain.Binding
	var held offchain.Compartment
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if row, err = q.Binding(ctx, patient); err != nil {
			return err
		}
		held, err = q.Compartment(ctx, row.Compartment)
		return err
	})
	if err != nil {
		return o, err
	}
	b, err := s.openBinding(ctx, row, held)
	if err != nil {
		return o, err
	}
	who, err := b.subject()
	return b.opening(who.Handle()), err
}

// recordOpenings opens a record's entry, or those of a bundle's records.
func (s *Service) recordOpenings(ctx context.Context, id string, who Access) ([]subjectOpening, error) {
	r, b, err := s.locate(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.disclose(ctx, r.Patient+b.Patient, id, who); err != nil {
		return nil, fmt.Errorf("note the disclosure: %w", err)
	}
	rows := []offchain.Record{r}
	if r.ID == "" {
		if rows, err = s.recordsOf(ctx, b); err != nil {
			return nil, err
		}
	}
	held, err := s.compartments(ctx, r.Patient+b.Patient)
	if err != nil {
		return nil, err
	}
	open, err := s.openAll(ctx, used(held, rows))
	if err != nil {
		return nil, err
	}
	defer zeroAll(open)
	all := make([]subjectOpening, len(rows))
	for i, r := range rows {
		d, err := s.described(open[r.Compartment], r)
		if err != nil {
			return nil, err
		}
		all[i] = subjectOpening{r.ID, d.opening(r.ID, r.Length)}
	}
	return all, nil
}

// recordsOf lists the records that came in a bundle.
func (s *Service) recordsOf(ctx context.Context, b offchain.Bundle) (mine []offchain.Record, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		all, err := q.Records(ctx, b.Patient)
		for _, r := range all {
			if r.Bundle == b.ID {
				mine = append(mine, r)
			}
		}
		return err
	})
	return mine, err
}

// prove finds the positions of openings, and proves them all in one checkpoint: the first confirmed one, or the newest shown.
func (s *Service) prove(ctx context.Context, openings []subjectOpening) (r anchor.Receipt, err error) {
	positions, size, err := s.positions(ctx, openings)
	if err != nil {
		return r, err
	}
	shown := s.cfg.Log.Shown()
	if size > shown.Size {
		return r, ErrNotLogged
	}
	at, err := s.firstConfirmed(ctx, size)
	if err != nil {
		return r, err
	}
	if at != nil {
		if shown, err = s.checkpointOf(ctx, *at); err != nil {
			return r, err
		}
		r.Anchor = s.anchored(*at)
	}
	r.LogKey = s.cfg.Network.LogKey
	for i, o := range openings {
		inclusion, err := s.inclusion(ctx, o.Entry(), positions[i], shown)
		if err != nil {
			return anchor.Receipt{}, err
		}
		r.Entries = append(r.Entries, anchor.Proven{Opening: o.Opening, Inclusion: inclusion})
	}
	return r, nil
}

// positions are where the openings' entries stand, and the size that a checkpoint must have to cover them.
func (s *Service) positions(ctx context.Context, openings []subjectOpening) (positions []uint64, size uint64, err error) {
	known := map[anchor.Hash]*uint64{}
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		asked := map[string]bool{}
		for _, o := range openings {
			if asked[o.subject] {
				continue
			}
			asked[o.subject] = true
			entries, err := q.EntriesOf(ctx, o.subject)
			if err != nil {
				return err
			}
			for _, e := range entries {
				known[e.Entry] = e.Position
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	for _, o := range openings {
		at := known[o.Entry()]
		if at == nil {
			return nil, 0, ErrNotLogged
		}
		positions, size = append(positions, *at), max(size, *at+1)
	}
	return positions, size, nil
}
