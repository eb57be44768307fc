package vault

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lethe/offchain/index"
	"lethe/vault/fhir"
)

// canaries are texts that stand in a document where a person's data stands, and nowhere else.
var canaries = []string{
	"Kanarienvogel", "Serinus", "QZ-4711-0815", "+1-555-0100-77", "17 Birdcage Walk", "1931-02-29", "canary@example.invalid", "xanthous finding",
	"urn:uuid:0c0ffee0-4711-4815-9162-342000000000",
}

// aviary is a bundle that holds every canary.
func aviary() []byte {
	return fmt.Appendf(nil, `{"resourceType":"Bundle","type":"collection","entry":[
 {"fullUrl":%q,"resource":{"resourceType":"Patient","id":"c1","name":[{"family":%q,"given":[%q]}],"identifier":[{"system":"http://hospital.example/mrn","value":%q}],
  "telecom":[{"value":%q},{"value":%q}],"address":[{"line":[%q]}],"birthDate":%q}},
 {"resource":{"resourceType":"Observation","subject":{"reference":%q},"valueString":%q}},
 {"resource":{"resourceType":"Claim","patient":{"reference":%q}}}]}`,
		canaries[8], canaries[0], canaries[1], canaries[2], canaries[3], canaries[6], canaries[4], canaries[5], canaries[8], canaries[7], canaries[8])
}

// sings names a canary that some bytes hold, plain or in a usual encoding.
func sings(data []byte) string {
	for _, c := range canaries {
		for _, form := range []string{
			c, strings.ToLower(c), strings.ToUpper(c), hex.EncodeToString([]byte(c)), base64.RawStdEncoding.EncodeToString([]byte(c)),
			strings.Trim(fmt.Sprintf("%q", c), `"`),
		} {
			if bytes.Contains(data, []byte(form)) {
				return c
			}
		}
	}
	return ""
}

// Threat 6: what a document says of a person is in no log at debug level, no job, no error, no temporary file, and in no file of
// any store, through imports, refused imports, reads, a partial and a complete erasure, and a restart.
func TestThreat06CanariesInAllOutputs(t *testing.T) {
	if sings(aviary()) == "" {
		t.Fatal("the search finds nothing where all is")
	}
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	s := newSite(t)
	stop, err := s.index.Work(t.Context(), index.Handlers{ExecuteErasure: s.ExecuteErasure, SequenceLog: s.SequenceLog})
	must(t, err)
	refuseImports(t, s)
	done := s.take(aviary())
	s.reads(done.Bundle, aviary())
	for _, r := range s.records(done.Patient) {
		_, err := s.get(r.ID)
		must(t, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, r := range []EraseRequest{keeping(done.Patient, "billing"), request(done.Patient)} {
		_, _, err = s.Erase(ctx, r, nil)
		must(t, err)
	}
	jobs := s.texts(`SELECT json(args) || coalesce(json(errors), '') || json(metadata) || json(tags) FROM river_job`)
	if len(jobs) < 4 || sings([]byte(strings.Join(jobs, ""))) != "" {
		t.Errorf("jobs: %v", jobs)
	}
	must(t, stop(t.Context()))
	quiet(t, s.dir) // with the write-ahead log as a running service has it
	s.stop()
	quiet(t, s.dir)
	s.start()
	quiet(t, temporary)
	if c := sings(s.log.bytes()); c != "" {
		t.Errorf("%q in the log", c)
	}
	if len(s.log.bytes()) < 1000 {
		t.Error("hardly a log")
	}
}

// quiet searches all files of a folder.
func quiet(t *testing.T, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if c := sings([]byte(name)); c != "" {
			t.Errorf("%q in the name %s", c, name)
		}
		if d.IsDir() {
			return nil
		}
		data, err := os.ReadFile(name)
		if c := sings(data); c != "" {
			t.Errorf("%q in %s", c, strings.TrimPrefix(name, dir))
		}
		return err
	}))
}

// refuseImports imports what is broken in every way around the canaries, and searches the errors.
func refuseImports(t *testing.T, s *site) {
	t.Helper()
	good := aviary()
	bad := map[string][]byte{
		"two patients":       bytes.Replace(good, []byte(`"Claim"`), []byte(`"Patient"`), 1),
		"another reference":  bytes.Replace(good, []byte(`"patient":{"reference":"`+canaries[8]), []byte(`"patient":{"reference":"Patient/`+canaries[2]), 1),
		"twice the member":   bytes.Replace(good, []byte(`"telecom"`), []byte(`"address"`), 1),
		"member that is one": bytes.Replace(good, []byte(`"telecom"`), []byte(`"`+canaries[0]+`","telecom"`), 1),
		"type that is one":   bytes.Replace(good, []byte(`"Observation"`), fmt.Appendf(nil, "%q", canaries[7]), 1),
		"id that is one":     bytes.Replace(good, []byte(`"c1"`), fmt.Appendf(nil, "%q", canaries[4]), 1),
		"identifier":         bytes.Replace(good, []byte(canaries[2]), []byte(canaries[2]+`\u0007`), 1),
		"invalid UTF-8":      bytes.Replace(good, []byte(canaries[0]), []byte(canaries[0]+"\xff"), 1),
		"after the end":      append(bytes.Clone(good), canaries[0]...),
		"not JSON":           []byte(canaries[0]),
		"bundle type":        bytes.Replace(good, []byte(`"collection"`), fmt.Appendf(nil, "%q", canaries[1]), 1),
	}
	for at := 1; at < len(good); at += 7 {
		bad[fmt.Sprintf("cut at %d", at)] = good[:at]
		bad[fmt.Sprintf("control character at %d", at)] = append(append(bytes.Clone(good[:at]), 1), good[at:]...)
	}
	for name, document := range bad {
		_, err := s.Import(t.Context(), Import{Open: opener(document)})
		if err == nil {
			t.Errorf("%s: imported", name)
		} else if c := sings([]byte(err.Error())); c != "" {
			t.Errorf("%s: %q in %v", name, c, err)
		}
	}
	_, err := s.FindPatient(t.Context(), fhir.Identifier{System: mrn, Value: canaries[2]})
	is(t, err, ErrNotFound)
	if c := sings([]byte(err.Error())); c != "" {
		t.Errorf("%q in %v", c, err)
	}
	s.tidy()
}
