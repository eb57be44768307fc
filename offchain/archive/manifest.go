package archive

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// File is something encrypted, as the manifest names it.
type File struct {
	Name   string `json:"name"` // of a part, or an object's key
	Size   int64  `json:"size"` // bytes, before encryption
	SHA256 Digest `json:"sha256"`
}

// Manifest says what a backup is of. It is written last: a backup without one is none.
type Manifest struct {
	Format  string    `json:"format"`
	Tenant  string    `json:"tenant"`
	Tool    string    `json:"tool"` // its version
	Epoch   uint32    `json:"epoch"`
	At      time.Time `json:"at"`    // when the index was looked at: what a restore goes back to
	Parts   []File    `json:"parts"` // in the order in which they were taken
	Objects Objects   `json:"objects"`
	Rows    []Rows    `json:"rows"` // of the index, by table
	Jobs    int       `json:"jobs"` // that had not ended
	Keys    Keys      `json:"keys"`
	Log     uint64    `json:"log"`    // entries of the newest checkpoint
	Ledger  Ledger    `json:"ledger"` // which is not in the backup
	Network Network   `json:"network"`
}

// Objects counts the objects that the part "objects" lists, a [File] in each line. They lie beside the backups of their epoch,
// each once.
type Objects struct {
	Count int64 `json:"count"`
	Bytes int64 `json:"bytes"`
}

// Rows counts a table's rows.
type Rows struct {
	Table string `json:"table"`
	Count int64  `json:"count"`
}

// Keys says what is in the backup of the key store: "embedded", "vault" (a snapshot of the whole server, under its own seal),
// or "none".
type Keys struct {
	Store string `json:"store"`
	Count int    `json:"count"` // of the embedded store's wrapping keys
}

// Ledger is how far the erasure ledger had come. Head is the SHA-256 of its last line.
type Ledger struct {
	Entries uint64 `json:"entries"`
	Head    Digest `json:"head"`
}

// Network says which log and which contract are meant.
type Network struct {
	Origin   string `json:"origin"`
	Log      uint32 `json:"log"`
	ChainID  uint64 `json:"chain_id"`
	Contract string `json:"contract"`
}

// MaxManifest bounds a manifest, in bytes.
const MaxManifest = 1 << 20

// Marshal writes the manifest in its one form.
func (m Manifest) Marshal() ([]byte, error) {
	m.Format, m.At = Format, m.At.UTC().Truncate(time.Second)
	data, err := json.Marshal(m)
	return append(data, '\n'), err
}

// ParseManifest reads what Marshal wrote, and nothing else: ErrDamaged.
func ParseManifest(data []byte) (m Manifest, err error) {
	err = strict(data, &m)
	if err == nil && m.Format != Format {
		err = fmt.Errorf("format %q is not known: use the program that made it, or a newer one", m.Format)
	}
	if err == nil {
		again, _ := m.Marshal() // never fails on what was decoded
		if !bytes.Equal(again, data) {
			err = errors.New("not in its canonical form")
		}
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("manifest: %w: %w", ErrDamaged, err)
	}
	return m, nil
}

// Part finds a part by its name.
func (m Manifest) Part(name string) (File, bool) {
	for _, f := range m.Parts {
		if f.Name == name {
			return f, true
		}
	}
	return File{}, false
}

// Lister writes the list of objects, a line each.
type Lister struct {
	to *json.Encoder
	Objects
}

// NewLister lists objects into w.
func NewLister(w io.Writer) *Lister { return &Lister{to: json.NewEncoder(w)} }

// Add lists an object.
func (l *Lister) Add(f File) error {
	l.Count++
	l.Bytes += f.Size
	return l.to.Encode(f)
}

// maxLine bounds a line of the list, in bytes: a key has at most 8 segments of 80 letters.
const maxLine = 2048

// EachObject reads a list of objects to its end.
func EachObject(r io.Reader, do func(File) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, maxLine), maxLine)
	for lines.Scan() {
		var f File
		if err := strict(lines.Bytes(), &f); err != nil {
			return fmt.Errorf("list of objects: %w: %w", ErrDamaged, err)
		}
		if err := do(f); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("list of objects: %w", err)
	}
	return nil
}
