package api

import (
	"encoding/hex"
	"regexp"
	"time"

	"lethe/circuits/field"
	"lethe/circuits/identity"
	"lethe/vault"
)

var patientID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// decoder turns members of a body into what they stand for, and remembers the first that stands for nothing.
type decoder struct{ err error }

// decode is one member: what parse refuses is an invalid request that names it.
func decode[T any](d *decoder, name, text string, parse func([]byte) (T, error)) (v T) {
	b, err := hex.DecodeString(text) // digits are lower-case: the description says so
	if err == nil {
		v, err = parse(b)
	}
	if err != nil && d.err == nil {
		d.err = invalid("%s: %.80s", name, err)
	}
	return v
}

func (d *decoder) element(name, text string) field.Element {
	return decode(d, name, text, field.Parse)
}

// optional is an element that may be absent.
func (d *decoder) optional(name, text string) *field.Element {
	if text == "" {
		return nil
	}
	e := d.element(name, text)
	return &e
}

func (d *decoder) key(name, text string) identity.PublicKey {
	return decode(d, name, text, identity.ParsePublicKey)
}

func (d *decoder) signature(name, text string) identity.Signature {
	return decode(d, name, text, identity.ParseSignature)
}

// seconds is a moment as statements have it, in Unix seconds.
func (d *decoder) seconds(name string, at time.Time) uint64 {
	if at.Unix() < 0 && d.err == nil {
		d.err = invalid("%s: before 1970", name)
	}
	return uint64(at.Unix())
}

var issuerRoles = map[IssuerRole]identity.Role{
	IssuerRoleRegistrar: identity.Registrar, IssuerRoleRepresentative: identity.Representative,
	IssuerRoleAttester: identity.Attester,
}

func (d *decoder) issuer(name string, i Issuer) identity.Issuer {
	return identity.Issuer{
		Key: d.key(name+": key", i.Key), Role: issuerRoles[i.Role], Until: d.seconds(name+": until", i.Until),
	}
}

// signer is an issuer that may be absent.
func (d *decoder) signer(i Issuer) *identity.Issuer {
	if i == (Issuer{}) {
		return nil
	}
	who := d.issuer("signer", i)
	return &who
}

func (d *decoder) basis(b Basis) identity.Basis {
	v, err := identity.ParseBasis(string(b))
	if err != nil && d.err == nil {
		d.err = invalid("basis: there is no such")
	}
	return v
}

// scope packs data classes, and purpose numbers a purpose, as the service has them.
func (d *decoder) scope(p *vault.Proving, classes []string) uint16 {
	v, err := p.Scope(classes)
	return keep(d, v, err)
}

func (d *decoder) purpose(name string) uint8 {
	v, err := vault.PurposeCode(name)
	return keep(d, v, err)
}

func keep[T any](d *decoder, v T, err error) T {
	if d.err == nil {
		d.err = err
	}
	return v
}

var custodies = map[Custody]identity.Custody{CustodyOwn: identity.Own, CustodyCustodial: identity.Custodial}

func text(b []byte) Hex32 { return hex.EncodeToString(b) }

// moment is a time as documents have it.
func moment(at time.Time) Timestamp { return at.UTC().Truncate(time.Second) }

func momentOf(seconds uint64) Timestamp { return time.Unix(int64(seconds), 0).UTC() }

// some is moment for a time that may be zero.
func some(at time.Time) Timestamp {
	if at.IsZero() {
		return time.Time{}
	}
	return moment(at)
}

// all converts a list; it is never nil, so that JSON has [] and not null.
func all[A, B any](from []A, convert func(A) B) []B {
	to := make([]B, len(from))
	for i, v := range from {
		to[i] = convert(v)
	}
	return to
}

// page is the part of a list after an id, and what to go on after. An id that is not in the list is refused.
func page[T any](from []T, id func(T) string, after string, limit int) (part []T, next string, err error) {
	if after != "" {
		found := false
		for i, v := range from {
			if id(v) == after {
				from, found = from[i+1:], true
				break
			}
		}
		if !found {
			return nil, "", invalid("after: the page before ended with another id, or that is gone: begin again")
		}
	}
	if len(from) <= limit {
		return from, "", nil
	}
	return from[:limit], id(from[limit-1]), nil
}
