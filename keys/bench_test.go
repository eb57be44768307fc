package keys

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"
)

var benchSizes = []struct {
	name string
	size int
}{{"1KiB", 1 << 10}, {"64KiB", 64 << 10}, {"1MiB", 1 << 20}, {"64MiB", 64 << 20}}

// bare is the yardstick: AES-256-GCM over 16 KiB chunks, key set up beforehand, one buffer, no format.
type bare struct {
	gcm    cipher.AEAD
	nonce  [nonceSize]byte
	out    []byte
	sealed []byte // all chunks, one behind the other
}

func newBare(b *testing.B, plain []byte) *bare {
	block, err := aes.NewCipher(testKey(b, "bare").Bytes())
	must(b, err)
	gcm, err := cipher.NewGCM(block)
	must(b, err)
	r := &bare{gcm: gcm, out: make([]byte, 0, sealedChunk), sealed: make([]byte, 0, CiphertextSize(int64(len(plain))))}
	for i, chunk := range slices.Collect(slices.Chunk(plain, ChunkSize)) {
		r.count(i)
		r.sealed = gcm.Seal(r.sealed, r.nonce[:], chunk, nil)
	}
	return r
}

func (r *bare) count(i int) { binary.BigEndian.PutUint64(r.nonce[4:], uint64(i)) }

func (r *bare) seal(plain []byte) {
	for i := 0; i*ChunkSize < len(plain); i++ {
		r.count(i)
		r.gcm.Seal(r.out, r.nonce[:], plain[i*ChunkSize:min(len(plain), (i+1)*ChunkSize)], nil)
	}
}

func (r *bare) open(b *testing.B) {
	for i := 0; i*sealedChunk < len(r.sealed); i++ {
		r.count(i)
		sealed := r.sealed[i*sealedChunk : min(len(r.sealed), (i+1)*sealedChunk)]
		if _, err := r.gcm.Open(r.out, r.nonce[:], sealed, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// compare reports how fast ours is relative to the yardstick: both are run in alternation, the median of the rounds counts.
func compare(b *testing.B, size int, ours, yardstick func()) {
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		ours()
	}
	times := max(1, 4<<20/size)
	ratios := make([]float64, 21)
	for i := range ratios {
		theirs, own := timed(times, yardstick), timed(times, ours)
		ratios[i] = float64(theirs) / float64(own)
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
}

func timed(times int, f func()) time.Duration {
	start := time.Now()
	for range times {
		f()
	}
	return time.Since(start)
}

func BenchmarkEncrypt(b *testing.B) {
	for _, s := range benchSizes {
		b.Run(s.name, func(b *testing.B) {
			key, plain := testKey(b, "bench"), plaintext("bench", s.size)
			yardstick := newBare(b, plain)
			compare(b, s.size, func() {
				e, err := NewEncrypter(io.Discard, key, nil)
				must(b, err)
				e.Write(plain)
				must(b, e.Close())
			}, func() { yardstick.seal(plain) })
		})
	}
}

// BenchmarkEncryptCopy feeds the Encrypter as io.Copy does, 32 KiB at a time.
func BenchmarkEncryptCopy(b *testing.B) {
	key, plain := testKey(b, "bench"), plaintext("bench", 64<<20)
	yardstick := newBare(b, plain)
	compare(b, len(plain), func() {
		e, err := NewEncrypter(io.Discard, key, nil)
		must(b, err)
		_, err = io.Copy(e, onlyReader{bytes.NewReader(plain)})
		must(b, err)
		must(b, e.Close())
	}, func() { yardstick.seal(plain) })
}

func BenchmarkDecrypt(b *testing.B) {
	for _, s := range benchSizes {
		b.Run(s.name, func(b *testing.B) {
			key, plain := testKey(b, "bench"), plaintext("bench", s.size)
			ct, yardstick := seal(b, key, "", plain), newBare(b, plain)
			compare(b, s.size, func() {
				d, err := NewDecrypter(bytes.NewReader(ct), key, nil)
				must(b, err)
				_, err = d.WriteTo(io.Discard)
				must(b, err)
			}, func() { yardstick.open(b) })
		})
	}
}

// BenchmarkDecryptRead goes through Read, which copies, into 64 KiB.
func BenchmarkDecryptRead(b *testing.B) {
	key, plain := testKey(b, "bench"), plaintext("bench", 64<<20)
	ct, yardstick, buf := seal(b, key, "", plain), newBare(b, plain), make([]byte, 64<<10)
	compare(b, len(plain), func() {
		d, err := NewDecrypter(bytes.NewReader(ct), key, nil)
		must(b, err)
		_, err = io.CopyBuffer(onlyWriter{io.Discard}, onlyReader{d}, buf)
		must(b, err)
	}, func() { yardstick.open(b) })
}

// BenchmarkSealKey wraps one compartment key.
func BenchmarkSealKey(b *testing.B) {
	key, kek := testKey(b, "bench"), NewKey()
	for b.Loop() {
		_, err := Seal(key, nil, kek.Bytes())
		must(b, err)
	}
}

// BenchmarkReadAt reads 64 KiB out of a file of 1 GiB: the place must not matter.
func BenchmarkReadAt(b *testing.B) {
	const size = 1 << 30
	key := testKey(b, "bench")
	f, err := os.Create(filepath.Join(b.TempDir(), "ciphertext"))
	must(b, err)
	defer f.Close()
	e, err := NewEncrypter(f, key, nil)
	must(b, err)
	_, err = io.CopyN(e, zeros{}, size)
	must(b, err)
	must(b, e.Close())
	r, err := NewReaderAt(f, CiphertextSize(size), key, nil)
	must(b, err)
	buf := make([]byte, 64<<10)
	for _, at := range []int64{0, 1, size / 4, size/2 + 777, size - 64<<10} {
		b.Run(fmt.Sprintf("at=%d", at), func(b *testing.B) {
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				_, err := r.ReadAt(buf, at)
				must(b, err)
			}
		})
	}
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := NewReaderAt(f, CiphertextSize(size), key, nil)
			must(b, err)
		}
	})
}

