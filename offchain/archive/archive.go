// Package archive is the form in which a backup lies on a disk: files that are encrypted with age
// (https://age-encryption.org/v1) to the X25519 key of an epoch, so that all of them are unreadable on the day on which that
// key is destroyed, wherever copies of them lie.
//
// Making one needs the public part of an epoch alone; reading one needs the epoch's key, which a keeper holds elsewhere
// ([Keeper]). A file begins with a [Header] in clear, so that it can be told what it is, and is streamed in both directions in
// constant memory. It is visible under its name only when it is whole and on the disk, which costs two fsyncs. Encryption and
// header add 0.03 % and 520 bytes.
//
// What age does not give is an author: whoever may write into the folder of a backup can make another one up. A reader who has
// noted the digest of a manifest elsewhere finds that out; see docs/backup.md.
package archive

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"

	"lethe/offchain"

	"filippo.io/age"
)

// Format names the first version of the files, their headers and manifests.
const Format = "lethe-backup/v1"

// Errors that callers branch on.
var (
	// ErrDamaged says that a file is not what was written: cut off, altered, or none of this package.
	ErrDamaged = errors.New("damaged, cut off or altered")
	// ErrWrongKey says that a file is encrypted to another key than the one given.
	ErrWrongKey = errors.New("encrypted to another key")
	// ErrNoKey says that the keeper does not have the key of an epoch: it was destroyed, or is elsewhere.
	ErrNoKey = errors.New("the keeper does not have the key of this epoch")
)

// Digest is a SHA-256, written in hexadecimal.
type Digest [sha256.Size]byte

// MarshalText implements [encoding.TextMarshaler].
func (d Digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Digest) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(d) {
		return errors.New("not a SHA-256 in hexadecimal")
	}
	copy(d[:], raw)
	return nil
}

// Header stands in clear at the beginning of each file. It says nothing about a person, and nothing in it is believed: what was
// encrypted is measured against the manifest.
type Header struct {
	Format string    `json:"format"`
	Kind   string    `json:"kind"` // "object", "manifest", or the name of the part
	Epoch  uint32    `json:"epoch"`
	At     time.Time `json:"at"`     // UTC, whole seconds
	Size   int64     `json:"size"`   // bytes, before encryption
	SHA256 Digest    `json:"sha256"` // of them
}

// headerSize is the length of a header, filled up with spaces and ended by a newline. It is written last, when size and digest
// are known.
const headerSize = 320

func (h Header) encode() ([]byte, error) {
	text, err := json.Marshal(h)
	if err == nil && len(text) >= headerSize {
		err = errors.New("a header's kind is too long")
	}
	if err != nil {
		return nil, err
	}
	out := bytes.Repeat([]byte(" "), headerSize)
	copy(out, text)
	out[headerSize-1] = '\n'
	return out, nil
}

func parseHeader(data []byte) (h Header, err error) {
	err = strict(bytes.TrimRight(data, " \n"), &h)
	if err == nil && h.Format != Format {
		err = fmt.Errorf("format %q is not known", h.Format)
	}
	if err == nil && h.Size < 0 {
		err = errors.New("a size below 0")
	}
	if err != nil {
		return Header{}, fmt.Errorf("header: %w: %w", ErrDamaged, err)
	}
	return h, nil
}

// strict decodes JSON of which nothing is unknown.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if d.More() {
		return errors.New("something follows it")
	}
	return nil
}

// ReadHeader reads what stands in clear in a file.
func ReadHeader(name string) (Header, error) {
	f, err := os.Open(name)
	if err != nil {
		return Header{}, err
	}
	defer f.Close()
	return readHeader(f)
}

func readHeader(f io.Reader) (Header, error) {
	data := make([]byte, headerSize)
	if _, err := io.ReadFull(f, data); err != nil {
		return Header{}, fmt.Errorf("header: %w: %w", ErrDamaged, err)
	}
	return parseHeader(data)
}

// Writer writes a file. Exactly one of Commit and Abort ends it; Abort after Commit does nothing. It is not safe for concurrent
// use.
type Writer struct {
	file   *os.File
	name   string
	head   Header
	sum    hash.Hash
	sealed io.WriteCloser
	done   bool
}

