package fhir

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"math"

	"github.com/fxamacker/cbor/v2"
)

// layoutVersion is the version of the binary form.
const layoutVersion = 1

// layoutForm is the binary form of a layout: a CBOR array of the version, the sources' names, and source and length of
// each part in turn. About four bytes a part.
type layoutForm struct {
	_       struct{} `cbor:",toarray"`
	Version uint64
	Sources []string
	Parts   []uint64
}

var (
	_ encoding.BinaryMarshaler   = (*Layout)(nil)
	_ encoding.BinaryUnmarshaler = (*Layout)(nil)
)

// MarshalBinary encodes the layout as deterministic CBOR (RFC 8949 §4.2.1). It fails on a layout that [Split] would not
// have made.
func (l *Layout) MarshalBinary() ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, fmt.Errorf("encode %w", err)
	}
	form := layoutForm{Version: layoutVersion, Sources: append([]string{}, l.Sources...)}
	form.Parts = make([]uint64, 0, 2*len(l.Parts))
	for _, p := range l.Parts {
		form.Parts = append(form.Parts, uint64(p.Source), uint64(p.Length))
	}
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, fmt.Errorf("encode layout: %w", err)
	}
	return mode.Marshal(form)
}

// UnmarshalBinary decodes what [Layout.MarshalBinary] made, and nothing else: of each layout exactly one encoding is
// accepted. On an error the layout stays as it was.
func (l *Layout) UnmarshalBinary(data []byte) error {
	mode, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
		MaxNestedLevels:  4,
		MaxArrayElements: 2 * maxParts,
	}.DecMode()
	if err != nil {
		return fmt.Errorf("decode layout: %w", err)
	}
	var form layoutForm
	if err := mode.Unmarshal(data, &form); err != nil {
		return fmt.Errorf("decode layout: %w", err)
	}
	decoded, err := form.layout()
	if err != nil {
		return fmt.Errorf("decode layout: %w", err)
	}
	again, err := decoded.MarshalBinary()
	if err != nil {
		return fmt.Errorf("decode layout: %w", err)
	}
	if !bytes.Equal(again, data) {
		return errors.New("decode layout: not in its deterministic encoding")
	}
	*l = *decoded
	return nil
}

func (f layoutForm) layout() (*Layout, error) {
	if f.Version != layoutVersion {
		return nil, fmt.Errorf("version %d is not %d", f.Version, layoutVersion)
	}
	if len(f.Parts)%2 != 0 {
		return nil, errors.New("a part without length")
	}
	l := &Layout{Sources: append([]string{}, f.Sources...), Parts: make([]Part, 0, len(f.Parts)/2)}
	for i := 0; i < len(f.Parts); i += 2 {
		source, length := f.Parts[i], f.Parts[i+1]
		if source > maxSources || length > math.MaxInt64 {
			return nil, fmt.Errorf("part %d is out of bounds", i/2)
		}
		l.Parts = append(l.Parts, Part{int(source), int64(length)})
	}
	return l, nil
}
