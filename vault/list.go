package vault

import (
	"context"
	"errors"
	"slices"
	"time"

	"lethe/offchain"
)

// RecordInfo is a record as lists show it.
type RecordInfo struct {
	ID          string `json:"id"`
	Type        string `json:"type"`
	Compartment string `json:"compartment"`
	Size        int64  `json:"size"`
}

// BundleInfo is a bundle as lists show it.
type BundleInfo struct {
	ID   string `json:"id"`
	Size int64  `json:"size"`
}

// PatientInfo is a patient as lists show it.
type PatientInfo struct {
	ID      string `json:"id"`
	Records int64  `json:"records"`
}

// Patients lists the patients that are not erased.
func (s *Service) Patients(ctx context.Context) ([]PatientInfo, error) {
	infos := []PatientInfo{}
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		rows, err := q.Patients(ctx)
		for _, r := range rows {
			infos = append(infos, PatientInfo(r))
		}
		return err
	})
	return infos, err
}

// Records lists a patient's records in the order in which they came. Errors as for Read.
func (s *Service) Records(ctx context.Context, patient string) ([]RecordInfo, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	return s.records(ctx, patient, func(offchain.Compartment) bool { return true })
}

// records lists what a patient has in the compartments that may be looked into.
func (s *Service) records(ctx context.Context, patient string, may func(offchain.Compartment) bool) ([]RecordInfo, error) {
	var rows []offchain.Record
	var held []offchain.Compartment
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		if err = visible(ctx, q, patient); err != nil {
			return err
		}
		if held, err = q.Compartments(ctx, patient); err != nil {
			return err
		}
		rows, err = q.Records(ctx, patient)
		return err
	})
	if err != nil {
		return nil, err
	}
	held = slices.DeleteFunc(held, func(c offchain.Compartment) bool { return !may(c) })
	rows = slices.DeleteFunc(rows, func(r offchain.Record) bool {
		return !slices.ContainsFunc(held, func(c offchain.Compartment) bool { return c.ID == r.Compartment })
	})
	open, err := s.openAll(ctx, used(held, rows))
	if err != nil {
		return nil, err
	}
	defer zeroAll(open)
	infos := []RecordInfo{}
	for _, r := range rows {
		c := open[r.Compartment]
		d, err := s.described(c, r)
		if err != nil {
			return nil, err
		}
		infos = append(infos, RecordInfo{ID: r.ID, Type: d.Type, Compartment: c.Name, Size: r.Length})
	}
	return infos, nil
}

// used lists the compartments that some records lie in.
func used(held []offchain.Compartment, rows []offchain.Record) []offchain.Compartment {
	in := map[string]bool{}
	for _, r := range rows {
		in[r.Compartment] = true
	}
	return slices.DeleteFunc(held, func(c offchain.Compartment) bool { return !in[c.ID] })
}

// openAll opens the keys of compartments, by their ids.
func (s *Service) openAll(ctx context.Context, held []offchain.Compartment) (map[string]compartment, error) {
	open := make(map[string]compartment, len(held))
	for _, c := range held {
		key, err := s.openKey(ctx, c)
		if err != nil {
			zeroAll(open)
			return nil, err
		}
		open[c.ID] = compartment{c, key}
	}
	return open, nil
}

func zeroAll(open map[string]compartment) {
	for _, c := range open {
		c.key.Zero()
	}
}

// Bundles lists a patient's bundles. Errors as for Read.
func (s *Service) Bundles(ctx context.Context, patient string) ([]BundleInfo, error) {
	infos := []BundleInfo{}
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) error {
		if err := visible(ctx, q, patient); err != nil {
			return err
		}
		rows, err := q.Bundles(ctx, patient)
		for _, b := range rows {
			infos = append(infos, BundleInfo{ID: b.ID, Size: b.Size})
		}
		return err
	})
	return infos, err
}

// visible refuses patients who are not, or no longer, to be read.
func visible(ctx context.Context, q offchain.Queries, patient string) error {
	if err := alive(ctx, q, patient); err != nil {
		return err
	}
	return readable(ctx, q, patient)
}

// CaseInfo is an erasure as lists show it.
type CaseInfo struct {
	Case        string    `json:"case"`
	Patient     string    `json:"patient"`
	Opened      time.Time `json:"opened"`
	State       string    `json:"state"`
	Certificate string    `json:"certificate,omitempty"` // where it was put
}

// Cases lists all erasures, oldest first. A case whose key a restored key store has lost is listed without its certificate.
func (s *Service) Cases(ctx context.Context) ([]CaseInfo, error) {
	var rows []offchain.Case
	err := s.cfg.Store.View(ctx, func(q offchain.Queries) (err error) {
		rows, err = q.Cases(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	infos := []CaseInfo{}
	for _, r := range rows {
		info := CaseInfo{Case: r.ID, Patient: r.Patient, Opened: r.Created, State: r.State}
		_, key, file, err := s.openCase(ctx, r.ID)
		if err == nil {
			key.Zero()
			info.Certificate = file.Certificate
		} else if !errors.Is(err, errCaseKeyLost) {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}
