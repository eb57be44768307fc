package anchor

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
)

const (
	contract = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" // of EIP-55
	registry = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
	manager  = "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"
)

// fakeChain has accepted one checkpoint.
type fakeChain struct {
	Chain
	on  Accepted
	err error
}

func (c fakeChain) Accepted(_ context.Context, log uint32, size uint64) (Accepted, error) {
	if c.err != nil {
		return Accepted{}, c.err
	}
	if log != c.on.Log || size != c.on.Size {
		return Accepted{}, ErrNotAnchored
	}
	return c.on, nil
}

func anchored(t testing.TB) (Receipt, Network, fakeChain) {
	t.Helper()
	v := readVectors(t)
	r := v.receipt(t)
	c := r.Entries[0].Checkpoint
	on := Accepted{
		Log: 3, Size: c.Size, Root: c.Root, Block: 901, BlockHash: Hash{9, 1}, Transaction: Hash{0xab},
		Time: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC),
	}
	r.Anchor = &Anchored{ChainID: 31337, Contract: contract, Accepted: on}
	return r, network(t), fakeChain{on: on}
}

func network(t testing.TB) Network {
	t.Helper()
	v := readVectors(t)
	return Network{
		Origin: v.Origin, LogKey: v.VKey, Log: 3, ChainID: 31337, CheckpointLog: contract, RootRegistry: registry,
		AccessManager: manager, DeployedIn: 12, Confirmations: 5, MaxDelay: time.Hour,
	}
}

