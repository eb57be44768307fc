package contracts

import (
	"bytes"
	"maps"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
)

// A log that is followed for a while: the contract accepts each growth of a real tree and nothing else, and afterwards every
// entry verifies against every checkpoint that has it.
func TestCheckpointLogFollowsTree(t *testing.T) {
	d, rnd, log := deploy(t, 40), rand.New(rand.NewPCG(7, 7)), NewCheckpointLog()
	tree, entries := testonly.New(rfc6962.DefaultHasher), [][]byte(nil)
	sizes := []uint64{0}
	for tree.Size() < 300 {
		old := tree.Size()
		for range 1 + rnd.IntN(40) {
			entries = append(entries, randomHash(rnd))
			tree.AppendData(entries[len(entries)-1])
		}
		hashes, err := tree.ConsistencyProof(old, tree.Size())
		if err != nil {
			t.Fatal(err)
		}
		c := claim{a: old, b: tree.Size(), x: tree.HashAt(old), y: tree.Hash(), proof: hashes}
		refuseMutants(t, d, rnd, c)
		d.send(submitter, d.log, submit(c.a, c.b, [32]byte(c.y), words(c.proof)))
		sizes = append(sizes, c.b)
	}
	for _, size := range sizes {
		root, _ := d.call(d.log, log.PackRootOf(0, size))
		if !bytes.Equal(root, tree.HashAt(size)) {
			t.Fatalf("root of %d entries is %x", size, root)
		}
		for index := uint64(0); index < size; index += 1 + rnd.Uint64N(10) {
			hashes, err := tree.InclusionProof(index, size)
			if err != nil {
				t.Fatal(err)
			}
			call := log.PackVerifyInclusion(0, size, index, [32]byte(entries[index]), words(hashes))
			if ret, _ := d.call(d.log, call); ret[31] != 1 {
				t.Fatalf("entry %d of %d does not verify", index, size)
			}
		}
	}
}

// refuseMutants submits what the reference refuses too, with the old size and root that the log has.
func refuseMutants(t *testing.T, d *deployment, rnd *rand.Rand, c claim) {
	t.Helper()
	inconsistent := errorSelector("Inconsistent")
	for _, mutate := range mutations {
		m := mutate(rnd, c)
		m.a, m.b, m.x = c.a, c.b, c.x
		if consistency.reference(m) == nil {
			continue // nothing that counts was changed
		}
		if got := d.refused(submitter, d.log, submit(m.a, m.b, [32]byte(m.y), words(m.proof))); got != inconsistent {
			t.Fatalf("from %d to %d: refused with %x, not as inconsistent", m.a, m.b, got)
		}
	}
}

// errorSelector is what a revert of the log with that error begins with.
func errorSelector(name string) [4]byte {
	id := NewCheckpointLog().abi.Errors[name].ID
	return [4]byte(id[:4])
}

func TestPermissionsCoverRestrictedFunctions(t *testing.T) {
	// publish asks for the role of its kind, setAuthority for the manager itself, a trial for its parties.
	for _, test := range []struct {
		contract    abi.ABI
		permissions []Permission
		others      []string
	}{
		{NewCheckpointLog().abi, CheckpointLogPermissions(), []string{"setAuthority"}},
		{NewRootRegistry().abi, RootRegistryPermissions(), []string{"publish", "setAuthority"}},
		{NewStatementVerifier().abi, StatementVerifierPermissions(), []string{"setAuthority"}},
		{NewTrialRegistry().abi, TrialRegistryPermissions(), []string{
			"amend", "announceSequencer", "claim", "close", "consent", "fund", "liftFlag", "publish", "setAuthority", "submit",
			"verifyCompliance", "withdraw",
		}},
	} {
		var named []string
		for _, p := range test.permissions {
			for _, selector := range p.Selectors {
				method, err := test.contract.MethodById(selector[:])
				if err != nil {
					t.Fatal(err)
				}
				named = append(named, method.Name)
			}
		}
		named = append(named, test.others...)
		slices.Sort(named)
		if want := changing(test.contract); !slices.Equal(named, want) {
			t.Errorf("permissions name %v, the contract has %v", named, want)
		}
	}
}

func changing(contract abi.ABI) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(contract.Methods)) {
		if method := contract.Methods[name]; !method.IsConstant() {
			names = append(names, name)
		}
	}
	return names
}