// BenchmarkMemory encrypts and decrypts in one pipe: what is allocated, and the heap in use meanwhile, do not grow with the size.
func BenchmarkMemory(b *testing.B) {
	for _, size := range []int64{1 << 20, 64 << 20, 2 << 30} {
		b.Run(fmt.Sprintf("%dMiB", size>>20), func(b *testing.B) {
			key := testKey(b, "bench")
			b.SetBytes(size)
			b.ReportAllocs()
			var peak uint64
			for b.Loop() {
				peak = max(peak, throughPipe(b, key, size))
			}
			b.ReportMetric(float64(peak)/1024, "peak-heap-KiB")
		})
	}
}

// throughPipe returns the most heap in use, above what there was before, seen at intervals.
func throughPipe(b *testing.B, key *Key, size int64) uint64 {
	runtime.GC()
	before := heap()
	read, write := io.Pipe()
	go func() {
		e, err := NewEncrypter(write, key, nil)
		if err == nil {
			_, err = io.CopyN(e, zeros{}, size)
		}
		if err == nil {
			err = e.Close()
		}
		write.CloseWithError(err)
	}()
	d, err := NewDecrypter(read, key, nil)
	must(b, err)
	meter := &heapMeter{every: max(size/16, 1<<18)}
	n, err := d.WriteTo(meter)
	must(b, err)
	if n != size {
		b.Fatalf("%d bytes came back of %d", n, size)
	}
	return meter.peak - min(before, meter.peak)
}

type heapMeter struct {
	every, since int64
	peak         uint64
}

func (m *heapMeter) Write(p []byte) (int, error) {
	if m.since += int64(len(p)); m.since >= m.every {
		m.since = 0
		m.peak = max(m.peak, heap())
	}
	return len(p), nil
}

func heap() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
