package keys

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

const place = "lethe test/care/object 7"

// positions returns those around every boundary of the ciphertext of a message, header included, and some in between.
func positions(length int) []int {
	var at []int
	for edge := HeaderSize; ; edge += sealedChunk {
		for _, d := range []int{-TagSize - 1, -TagSize, -TagSize + 1, -1, 0, 1, TagSize - 1, TagSize, TagSize + 1, 5003} {
			at = append(at, edge+d)
		}
		if edge > length {
			break
		}
	}
	at = append(at, 0, 1, saltSize-1, saltSize, saltSize+1, length-1, length-TagSize)
	at = slices.DeleteFunc(at, func(p int) bool { return p < 0 || p >= length })
	slices.Sort(at)
	return slices.Compact(at)
}

func TestThreat09TruncationExtensionReordering(t *testing.T) {
	key := testKey(t, "threat 9")
	for _, size := range []int{0, 1, 40, ChunkSize - 1, ChunkSize, ChunkSize + 1, 3 * ChunkSize, 3*ChunkSize + 100} {
		plain := plaintext("threat 9", size)
		ct := seal(t, key, place, plain)
		accepted(t, ct, key, place, plain)
		for _, cut := range cuts(len(ct)) {
			refused(t, fmt.Sprintf("%d bytes cut to %d", len(ct), cut), ct[:cut], key, place, plain)
		}
		for _, more := range []int{1, TagSize - 1, TagSize, sealedChunk - 1, sealedChunk, sealedChunk + 1, 2 * sealedChunk} {
			longer := append(bytes.Clone(ct), plaintext("noise", more)...)
			refused(t, fmt.Sprintf("%d bytes and %d more", len(ct), more), longer, key, place, plain)
		}
	}
}

// cuts are all lengths of a short ciphertext, and those around every boundary of a long one.
func cuts(length int) []int {
	if length > 200 {
		return positions(length)
	}
	all := make([]int, length)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestThreat09Reordering(t *testing.T) {
	key := testKey(t, "threat 9")
	plain := plaintext("threat 9", 3*ChunkSize+100)
	ct := seal(t, key, place, plain)
	other := seal(t, key, place, plain)
	head, c := ct[:HeaderSize], slices.Collect(slices.Chunk(ct[HeaderSize:], sealedChunk))
	o := slices.Collect(slices.Chunk(other[HeaderSize:], sealedChunk))
	for name, parts := range map[string][][]byte{
		"first two swapped":               {head, c[1], c[0], c[2], c[3]},
		"middle two swapped":              {head, c[0], c[2], c[1], c[3]},
		"last comes first":                {head, c[3], c[0], c[1], c[2]},
		"first twice":                     {head, c[0], c[0], c[1], c[2], c[3]},
		"first instead of second":         {head, c[0], c[0], c[2], c[3]},
		"last twice":                      {head, c[0], c[1], c[2], c[3], c[3]},
		"first gone":                      {head, c[1], c[2], c[3]},
		"middle gone":                     {head, c[0], c[2], c[3]},
		"last gone":                       {head, c[0], c[1], c[2]},
		"last two gone":                   {head, c[0], c[1]},
		"all gone":                        {head},
		"chunk of another message":        {head, c[0], o[1], c[2], c[3]},
		"last chunk of another message":   {head, c[0], c[1], c[2], o[3]},
		"header of another message":       {other[:HeaderSize], c[0], c[1], c[2], c[3]},
		"header twice":                    {head, head, c[0], c[1], c[2], c[3]},
		"no header":                       {c[0], c[1], c[2], c[3]},
		"salt of another message":         {other[:saltSize], ct[saltSize:]},
		"whole chunk cut to look the end": {head, c[0], c[1][:100]},
	} {
		t.Run(name, func(t *testing.T) { refused(t, name, slices.Concat(parts...), key, place, plain) })
	}
}

func TestThreat09FlippedBytes(t *testing.T) {
	key := testKey(t, "threat 9")
	for _, size := range []int{0, 1, 40, 2*ChunkSize + 77} {
		plain := plaintext("flip", size)
		ct := seal(t, key, place, plain)
		for _, at := range flips(len(ct)) {
			for _, bit := range []byte{0x01, 0x80} {
				ct[at] ^= bit
				refused(t, fmt.Sprintf("byte %d of %d flipped", at, len(ct)), ct, key, place, plain)
				ct[at] ^= bit
			}
		}
		accepted(t, ct, key, place, plain)
	}
}

// flips are all bytes of a short ciphertext; header, tags, edges and a sample of a long one.
func flips(length int) []int {
	if length <= 200 {
		return cuts(length)
	}
	at := positions(length)
	for i := range HeaderSize {
		at = append(at, i)
	}
	for end := HeaderSize + sealedChunk; end < length+sealedChunk; end += sealedChunk {
		for i := min(end, length) - TagSize; i < min(end, length); i++ {
			at = append(at, i)
		}
	}
	for i := HeaderSize; i < length; i += 997 {
		at = append(at, i)
	}
	slices.Sort(at)
	return slices.Compact(at)
}

func TestFlippedByteReleasesTheChunksBefore(t *testing.T) {
	key := testKey(t, "prefix")
	plain := plaintext("prefix", 300*ChunkSize+1)
	ct := seal(t, key, place, plain)
	for _, bad := range []int{0, 1, 127, 128, 129, 200, 255, 256, 259, 299} {
		altered := bytes.Clone(ct)
		altered[HeaderSize+bad*sealedChunk] ^= 1
		for way, decrypt := range decryptions {
			got, err := decrypt(altered, key, []byte(place))
			if err == nil || way != "Open" && !bytes.Equal(got, plain[:bad*ChunkSize]) || way == "Open" && got != nil {
				t.Errorf("%s, chunk %d altered: released %d bytes, %v", way, bad, len(got), err)
			}
		}
	}
}

func TestWrongKeyOrContext(t *testing.T) {
	key, plain := testKey(t, "right"), plaintext("wrong", 20_000)
	ct := seal(t, key, place, plain)
	tests := []struct {
		name    string
		key     *Key
		context string
	}{
		{"other key", testKey(t, "left"), place},
		{"no context", key, ""},
		{"context cut", key, place[:len(place)-1]},
		{"context longer", key, place + "\x00"},
		{"context altered", key, "L" + place[1:]},
	}
	for _, tt := range tests {
		for way, decrypt := range decryptions {
			if got, err := decrypt(ct, tt.key, []byte(tt.context)); err != ErrWrongKey || len(got) > 0 {
				t.Errorf("%s, %s: %d bytes, error %v, want ErrWrongKey", tt.name, way, len(got), err)
			}
		}
	}
	// What stands at the border of salt and context must not be movable between them.
	shifted := slices.Concat(ct[1:saltSize], []byte{place[0]}, ct[saltSize:])
	refused(t, "salt and context shifted", shifted, key, place[1:], plain)
}
