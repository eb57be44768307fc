package vault

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	"lethe/keys"
	"lethe/vault/fhir/synthetic"
)

// needle is something secret to look for. The test holds it masked, so that it does not find its own copy.
type needle struct {
	form        string
	masked, pad []byte
}

func newNeedle(form string, secret []byte) needle {
	n := needle{form, make([]byte, len(secret)), make([]byte, len(secret))}
	_, _ = rand.Read(n.pad)
	for i, b := range secret {
		n.masked[i] = b ^ n.pad[i]
	}
	clear(secret)
	return n
}

func (n *needle) at(b []byte) bool {
	if len(b) < len(n.masked) {
		return false
	}
	for i, m := range n.masked {
		if b[i] != m^n.pad[i] {
			return false
		}
	}
	return true
}

// Forms in which a key could stand in memory.
const (
	rawForm      = "key"
	base64Form   = "key in base64"
	hexForm      = "key in hexadecimal"
	padForm      = "key in HMAC's pads"
	derivedForm  = "derived key of an object"
	scheduleForm = "round keys of a derived key"
)

// keyNeedles are the forms of a compartment key, which is zeroed.
func keyNeedles(key *keys.Key) []needle {
	k := key.Bytes()
	defer key.Zero()
	text, digits := make([]byte, base64.StdEncoding.EncodedLen(len(k))), make([]byte, hex.EncodedLen(len(k)))
	base64.StdEncoding.Encode(text, k)
	hex.Encode(digits, k)
	return []needle{
		newNeedle(base64Form, text[:42]), // whole groups of six bits
		newNeedle(hexForm, digits),
		newNeedle(padForm, xor(k, 0x36)), newNeedle(padForm, xor(k, 0x5c)),
		newNeedle(rawForm, k),
	}
}

func xor(k []byte, with byte) []byte {
	out := make([]byte, len(k))
	for i, b := range k {
		out[i] = b ^ with
	}
	return out
}

// objectNeedles are the forms of the single-use key of an object, derived as keys does, but without leaving anything behind.
func objectNeedles(key *keys.Key, salt, context []byte) []needle {
	info := append([]byte("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"), salt...)
	derived := expand(key.Bytes(), append(info, context...))
	schedule := expandAES(derived)
	return []needle{newNeedle(scheduleForm, schedule[32:64]), newNeedle(scheduleForm, swapWords(schedule[64:96])), newNeedle(derivedForm, derived)}
}

// expand is the first block of HKDF-Expand (RFC 5869) with SHA-512, as far as a key goes.
func expand(key, info []byte) []byte {
	pad := make([]byte, sha512.BlockSize)
	defer clear(pad)
	hash := func(with byte, message ...byte) []byte {
		copy(pad, bytes.Repeat([]byte{with}, len(pad)))
		for i, b := range key {
			pad[i] = b ^ with
		}
		h := sha512.New()
		h.Write(pad)
		h.Write(message)
		return h.Sum(nil)
	}
	out := hash(0x5c, hash(0x36, append(info, 1)...)...)
	clear(out[keys.KeySize:])
	return out[:keys.KeySize]
}

// expandAES is the key schedule of AES-256 (FIPS 197, section 5.2) up to its twelfth round.
func expandAES(key []byte) []byte {
	sub := aesBox()
	w := make([]byte, 32, 32+8*32)
	copy(w, key)
	rcon := byte(1)
	for i := 8; i < 56; i++ {
		t := [4]byte(w[4*i-4:])
		switch i % 8 {
		case 0:
			t = [4]byte{sub[t[1]] ^ rcon, sub[t[2]], sub[t[3]], sub[t[0]]}
			rcon <<= 1
		case 4:
			t = [4]byte{sub[t[0]], sub[t[1]], sub[t[2]], sub[t[3]]}
		}
		for j, b := range t {
			w = append(w, w[4*i-32+j]^b)
		}
	}
	return w
}

// aesBox is the S-box of AES (FIPS 197, section 5.1.1), from its definition: 3 and 246 are inverse generators.
func aesBox() (box [256]byte) {
	double := func(b byte) byte { return b<<1 ^ 0x1b*(b>>7) }
	box[0] = 0x63
	p, q := byte(1), byte(1)
	for {
		p ^= double(p)
		q ^= q << 1
		q ^= q << 2
		q ^= q << 4
		q ^= 0x09 * (q >> 7)
		rot := func(n int) byte { return bits.RotateLeft8(q, n) }
		box[p] = q ^ rot(1) ^ rot(2) ^ rot(3) ^ rot(4) ^ 0x63
		if p == 1 {
			return box
		}
	}
}

// swapWords is how a schedule of 32-bit numbers stands in the memory of a little-endian machine.
func swapWords(b []byte) []byte {
	out := make([]byte, len(b))
	for i := 0; i < len(b); i += 4 {
		binary.LittleEndian.PutUint32(out[i:], binary.BigEndian.Uint32(b[i:]))
	}
	return out
}

