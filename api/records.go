package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lethe/vault"
	"lethe/vault/fhir"
)

// Purposes of reading when none is given, and the one that grants do not know: administration of a patient's records.
const (
	purposeContent = "TREAT"
	purposeReceipt = "HOPERAT"
	purposePatient = "PATRQT"
	purposeAdmin   = "PATADMIN"
)

// access is how a known caller's reading stands in the access log.
func (x *exchange) access(purpose, usual string) (vault.Access, error) {
	if purpose == "" {
		purpose = usual
	}
	if purpose != purposeAdmin {
		if _, err := vault.PurposeCode(purpose); err != nil {
			return vault.Access{}, err
		}
	}
	return vault.Access{Actor: x.caller.String(), Purpose: purpose}, nil
}

// Patients implements StrictServerInterface.
func (a *api) Patients(ctx context.Context, r PatientsRequestObject) (PatientsResponseObject, error) {
	found, err := a.service.Patients(ctx)
	if err != nil {
		return nil, err
	}
	part, next, err := page(found, func(p vault.PatientInfo) string { return p.ID }, r.Params.After, *r.Params.Limit)
	if err != nil {
		return nil, err
	}
	return Patients200JSONResponse{Patients: all(part, func(p vault.PatientInfo) Patient { return Patient(p) }), Next: next}, nil
}

// FindPatient implements StrictServerInterface.
func (a *api) FindPatient(ctx context.Context, r FindPatientRequestObject) (FindPatientResponseObject, error) {
	id, err := a.service.FindPatient(ctx, fhir.Identifier{System: r.Body.System, Value: r.Body.Value})
	if err != nil {
		return nil, err
	}
	return FindPatient200JSONResponse{ID: id}, nil
}

// Records implements StrictServerInterface.
func (a *api) Records(ctx context.Context, r RecordsRequestObject) (RecordsResponseObject, error) {
	found, err := a.recordsFor(ctx, exchangeOf(ctx), r.Patient)
	if err != nil {
		return nil, err
	}
	part, next, err := page(found, func(r vault.RecordInfo) string { return r.ID }, r.Params.After, *r.Params.Limit)
	if err != nil {
		return nil, err
	}
	record := func(r vault.RecordInfo) Record {
		return Record{ID: r.ID, Type: r.Type, Compartment: r.Compartment, Size: r.Size}
	}
	return Records200JSONResponse{Records: all(part, record), Next: next}, nil
}

func (a *api) recordsFor(ctx context.Context, x *exchange, patient string) ([]vault.RecordInfo, error) {
	if x.byProof() {
		return a.service.AuthorizedRecords(ctx, x.token, x.key, patient)
	}
	return a.service.Records(ctx, patient)
}

// Bundles implements StrictServerInterface.
func (a *api) Bundles(ctx context.Context, r BundlesRequestObject) (BundlesResponseObject, error) {
	found, err := a.service.Bundles(ctx, r.Patient)
	if err != nil {
		return nil, err
	}
	return Bundles200JSONResponse(all(found, func(b vault.BundleInfo) Bundle { return Bundle(b) })), nil
}

// Receipt implements StrictServerInterface.
func (a *api) Receipt(ctx context.Context, r ReceiptRequestObject) (ReceiptResponseObject, error) {
	x, usual := exchangeOf(ctx), purposeReceipt
	if x.caller.Role == RolePatient {
		if err := a.owns(ctx, x.caller.Patient, r.Subject); err != nil {
			return nil, err
		}
		usual = purposePatient
	}
	who, err := x.access(r.Params.Purpose, usual)
	if err != nil {
		return nil, err
	}
	receipt, err := a.service.Receipt(ctx, r.Subject, who)
	if err != nil {
		return nil, err
	}
	b, err := receipt.Marshal()
	if err != nil {
		return nil, err
	}
	return file{mediaJSON, b}, nil
}

// owns refuses, as not there, what there is a receipt for but not for this patient.
func (a *api) owns(ctx context.Context, patient, subject string) error {
	var found bool
	var err error
	if strings.HasPrefix(subject, "grant-") {
		var all []vault.GrantInfo
		all, err = a.service.Grants(ctx, patient)
		found = slices.ContainsFunc(all, func(g vault.GrantInfo) bool { return subject == fmt.Sprintf("grant-%d", g.Index) })
	} else {
		var all []vault.DisclosureInfo
		all, err = a.service.AccessLog(ctx, patient)
		found = subject == "binding-"+patient || slices.ContainsFunc(all, func(d vault.DisclosureInfo) bool { return d.ID == subject })
	}
	if err != nil || found {
		return err
	}
	_, err = a.findCase(ctx, func(c vault.CaseInfo) bool { return c.Case == subject && c.Patient == patient })
	return err
}

