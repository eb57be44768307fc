package api

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
)

// Bind implements StrictServerInterface.
func (a *api) Bind(ctx context.Context, r BindRequestObject) (BindResponseObject, error) {
	var d decoder
	b := vault.Binding{
		Patient: r.Body.Patient,
		Subject: identity.Subject{
			Key: d.key("key", r.Body.Key), Identity: d.element("identity", r.Body.Identity), Custody: custodies[r.Body.Custody],
			Salt: d.element("salt", r.Body.Salt),
		},
		Registrar: d.issuer("registrar", r.Body.Registrar), Signature: d.signature("signature", r.Body.Signature),
		Recovery: r.Body.Recovery,
	}
	if r.Body.Previous != "" {
		previous := d.signature("previous", r.Body.Previous)
		b.Previous = &previous
	}
	if d.err != nil {
		return nil, d.err
	}
	bound, err := a.service.Bind(ctx, b)
	if err != nil {
		return nil, err
	}
	return Bind201JSONResponse{Patient: bound.Patient, Handle: field.Text(bound.Handle), Receipt: bound.Receipt}, nil
}

// ReservePlace implements StrictServerInterface.
func (a *api) ReservePlace(ctx context.Context, _ ReservePlaceRequestObject) (ReservePlaceResponseObject, error) {
	index, err := a.service.ReservePlace(ctx)
	if err != nil {
		return nil, err
	}
	return ReservePlace201JSONResponse{Index: int64(index)}, nil
}

// Give implements StrictServerInterface.
func (a *api) Give(ctx context.Context, r GiveRequestObject) (GiveResponseObject, error) {
	if a.cfg.Proving == nil {
		return nil, vault.ErrNoProving
	}
	given, err := a.grantGiven(*r.Body)
	if err != nil {
		return nil, err
	}
	info, err := a.service.Give(ctx, given)
	if err != nil {
		return nil, err
	}
	return Give201JSONResponse(a.grant(info)), nil
}

func (a *api) grantGiven(b GrantGiven) (vault.GrantGiven, error) {
	var d decoder
	basis := d.basis(b.Basis)
	g := vault.GrantGiven{
		Patient: b.Patient,
		Grant: identity.Grant{
			Grantee: d.element("grantee", b.Grantee), Scope: d.scope(a.cfg.Proving, b.Scope), Purpose: d.purpose(b.Purpose),
			From: d.seconds("from", b.From), Until: d.seconds("until", b.Until), Basis: basis, Role: identity.SignerRole(basis),
			Terms: d.element("terms", b.Terms), Index: uint32(b.Index), Salt: d.element("salt", b.Salt),
			ViewHash: d.element("view_hash", b.ViewHash),
		},
		Signer: d.signer(b.Signer), Signature: d.signature("signature", b.Signature),
		Note: b.Note, Inbox: d.optional("inbox", b.Inbox),
	}
	return g, d.err
}

func (a *api) grant(g vault.GrantInfo) Grant {
	return Grant{
		Index: int64(g.Index), Leaf: field.Text(g.Leaf), Grantee: field.Text(g.Grantee), Scope: a.cfg.Proving.ClassNames(g.Scope),
		Purpose: vault.PurposeName(g.Purpose), From: momentOf(g.From), Until: momentOf(g.Until), Basis: Basis(g.Basis.String()),
		Terms: field.Text(g.Terms), Given: moment(g.Given), Published: g.Published, Withdrawn: some(g.Withdrawn),
	}
}

// Withdraw implements StrictServerInterface. A place says nothing to whoever cannot sign for it: not whether a grant is there,
// nor whether its patient still is.
func (a *api) Withdraw(ctx context.Context, r WithdrawRequestObject) (WithdrawResponseObject, error) {
	var d decoder
	w := vault.Withdrawal{
		Index: uint32(r.Body.Index), Time: d.seconds("time", r.Body.Time), Signer: d.signer(r.Body.Signer),
		Signature: d.signature("signature", r.Body.Signature),
	}
	if d.err != nil {
		return nil, d.err
	}
	done, err := a.service.Withdraw(ctx, w)
	if slices.Contains([]string{codeNotFound, codeSignature, "erased", "erasing", "unbound"}, codeOf(err)) {
		return nil, refuse(codeSignature, "")
	}
	if err != nil {
		return nil, err
	}
	return Withdraw200JSONResponse{
		Index: int64(done.Index), EffectiveHere: moment(done.At), EffectiveElsewhere: moment(done.EffectiveElsewhere),
		Receipt: done.Receipt,
	}, nil
}

// Grants implements StrictServerInterface.
func (a *api) Grants(ctx context.Context, r GrantsRequestObject) (GrantsResponseObject, error) {
	if a.cfg.Proving == nil {
		return nil, vault.ErrNoProving
	}
	found, err := a.service.Grants(ctx, r.Patient)
	if err != nil {
		return nil, err
	}
	return Grants200JSONResponse(all(found, a.grant)), nil
}

// Inbox implements StrictServerInterface.
func (a *api) Inbox(ctx context.Context, r InboxRequestObject) (InboxResponseObject, error) {
	var d decoder
	organisation := d.element("organisation", r.Organisation)
	if d.err != nil {
		return nil, refuse(codeNotFound, "")
	}
	notes, next, err := a.service.Inbox(ctx, organisation, r.Params.After)
	if err != nil {
		return nil, err
	}
	return Inbox200JSONResponse{Notes: all(notes, func(n []byte) []byte { return n }), Next: next}, nil
}

// Disclosures implements StrictServerInterface.
func (a *api) Disclosures(ctx context.Context, r DisclosuresRequestObject) (DisclosuresResponseObject, error) {
	found, err := a.service.AccessLog(ctx, r.Patient)
	if err != nil {
		return nil, err
	}
	entries := make(Disclosures200JSONResponse, len(found))
	for i, d := range found {
		entries[i] = Disclosure{
			ID: d.ID, At: moment(d.At), Actor: d.Actor, Purpose: d.Purpose, Record: d.Record, Authorization: d.Authorization,
		}
		if d.Evidence != nil {
			if entries[i].Evidence, err = evidence(*d.Evidence); err != nil {
				return nil, err
			}
		}
	}
	return entries, nil
}

// evidence is what an anonymous reader left, with what their request says in words.
func evidence(e vault.Evidence) (Evidence, error) {
	packed, err := field.ParseText(e.Request)
	if err != nil {
		return Evidence{}, errors.New("an access log's request is no element")
	}
	request, err := identity.Unpack(packed)
	if err != nil {
		return Evidence{}, errors.New("an access log's request is none")
	}
	return Evidence{
		Challenge: e.Challenge, Request: e.Request, Escrow: e.Escrow, Proof: e.Proof, Auditor: hex.EncodeToString(e.Auditor),
		Basis: Basis(request.Basis.String()), Custody: Custody(request.Custody.String()),
	}, nil
}