// TestMemoryNeedles checks what the memory test looks for against the vectors of others.
func TestMemoryNeedles(t *testing.T) {
	key, err := hex.DecodeString("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4") // FIPS 197, A.3
	must(t, err)
	if got := hex.EncodeToString(expandAES(key)[32:64]); got != "9ba354118e6925afa51a8b5f2067fcdea8b09c1a93d194cdbe49846eb75d5b9a" {
		t.Errorf("round keys %s", got)
	}
	mac := hmac.New(sha512.New, key)
	mac.Write([]byte("info\x01"))
	if want := mac.Sum(nil)[:32]; !bytes.Equal(expand(key, []byte("info")), want) {
		t.Error("derived key differs from HMAC's")
	}
}

// memory searches what this process can write to.
type memory struct {
	buffer  []byte // outside the heap, and left out of the search
	start   uint64
	needles []needle
	first   [1 << 16][]int // needles by their first two bytes
}

func newMemory(t *testing.T, needles []needle) *memory {
	buffer, err := syscall.Mmap(-1, 0, 1<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	must(t, err)
	t.Cleanup(func() { must(t, syscall.Munmap(buffer)) })
	m := &memory{buffer: buffer, needles: needles}
	for i, n := range needles {
		at := uint16(n.masked[0]^n.pad[0])<<8 | uint16(n.masked[1]^n.pad[1])
		m.first[at] = append(m.first[at], i)
	}
	_, err = fmt.Sscanf(fmt.Sprintf("%p", buffer), "0x%x", &m.start)
	must(t, err)
	return m
}

// count counts what is found, by form.
func (m *memory) count(t *testing.T) map[string]int {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	must(t, err)
	file, err := os.Open("/proc/self/mem")
	must(t, err)
	defer file.Close()
	found := map[string]int{}
	for line := range strings.Lines(string(maps)) {
		var from, to uint64
		var rights string
		_, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &rights)
		must(t, err)
		if strings.HasPrefix(rights, "rw") && !strings.Contains(line, "[v") {
			m.search(file, from, to, found)
		}
	}
	clear(m.buffer)
	return found
}

// search goes through a range in steps that overlap by less than the shortest needle.
func (m *memory) search(file *os.File, from, to uint64, found map[string]int) {
	const overlap = 64
	for at := from; at < to; at += uint64(len(m.buffer)) - overlap {
		if at+uint64(len(m.buffer)) > m.start && at < m.start+uint64(len(m.buffer)) {
			continue
		}
		n, err := file.ReadAt(m.buffer[:min(uint64(len(m.buffer)), to-at)], int64(at))
		if err != nil && err != io.EOF && n == 0 {
			continue // gone meanwhile
		}
		for i := range max(0, n-1) {
			for _, at := range m.first[uint16(m.buffer[i])<<8|uint16(m.buffer[i+1])] {
				if m.needles[at].at(m.buffer[i:n]) {
					found[m.needles[at].form]++
				}
			}
		}
	}
}

// needlesOf are the forms of all keys that an erasure of a patient destroys.
func (s *site) needlesOf(patient string) (all []needle) {
	s.t.Helper()
	held, err := s.compartments(s.t.Context(), patient)
	must(s.t, err)
	for _, c := range held {
		if !erases(c.Name, false) {
			continue
		}
		key, err := s.ring.Unwrap(s.t.Context(), keys.Name(c.KeyName), c.Wrapped, s.associated(c))
		must(s.t, err)
		for _, id := range s.texts(`SELECT id FROM objects WHERE compartment = ?`, c.ID) {
			sealed, err := os.ReadFile(filepath.Join(s.folder(objectsDir), s.text(`SELECT key FROM objects WHERE id = ?`, id)))
			must(s.t, err)
			all = append(all, objectNeedles(key, sealed[:24], s.context(c, id))...)
		}
		all = append(all, keyNeedles(key)...)
	}
	return all
}

// Threat 4: after the erasure no key of the patient is in memory, and neither is a text of it. What Go's cryptography keeps where
// nobody can overwrite it, HMAC's pads and AES's round keys, stays until the memory is used again; docs/erasure.md says how much.
func TestThreat04MemoryAfterTheErasure(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc/self/mem")
	}
	if raced() {
		t.Skip("the race detector keeps copies of its own")
	}
	s := newSite(t)
	done := s.take(synthetic.Cohort(4).Bundle(4))
	s.file(done.Patient, "DICOM", bytes.Repeat([]byte("pixels "), 100_000))
	s.content(done.Patient)
	_, err := s.get(done.Bundle)
	must(t, err)
	m := newMemory(t, s.needlesOf(done.Patient))
	before := m.count(t)
	t.Logf("before: %v", before)
	if before[rawForm] < 3 || before[scheduleForm] == 0 {
		t.Fatal("the keys in the cache are not found: the search proves nothing")
	}
	s.erase(request(done.Patient))
	for _, moment := range []struct {
		name string
		do   func()
	}{{"after the erasure", func() {}}, {"after runtime.GC", runtime.GC}, {"after debug.FreeOSMemory", debug.FreeOSMemory}} {
		moment.do()
		found := m.count(t)
		t.Logf("%s: %v", moment.name, found)
		for _, form := range []string{rawForm, base64Form, hexForm} {
			if found[form] > 0 {
				t.Errorf("%s: %s found %d times", moment.name, form, found[form])
			}
		}
	}
}

// raced says whether the race detector is at work.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, s := range info.Settings {
		if s.Key == "-race" {
			return s.Value == "true"
		}
	}
	return false
}