func TestReceiptIsRead(t *testing.T) {
	with, n, chain := anchored(t)
	without := with
	without.Anchor = nil
	for name, r := range map[string]Receipt{"anchored": with, "not anchored": without} {
		data, err := r.Marshal()
		must(t, err)
		back, err := ParseReceipt(data)
		must(t, err)
		again, err := back.Marshal()
		must(t, err)
		if !bytes.Equal(again, data) || len(back.Entries) != 3 || back.LogKey != r.LogKey {
			t.Errorf("%s: reads as %+v", name, back)
		}
		for i, e := range back.Entries {
			if e.Entry() != r.Entries[i].Entry() || e.Index != r.Entries[i].Index {
				t.Errorf("%s: entry %d reads as %+v", name, i, e)
			}
		}
		err = back.CheckAnchor(t.Context(), n, chain)
		if (back.Anchor == nil) != errors.Is(err, ErrNotAnchored) || (back.Anchor != nil) != (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFlippedReceiptIsRefused(t *testing.T) {
	r, n, chain := anchored(t)
	r.Entries = r.Entries[1:2]
	data, err := r.Marshal()
	must(t, err)
	byChain := 0
	flips(data, func(place int, flipped []byte) {
		r, err := ParseReceipt(flipped)
		if err == nil {
			byChain++
			err = r.CheckAnchor(t.Context(), n, chain)
		}
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("byte %d flipped: %v", place, err)
		}
	})
	if byChain == 0 {
		t.Error("no flip reached the chain")
	}
}

func TestReceiptHasOneForm(t *testing.T) {
	r, _, _ := anchored(t)
	good, err := r.Marshal()
	must(t, err)
	replace := func(old, other string) string {
		changed := strings.Replace(string(good), old, other, 1)
		if changed == string(good) {
			t.Fatalf("%q is not in the receipt", old)
		}
		return changed
	}
	for name, data := range map[string]string{
		"unknown field":        replace(`"log_key"`, `"more": 1, "log_key"`),
		"field twice":          replace(`"block": 901`, `"block": 901, "block": 901`),
		"name in capitals":     replace(`"block"`, `"Block"`),
		"other spaces":         replace("  ", "   "),
		"something after":      string(good) + "{}",
		"no newline":           strings.TrimSuffix(string(good), "\n"),
		"escaped character":    replace("log.example", `log.ex\u0061mple`),
		"no anchor but null":   string(good[:bytes.Index(good, []byte(`"anchor"`))]) + "\"anchor\": null\n}\n",
		"another format":       replace("receipt/v1", "receipt/v2"),
		"no format":            replace(receiptFormat, ""),
		"fraction of a second": replace("03:02:01Z", "03:02:01.5Z"),
		"another zone":         replace("03:02:01Z", "05:02:01+02:00"),
		"hash in capitals":     replace("0xab", "0xAB"),
		"salt too short":       replace(`"salt": "`, `"salt": "","x":"`),
		"not JSON":             "receipt",
		"nothing":              "",
	} {
		if _, err := ParseReceipt([]byte(data)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReceiptIsNotMade(t *testing.T) {
	v := readVectors(t)
	elsewhere, err := Checkpoint{Size: 1, Root: Hash{1}}.Sign(signer(t))
	must(t, err)
	for name, spoil := range map[string]func(*Receipt){
		"no entry":                 func(r *Receipt) { r.Entries = nil },
		"another payload":          func(r *Receipt) { r.Entries[1].Payload = []byte("other") },
		"another type":             func(r *Receipt) { r.Entries[1].Type = Disclosed + "s" },
		"type with a zero byte":    func(r *Receipt) { r.Entries[1].Type += "\x00" },
		"no type":                  func(r *Receipt) { r.Entries[1].Type = "" },
		"another index":            func(r *Receipt) { r.Entries[2].Index-- },
		"another checkpoint":       func(r *Receipt) { r.Entries[1].Checkpoint.Note = []byte(v.Checkpoints[20].Note) },
		"another log's checkpoint": func(r *Receipt) { r.Entries[0].Checkpoint = elsewhere },
		"no checkpoint":            func(r *Receipt) { r.Entries[0].Checkpoint = Checkpoint{} },
		"no key":                   func(r *Receipt) { r.LogKey = "" },
		"size of the anchor":       func(r *Receipt) { r.Anchor.Size++ },
		"root of the anchor":       func(r *Receipt) { r.Anchor.Root[0]++ },
		"no chain":                 func(r *Receipt) { r.Anchor.ChainID = 0 },
		"lower-case contract":      func(r *Receipt) { r.Anchor.Contract = strings.ToLower(contract) },
		"no contract":              func(r *Receipt) { r.Anchor.Contract = "0x" + strings.Repeat("0", 40) },
		"fraction of a second":     func(r *Receipt) { r.Anchor.Time = r.Anchor.Time.Add(1) },
		"no time":                  func(r *Receipt) { r.Anchor.Time = time.Time{} },
	} {
		r, _, _ := anchored(t)
		spoil(&r)
		if _, err := r.Marshal(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A type that reached into the salt would give one entry two openings.
func TestTypeEndsWhereTheSaltBegins(t *testing.T) {
	s, vkey, err := NewSigner("log.example", make([]byte, 32))
	must(t, err)
	receipt := func(o Opening) Receipt {
		e := o.Entry()
		c, err := Checkpoint{Size: 1, Root: Hash(rfc6962.DefaultHasher.HashLeaf(e[:]))}.Sign(s)
		must(t, err)
		return Receipt{LogKey: vkey, Entries: []Proven{{Opening: o, Inclusion: Inclusion{Checkpoint: c}}}}
	}
	honest := Opening{Type: "a", Salt: Hash{'b'}, Payload: []byte("payload")}
	salt := Hash(append(append([]byte{}, honest.Salt[2:]...), "pa"...))
	other := Opening{Type: "a\x00b", Salt: salt, Payload: []byte("yload")}
	if honest.Entry() != other.Entry() {
		t.Fatal("the two openings are not of one entry")
	}
	_, err = receipt(honest).Marshal()
	must(t, err)
	for _, o := range []Opening{other, {}, {Type: "A"}, {Type: "a b"}, {Type: "\xff"}} {
		_, err = receipt(o).Marshal()
		refused(t, string(o.Type), err)
	}
}

func TestCheckAnchorComparesEveryField(t *testing.T) {
	for field, spoil := range map[string]func(*Receipt, *Network, *fakeChain){
		"log_key":     func(_ *Receipt, n *Network, _ *fakeChain) { n.LogKey = "other" },
		"chain_id":    func(_ *Receipt, n *Network, _ *fakeChain) { n.ChainID++ },
		"contract":    func(_ *Receipt, n *Network, _ *fakeChain) { n.CheckpointLog = registry },
		"log":         func(_ *Receipt, n *Network, _ *fakeChain) { n.Log++ },
		"root":        func(_ *Receipt, _ *Network, c *fakeChain) { c.on.Root[0]++ },
		"block":       func(_ *Receipt, _ *Network, c *fakeChain) { c.on.Block++ },
		"block_hash":  func(_ *Receipt, _ *Network, c *fakeChain) { c.on.BlockHash[0]++ },
		"transaction": func(_ *Receipt, _ *Network, c *fakeChain) { c.on.Transaction[0]++ },
		"time":        func(_ *Receipt, _ *Network, c *fakeChain) { c.on.Time = c.on.Time.Add(time.Second) },
	} {
		r, n, chain := anchored(t)
		spoil(&r, &n, &chain)
		err := r.CheckAnchor(t.Context(), n, chain)
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), " "+field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, want := range []error{ErrNotAnchored, ErrUnreachable} {
		r, n, chain := anchored(t)
		chain.err = want
		if err := r.CheckAnchor(t.Context(), n, chain); !errors.Is(err, want) || errors.Is(err, ErrInvalid) {
			t.Errorf("%v becomes %v", want, err)
		}
	}
}
