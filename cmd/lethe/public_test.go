package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/ethclient"

	"lethe/anchor/devchain"
)

// Nothing about a person is public: the log's entries, tiles and checkpoints, the published files, and every transaction's calldata and
// every event of the chain are searched for what the bundles say, and for every id, key name and digest of the index.
func TestNothingAboutAPersonInTheLogOrOnTheChain(t *testing.T) {
	t.Parallel()
	data := testData(t)
	f := folder{dir: filepath.Join(t.TempDir(), "state")}
	result := must[demoResult](t, demoArgs("--data", data, "--dir", f.dir)...)
	public := map[string][]byte{}
	for _, name := range f.names(t, publicFolder, "", 0) {
		content, err := os.ReadFile(filepath.Join(f.dir, publicFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		public["public/"+name] = content
	}
	for _, name := range f.names(t, objectsFolder, "log", 0) {
		content, err := os.ReadFile(filepath.Join(f.dir, objectsFolder, name))
		if err != nil {
			t.Fatal(err)
		}
		public[name] = content
	}
	transactions := f.onChain(t, public)
	if uint64(len(public)) < 12 || transactions < 13 {
		t.Fatalf("only %d things to search, %d transactions", len(public), transactions)
	}

	secrets, runs := personal(t, data), uniqueRuns(t, data)
	ids := f.privateIDs(t)
	if len(ids) < result.Records/2 || len(secrets) < 20 { // those of the erased patient's records are gone
		t.Fatalf("only %d ids and %d texts to search for", len(ids), len(secrets))
	}
	for name, content := range public {
		search(t, name, content, secrets, runs)
		for _, id := range ids {
			if bytes.Contains(content, id) || bytes.Contains(content, []byte(hex.EncodeToString(id))) {
				t.Errorf("%s holds an id or a hash of the index", name)
			}
		}
	}
	if !allFound(public, f.entries(t)) {
		t.Fatal("the search does not find what is there: the log's own entries")
	}
}

// onChain adds the calldata and the events of every block.
func (f folder) onChain(t *testing.T, public map[string][]byte) (transactions int) {
	t.Helper()
	chain, err := devchain.Open(t.Context(), devchain.Config{Dir: filepath.Join(f.dir, chainFolder), Manual: true})
	if err != nil {
		t.Fatal(err)
	}
	defer chain.Close()
	client := chain.Client()
	head, err := client.BlockNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for n := range head + 1 {
		block, err := client.BlockByNumber(t.Context(), new(big.Int).SetUint64(n))
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range block.Transactions() {
			transactions++
			public["calldata of "+tx.Hash().Hex()] = tx.Data()
		}
	}
	public["events"] = events(t.Context(), t, client)
	return transactions
}

func events(ctx context.Context, t *testing.T, client *ethclient.Client) (all []byte) {
	t.Helper()
	logs, err := client.FilterLogs(ctx, ethereum.FilterQuery{FromBlock: new(big.Int)})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range logs {
		all = append(all, l.Data...)
		for _, topic := range l.Topics {
			all = append(all, topic[:]...)
		}
	}
	return all
}

// privateIDs are ids, key names and digests of the index, as they are written and as bytes.
func (f folder) privateIDs(t *testing.T) (ids [][]byte) {
	t.Helper()
	db := f.openIndex(t)
	for _, query := range []string{
		"SELECT id FROM patients", "SELECT id FROM records", "SELECT id FROM cases", "SELECT id FROM compartments", "SELECT key FROM objects",
		"SELECT id FROM disclosures", "SELECT key_name FROM compartments", "SELECT case_id FROM tombstones",
		"SELECT hex(digest) FROM imports", "SELECT hex(blind) FROM identifiers",
	} {
		for _, id := range column(t, db, query) {
			ids = append(ids, []byte(id))
			if raw, err := hex.DecodeString(id); err == nil {
				ids = append(ids, raw)
			}
		}
	}
	return ids
}

func (f folder) entries(t *testing.T) (entries [][]byte) {
	t.Helper()
	for _, e := range column(t, f.openIndex(t), "SELECT hex(entry) FROM log_entries") {
		raw, err := hex.DecodeString(e)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, raw)
	}
	return entries
}

// allFound says whether every entry is found among what is public, as an id that had slipped there would be.
func allFound(public map[string][]byte, entries [][]byte) bool {
	var all []byte
	for _, content := range public {
		all = append(all, content...)
	}
	for _, e := range entries {
		if !bytes.Contains(all, e) {
			return false
		}
	}
	return len(entries) > 0
}
