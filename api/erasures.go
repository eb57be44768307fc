package api

import (
	"context"
	"errors"
	"strings"

	"lethe/vault"
)

// Erasures implements StrictServerInterface.
func (a *api) Erasures(ctx context.Context, _ ErasuresRequestObject) (ErasuresResponseObject, error) {
	found, err := a.service.Cases(ctx)
	if err != nil {
		return nil, err
	}
	return Erasures200JSONResponse(all(found, erasure)), nil
}

func erasure(c vault.CaseInfo) Erasure {
	return Erasure{ID: c.Case, Patient: c.Patient, State: c.State, Opened: moment(c.Opened), Certified: c.Certificate != ""}
}

// Erasure implements StrictServerInterface.
func (a *api) Erasure(ctx context.Context, r ErasureRequestObject) (ErasureResponseObject, error) {
	c, err := a.visibleCase(ctx, r.Erasure)
	if err != nil {
		return nil, err
	}
	return Erasure200JSONResponse(erasure(c)), nil
}

// visibleCase is an erasure that the caller may know of; others are not there.
func (a *api) visibleCase(ctx context.Context, id string) (vault.CaseInfo, error) {
	c, err := a.findCase(ctx, func(c vault.CaseInfo) bool { return c.Case == id })
	if err == nil && !exchangeOf(ctx).caller.sees(c.Patient) {
		err = refuse(codeNotFound, "")
	}
	return c, err
}

// findCase is the newest erasure of which something holds.
func (a *api) findCase(ctx context.Context, holds func(vault.CaseInfo) bool) (vault.CaseInfo, error) {
	found, err := a.service.Cases(ctx)
	if err != nil {
		return vault.CaseInfo{}, err
	}
	for i := len(found) - 1; i >= 0; i-- {
		if holds(found[i]) {
			return found[i], nil
		}
	}
	return vault.CaseInfo{}, refuse(codeNotFound, "")
}

// Certificate implements StrictServerInterface.
func (a *api) Certificate(ctx context.Context, r CertificateRequestObject) (CertificateResponseObject, error) {
	c, err := a.visibleCase(ctx, r.Erasure)
	if err != nil {
		return nil, err
	}
	if c.Certificate == "" {
		return nil, refuse(codeNotCertified, "")
	}
	b, err := a.cfg.Certificates(ctx, c.Case)
	if err != nil {
		return nil, err
	}
	return file{mediaJSON, b}, nil
}

// Erase implements StrictServerInterface.
func (a *api) Erase(ctx context.Context, r EraseRequestObject) (EraseResponseObject, error) {
	req, err := a.eraseRequest(exchangeOf(ctx).caller, *r.Body)
	if err != nil {
		return nil, err
	}
	id, err := a.service.Approve(ctx, req)
	if errors.Is(err, vault.ErrErasing) || errors.Is(err, vault.ErrErased) {
		return a.again(ctx, req.Patient, err)
	}
	if err != nil {
		return nil, err
	}
	c, err := a.findCase(ctx, func(c vault.CaseInfo) bool { return c.Case == id })
	if err != nil {
		return nil, err
	}
	return Erase202JSONResponse(erasure(c)), nil
}

// again answers a repeated request with the erasure that the first one started.
func (a *api) again(ctx context.Context, patient string, refused error) (EraseResponseObject, error) {
	c, err := a.findCase(ctx, func(c vault.CaseInfo) bool { return c.Patient == patient })
	if err != nil {
		return nil, refused
	}
	known := erasure(c)
	known.Existing = true
	return Erase202JSONResponse(known), nil
}

// Preview implements StrictServerInterface.
func (a *api) Preview(ctx context.Context, r PreviewRequestObject) (PreviewResponseObject, error) {
	req, err := a.vaultRequest(exchangeOf(ctx).caller, *r.Body)
	if err != nil {
		return nil, err
	}
	p, err := a.service.Preview(ctx, req)
	if err != nil {
		return nil, err
	}
	part := func(p vault.PartPreview) PreviewPart {
		return PreviewPart{
			Compartment: p.Compartment, Action: p.Action, Records: int64(p.Records), Objects: int64(p.Objects), Size: p.Bytes,
		}
	}
	return Preview200JSONResponse{Patient: p.Patient, Parts: all(p.Parts, part)}, nil
}

// eraseRequest is vaultRequest for what is carried out: it takes two persons, unless the operator at the machine does without.
func (a *api) eraseRequest(who Caller, b ErasureRequest) (vault.EraseRequest, error) {
	filed, approved := strings.TrimSpace(b.FiledBy), strings.TrimSpace(b.ApprovedBy)
	if strings.EqualFold(filed, approved) || approved == "" && !who.local {
		return vault.EraseRequest{}, refuse(codeSelfApproval, "")
	}
	return a.vaultRequest(who, b)
}

func (a *api) vaultRequest(who Caller, b ErasureRequest) (vault.EraseRequest, error) {
	req := vault.EraseRequest{
		Patient: b.Patient, Ground: b.Ground, Filed: b.FiledBy, Approve: b.ApprovedBy, Execute: who.String(), At: b.Received,
	}
	if len(b.Retain.Items) == 0 {
		return req, nil
	}
	req.Retain = &vault.Retain{
		Items: b.Retain.Items, Ground: b.Retain.Ground, Law: b.Retain.Law, Until: b.Retain.Until, Review: b.Retain.Review,
	}
	if !b.Retain.Until.After(a.cfg.Now()) {
		return req, invalid("retain: until: it is over")
	}
	return req, nil
}
