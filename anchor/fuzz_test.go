package anchor

import (
	"bytes"
	"errors"
	"testing"
)

// sameBytes holds a parser to what it accepts: written again, it is what was read, so nothing has two forms.
func sameBytes(t *testing.T, data []byte, write func() ([]byte, error), err error) {
	t.Helper()
	if err != nil {
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: not ErrInvalid: %v", data, err)
		}
		return
	}
	again, err := write()
	must(t, err)
	if !bytes.Equal(again, data) {
		t.Errorf("%q is written again as %q", data, again)
	}
}

func FuzzCheckpoint(f *testing.F) {
	v := readVectors(f)
	for _, c := range v.Checkpoints {
		f.Add([]byte(c.Note))
	}
	signer, _, err := NewSigner(v.Origin, unhexBytes(f, v.Seed))
	must(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseCheckpoint(data, v.verifier(t))
		sameBytes(t, data, func() ([]byte, error) { signed, err := c.Sign(signer); return signed.Note, err }, err)
	})
}

func FuzzInclusion(f *testing.F) {
	v := readVectors(f)
	for _, e := range v.Entries {
		f.Add([]byte(e.Proof))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		i, err := ParseInclusion(data, v.verifier(t))
		sameBytes(t, data, func() ([]byte, error) { return i.Marshal(), nil }, err)
	})
}

func FuzzReceipt(f *testing.F) {
	r, _, _ := anchored(f)
	for range 2 {
		data, err := r.Marshal()
		must(f, err)
		f.Add(data)
		r.Anchor = nil
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseReceipt(data)
		sameBytes(t, data, r.Marshal, err)
	})
}

func FuzzNetwork(f *testing.F) {
	data, err := network(f).Marshal()
	must(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := ParseNetwork(data)
		sameBytes(t, data, n.Marshal, err)
	})
}
