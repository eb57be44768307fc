package registry

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"lethe/circuits/field"
)

// A Delta is what a holder of one version of a tree needs to have a later one: all places that have changed, with their values. From
// version 0, which is the empty tree, it is the whole tree.
//
// Its encoding is the line "lethe registry v1", a line with the kind, then in big-endian order From and To (8 bytes each), the root (32),
// the number of changes (4), and for each its index (4) and leaf (32), by index. There is one encoding of a delta.
type Delta struct {
	Kind     Kind
	From, To uint64
	Root     field.Element
	Changes  []Change
}

// ErrMalformed says that bytes are not what they should be.
var ErrMalformed = errors.New("not a registry's delta")

// ErrWrongRoot says that a copy with a delta does not have the root that it should.
var ErrWrongRoot = errors.New("the tree does not have the root that was published")

const (
	deltaMagic  = "lethe registry v1\n"
	deltaFixed  = 8 + 8 + field.Size + 4
	changeBytes = 4 + field.Size
)

// MarshalBinary implements [encoding.BinaryMarshaler].
func (d *Delta) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, len(deltaMagic)+len(d.Kind)+1+deltaFixed+len(d.Changes)*changeBytes)
	b = append(b, deltaMagic+string(d.Kind)+"\n"...)
	b = binary.BigEndian.AppendUint64(b, d.From)
	b = binary.BigEndian.AppendUint64(b, d.To)
	b = append(b, field.Bytes(d.Root)...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(d.Changes)))
	for _, c := range d.Changes {
		b = binary.BigEndian.AppendUint32(b, c.Index)
		b = append(b, field.Bytes(c.Leaf)...)
	}
	return b, nil
}

// UnmarshalBinary implements [encoding.BinaryUnmarshaler]; anything but the one encoding of a delta is [ErrMalformed]. It takes no
// memory that the bytes do not have.
func (d *Delta) UnmarshalBinary(b []byte) error {
	rest, ok := bytes.CutPrefix(b, []byte(deltaMagic))
	kind, rest, ok2 := bytes.Cut(rest, []byte("\n"))
	if !ok || !ok2 || len(rest) < deltaFixed {
		return ErrMalformed
	}
	n := binary.BigEndian.Uint32(rest[deltaFixed-4:])
	changes := rest[deltaFixed:]
	if Kind(kind).Levels() == 0 || uint64(len(changes)) != uint64(n)*changeBytes {
		return ErrMalformed
	}
	root, err := field.Parse(rest[16 : 16+field.Size])
	if err != nil {
		return fmt.Errorf("root: %w", ErrMalformed)
	}
	*d = Delta{Kind: Kind(kind), From: binary.BigEndian.Uint64(rest), To: binary.BigEndian.Uint64(rest[8:]), Root: root}
	return d.parseChanges(changes)
}

func (d *Delta) parseChanges(b []byte) error {
	d.Changes = make([]Change, 0, len(b)/changeBytes)
	for ; len(b) > 0; b = b[changeBytes:] {
		leaf, err := field.Parse(b[4:changeBytes])
		c := Change{binary.BigEndian.Uint32(b), leaf}
		if n := len(d.Changes); err != nil || n > 0 && d.Changes[n-1].Index >= c.Index {
			return fmt.Errorf("change %d: %w", n, ErrMalformed)
		}
		d.Changes = append(d.Changes, c)
	}
	return nil
}

// Copy is somebody's copy of a tree, at a version.
type Copy struct {
	Kind    Kind
	Version uint64
	*Tree
}

// NewCopy is a copy of nothing yet.
func NewCopy(k Kind) (*Copy, error) {
	t, err := NewTree(k)
	if err != nil {
		return nil, err
	}
	return &Copy{Kind: k, Tree: t}, nil
}

// Clone is another copy of the same.
func (c *Copy) Clone() *Copy {
	return &Copy{Kind: c.Kind, Version: c.Version, Tree: &Tree{c.places.Clone()}}
}

// Update brings the copy to a later version. It checks that every change is one that the tree allows and that the root comes out; when
// that fails, with [ErrWrongRoot] or an error of [Tree.Apply], the copy must not be used any more.
func (c *Copy) Update(d *Delta) error {
	if d.Kind != c.Kind || d.From != c.Version || d.To < d.From {
		return fmt.Errorf("a delta of %s from version %d does not fit a copy of %s at %d", d.Kind, d.From, c.Kind, c.Version)
	}
	changes := make([]Change, 0, len(d.Changes))
	for _, ch := range d.Changes {
		if ch.Leaf != c.Leaf(ch.Index) {
			changes = append(changes, ch)
		}
	}
	if err := c.Apply(changes); err != nil {
		return err
	}
	if c.Root() != d.Root {
		return ErrWrongRoot
	}
	c.Version = d.To
	return nil
}

// Whole is the delta from nothing to this copy, which is also how a copy is kept in a file.
func (c *Copy) Whole() *Delta {
	d := &Delta{Kind: c.Kind, To: c.Version, Root: c.Root()}
	for i, l := range c.Leaves() {
		if l != Empty() {
			d.Changes = append(d.Changes, Change{uint32(i), l})
		}
	}
	return d
}

// ReadCopy reads a copy that Whole was written for.
func ReadCopy(b []byte) (*Copy, error) {
	var d Delta
	if err := d.UnmarshalBinary(b); err != nil {
		return nil, err
	}
	c, err := NewCopy(d.Kind)
	if err != nil {
		return nil, err
	}
	return c, c.Update(&d)
}
