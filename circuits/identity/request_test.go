package identity

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"lethe/circuits/field"
)

func testRequest() Request {
	return Request{Service: 7, Scope: 5, Purpose: 1, Basis: BasisCare, Custody: Own, Time: 1_800_000_000, Epoch: 20_000, K: 8}
}

func pack(t testing.TB, r Request) field.Element {
	t.Helper()
	e, err := r.Pack()
	noError(t, err)
	return e
}

func TestRequestIsReadAsPacked(t *testing.T) {
	largest := Request{1<<64 - 1, 1<<16 - 1, 1<<8 - 1, BasisLaw, Custodial, 1<<40 - 1, 1<<32 - 1, 1<<16 - 1}
	requests := []Request{testRequest(), largest, {Basis: BasisConsent}, {Service: 1<<64 - 1, Basis: BasisConsent},
		{Scope: 1<<16 - 1, Basis: BasisConsent}, {Purpose: 255, Basis: BasisConsent},
		{Basis: BasisLaw}, {Basis: 1, Custody: Custodial}, {Basis: 1, Time: 1<<40 - 1},
		{Basis: 1, Epoch: 1<<32 - 1}, {Basis: 1, K: 1<<16 - 1}}
	for range 200 {
		requests = append(requests, Request{rand.Uint64(), uint16(rand.Uint32()), uint8(rand.Uint32()), Basis(1 + rand.IntN(5)),
			Custody(rand.IntN(2)), rand.Uint64N(1 << 40), rand.Uint32(), uint16(rand.Uint32())})
	}
	for _, r := range requests {
		got, err := Unpack(pack(t, r))
		if err != nil || got != r {
			t.Errorf("%+v is read as %+v, %v", r, got, err)
		}
	}
	eachFieldCounts(t, testRequest(), func(r Request) field.Element { return pack(t, r) })
}

func TestPackRefusesWhatDoesNotFit(t *testing.T) {
	for named, spoil := range map[string]func(*Request){
		"time 1099511627776": func(r *Request) { r.Time = 1 << 40 },
		"basis 0":            func(r *Request) { r.Basis = 0 },
		"basis 6":            func(r *Request) { r.Basis = 6 },
		"basis 17":           func(r *Request) { r.Basis = 17 },
		"custody 2":          func(r *Request) { r.Custody = 2 },
		"custody 16":         func(r *Request) { r.Custody = 16 },
	} {
		r := testRequest()
		spoil(&r)
		e, err := r.Pack()
		refusal(t, err, named)
		if !e.IsZero() {
			t.Errorf("%s: a packed request beside the error", named)
		}
	}
}

// TestUnpackRefuses: every packed request with one bit changed is refused or read as another, and nothing is forgiven above it.
func TestUnpackRefuses(t *testing.T) {
	packed := pack(t, testRequest())
	n := packed.BigInt(new(big.Int))
	accepted := 0
	for bit := range 253 {
		var e field.Element
		e.SetBigInt(new(big.Int).SetBit(new(big.Int).Set(n), bit, n.Bit(bit)^1))
		r, err := Unpack(e)
		if err != nil {
			refusal(t, err, "request")
			continue
		}
		accepted++
		if bit >= 8*requestSize || r == testRequest() || pack(t, r) != e {
			t.Errorf("bit %d: read as %+v", bit, r)
		}
	}
	// All of service, scope, purpose, time, epoch and k; custody's lowest; of care's 011, those that leave 010 and 001.
	if want := 64 + 16 + 8 + 40 + 32 + 16 + 1 + 2; accepted != want {
		t.Errorf("%d bits may change, want %d", accepted, want)
	}
	for _, e := range []field.Element{{}, field.Random(), *new(field.Element).Neg(&packed)} {
		_, err := Unpack(e)
		refusal(t, err, "request")
	}
}
