package vault

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"lethe/keys"
	"lethe/offchain"
)

// disclosuresCompartment keeps the access log under a key and a retention of its own, so that it outlives the records.
const disclosuresCompartment = "disclosures"

// disclosure is what the access log's sealed row says.
type disclosure struct {
	_       struct{} `cbor:",toarray"`
	At      int64    // Unix seconds
	Actor   string
	Purpose string
	Record  string
	Salt    []byte // of its entry in the log

	Authorization string    // the disclosure by which an anonymous reader was let in
	Evidence      *evidence // what they left there
}

// DisclosureInfo is an entry of a patient's access log.
type DisclosureInfo struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Purpose string    `json:"purpose"`
	Record  string    `json:"record,omitempty"` // none where a reader was let in
	// Authorization is the entry by which an anonymous reader was let in, and Evidence what they left there.
	Authorization string    `json:"authorization,omitempty"`
	Evidence      *Evidence `json:"evidence,omitempty"`
}

// Evidence is what an anonymous reader leaves in the access log: the organisation for the patient to open, the person for the auditor.
type Evidence struct {
	Challenge, Request string // elements, in hexadecimal digits
	Escrow, Auditor    []byte // identity.Escrow, identity.PublicKey
	Proof              []byte // the proof file that the escrow came with
}

// disclose notes a disclosure, durably.
func (s *Service) disclose(ctx context.Context, patient, record string, who Access) error {
	return s.discloseIn(ctx, offchain.Compartment{}, patient, record, who)
}

// discloseIn is disclose where the access log's compartment was looked up already; the zero one is looked for, and made when there is none.
func (s *Service) discloseIn(ctx context.Context, held offchain.Compartment, patient, record string, who Access) error {
	entry := disclosure{
		At: s.now().Unix(), Actor: who.Actor, Purpose: who.Purpose, Record: record, Salt: newSalt(), Authorization: who.authorization,
	}
	id, err := newRecordID()
	if err != nil {
		return err
	}
	prepare := func(c compartment) (func(offchain.Tx) error, error) {
		note, err := s.noteDisclosure(ctx, c, id, entry)
		return func(tx offchain.Tx) error {
			if err := who.stands(ctx, tx); err != nil {
				return err
			}
			if err := alive(ctx, tx, record); err != nil {
				return err
			}
			return note(tx)
		}, err
	}
	if held.ID == "" {
		return s.inCompartment(ctx, patient, disclosuresCompartment, prepare)
	}
	key, err := s.openKey(ctx, held)
	if err != nil {
		return err
	}
	defer key.Zero()
	change, err := prepare(compartment{held, key})
	if err != nil {
		return err
	}
	return s.cfg.Store.InTx(ctx, change)
}

// noteDisclosure seals an entry of the access log; what it gives inserts it.
func (s *Service) noteDisclosure(ctx context.Context, c compartment, id string, entry disclosure) (func(offchain.Tx) error, error) {
	sealed, err := keys.Seal(c.key, s.context(c.Compartment, "disclosure:"+id), encode(entry))
	if err != nil {
		return nil, fmt.Errorf("seal disclosure: %w", err)
	}
	return func(tx offchain.Tx) error {
		if err := readable(ctx, tx, c.Patient); err != nil {
			return err
		}
		return errors.Join(
			tx.InsertDisclosure(ctx, offchain.Disclosure{ID: id, Patient: c.Patient, Compartment: c.ID, Sealed: sealed}),
			enterLog(ctx, tx, offchain.LogEntry{Entry: entry.opening(id).Entry(), Subject: id, Compartment: c.ID}))
	}, nil
}

// ensure opens a patient's compartment, making its key when there is none yet.
func (st *staging) ensure(ctx context.Context, patient, name string) (compartment, error) {
	held, err := st.s.compartments(ctx, patient)
	if err != nil {
		return compartment{}, err
	}
	for _, c := range held {
		if c.Name == name {
			return st.use(ctx, c)
		}
	}
	c := st.plan(patient, name)
	if err := st.announce(ctx); err != nil {
		return compartment{}, err
	}
	return st.make(ctx, c)
}

func (s *Service) compartments(ctx context.Context, patient string) (held []offchain.Compartment, err error) {
	err = s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		held, err = q.Compartments(ctx, patient)
		return err
	})
	return held, err
}

// AccessLog accounts for the disclosures of a patient's records, oldest first; also after an erasure, for as long as they are
// kept.
func (s *Service) AccessLog(ctx context.Context, patient string) ([]DisclosureInfo, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	var rows []offchain.Disclosure
	var held []offchain.Compartment
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if _, err = q.Patient(ctx, patient); err != nil {
			return notFound(err)
		}
		if held, err = q.Compartments(ctx, patient); err != nil {
			return err
		}
		rows, err = q.Disclosures(ctx, patient)
		return err
	})
	if err != nil {
		return nil, err
	}
	infos := []DisclosureInfo{}
	for _, c := range held {
		if c.Name == disclosuresCompartment {
			return s.openDisclosures(ctx, c, rows)
		}
	}
	return infos, nil
}

func (s *Service) openDisclosures(ctx context.Context, row offchain.Compartment, rows []offchain.Disclosure) ([]DisclosureInfo, error) {
	key, err := s.openKey(ctx, row)
	if err != nil {
		return nil, err
	}
	defer key.Zero()
	infos := []DisclosureInfo{}
	for _, r := range rows {
		d, err := s.openDisclosure(compartment{row, key}, r)
		if err != nil {
			return nil, err
		}
		infos = append(infos, d.info(r.ID))
	}
	return infos, nil
}

func (d *disclosure) info(id string) DisclosureInfo {
	info := DisclosureInfo{ID: id, At: unix(d.At), Actor: d.Actor, Purpose: d.Purpose, Record: d.Record, Authorization: d.Authorization}
	if e := d.Evidence; e != nil {
		info.Evidence = &Evidence{
			Challenge: hex.EncodeToString(e.Challenge), Request: hex.EncodeToString(e.Request), Escrow: e.Escrow, Auditor: e.Auditor,
			Proof: e.Proof,
		}
	}
	return info
}

func (s *Service) openDisclosure(c compartment, r offchain.Disclosure) (d disclosure, err error) {
	plain, err := keys.Open(c.key, s.context(c.Compartment, "disclosure:"+r.ID), r.Sealed)
	if err != nil {
		return d, fmt.Errorf("open disclosure: %w", err)
	}
	return d, decode(plain, &d)
}
