package archive_test

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"lethe/offchain/archive"
)

func manifest() archive.Manifest {
	return archive.Manifest{
		Format: archive.Format, Tenant: "main", Tool: "v1", Epoch: 1, At: noon, Parts: []archive.File{{Name: "index", Size: 7,
			SHA256: archive.Digest{1}}},
		Objects: archive.Objects{Count: 2, Bytes: 3}, Rows: []archive.Rows{{Table: "patients",
			Count: 1}}, Keys: archive.Keys{Store: "embedded", Count: 9},
		Log: 5, Ledger: archive.Ledger{Entries: 1, Head: archive.Digest{2}}, Network: archive.Network{Origin: "log.example",
			ChainID: 1, Contract: "0x1"},
	}
}

func TestAManifestHasOneForm(t *testing.T) {
	data, err := manifest().Marshal()
	noError(t, err)
	m, err := archive.ParseManifest(data)
	if err != nil || !reflect.DeepEqual(m, manifest()) {
		t.Fatalf("%+v, %v", m, err)
	}
	late := manifest()
	late.At = noon.Add(time.Millisecond).In(time.FixedZone("x", 3600))
	if again, err := late.Marshal(); err != nil || !bytes.Equal(again, data) {
		t.Fatalf("%s, %v", again, err)
	}
	for name, altered := range map[string]string{
		"space": " " + string(data), "no newline": strings.TrimSpace(string(data)), "unknown": strings.Replace(string(data),
			`{"format"`, `{"x":1,"format"`, 1),
		"upper-case digest": strings.Replace(string(data), `"0100`, `"0A00`, 1), "format": strings.Replace(string(data), "/v1", "/v2",
			1), "twice": string(data) + string(data),
	} {
		if altered == string(data) {
			t.Fatalf("%s is the same", name)
		}
		if _, err := archive.ParseManifest([]byte(altered)); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if f, ok := m.Part("index"); !ok || f.Size != 7 {
		t.Errorf("%+v", f)
	}
	if _, ok := m.Part("keys"); ok {
		t.Error("there is no part keys")
	}
}

func TestObjectsAreListedAndRead(t *testing.T) {
	var list bytes.Buffer
	l := archive.NewLister(&list)
	want := []archive.File{{Name: "main/aa/1", Size: 2, SHA256: archive.Digest{3}}, {Name: "main/bb/2", Size: 5}}
	for _, f := range want {
		noError(t, l.Add(f))
	}
	if l.Objects != (archive.Objects{Count: 2, Bytes: 7}) {
		t.Fatalf("%+v", l.Objects)
	}
	var have []archive.File
	take := func(f archive.File) error { have = append(have, f); return nil }
	noError(t, archive.EachObject(bytes.NewReader(list.Bytes()), take))
	if !reflect.DeepEqual(have, want) {
		t.Fatalf("%+v", have)
	}
	for name, text := range map[string]string{"cut": list.String()[:list.Len()-5], "not JSON": "x\n",
		"unknown": `{"name":"a","size":1,"sha256":"","x":1}` + "\n"} {
		if err := archive.EachObject(strings.NewReader(text), take); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := archive.EachObject(strings.NewReader(strings.Repeat("x", 1<<20)), take); err == nil {
		t.Error("a line of a megabyte was read")
	}
	stop := errors.New("stop")
	if err := archive.EachObject(bytes.NewReader(list.Bytes()), func(archive.File) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	damaged := io.MultiReader(bytes.NewReader(list.Bytes()), failing{})
	if err := archive.EachObject(damaged, take); !errors.Is(err, archive.ErrDamaged) {
		t.Error(err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, archive.ErrDamaged }

// What is accepted is in its one form, so that its digest stands for what it says.
func FuzzManifest(f *testing.F) {
	data, err := manifest().Marshal()
	noError(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := archive.ParseManifest(data)
		if err != nil {
			return
		}
		if again, err := m.Marshal(); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%s, %v", again, err)
		}
	})
}
