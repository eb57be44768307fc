package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"lethe/api"
	"lethe/circuits"
	"lethe/circuits/authorization"
	"lethe/vault/party"
)

// The part of the story about a provider who reads without being known: real HTTP on loopback, and files for everybody.

const (
	demoProviders = 8
	demoHospital  = "General Hospital"
	demoReader    = 4 // which of them reads
	demoTerms     = "for my treatment"
	proofsFolder  = "proofs"
)

// people makes everybody's files and says whom the service trusts, before it serves.
func (d *demo) people(ctx context.Context) error {
	d.config.Proving.PublishEvery, d.config.Proving.Threshold = 300*time.Millisecond, demoProviders
	d.quiet = d.hushed()
	if err := d.quiet.withStateMade(ctx, func(*state) error { return nil }); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(d.dir, proofsFolder), 0o700); err != nil {
		return err
	}
	makers := map[string]func() (*party.Secret, error){
		"hospital": func() (*party.Secret, error) { return party.New(party.Organisation, demoHospital, "") },
	}
	for _, k := range []party.Kind{party.Accreditor, party.Auditor, party.Registrar, party.Attester, party.Patient} {
		makers[string(k)] = func() (*party.Secret, error) { return party.New(k, string(k), "") }
	}
	for i := range demoProviders {
		makers[providerName(i)] = func() (*party.Secret, error) { return party.New(party.Provider, providerName(i), demoHospital) }
	}
	for name, make := range makers {
		s, err := make()
		if err == nil {
			err = s.Create(d.party(name))
		}
		if err != nil {
			return err
		}
	}
	return d.quiet.initRegistry(ctx, d.public("accreditor"), d.public("auditor"), "")
}

func providerName(i int) string { return fmt.Sprintf("provider-%d", i+1) }

// party is somebody's own file, and public what they have handed out.
func (d *demo) party(name string) string  { return filepath.Join(d.dir, partiesFolder, name+".json") }
func (d *demo) public(name string) string { return party.PublicName(d.party(name)) }

// hushed is the program as the people use it, with nobody watching.
func (d *demo) hushed() *program {
	q := *d.program
	q.stdout, q.stderr, q.json = io.Discard, io.Discard, false
	return &q
}

// readUnknown is the chapter: bound, granted, read by proof, accounted for, opened, withdrawn, refused.
func (d *demo) readUnknown(ctx context.Context) (err error) {
	failed := make(chan error, 2)
	at, stop, err := d.startServing(ctx, d.state, "127.0.0.1:0", "", failed)
	if err != nil {
		return err
	}
	defer stop()
	d.patient = d.patients[d.order[len(d.order)-1]]
	issuer, err := d.issuer()
	if err != nil {
		return err
	}
	token, err := issuer.Issue(api.Caller{Role: api.RolePatient, Subject: "the patient", Patient: d.patient}, time.Hour)
	if err != nil {
		return err
	}
	r := &remote{}
	return r.through(ctx, at.origin, nil, func(r *remote) error {
		for _, step := range []func(context.Context, *remote) error{
			d.enrolAll, d.consent, d.readOne, d.account, d.nameReader, d.proveThemselves, d.takeBack,
		} {
			if err := step(ctx, r); err != nil {
				return err
			}
		}
		return nil
	}, unlessSet(api.WithBearer(token)))
}

func (d *demo) enrolAll(ctx context.Context, r *remote) error {
	for _, k := range []party.Kind{party.Registrar, party.Attester} {
		if err := d.quiet.enrol(ctx, r, "issuers", d.public(string(k)), d.party("accreditor"), day, []party.Kind{k}); err != nil {
			return err
		}
	}
	for i := range demoProviders {
		err := d.quiet.enrol(ctx, r, "providers", d.public(providerName(i)), d.party("accreditor"), day, []party.Kind{party.Provider})
		if err != nil {
			return err
		}
	}
	d.tell("People:  an accreditor outside the service has enrolled %d providers of %s, a registrar and an attester.", demoProviders, demoHospital)
	return nil
}

