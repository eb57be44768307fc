package evm

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"lethe/anchor"
	"lethe/contracts"
)

// Whatever calldata a submitter sent, what is read from it stands in it, whole words at its end.
func FuzzThreat52Calldata(f *testing.F) {
	binding := contracts.NewCheckpointLog()
	plain := binding.PackSubmit(0, 5, 9, [32]byte{1}, [][32]byte{{2}, {3}})
	f.Add(plain)
	f.Add(append(plain, make([]byte, 256)...))
	f.Add(append(plain, 1, 2, 3))
	f.Add(plain[:len(plain)-1])
	f.Add(plain[:4])
	contract := common.Address{1}
	r := &Reader{contract: contract}
	f.Fuzz(func(t *testing.T, data []byte) {
		event := &acceptedEvent{transaction: types.NewTx(&types.DynamicFeeTx{To: &contract, Data: data})}
		_, words, ok := r.announced(event)
		if !ok && len(words) > 0 || len(words) > 0 && len(words)*anchor.HashSize+leastArguments > len(data) {
			t.Fatalf("%d words of %d bytes", len(words), len(data))
		}
		var joined []byte
		for _, word := range words {
			joined = append(joined, word[:]...)
		}
		if !bytes.HasSuffix(data[:len(data)-ragged(data)], joined) {
			t.Fatal("words that do not stand at the end")
		}
	})
}

// leastArguments is what the shortest call of submit takes: its selector, five words and the length of an empty proof.
const leastArguments = 4 + 6*32

// ragged is how many bytes are over after the selector and whole words.
func ragged(data []byte) int { return max(0, len(data)-4) % anchor.HashSize }

// No answer of a provider makes a header count whose hash is not the one it claims, or ends the process.
func FuzzThreat18Header(f *testing.F) {
	header := &types.Header{Number: common.Big1, Difficulty: common.Big0, BaseFee: common.Big1}
	fields := map[string]any{}
	data, _ := json.Marshal(header)
	_ = json.Unmarshal(data, &fields)
	fields["hash"] = header.Hash()
	data, _ = json.Marshal(fields)
	f.Add(data)
	f.Add([]byte(`{"hash":null}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var answer headerAnswer
		if json.Unmarshal(data, &answer) == nil && answer.Number != nil && answer.Hash() != answer.claimed {
			t.Fatal("a header with another hash counts")
		}
	})
}