// Create begins a file that is encrypted to an epoch. Until Commit it lies in the folder temp, on the same file system.
func Create(name, temp string, e Epoch, kind string, at time.Time) (*Writer, error) {
	to, err := age.ParseX25519Recipient(e.Recipient)
	if err != nil {
		return nil, fmt.Errorf("epoch %d: %w", e.Number, err)
	}
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(temp, rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: f, name: name, sum: sha256.New(),
		head: Header{Format: Format, Kind: kind, Epoch: e.Number, At: at.UTC().Truncate(time.Second)}}
	if _, err = f.Seek(headerSize, io.SeekStart); err == nil {
		w.sealed, err = age.Encrypt(f, to)
	}
	if err != nil {
		w.Abort()
		return nil, fmt.Errorf("encrypt %s: %w", kind, err)
	}
	return w, nil
}

// Write implements [io.Writer].
func (w *Writer) Write(p []byte) (int, error) {
	n, err := w.sealed.Write(p)
	w.sum.Write(p[:n])
	w.head.Size += int64(n)
	return n, err
}

// Commit makes the file durable and visible, and says what is in it.
func (w *Writer) Commit() (File, error) {
	if w.done {
		return File{}, os.ErrClosed
	}
	defer w.Abort()
	w.sum.Sum(w.head.SHA256[:0])
	head, err := w.head.encode()
	if err == nil {
		err = w.sealed.Close()
	}
	if err == nil {
		_, err = w.file.WriteAt(head, 0)
	}
	if err == nil {
		err = w.file.Sync()
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(w.name), 0o700)
	}
	if err == nil {
		err = os.Rename(w.file.Name(), w.name)
	}
	if err == nil {
		err = offchain.SyncFolder(filepath.Dir(w.name))
	}
	if err != nil {
		return File{}, fmt.Errorf("write %s: %w", w.head.Kind, err)
	}
	return File{Name: w.head.Kind, Size: w.head.Size, SHA256: w.head.SHA256}, nil
}

// Abort forgets what was written.
func (w *Writer) Abort() {
	if w.done {
		return
	}
	w.done = true
	_ = w.file.Close()
	_ = os.Remove(w.file.Name()) // after a commit it has another name
}

// Reader reads a file. What it gives is verified, piece by piece, and as a whole where it answers io.EOF.
type Reader struct {
	Header
	file  *os.File
	plain io.Reader
	sum   hash.Hash
	n     int64
}

// Open opens a file for whoever holds its epoch's key.
func Open(name string, id age.Identity) (*Reader, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	r := &Reader{file: f, sum: sha256.New()}
	if r.Header, err = readHeader(f); err == nil {
		r.plain, err = age.Decrypt(f, id)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", filepath.Base(name), reason(err)), f.Close())
	}
	return r, nil
}

// reason tells a wrong key from damage.
func reason(err error) error {
	var mismatch *age.NoIdentityMatchError
	var path *os.PathError
	switch {
	case errors.As(err, &mismatch):
		return ErrWrongKey
	case errors.Is(err, ErrDamaged), errors.As(err, &path):
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// Read implements [io.Reader].
func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.plain.Read(p)
	r.sum.Write(p[:n])
	r.n += int64(n)
	switch {
	case errors.Is(err, io.EOF):
		if r.n != r.Size || Digest(r.sum.Sum(nil)) != r.SHA256 {
			return n, fmt.Errorf("%s: %w: its header is of something else", r.Kind, ErrDamaged)
		}
		return n, io.EOF
	case err != nil:
		return n, fmt.Errorf("%s: %w", r.Kind, reason(err))
	}
	return n, nil
}

// Close closes the file.
func (r *Reader) Close() error { return r.file.Close() }

// Is says whether the header is of a file that a manifest names.
func (r *Reader) Is(f File) error {
	if r.Kind != f.Name || r.Size != f.Size || r.SHA256 != f.SHA256 {
		return fmt.Errorf("%s: %w: it is not the one that the manifest names", f.Name, ErrDamaged)
	}
	return nil
}
