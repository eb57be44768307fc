package anchor

import (
	"time"

	"golang.org/x/mod/sumdb/note"
)

// NetworkFile is where a Network is published for verifiers.
const NetworkFile = "network.json"

const networkFormat = "lethe-network/v1"

// Network is what a verifier must know beforehand, from the operator's publication and not from a receipt: whose log it is and
// which contract witnesses it.
type Network struct {
	Origin        string        // of the log
	LogKey        string        // verifier key of the log (C2SP signed-note)
	Log           uint32        // number of the log in the contract, from 0
	ChainID       uint64        // EIP-155
	CheckpointLog string        // address of the contract, as EIP-55 writes it
	RootRegistry  string        // the same
	AccessManager string        // the same
	DeployedIn    uint64        // block from which events are searched
	Confirmations uint64        // blocks on top of the one that counts as confirmed
	MaxDelay      time.Duration // longest time from a checkpoint to its anchor, whole seconds
}

type networkJSON struct {
	Format          string `json:"format"`
	Origin          string `json:"origin"`
	LogKey          string `json:"log_key"`
	Log             uint32 `json:"log"`
	ChainID         uint64 `json:"chain_id"`
	CheckpointLog   string `json:"checkpoint_log"`
	RootRegistry    string `json:"root_registry"`
	AccessManager   string `json:"access_manager"`
	DeployedIn      uint64 `json:"deployed_in"`
	Confirmations   uint64 `json:"confirmations"`
	MaxDelaySeconds int64  `json:"max_delay_seconds"`
}

// Marshal writes a network file, once every field is checked.
func (n Network) Marshal() ([]byte, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	return encodeJSON(networkJSON{
		Format: networkFormat, Origin: n.Origin, LogKey: n.LogKey, Log: n.Log, ChainID: n.ChainID,
		CheckpointLog: n.CheckpointLog, RootRegistry: n.RootRegistry, AccessManager: n.AccessManager,
		DeployedIn: n.DeployedIn, Confirmations: n.Confirmations, MaxDelaySeconds: int64(n.MaxDelay / time.Second),
	})
}

// ParseNetwork reads what Marshal wrote, and nothing else. ErrInvalid names the field that is wrong.
func ParseNetwork(data []byte) (Network, error) {
	var j networkJSON
	if err := decodeJSON(data, &j); err != nil {
		return Network{}, invalid("network: %w", err)
	}
	if err := checkFormat(j.Format, networkFormat); err != nil {
		return Network{}, invalid("network: %w", err)
	}
	n := Network{
		Origin: j.Origin, LogKey: j.LogKey, Log: j.Log, ChainID: j.ChainID,
		CheckpointLog: j.CheckpointLog, RootRegistry: j.RootRegistry, AccessManager: j.AccessManager,
		DeployedIn: j.DeployedIn, Confirmations: j.Confirmations, MaxDelay: time.Duration(j.MaxDelaySeconds) * time.Second,
	}
	canonical, err := n.Marshal()
	if err != nil {
		return Network{}, err
	}
	if err := sameForm(data, canonical); err != nil {
		return Network{}, invalid("network: %w", err)
	}
	return n, nil
}

// Verifier is of the log's key.
func (n Network) Verifier() (note.Verifier, error) {
	v, err := newVerifier(n.LogKey)
	if err != nil {
		return nil, invalid("network: log_key: %w", err)
	}
	return v, nil
}

func (n Network) check() error {
	v, err := n.Verifier()
	if err != nil {
		return err
	}
	switch {
	case n.Origin != v.Name():
		return invalid("network: origin: %.80q, but the key is of %q", n.Origin, v.Name())
	case n.ChainID == 0:
		return invalid("network: chain_id: missing")
	case n.MaxDelay <= 0 || n.MaxDelay%time.Second != 0:
		return invalid("network: max_delay_seconds: %v is not a number of seconds above 0", n.MaxDelay)
	}
	for _, a := range []struct{ field, address string }{
		{"checkpoint_log", n.CheckpointLog}, {"root_registry", n.RootRegistry}, {"access_manager", n.AccessManager},
	} {
		if err := checkAddress("network: "+a.field, a.address); err != nil {
			return err
		}
	}
	return nil
}
