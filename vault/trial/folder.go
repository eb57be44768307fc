package trial

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lethe/circuits/field"
	"lethe/offchain"
)

// ErrNoTrial says that a store has no record of a trial.
var ErrNoTrial = errors.New("no such trial here")

// Store keeps the records of trials. Save puts a whole record in place of the one before, or leaves that.
type Store interface {
	Load(id field.Element) (*Record, error) // ErrNoTrial, ErrRecord
	Save(id field.Element, r *Record) error
}

// Folder is a Store: a folder for each trial, named by its id, with record.json in it. Copies are folders that hold the same, the sponsor's:
// a record counts as saved when it is in all of them.
type Folder struct {
	Path   string
	Copies []string
}

var _ Store = (*Folder)(nil)

// recordFile is the record's name in a trial's folder.
const recordFile = "record.json"

// Of is a trial's own folder.
func (f *Folder) Of(id field.Element) string {
	return filepath.Join(f.Path, hex.EncodeToString(field.Bytes(id)))
}

// List gives the ids of the trials that have a record.
func (f *Folder) List() (ids []field.Element, err error) {
	entries, err := os.ReadDir(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if id, err := field.ParseText(e.Name()); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// Load implements [Store].
func (f *Folder) Load(id field.Element) (*Record, error) {
	data, err := os.ReadFile(filepath.Join(f.Of(id), recordFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoTrial
	}
	if err != nil {
		return nil, err
	}
	r := &Record{}
	if err := json.Unmarshal(data, r); err != nil {
		return nil, err
	}
	return r, nil
}

// Save implements [Store]. The copies are written first: what this folder says is in all of them.
func (f *Folder) Save(id field.Element, r *Record) error {
	data, err := json.Marshal(r, jsontext.WithIndent(" "))
	if err != nil {
		return err
	}
	for _, folder := range append(slices.Clone(f.Copies), f.Path) {
		dir := (&Folder{Path: folder}).Of(id)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("trial's record: %w", err)
		}
		if err := offchain.ReplaceFile(filepath.Join(dir, recordFile), data); err != nil {
			return fmt.Errorf("trial's record: %w", err)
		}
	}
	return nil
}
