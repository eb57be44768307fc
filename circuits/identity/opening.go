package identity

import (
	"fmt"
	"math/big"

	"lethe/circuits/field"
)

// OpeningSize is the length of an encoded [Opening] in bytes.
const OpeningSize = PublicKeySize + field.Size + len(Scalar{})

// Opening shows whose an escrow is: X = [a]R, the secret that masks it, and a proof that the same a is the logarithm of the
// auditor's key. The proof is Chaum and Pedersen's (CRYPTO '92), made non-interactive by a hash. An auditor cannot name another
// provider than the one who read, and anybody can check.
type Opening struct {
	X Point
	E field.Element // the challenge
	S Scalar        // the response
}

// OpenPerson opens an escrow, to the provider's leaf and what shows that it is the one. It fails for a zeroed key, and with
// [ErrInvalid] for an R that no escrow has, which could draw bits out of the key.
func OpenPerson(auditor *SigningKey, e Escrow, challenge field.Element) (field.Element, Opening, error) {
	if err := checkPoint(e.R); err != nil {
		return field.Element{}, Opening{}, fmt.Errorf("open escrow: R: %w", err)
	}
	a, err := auditor.scalar()
	if err != nil {
		return field.Element{}, Opening{}, fmt.Errorf("open escrow: %w", err)
	}
	defer wipe(a)
	x := blinded(e.R, a)
	statement := openingStatement(auditor.public, e, x, challenge)
	nonce, err := auditor.nonce("opening-nonce", statement)
	if err != nil {
		return field.Element{}, Opening{}, fmt.Errorf("open escrow: %w", err)
	}
	defer wipe(nonce)
	c := openingChallenge(statement, blinded(curve.Base, nonce), blinded(e.R, nonce))
	return unmaskPerson(e, x, challenge), Opening{X: x, E: c, S: respond(nonce, c.BigInt(new(big.Int)), a)}, nil
}

// VerifyOpening gives the leaf of the provider whose escrow it is, or [ErrOpening]: for another escrow, challenge, auditor or X.
func VerifyOpening(auditor PublicKey, e Escrow, challenge field.Element, o Opening) (field.Element, error) {
	if auditor.Check() != nil || checkPoint(e.R) != nil || checkPoint(o.X) != nil || o.S.check() != nil {
		return field.Element{}, ErrOpening
	}
	s, c := o.S.BigInt(), o.E.BigInt(new(big.Int))
	c.Neg(c)
	t1 := sum(times(curve.Base, s), times(auditor.Point, c))
	t2 := sum(times(e.R, s), times(o.X, c))
	if openingChallenge(openingStatement(auditor, e, o.X, challenge), t1, t2) != o.E {
		return field.Element{}, ErrOpening
	}
	return unmaskPerson(e, o.X, challenge), nil
}

func openingStatement(auditor PublicKey, e Escrow, x Point, challenge field.Element) field.Element {
	a := auditor.Point
	context := field.Hash(field.TagOpeningContext, challenge, e.Person)
	return field.Hash(field.TagOpening, a.X, a.Y, e.R.X, e.R.Y, x.X, x.Y, context)
}

func openingChallenge(statement field.Element, t1, t2 Point) field.Element {
	return field.Hash(field.TagOpeningChallenge, statement, t1.X, t1.Y, t2.X, t2.Y)
}

func unmaskPerson(e Escrow, x Point, challenge field.Element) field.Element {
	mask := personMask(x, challenge)
	return *mask.Sub(&e.Person, &mask)
}

// ParseOpening reads what Bytes writes. All else is [ErrInvalid]: another length, an X that [ParsePublicKey] would refuse, a
// challenge that is not canonical, a response not below the order.
func ParseOpening(b []byte) (Opening, error) {
	if len(b) != OpeningSize {
		return Opening{}, fmt.Errorf("opening: %w: %d bytes, want %d", ErrInvalid, len(b), OpeningSize)
	}
	x, err := ParsePublicKey(b[:PublicKeySize])
	if err != nil {
		return Opening{}, fmt.Errorf("opening: X: %w", err)
	}
	e, err := parseElement(b[PublicKeySize : PublicKeySize+field.Size])
	if err != nil {
		return Opening{}, fmt.Errorf("opening: challenge: %w", err)
	}
	s := Scalar(b[PublicKeySize+field.Size:])
	if err := s.check(); err != nil {
		return Opening{}, fmt.Errorf("opening: response: %w", err)
	}
	return Opening{X: x.Point, E: e, S: s}, nil
}

// Bytes is the one encoding: X as a public key is encoded, then the challenge and the response.
func (o Opening) Bytes() []byte {
	return append(append(o.X.Marshal(), field.Bytes(o.E)...), o.S[:]...)
}
