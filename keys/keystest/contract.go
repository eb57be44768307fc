package keystest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"

	"lethe/keys"
)

func (s *suite) createWrapUnwrap() {
	name, key, ad := keys.NewName(), keys.NewKey(), []byte("patient/care")
	s.exists(name, false)
	s.must(s.ring.Create(s.ctx, name))
	s.exists(name, true)
	first, second := s.wrap(name, key, ad), s.wrap(name, key, ad)
	s.opens(name, first, ad, key)
	s.opens(name, second, ad, key)
	if bytes.Contains(first, key.Bytes()) {
		s.Error("the wrapped key shows the key")
	}
}

func (s *suite) createAgain() {
	name, key := s.create(), keys.NewKey()
	wrapped := s.wrap(name, key, nil)
	s.fails("Create again", s.ring.Create(s.ctx, name), keys.ErrKeyExists)
	s.opens(name, wrapped, nil, key) // the key is the one it was
}

func (s *suite) neverMakes() {
	there, absent := s.create(), keys.NewName()
	wrapped := s.wrap(there, keys.NewKey(), nil)
	_, err := s.ring.Wrap(s.ctx, absent, keys.NewKey(), []byte("ad"))
	s.fails("Wrap", err, keys.ErrNoKey)
	s.exists(absent, false)
	s.shut("Unwrap", absent, wrapped, nil, keys.ErrNoKey)
	s.exists(absent, false)
}

func (s *suite) unwrapGivesACopy() {
	name, key, ad := s.create(), keys.NewKey(), []byte("ad")
	original := key.Clone()
	wrapped := s.wrap(name, key, ad)
	key.Zero()
	before := bytes.Clone(wrapped)
	for range 2 {
		got, err := s.ring.Unwrap(s.ctx, name, wrapped, ad)
		s.must(err)
		if !bytes.Equal(got.Bytes(), original.Bytes()) {
			s.Error("zeroing a key reached the ring")
		}
		got.Zero()
	}
	if !bytes.Equal(wrapped, before) || string(ad) != "ad" {
		s.Error("inputs were changed")
	}
}

// wrongNameOrData wraps under each of three names with each of several associated data, and unwraps everything with everything.
func (s *suite) wrongNameOrData() {
	names := []keys.Name{s.create(), s.create(), s.create()}
	datas := [][]byte{nil, []byte("a"), []byte("ab"), []byte("b"), []byte("a\x00"), []byte(names[0])}
	key := keys.NewKey()
	for i, name := range names {
		for j, ad := range datas {
			wrapped := s.wrap(name, key, ad)
			for k, otherName := range names {
				for l, otherData := range datas {
					if i == k && j == l {
						s.opens(name, wrapped, ad, key)
						continue
					}
					s.shut(fmt.Sprintf("name %d for %d, data %d for %d", k, i, l, j), otherName, wrapped, otherData, keys.ErrUnwrap)
				}
			}
		}
	}
}

func (s *suite) alteredWrapped() {
	name, key, ad := s.create(), keys.NewKey(), []byte("ad")
	wrapped := s.wrap(name, key, ad)
	for i := range wrapped {
		for _, bit := range []byte{0x01, 0x02, 0x80} {
			altered := bytes.Clone(wrapped)
			altered[i] ^= bit
			s.shut(fmt.Sprintf("byte %d altered", i), name, altered, ad, keys.ErrUnwrap)
		}
		s.shut(fmt.Sprintf("cut to %d bytes", i), name, wrapped[:i], ad, keys.ErrUnwrap)
	}
	for _, more := range []string{"\x00", "A", "=", "\n"} {
		s.shut(fmt.Sprintf("%q added", more), name, append(bytes.Clone(wrapped), more...), ad, keys.ErrUnwrap)
		s.shut(fmt.Sprintf("%q in front", more), name, append([]byte(more), wrapped...), ad, keys.ErrUnwrap)
	}
	s.opens(name, wrapped, ad, key)
}

func (s *suite) emptyAndOversized() {
	name, key := s.create(), keys.NewKey()
	wrapped := s.wrap(name, key, nil)
	s.opens(name, wrapped, []byte{}, key) // nothing and empty are the same
	s.shut("nothing wrapped", name, nil, nil, keys.ErrUnwrap)
	s.shut("nothing wrapped", name, []byte{}, nil, keys.ErrUnwrap)
	s.shut("a mebibyte", name, bytes.Repeat([]byte("x"), 1<<20), nil, keys.ErrUnwrap)
	s.shut("wrapped key and a mebibyte", name, append(bytes.Clone(wrapped), make([]byte, 1<<20)...), nil, keys.ErrUnwrap)

	long := bytes.Repeat([]byte{0xff, 0x00}, 32<<10)
	wrapped = s.wrap(name, key, long)
	s.opens(name, wrapped, long, key)
	s.shut("long associated data cut", name, wrapped, long[:len(long)-1], keys.ErrUnwrap)

	zeroed := keys.NewKey()
	zeroed.Zero()
	for what, dead := range map[string]*keys.Key{"a zeroed key": zeroed, "an empty key": {}, "nil": nil} {
		if _, err := s.ring.Wrap(s.ctx, name, dead, nil); err == nil {
			s.Errorf("wrapped %s", what)
		}
	}
}

