package keys

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

var errDisk = errors.New("disk failed")

// limitWriter takes n bytes, then fails; or, with a nil err, writes less without saying so.
type limitWriter struct {
	n   int
	err error
}

func (w *limitWriter) Write(p []byte) (int, error) {
	if len(p) <= w.n {
		w.n -= len(p)
		return len(p), nil
	}
	n := w.n
	w.n = 0
	return n, w.err
}

func TestEncrypterReportsItsDestination(t *testing.T) {
	key, plain := testKey(t, "dst"), plaintext("dst", 150*ChunkSize+9)
	total := int(CiphertextSize(int64(len(plain))))
	for _, room := range []int{0, 1, HeaderSize - 1, HeaderSize, HeaderSize + 1, sealedChunk, 20 * sealedChunk, 131 * sealedChunk, total - 1} {
		for _, want := range []error{errDisk, io.ErrShortWrite} {
			w := &limitWriter{n: room}
			if want == errDisk {
				w.err = errDisk
			}
			first, again, closed := encryptOnto(w, key, plain)
			if !errors.Is(first, want) {
				t.Errorf("room for %d: %v, want %v", room, first, want)
			}
			if room >= HeaderSize && (again != first || closed != first) {
				t.Errorf("room for %d: the error does not stick: %v, then %v and %v", room, first, again, closed)
			}
		}
	}
	if first, _, _ := encryptOnto(&limitWriter{n: total}, key, plain); first != nil {
		t.Errorf("room for all: %v", first)
	}
}

// encryptOnto returns the first error of a whole encryption, and what Write and Close answer after it.
func encryptOnto(w io.Writer, key *Key, plain []byte) (first, again, closed error) {
	e, err := NewEncrypter(w, key, nil)
	if err != nil {
		return err, nil, nil
	}
	for rest := plain; len(rest) > 0 && first == nil; {
		var n int
		n, first = e.Write(rest[:min(len(rest), 100_000)])
		rest = rest[n:]
	}
	if first == nil {
		first = e.Close()
	}
	_, again = e.Write([]byte{1})
	return first, again, e.Close()
}

func TestEncrypterClose(t *testing.T) {
	var out bytes.Buffer
	key := testKey(t, "close")
	e, err := NewEncrypter(&out, key, nil)
	must(t, err)
	_, err = e.Write([]byte("all"))
	must(t, err)
	must(t, e.Close())
	must(t, e.Close())
	if n, err := e.Write([]byte("more")); n != 0 || err == nil {
		t.Errorf("Write after Close: %d, %v", n, err)
	}
	accepted(t, out.Bytes(), key, "", []byte("all"))
}

func TestAbandonedEncrypterLeavesNoMessage(t *testing.T) {
	var out bytes.Buffer
	key, plain := testKey(t, "abandon"), plaintext("abandon", 150*ChunkSize)
	e, err := NewEncrypter(&out, key, nil)
	must(t, err)
	_, err = e.Write(plain)
	must(t, err)
	refused(t, "not closed", out.Bytes(), key, "", plain)
}

func TestDecrypterIsAReader(t *testing.T) {
	key, plain := testKey(t, "reader"), plaintext("reader", 3*ChunkSize+17)
	ct := seal(t, key, place, plain)
	sources := map[string]func(io.Reader) io.Reader{
		"whole":       func(r io.Reader) io.Reader { return r },
		"one byte":    iotest.OneByteReader,
		"half":        iotest.HalfReader,
		"data at EOF": iotest.DataErrReader,
	}
	for name, source := range sources {
		d, err := NewDecrypter(source(bytes.NewReader(ct)), key, []byte(place))
		must(t, err)
		if err := iotest.TestReader(onlyReader{d}, plain); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n, err := d.Read(make([]byte, 9)); n != 0 || err != io.EOF {
			t.Errorf("%s: after the end: %d, %v", name, n, err)
		}
	}
}

