package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"lethe/vault"
)

// importResult is what `lethe import --json` prints.
type importResult struct {
	Patients int       `json:"patients"` // distinct, of the files that were taken in or known already
	Records  int       `json:"records"`
	Objects  int       `json:"objects"`
	Bytes    int64     `json:"bytes"`
	Skipped  int       `json:"skipped"` // files that were taken in before
	Ignored  int       `json:"ignored"` // in folders: files that are not *.json, links, pipes
	Refused  []refused `json:"refused"`
}

type refused struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

func (p *program) importCommand() *cobra.Command {
	var in vault.Import
	c := &cobra.Command{
		Use:   "import PATH…",
		Short: "take in FHIR R4 bundles, single resources, or any other file",
		Long: `Takes in FHIR R4 JSON (transaction and collection bundles, single resources), and any other file when --patient and
--type are given. A folder stands for the *.json files below it. A bundle names its patient; the same bundle again stores
nothing. A file that is refused is named with the reason, and the others go on; the exit status is then not 0.`,
		Example: `  lethe import bundles/ --dir lethe-state
  lethe import scan.dcm --patient 5f0c… --type DICOM`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return p.importFiles(c.Context(), args, in) },
	}
	c.Flags().StringVar(&in.Patient, "patient", "", "whose it is: a patient's id, or system|value")
	c.Flags().StringVar(&in.Type, "type", "", "store the file unread, as one record of this type")
	return c
}

func (p *program) importFiles(ctx context.Context, paths []string, in vault.Import) (err error) {
	found := expand(paths, in.Type != "")
	if len(found.files)+len(found.refused) == 0 {
		return withHint(errors.New("there is nothing to import"), "folders stand for the *.json files below them")
	}
	st, err := p.openState(ctx, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if in.Patient, err = st.patientID(ctx, in.Patient); err != nil {
		return err
	}
	result, err := p.importAll(ctx, st, found, in)
	if err != nil {
		return err
	}
	if err := p.report(result); err != nil {
		return err
	}
	if n := len(result.Refused); n > 0 {
		return fmt.Errorf("%d of %d files were refused", n, len(found.files)+len(found.refused))
	}
	return nil
}

// found is what paths stand for.
type found struct {
	files   []string
	refused []refused
	ignored int // in folders: files that are not *.json, links, pipes
}

// expand lists the files that paths stand for: folders stand for the *.json files below them, or for all files when everything is
// taken. What is no file is refused, or ignored where nobody named it.
func expand(paths []string, everything bool) (all found) {
	refuse := func(path string, err error) {
		all.refused = append(all.refused, refused{File: path, Reason: oneLine(err)})
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			refuse(path, err)
			continue
		case info.Mode().IsRegular():
			all.files = append(all.files, path)
			continue
		case !info.IsDir():
			refuse(path, errors.New("neither a file nor a folder"))
			continue
		}
		_ = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error { // never fails: errors are refusals
			switch {
			case err != nil:
				refuse(name, err)
			case d.IsDir():
			case d.Type().IsRegular() && (everything || strings.EqualFold(filepath.Ext(name), ".json")):
				all.files = append(all.files, name)
			default:
				all.ignored++
			}
			return nil
		})
	}
	return all
}

// importAll takes the files in, one after the other; only what stops all of them is an error.
func (p *program) importAll(ctx context.Context, st *state, all found, in vault.Import) (importResult, error) {
	result := importResult{Ignored: all.ignored, Refused: []refused{}}
	patients := map[string]bool{}
	bar := p.progress("importing", all.files)
	defer bar.finish()
	refuse := func(r refused, hints ...string) {
		result.Refused = append(result.Refused, r)
		bar.say("lethe: refused %s: %s", visible(r.File), r.Reason)
		for _, h := range hints {
			bar.say("hint: %s", h)
		}
	}
	for _, r := range all.refused {
		refuse(r)
	}
	for _, name := range all.files {
		in.Open = func() (io.ReadCloser, error) { return bar.open(name) }
		done, err := st.Import(ctx, in)
		bar.fileDone()
		switch {
		case ctx.Err() != nil:
			return result, ctx.Err()
		case errors.Is(err, vault.ErrQuarantined):
			return result, err
		case err != nil:
			refuse(refused{File: name, Reason: oneLine(err)}, hints(err)...)
			continue
		case done.Skipped:
			result.Skipped++
		}
		patients[done.Patient] = true
		result.Records += done.Records
		result.Objects += done.Objects
		result.Bytes += done.Bytes
	}
	result.Patients = len(patients)
	return result, nil
}

func (p *program) report(r importResult) error {
	if p.json {
		return p.print(r)
	}
	fmt.Fprintf(p.stdout, "%d patients, %d records in %d objects, %s", r.Patients, r.Records, r.Objects, humanize.IBytes(uint64(r.Bytes)))
	for _, v := range []struct {
		n    int
		what string
	}{{r.Skipped, "taken in before"}, {r.Ignored, "not *.json"}, {len(r.Refused), "refused"}} {
		if v.n > 0 {
			fmt.Fprintf(p.stdout, "; %d %s", v.n, v.what)
		}
	}
	fmt.Fprintln(p.stdout)
	return nil
}

// totalSize is the size of files, each read twice; what cannot be read counts nothing.
func totalSize(files []string) (total int64) {
	for _, name := range files {
		if info, err := os.Stat(name); err == nil {
			total += 2 * info.Size()
		}
	}
	return total
}