func (s *suite) malformedName() {
	good := string(keys.NewName())
	for _, name := range []keys.Name{
		"", "x", keys.Name(good[1:]), keys.Name(good + "0"), keys.Name("../" + good[3:]), keys.Name(good[:62] + "/x"),
		keys.Name(strings.Repeat("A", 64)), keys.Name(good[:63] + "\x00"), keys.Name(strings.Repeat("a", 4096)),
	} {
		_, wrapErr := s.ring.Wrap(s.ctx, name, keys.NewKey(), nil)
		_, unwrapErr := s.ring.Unwrap(s.ctx, name, []byte("x"), nil)
		_, existsErr := s.ring.Exists(s.ctx, name)
		for what, err := range map[string]error{
			"Create": s.ring.Create(s.ctx, name), "Wrap": wrapErr, "Unwrap": unwrapErr,
			"Destroy": s.ring.Destroy(s.ctx, name), "Exists": existsErr,
		} {
			if err == nil {
				s.Errorf("%s took the name %.70q", what, name)
			} else if len(name) > 1 && strings.Contains(err.Error(), string(name)) {
				s.Errorf("%s tells the name: %v", what, err)
			}
		}
	}
}

func (s *suite) deadContext() {
	name, absent, key := s.create(), keys.NewName(), keys.NewKey()
	wrapped, before := s.wrap(name, key, nil), s.count()
	dead, cancel := context.WithCancel(s.ctx)
	cancel()
	_, wrapErr := s.ring.Wrap(dead, name, key, nil)
	_, unwrapErr := s.ring.Unwrap(dead, name, wrapped, nil)
	_, existsErr := s.ring.Exists(dead, name)
	_, countErr := s.ring.Count(dead)
	_, advanceErr := s.ring.Advance(dead)
	_, blindErr := s.ring.Blind(dead, nil)
	for what, err := range map[string]error{
		"Create": s.ring.Create(dead, absent), "Wrap": wrapErr, "Unwrap": unwrapErr, "Destroy": s.ring.Destroy(dead, name),
		"Exists": existsErr, "Count": countErr, "Advance": advanceErr, "Blind": blindErr,
	} {
		s.fails(what, err, context.Canceled)
	}
	s.exists(absent, false)
	s.opens(name, wrapped, nil, key)
	if after := s.count(); after != before {
		s.Errorf("count went from %d to %d", before, after)
	}
}

func (s *suite) destroy() {
	name, other, key := s.create(), s.create(), keys.NewKey()
	wrapped, kept := s.wrap(name, key, nil), s.wrap(other, key, nil)
	s.opens(name, wrapped, nil, key)
	s.must(s.ring.Destroy(s.ctx, name))
	s.exists(name, false)
	s.shut("destroyed", name, wrapped, nil, keys.ErrNoKey)
	_, err := s.ring.Wrap(s.ctx, name, key, nil)
	s.fails("Wrap after Destroy", err, keys.ErrNoKey)
	s.exists(name, false)
	s.opens(other, kept, nil, key)
}

func (s *suite) destroyAbsent() {
	never, once := keys.NewName(), s.create()
	s.must(s.ring.Destroy(s.ctx, never))
	s.exists(never, false)
	for range 3 {
		s.must(s.ring.Destroy(s.ctx, once))
	}
	s.exists(once, false)
}

func (s *suite) createdAgain() {
	name, key := s.create(), keys.NewKey()
	old := s.wrap(name, key, nil)
	for range 2 {
		s.must(s.ring.Destroy(s.ctx, name))
		s.must(s.ring.Create(s.ctx, name))
		s.shut("wrapped by the former key", name, old, nil, keys.ErrUnwrap)
		s.opens(name, s.wrap(name, key, nil), nil, key)
	}
}

func (s *suite) counter() {
	last := s.count()
	for range 5 {
		if again := s.count(); again != last {
			s.Fatalf("count went from %d to %d by itself", last, again)
		}
		n, err := s.ring.Advance(s.ctx)
		s.must(err)
		if n != last+1 || s.count() != n {
			s.Fatalf("Advance from %d gave %d, and Count %d", last, n, s.count())
		}
		last = n
	}
	s.must(s.ring.Destroy(s.ctx, s.create()))
	if n := s.count(); n != last {
		s.Errorf("making and destroying a key moved the count from %d to %d", last, n)
	}
}

func (s *suite) blind() {
	seen := make(map[[32]byte]int)
	for i, data := range [][]byte{{}, []byte("1"), []byte("1\x00"), []byte("2"), bytes.Repeat([]byte("long"), 16<<10)} {
		first, err := s.ring.Blind(s.ctx, data)
		s.must(err)
		again, err := s.ring.Blind(s.ctx, bytes.Clone(data))
		s.must(err)
		if first != again {
			s.Errorf("data %d: two answers", i)
		}
		if before, ok := seen[first]; ok {
			s.Errorf("data %d and %d have one answer", before, i)
		}
		seen[first] = i
		for _, guess := range [][]byte{nil, make([]byte, 32)} {
			mac := hmac.New(sha256.New, guess)
			mac.Write(data)
			if hmac.Equal(first[:], mac.Sum(nil)) || first == sha256.Sum256(data) {
				s.Errorf("data %d: anybody can compute the answer", i)
			}
		}
	}
}
