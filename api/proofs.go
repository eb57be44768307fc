package api

import (
	"context"
	"strings"
	"time"

	"lethe/circuits/field"
	"lethe/vault"
)

// Challenge implements StrictServerInterface.
func (a *api) Challenge(ctx context.Context, r ChallengeRequestObject) (ChallengeResponseObject, error) {
	var d decoder
	asked := vault.ChallengeRequest{
		Patient: r.Body.Patient, Scope: r.Body.Scope, Purpose: r.Body.Purpose, Basis: d.basis(r.Body.Basis), Key: r.Body.Key,
	}
	if d.err != nil {
		return nil, d.err
	}
	c, err := a.service.Challenge(ctx, asked)
	if err != nil {
		return nil, err
	}
	packed, err := c.Request.Pack()
	if err != nil {
		return nil, err
	}
	return Challenge201JSONResponse{
		ID: c.ID, Challenge: field.Text(c.Challenge), Request: field.Text(packed), Auditor: text(c.Auditor.Bytes()),
		Expires: moment(c.Expires), AnonymitySet: c.AnonymitySet,
	}, nil
}

// Token implements StrictServerInterface.
func (a *api) Token(ctx context.Context, r TokenRequestObject) (TokenResponseObject, error) {
	p, err := ParsePresentation(r.Body.SubjectToken)
	if err != nil {
		return nil, invalid("subject_token: %.160s", err)
	}
	key, err := a.possession.verify([]string{r.Params.DPoP}, "POST", basePath+"/token", "", nil)
	if err != nil {
		return nil, err
	}
	t, err := a.service.Authorize(ctx, p.vault(), key)
	if err != nil {
		return nil, err
	}
	return Token200JSONResponse{
		AccessToken: t.Secret, TokenType: "DPoP",
		IssuedTokenType: string(TokenExchangeRequestedTokenTypeUrnIetfParamsOauthTokenTypeAccessToken), // RFC 8693, section 3
		ExpiresIn:       max(0, int64(t.Expires.Sub(a.cfg.Now())/time.Second)), Scope: strings.Join(t.Scope, " "),
	}, nil
}
