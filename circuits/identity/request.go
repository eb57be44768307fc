package identity

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"lethe/circuits/field"
)

// requestSize is the length in bytes of the number that a request is packed into.
const requestSize = 23

// Request is what a provider asks a service for, and what is public of it in a proof.
type Request struct {
	Service uint64
	Scope   uint16 // a set of data classes, one bit each
	Purpose uint8
	Basis   Basis
	Custody Custody
	Time    uint64 // Unix seconds, below 2^40
	Epoch   uint32
	K       uint16 // pseudonyms a provider has in the epoch
}

// Check refuses, as [ErrInvalid], a field out of its bounds, which it names.
func (r Request) Check() error {
	err := r.Basis.check()
	if err == nil {
		err = r.Custody.check()
	}
	if err == nil {
		err = checkTime("time", r.Time)
	}
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return nil
}

// Pack is the request as one element, big-endian: service, 64 bits; scope, 16; purpose, 8; basis, 4; custody, 4; time, 40;
// epoch, 32; k, 16. A request that Check refuses has no such form.
func (r Request) Pack() (e field.Element, err error) {
	if err := r.Check(); err != nil {
		return field.Element{}, err
	}
	b := make([]byte, 0, requestSize)
	b = binary.BigEndian.AppendUint64(b, r.Service)
	b = binary.BigEndian.AppendUint16(b, r.Scope)
	b = append(b, r.Purpose, byte(r.Basis)<<4|byte(r.Custody), byte(r.Time>>32))
	b = binary.BigEndian.AppendUint32(b, uint32(r.Time))
	b = binary.BigEndian.AppendUint32(b, r.Epoch)
	b = binary.BigEndian.AppendUint16(b, r.K)
	e.SetBytes(b)
	return e, nil
}

// Unpack reads what Pack gives; all else is [ErrInvalid].
func Unpack(e field.Element) (Request, error) {
	above, b := field.Bytes(e)[:field.Size-requestSize], field.Bytes(e)[field.Size-requestSize:]
	if !bytes.Equal(above, make([]byte, len(above))) {
		return Request{}, fmt.Errorf("request: %w: more than %d bits", ErrInvalid, 8*requestSize)
	}
	r := Request{
		Service: binary.BigEndian.Uint64(b),
		Scope:   binary.BigEndian.Uint16(b[8:]),
		Purpose: b[10],
		Basis:   Basis(b[11] >> 4),
		Custody: Custody(b[11] & 0xf),
		Time:    uint64(b[12])<<32 | uint64(binary.BigEndian.Uint32(b[13:])),
		Epoch:   binary.BigEndian.Uint32(b[17:]),
		K:       binary.BigEndian.Uint16(b[21:]),
	}
	if err := r.Check(); err != nil {
		return Request{}, err
	}
	return r, nil
}
