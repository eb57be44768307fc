package anchor

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

func signer(t testing.TB) note.Signer {
	t.Helper()
	s, _, err := NewSigner("elsewhere.example", bytes.Repeat([]byte{7}, 32))
	must(t, err)
	return s
}

func TestNetworkIsRead(t *testing.T) {
	n := network(t)
	data, err := n.Marshal()
	must(t, err)
	back, err := ParseNetwork(data)
	must(t, err)
	if back != n {
		t.Errorf("reads as %+v", back)
	}
	v, err := back.Verifier()
	must(t, err)
	if _, err := ParseCheckpoint([]byte(readVectors(t).Checkpoints[5].Note), v); err != nil {
		t.Error(err)
	}
}

func TestNetworkNamesTheWrongField(t *testing.T) {
	for field, spoil := range map[string]func(*Network){
		"origin":            func(n *Network) { n.Origin += "s" },
		"log_key":           func(n *Network) { n.LogKey = n.LogKey[1:] },
		"chain_id":          func(n *Network) { n.ChainID = 0 },
		"checkpoint_log":    func(n *Network) { n.CheckpointLog = "0x5aAe" },
		"root_registry":     func(n *Network) { n.RootRegistry = strings.ToLower(registry) },
		"access_manager":    func(n *Network) { n.AccessManager = strings.TrimPrefix(manager, "0x") },
		"max_delay_seconds": func(n *Network) { n.MaxDelay = time.Second / 2 },
	} {
		n := network(t)
		spoil(&n)
		if _, err := n.Marshal(); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), " "+field+":") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestNetworkHasOneForm(t *testing.T) {
	good, err := network(t).Marshal()
	must(t, err)
	for _, c := range []struct{ old, new, says string }{
		{"network/v1", "network/v2", "format"},
		{`"format": "` + networkFormat + `"`, `"format": ""`, "format: missing"},
		{`"log": 3`, `"log": -3`, "log"},
		{`"log": 3`, `"log": 4294967296`, "log"},
		{`"log": 3,`, `"log": 3, "logs": 4,`, `unknown field "logs"`},
		{`"confirmations": 5`, `"confirmations": 5.0`, "confirmations"},
		{`"max_delay_seconds": 3600`, `"max_delay_seconds": 0`, "max_delay_seconds"},
		{`"max_delay_seconds": 3600`, `"max_delay_seconds": -1`, "max_delay_seconds"},
		{`"max_delay_seconds": 3600`, `"max_delay_seconds": 9223372036854775807`, "max_delay_seconds"},
		{"  \"deployed_in\": 12,\n", "", "line 10"},
		{"\n}", "\n} ", "line 13"},
		{"\n}\n", "\n}\n\n", "lines"},
	} {
		data := strings.Replace(string(good), c.old, c.new, 1)
		if data == string(good) {
			t.Fatalf("%q is not in the file", c.old)
		}
		if _, err := ParseNetwork([]byte(data)); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q for %q: %v", c.new, c.old, err)
		}
	}
}