// Each restricted function is open to the holder of its role and to none of the others, the administrator included.
func TestPermissionsSeparateRoles(t *testing.T) {
	d := deployTrials(t)
	log, registry, verifier := NewCheckpointLog(), NewRootRegistry(), NewStatementVerifier()
	unauthorized := errorSelector("AccessManagedUnauthorized")
	calls := []struct {
		holder, to common.Address
		data       []byte
	}{
		{submitter, d.log, submit(0, 1, [32]byte{1}, nil)},
		{recovery, d.log, log.PackProposeSuccessor("next", 1, [32]byte{1})},
		{guardian, d.log, log.PackCancelSuccessor()},
		{recovery, d.log, log.PackOpenSuccessor()},
		{registrar, d.registry, registry.PackOpenKind([32]byte{1}, FirstPublisherRole, 1, false)},
		{announcer, d.verifier, verifier.PackAnnounce([32]byte{1}, 1, d.log, 1, [32]byte{1})},
		{guardian, d.verifier, verifier.PackCancel([32]byte{1}, 1)},
		{guardian, d.verifier, verifier.PackRetire([32]byte{1}, 1)},
		{sponsor, d.trials, NewTrialRegistry().PackCreate(number(1), d.terms())},
	}
	callers := []common.Address{admin, submitter, recovery, guardian, registrar, publisher, stranger, announcer, sponsor, board}
	for i, call := range calls {
		for _, caller := range callers {
			result := d.transact(caller, &call.to, call.data)
			refused := result.Err != nil && [4]byte(result.ReturnData) == unauthorized
			if refused == (caller == call.holder) {
				t.Errorf("call %d by %x: refused is %v", i, caller[0], refused)
			}
		}
	}
}

func TestKind(t *testing.T) {
	kind, err := Kind("trial/roots-2")
	if err != nil {
		t.Fatal(err)
	}
	if want := "trial/roots-2" + strings.Repeat("\x00", 19); string(kind[:]) != want {
		t.Errorf("kind is %q", kind)
	}
	for _, name := range []string{"", strings.Repeat("a", 33), "Grants", "a b", "a\x00", "é"} {
		if _, err := Kind(name); err == nil {
			t.Errorf("%q is a kind", name)
		}
	}
	if _, err := Kind(strings.Repeat("a", 32)); err != nil {
		t.Error(err)
	}
}

// What is computed here for a proof is what the registry verifies it with.
func TestTrialContexts(t *testing.T) {
	w, registry := deployTrials(t), NewTrialRegistry()
	trial, fee := new(big.Int).Sub(fieldOrder, big.NewInt(1)), number(uint64(300))
	ours := w.context(trial)
	for _, test := range []struct {
		ours *big.Int
		call []byte
	}{
		{ours.Batch(0), registry.PackBatchContext(trial, 0)},
		{ours.Batch(70_000), registry.PackBatchContext(trial, 70_000)},
		{ours.Compliance(), registry.PackComplianceContext(trial)},
		{ours.Compensation(relayer, new(big.Int)), registry.PackCompensationContext(trial, relayer, new(big.Int))},
		{ours.Compensation(relayer, fee), registry.PackCompensationContext(trial, relayer, fee)},
	} {
		if ret, _ := w.call(w.trials, test.call); new(big.Int).SetBytes(ret).Cmp(test.ours) != 0 {
			t.Errorf("%x here, %x there", test.ours, ret)
		}
	}
}

// The files for those who do not use Go say what the bindings say.
func TestArtifactsAreThoseOfTheBindings(t *testing.T) {
	for _, contract := range []*bind.MetaData{
		&AccessManagerMetaData, &CheckpointLogMetaData, &RootRegistryMetaData, &RFC6962HarnessMetaData,
		&StatementVerifierMetaData, &TrialRegistryMetaData, &StubVerifierMetaData,
	} {
		if bin := artifact(t, contract.ID+".bin"); "0x"+strings.TrimSpace(bin) != contract.Bin {
			t.Errorf("artifacts/%s.bin is not the bytecode of the binding", contract.ID)
		}
		// abigen leaves out white space, also within names of types.
		if file := strings.Join(strings.Fields(artifact(t, contract.ID+".abi")), ""); file != contract.ABI {
			t.Errorf("artifacts/%s.abi is not the interface of the binding", contract.ID)
		}
	}
}

func artifact(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("artifacts/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
