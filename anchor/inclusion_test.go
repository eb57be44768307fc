package anchor

import (
	"errors"
	"strings"
	"testing"
)

func TestFlippedProofIsRefused(t *testing.T) {
	v := readVectors(t)
	for _, i := range []int{0, 20} {
		entry := unhex(t, v.Entries[i].Entry)
		flips([]byte(v.Entries[i].Proof), func(place int, flipped []byte) {
			p, err := ParseInclusion(flipped, v.verifier(t))
			if err == nil {
				err = p.Verify(entry)
			}
			if !errors.Is(err, ErrInvalid) {
				t.Errorf("byte %d flipped in %q: %v", place, flipped, err)
			}
		})
	}
}

func TestProofHasOneForm(t *testing.T) {
	v := readVectors(t)
	good := v.Entries[13].Proof
	replace := func(old, other string) string {
		changed := strings.Replace(good, old, other, 1)
		if changed == good {
			t.Fatalf("%q is not in the proof", old)
		}
		return changed
	}
	for name, data := range map[string]string{
		"extra line":           replace("index", "extra AAAA\nindex"),
		"empty extra line":     replace("index", "extra \nindex"),
		"leading zero":         replace("index 13", "index 013"),
		"plus":                 replace("index 13", "index +13"),
		"index beyond the log": replace("index 13", "index 21"),
		"carriage returns":     strings.ReplaceAll(good, "\n", "\r\n"),
		"another version":      replace("@v1", "@v2"),
		"no checkpoint":        good[:strings.Index(good, "\n\n")+2],
		"no last newline":      strings.TrimSuffix(good, "\n"),
		"a line more":          good + "\n",
		"short hash":           replace("\n\n", "\nAAAA\n\n"),
		"nothing":              "",
	} {
		if p, err := ParseInclusion([]byte(data), v.verifier(t)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %+v, %v", name, p, err)
		} else if strings.Contains(name, "extra") && !strings.Contains(err.Error(), "extra") {
			t.Errorf("%s: says %v", name, err)
		}
	}
}

func TestInclusionIsRefused(t *testing.T) {
	v := readVectors(t)
	p, err := ParseInclusion([]byte(v.Entries[13].Proof), v.verifier(t))
	must(t, err)
	entry := unhex(t, v.Entries[13].Entry)
	c := p.Checkpoint
	must(t, VerifyInclusion(c, 13, entry, p.Hashes))
	refused(t, "another index", VerifyInclusion(c, 12, entry, p.Hashes))
	refused(t, "beyond the log", VerifyInclusion(c, 21, entry, p.Hashes))
	refused(t, "one hash less", VerifyInclusion(c, 13, entry, p.Hashes[1:]))
	refused(t, "one hash more", VerifyInclusion(c, 13, entry, append(p.Hashes, Hash{})))
	c.Root[5] ^= 1
	refused(t, "another root", VerifyInclusion(c, 13, entry, p.Hashes))
	refused(t, "an empty log", VerifyInclusion(Checkpoint{}, 0, entry, nil))
}
