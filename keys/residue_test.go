package keys

import (
	"bytes"
	"io"
	"testing"
)

// TestThreat04BuffersAreCleared looks into the buffers that held plaintext, once their work is done.
func TestThreat04BuffersAreCleared(t *testing.T) {
	key, plain := testKey(t, "residue"), bytes.Repeat([]byte("health data "), 20_000)
	ct := seal(t, key, "", plain)

	t.Run("Encrypter", func(t *testing.T) {
		e, err := NewEncrypter(io.Discard, key, nil)
		must(t, err)
		_, err = e.Write(plain[:100])
		must(t, err)
		buf := e.buf[:cap(e.buf)]
		if !bytes.Contains(buf, plain[:100]) {
			t.Fatal("looking at the wrong buffer")
		}
		must(t, e.Close())
		clean(t, buf)
	})
	t.Run("Decrypter", func(t *testing.T) {
		d, err := NewDecrypter(bytes.NewReader(ct), key, nil)
		must(t, err)
		_, err = d.Read(make([]byte, 10))
		must(t, err)
		buf := d.buf
		if !bytes.Contains(buf, plain[:100]) {
			t.Fatal("looking at the wrong buffer")
		}
		_, err = io.Copy(io.Discard, d)
		must(t, err)
		clean(t, buf)
	})
	t.Run("ReaderAt", func(t *testing.T) {
		r, err := NewReaderAt(bytes.NewReader(ct), int64(len(ct)), key, nil)
		must(t, err)
		looked := 0
		for looked < 5 { // a pool may lose what it was given
			_, err = r.ReadAt(make([]byte, 3*ChunkSize), 77)
			must(t, err)
			for buf, ok := r.bufs.Get().(*[]byte); ok; buf, ok = r.bufs.Get().(*[]byte) {
				if bytes.Contains((*buf)[:cap(*buf)], []byte("health")) {
					t.Fatal("plaintext is left in the pool")
				}
				looked++
			}
		}
	})
}

func clean(t *testing.T, buf []byte) {
	t.Helper()
	if !bytes.Equal(buf, make([]byte, len(buf))) {
		t.Error("the buffer is not cleared")
	}
}