// Store implements StrictServerInterface.
func (a *api) Store(ctx context.Context, r StoreRequestObject) (StoreResponseObject, error) {
	media, _, _ := mime.ParseMediaType(r.ContentType) // receive has checked it
	switch {
	case media == mediaFHIR && r.Params.Type != "":
		return nil, invalid("type: a FHIR document says itself what it is")
	case media == mediaBytes && (r.Params.Type == "" || r.Params.Patient == ""):
		return nil, invalid("a file that is not FHIR needs type and patient")
	}
	done, err := a.takeIn(ctx, exchangeOf(ctx), r)
	if err != nil {
		return nil, err
	}
	stored := Stored{
		Patient: done.Patient, Existing: done.Skipped, NewPatient: done.NewPatient, Bundle: done.Bundle, Records: int64(done.Records),
		Objects: int64(done.Objects), Size: done.Bytes,
	}
	if done.Skipped {
		return Store200JSONResponse(stored), nil
	}
	return Store201JSONResponse(stored), nil
}

// takeIn holds an upload in memory while it is taken in, for an import reads twice and plaintext is not written to a disk.
func (a *api) takeIn(ctx context.Context, x *exchange, r StoreRequestObject) (vault.Imported, error) {
	select {
	case a.uploads <- struct{}{}:
		defer func() { <-a.uploads }()
	default:
		return vault.Imported{}, refuse(codeBusy, "").with("Retry-After", "5")
	}
	var b bytes.Buffer
	b.Grow(int(max(x.length, 0)) + bytes.MinRead) // no copies of plaintext are left behind where the length is known
	defer func() { clear(b.Bytes()) }()
	_, err := b.ReadFrom(r.Body)
	x.deadline(0)
	if err != nil {
		return vault.Imported{}, bodyError(x.op, err)
	}
	if b.Len() == 0 {
		return vault.Imported{}, invalid("the body is empty")
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }
	return a.service.Import(ctx, vault.Import{Open: open, Patient: r.Params.Patient, Type: r.Params.Type})
}

// Content implements StrictServerInterface.
func (a *api) Content(ctx context.Context, r ContentRequestObject) (ContentResponseObject, error) {
	asked, err := parseRange(r.Params.Range)
	if err != nil {
		return nil, err
	}
	c, err := a.open(ctx, exchangeOf(ctx), r)
	if err != nil {
		return nil, err
	}
	s, ok := asked.within(c.Size())
	if !ok {
		unsatisfied := refuse(codeRange, "").with("Content-Range", fmt.Sprintf("bytes */%d", c.Size()))
		return nil, errors.Join(unsatisfied, c.Close())
	}
	return &transfer{content: c, span: s, part: asked.given}, nil
}

func (a *api) open(ctx context.Context, x *exchange, r ContentRequestObject) (content, error) {
	if x.byProof() {
		if r.Params.Purpose != "" {
			return nil, invalid("purpose: the token has its own")
		}
		return a.service.AuthorizedRead(ctx, x.token, x.key, r.Record)
	}
	who, err := x.access(r.Params.Purpose, purposeContent)
	if err != nil {
		return nil, err
	}
	return a.service.Read(ctx, r.Record, who)
}

// transfer is a record on its way.
type transfer struct {
	content
	span
	part bool
}

const (
	transferChunk = 256 << 10
	transferTime  = time.Minute // in which a chunk must be taken
)

// VisitContentResponse implements ContentResponseObject. The first chunk is read before the answer begins, so that what cannot be
// opened is answered with a problem.
func (t *transfer) VisitContentResponse(w http.ResponseWriter) (err error) {
	defer func() { err = errors.Join(err, t.Close()) }()
	src := io.NewSectionReader(t.content, t.offset, t.length)
	buf := make([]byte, min(transferChunk, t.length))
	defer clear(buf)
	n, err := io.ReadFull(src, buf)
	if err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	t.begin(w)
	control := http.NewResponseController(w)
	for left := t.length; ; {
		_ = control.SetWriteDeadline(time.Now().Add(transferTime)) // not all transports have them
		if _, err := w.Write(buf[:n]); err != nil {
			return cut(err)
		}
		if left -= int64(n); left == 0 {
			return nil
		}
		if n, err = io.ReadFull(src, buf[:min(transferChunk, left)]); err != nil {
			return fmt.Errorf("read record: %w", err)
		}
	}
}

// begin writes what comes before the bytes.
func (t *transfer) begin(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", mediaBytes)
	h.Set("Content-Length", strconv.FormatInt(t.length, 10))
	h.Set("Accept-Ranges", "bytes")
	if !t.part {
		w.WriteHeader(http.StatusOK)
		return
	}
	h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", t.offset, t.offset+t.length-1, t.Size()))
	w.WriteHeader(http.StatusPartialContent)
}

// cut is the error of writing to a caller who has gone: it concerns nobody else.
func cut(err error) error {
	if err == nil {
		return nil
	}
	return &refusal{code: codeInterrupted}
}
