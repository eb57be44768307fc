// Package api is the service's front door over HTTP: openapi.yaml says what there is, generated.go is made of it, and the rest of
// the package decides who may call what, refuses what is malformed before anything is done, and turns errors into problem
// documents.
//
// Two kinds of callers read records. Those who are known carry a bearer token (JWT) of an issuer; by default that is [DevIssuer],
// which is for trying and for tests: whoever holds its secret can be anybody. Those who are not to be known prove that they are
// entitled, and get a token that is bound to a key of theirs (DPoP, RFC 9449). On the routes for them credentials and cookies are
// dropped unread, and unless the service itself fails nothing of a request is logged.
//
// Before an operation is called, a body of a kibibyte costs 0.1 ms (its JSON, then its schema), a bearer token 0.05 ms and a proof
// of possession 0.1 ms. Nothing is buffered whole but bodies with a small limit and uploads ([Config.MaxUpload]).
package api

//go:generate ./generate
