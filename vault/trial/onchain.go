package trial

// OnChain is what the contract says of a trial at one block, as an archive keeps it. Addresses and words of the chain are 0x and hexadecimal digits,
// times Unix seconds.
type OnChain struct {
	ChainID   uint64                     `json:"chain_id"`
	Block     OnChainBlock               `json:"block"`
	Contracts map[string]OnChainContract `json:"contracts"` // TrialRegistry and StatementVerifier
	Trial     OnChainTrial               `json:"trial"`
	Entry     OnChainEntry               `json:"entry"`
	Keys      []OnChainKey               `json:"keys"`
}

// OnChainBlock is the block that it was asked at.
type OnChainBlock struct {
	Number uint64 `json:"number"`
	Hash   string `json:"hash"`
	Time   uint64 `json:"time"`
}

// OnChainContract is a contract, by its address and its code.
type OnChainContract struct {
	Address   string `json:"address"`
	SHA256    string `json:"code_sha256"`
	Keccak256 string `json:"code_keccak256"`
}

// OnChainTrial is a trial as it stands.
type OnChainTrial struct {
	Sponsor    string            `json:"sponsor"`
	Board      string            `json:"board"`
	Sequencer  string            `json:"sequencer"`
	Protocol   string            `json:"protocol"`
	State      string            `json:"state"`
	Batches    uint32            `json:"batches"`
	LastTime   uint64            `json:"last_time"`
	Flag       uint32            `json:"flag"` // one more than the number, from 0, of the batch that raised the open one; 0 when none is
	ClosedAt   uint64            `json:"closed_at"`
	Thresholds map[string]uint32 `json:"thresholds"`
	BatchAge   uint64            `json:"max_batch_age"` // seconds that a batch's time may be behind the block's
	RootAge    uint64            `json:"max_root_age"`  // of the trees that it is proven with
	Grants     string            `json:"grants_kind"`   // whose roots those are, in the registry of roots
	Issuers    string            `json:"issuers_kind"`
	Prices     []string          `json:"prices"` // wei, of each visit
}

// OnChainEntry is what was verified and published of a trial; zeros before.
type OnChainEntry struct {
	VerifiedAt  uint64 `json:"verified_at"`
	PublishedAt uint64 `json:"published_at"`
	Counters    string `json:"counters"`
	Deviations  string `json:"deviations"`
	ResultsRoot string `json:"results_root"`
	Document    string `json:"document"`
}

// OnChainKey is a verifying key by which the trial is proven, and the Keccak-256 of the code that verifies by it.
type OnChainKey struct {
	Statement string `json:"statement"`
	Version   int    `json:"version"`
	Size      uint32 `json:"size"`
	Key       string `json:"key"`
	Code      string `json:"code_keccak256"`
}

// Stages of a trial, as an archive names them.
const (
	stageInterim   = "interim"
	stageClosed    = "closed"
	stagePublished = "published"
)

// Stage is interim, closed or published.
func (o *OnChain) Stage() string {
	switch {
	case o.Entry.PublishedAt != 0:
		return stagePublished
	case o.Trial.ClosedAt != 0:
		return stageClosed
	}
	return stageInterim
}
