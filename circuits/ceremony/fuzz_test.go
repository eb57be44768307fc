package ceremony

import (
	"bytes"
	"testing"
)

// A contribution that is read is the one that is written.
func FuzzThreat53Contribution(f *testing.F) {
	d := whole()
	f.Add(d.files[third1+contributionEnd], byte(1))
	f.Add(d.files[third2+contributionEnd], byte(2))
	f.Add(d.files["phase2/000.start"], byte(0))
	f.Fuzz(func(t *testing.T, data []byte, phase byte) {
		var out bytes.Buffer
		if phase == 1 {
			p, err := readPowers(t.Context(), data, d.File.Domain)
			if err != nil {
				return
			}
			if _, err := p.WriteTo(&out); err != nil {
				t.Fatal(err)
			}
		} else {
			p, err := readSecond(data, d.Circuit, phase == 0)
			if err != nil {
				return
			}
			if _, err := p.WriteTo(&out); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(out.Bytes(), data) {
			t.Fatal("two forms of one contribution")
		}
	})
}

// No table of sections, no record and no point makes reading a file of powers fail in another way than by an error.
func FuzzThreat53Ptau(f *testing.F) {
	f.Add(newPtauFile(f, 3).bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := openPtau(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		if _, err := p.commons(t.Context(), minDomain); err != nil {
			return
		}
		_, _ = p.report()
	})
}