func TestDecrypterReportsItsSource(t *testing.T) {
	key, plain := testKey(t, "src"), plaintext("src", 150*ChunkSize)
	ct := seal(t, key, "", plain)
	for _, good := range []int{0, 10, HeaderSize, 100, HeaderSize + sealedChunk, 200_000, 140 * sealedChunk, len(ct)} {
		for _, failure := range []error{errDisk, io.ErrUnexpectedEOF} {
			src := io.MultiReader(bytes.NewReader(ct[:good]), iotest.ErrReader(failure))
			d, err := NewDecrypter(src, key, nil)
			if good < HeaderSize {
				if !errors.Is(err, failure) {
					t.Errorf("failure within the header: %v", err)
				}
				continue
			}
			must(t, err)
			got, err := io.ReadAll(onlyReader{d})
			if !errors.Is(err, failure) || errors.Is(err, ErrCorrupt) || !bytes.HasPrefix(plain, got) {
				t.Errorf("failure after %d bytes: %d bytes, %v", good, len(got), err)
			}
			if _, again := d.Read(make([]byte, 1)); again != err {
				t.Errorf("the error does not stick: %v", again)
			}
		}
	}
}

func TestDecrypterKeepsWhatAWriterDidNotTake(t *testing.T) {
	key, plain := testKey(t, "sink"), plaintext("sink", 150*ChunkSize+5)
	d, err := NewDecrypter(bytes.NewReader(seal(t, key, "", plain)), key, nil)
	must(t, err)
	n, err := d.WriteTo(&limitWriter{n: 135 * ChunkSize, err: errDisk})
	if !errors.Is(err, errDisk) {
		t.Errorf("WriteTo: %v", err)
	}
	rest, err := io.ReadAll(d)
	must(t, err)
	if !bytes.Equal(rest, plain[n:]) {
		t.Errorf("after %d bytes written, %d bytes left of %d", n, len(rest), len(plain))
	}
}

func TestReaderAtRanges(t *testing.T) {
	key := testKey(t, "ranges")
	for _, size := range []int{0, 1, ChunkSize, 40*ChunkSize + 1234} {
		plain := plaintext("ranges", size)
		ct := seal(t, key, place, plain)
		r, err := NewReaderAt(bytes.NewReader(ct), int64(len(ct)), key, []byte(place))
		must(t, err)
		if r.Size() != int64(size) {
			t.Errorf("Size = %d, want %d", r.Size(), size)
		}
		reference, random := bytes.NewReader(plain), rand.New(rand.NewPCG(1, uint64(size)))
		for range 300 {
			off, length := random.Int64N(int64(size)+3), random.IntN(size+3)
			sameRange(t, r, reference, off, length)
		}
		if size <= ChunkSize { // byte by byte, and every byte costs a chunk
			if err := iotest.TestReader(io.NewSectionReader(r, 0, r.Size()), plain); err != nil {
				t.Error(err)
			}
		}
		if _, err := r.ReadAt(make([]byte, 1), -1); err == nil || err == io.EOF {
			t.Errorf("negative offset: %v", err)
		}
	}
}

// sameRange compares ReadAt with a reference, and checks that nothing is written beyond the slice.
func sameRange(t *testing.T, r, reference io.ReaderAt, off int64, length int) {
	t.Helper()
	buf, want := bytes.Repeat([]byte{0xAA}, length+64), make([]byte, length)
	n, err := r.ReadAt(buf[:length], off)
	wantN, wantErr := reference.ReadAt(want, off)
	if n != wantN || (err == nil) != (wantErr == nil) || err != nil && err != io.EOF {
		t.Fatalf("ReadAt(%d, %d) = %d, %v, want %d, %v", length, off, n, err, wantN, wantErr)
	}
	if !bytes.Equal(buf[:n], want[:n]) || strings.Trim(string(buf[length:]), "\xaa") != "" {
		t.Fatalf("ReadAt(%d, %d) gives other bytes", length, off)
	}
}

func TestReaderAtAlteredChunk(t *testing.T) {
	key, plain := testKey(t, "altered"), plaintext("altered", 5*ChunkSize+9)
	ct := seal(t, key, "", plain)
	ct[HeaderSize+2*sealedChunk] ^= 1
	r, err := NewReaderAt(bytes.NewReader(ct), int64(len(ct)), key, nil)
	must(t, err)
	for _, tt := range []struct {
		off      int64
		size, ok int
	}{
		{2 * ChunkSize, ChunkSize, 0}, {2*ChunkSize + 5, 10, 0}, {3*ChunkSize - 1, 2, 0}, {2*ChunkSize - 7, 20, 7},
		{0, 5 * ChunkSize, 2 * ChunkSize}, {100, 4 * ChunkSize, 2*ChunkSize - 100},
	} {
		buf := make([]byte, tt.size)
		n, err := r.ReadAt(buf, tt.off)
		if n != tt.ok || !errors.Is(err, ErrCorrupt) || !bytes.Equal(buf[:n], plain[tt.off:][:n]) {
			t.Errorf("ReadAt(%d, %d) = %d, %v, want %d, ErrCorrupt", tt.size, tt.off, n, err, tt.ok)
		}
		if !bytes.Equal(buf[n:], make([]byte, tt.size-n)) {
			t.Errorf("ReadAt(%d, %d) left bytes of a bad chunk", tt.size, tt.off)
		}
	}
	sameRange(t, r, bytes.NewReader(plain), 3*ChunkSize, 2*ChunkSize) // the chunks behind it are good
}