// consent binds the patient to their key; they let the hospital's providers read what concerns their care.
func (d *demo) consent(ctx context.Context, r *remote) error {
	if err := d.quiet.bindPatient(ctx, r, d.patient, d.public("patient"), d.party("registrar"), "", false); err != nil {
		return err
	}
	err := d.quiet.giveGrant(ctx, r, grantFlags{
		patient: d.patient, subject: d.party("patient"), to: d.public("hospital"), scope: []string{"care"}, purpose: "TREAT", basis: "consent",
		terms: demoTerms, days: 1,
	}, "")
	if err != nil {
		return err
	}
	for {
		got, err := r.GrantsWithResponse(ctx, d.patient)
		if err != nil {
			return err
		}
		grants, err := given(got.JSON200)
		if err != nil {
			return err
		}
		if len(grants) == 1 && grants[0].Published {
			d.grant = uint32(grants[0].Index)
			d.tell("Consent: the patient is bound to a key of their own, and lets %s read for treatment.", demoHospital)
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (d *demo) reader() readerFlags {
	return readerFlags{
		provider: d.party(providerName(demoReader)), organisation: d.party("hospital"), patient: d.patient, scope: []string{"care"},
		purpose: "TREAT", basis: "consent", proof: filepath.Join(d.dir, proofsFolder, "authorization.json"),
	}
}

// readOne reads a record as a provider whom nobody knows, and compares it with what was imported.
func (d *demo) readOne(ctx context.Context, r *remote) error {
	d.result.Proofs = filepath.Join(d.dir, proofsFolder)
	made, err := d.quiet.proveFor(ctx, r, d.reader())
	if err != nil {
		return err
	}
	t, err := r.Exchange(ctx, made.key, made.presentation)
	if err != nil {
		return err
	}
	records, err := r.recordsByProof(ctx, made, t, d.patient)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return errors.New("the patient has no record that concerns care")
	}
	if err := d.sameBytes(ctx, r, made, t, records[len(records)-1]); err != nil {
		return err
	}
	d.result.ProveMS, d.result.Constraints, d.result.AnonymitySet = made.ProveMS, made.Constraints, made.AnonymitySet
	if d.result.VerifyMS, err = d.timeVerify(ctx, made); err != nil {
		return err
	}
	d.tell("Reading: one of %d providers proves, in %d ms and %d constraints, that they are entitled, lists %d records and reads one, byte for byte.",
		made.AnonymitySet, made.ProveMS, made.Constraints, len(records))
	return nil
}

func (d *demo) sameBytes(ctx context.Context, r *remote, made *provenReading, t api.Token, record api.Record) error {
	body, err := r.contentByProof(ctx, made, t, record.ID, "")
	if err != nil {
		return err
	}
	have, err := io.ReadAll(body)
	if err := errors.Join(err, body.Close()); err != nil {
		return err
	}
	want, err := os.ReadFile(d.sources[d.order[len(d.order)-1]])
	if err != nil {
		return err
	}
	if int64(len(have)) != record.Size || !bytes.Contains(want, have) {
		return fmt.Errorf("record %s came back changed", record.ID)
	}
	return nil
}

// timeVerify verifies the proof as a stranger would, and says how long that takes.
func (d *demo) timeVerify(ctx context.Context, made *provenReading) (float64, error) {
	k, err := d.quiet.verifyingFor(ctx, authorization.Statement())
	if err != nil {
		return 0, err
	}
	proof, err := circuits.ParseProof(made.presentation.Proof)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	err = k.Verifier().Verify(proof)
	return float64(time.Since(began).Microseconds()) / 1000, err
}

// account opens the access log with the patient's file.
func (d *demo) account(ctx context.Context, r *remote) error {
	own, err := party.Read(d.party("patient"), party.Patient)
	if err != nil {
		return err
	}
	entries, err := r.disclosures(ctx, d.patient)
	if err != nil {
		return err
	}
	read := 0
	for _, e := range organisations(own, entries) {
		if e.Authorization != "" && e.Organisation != demoHospital {
			return fmt.Errorf("the patient opens the organisation of entry %s as %q", e.ID, e.Organisation)
		}
		if e.Authorization != "" {
			read++
		}
		if len(e.Evidence.Escrow) > 0 {
			d.disclosure = e.Disclosure
		}
	}
	if read != 1 {
		return fmt.Errorf("the access log has %d readings by proof, and there was one", read)
	}
	d.tell("Log:     the patient's file opens the entry in the access log: somebody of %s. Who, it does not say.", demoHospital)
	return nil
}

// nameReader opens who it was, as the auditor alone can.
func (d *demo) nameReader(ctx context.Context, _ *remote) error {
	auditor, err := party.Read(d.party("auditor"), party.Auditor)
	if err != nil {
		return err
	}
	register, err := party.Read(d.party("accreditor"), party.Accreditor)
	if err != nil {
		return err
	}
	opened, err := openReader(auditor, register, d.disclosure)
	if err != nil {
		return err
	}
	k, err := d.quiet.verifyingFor(ctx, authorization.Statement())
	if err != nil {
		return err
	}
	if err := opened.Verify(k.Verifier()); err != nil {
		return err
	}
	if opened.Name != providerName(demoReader) {
		return fmt.Errorf("the auditor names %s, and it was %s", opened.Name, providerName(demoReader))
	}
	d.tell("Auditor: opens who it was, with a proof that holds for nobody else: %s.", opened.Name)
	return nil
}

// takeBack withdraws the grant, and finds reading refused.
func (d *demo) takeBack(ctx context.Context, r *remote) error {
	if err := d.quiet.withdrawGrant(ctx, r, d.grant, d.party("patient"), "", "consent"); err != nil {
		return err
	}
	_, err := d.quiet.proveFor(ctx, r, d.reader())
	var refused *api.Problem
	if !errors.As(err, &refused) {
		return errors.Join(errors.New("after the withdrawal, reading was not refused as it should be"), err)
	}
	d.result.ReadAfterWithdrawal = refused.Code()
	d.tell("Withdrawn: from that moment reading answers %q.", d.result.ReadAfterWithdrawal)
	return nil
}