// countingReaderAt says what was asked of it.
type countingReaderAt struct {
	io.ReaderAt
	mu      sync.Mutex
	total   int
	largest int
}

func (c *countingReaderAt) ReadAt(p []byte, off int64) (int, error) {
	c.mu.Lock()
	c.total += len(p)
	c.largest = max(c.largest, len(p))
	c.mu.Unlock()
	return c.ReaderAt.ReadAt(p, off)
}

func TestReaderAtReadsOnlyTheChunksNeeded(t *testing.T) {
	key, plain := testKey(t, "needed"), plaintext("needed", 100*ChunkSize+7)
	ct := seal(t, key, "", plain)
	src := &countingReaderAt{ReaderAt: bytes.NewReader(ct)}
	r, err := NewReaderAt(src, int64(len(ct)), key, nil)
	must(t, err)
	if want := HeaderSize + 7 + TagSize; src.total != want {
		t.Errorf("opening read %d bytes, want %d", src.total, want)
	}
	for _, tt := range []struct {
		off         int64
		size, reads int
	}{
		{0, 1, 1}, {ChunkSize - 1, 2, 2}, {5 * ChunkSize, ChunkSize, 1}, {ChunkSize, 3 * ChunkSize, 3}, {9, 99 * ChunkSize, 100},
	} {
		src.total, src.largest = 0, 0
		_, err := r.ReadAt(make([]byte, tt.size), tt.off)
		must(t, err)
		if src.total != tt.reads*sealedChunk || src.largest > spanChunks*sealedChunk {
			t.Errorf("%d bytes at %d read %d bytes, %d at once", tt.size, tt.off, src.total, src.largest)
		}
	}
}

func TestReaderAtConcurrentUse(t *testing.T) {
	key, plain := testKey(t, "concurrent"), plaintext("concurrent", 20*ChunkSize+99)
	ct := seal(t, key, "", plain)
	r, err := NewReaderAt(bytes.NewReader(ct), int64(len(ct)), key, nil)
	must(t, err)
	var wg sync.WaitGroup
	for g := range uint64(8) {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(7, g))
			for range 100 {
				off := random.IntN(len(plain))
				buf := make([]byte, random.IntN(len(plain)-off)+1)
				if n, err := r.ReadAt(buf, int64(off)); err != nil || !bytes.Equal(buf, plain[off:off+n]) {
					t.Errorf("ReadAt: %v", err)
				}
			}
		})
	}
	wg.Wait()
}

func TestReaderAtReportsItsSource(t *testing.T) {
	key, plain := testKey(t, "source"), plaintext("source", 3*ChunkSize)
	ct := seal(t, key, "", plain)
	size := int64(len(ct))
	for _, claimed := range []int64{0, size - 1, size + 1, size + TagSize, size + sealedChunk, size - sealedChunk} {
		if _, err := NewReaderAt(bytes.NewReader(ct), claimed, key, nil); !errors.Is(err, ErrCorrupt) {
			t.Errorf("size %d for %d: %v", claimed, size, err)
		}
	}
	src := &failingReaderAt{data: ct}
	r, err := NewReaderAt(src, size, key, nil)
	must(t, err)
	src.err = errDisk
	if n, err := r.ReadAt(make([]byte, 100), 5); n != 0 || !errors.Is(err, errDisk) || errors.Is(err, ErrCorrupt) {
		t.Errorf("failing source: %d, %v", n, err)
	}
	if _, err := NewReaderAt(src, size, key, nil); !errors.Is(err, errDisk) {
		t.Errorf("failing source: %v", err)
	}
}

type failingReaderAt struct {
	data []byte
	err  error
}

func (f *failingReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return bytes.NewReader(f.data).ReadAt(p, off)
}
