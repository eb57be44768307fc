package ceremony

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const snarkjs = "../testdata/snarkjs/node_modules/snarkjs/build/cli.cjs"

// Powers that somebody else's software made, of 2^12 or, as CI does it, of the power in LETHE_PTAU. snarkjs takes seconds for the least of
// them.
func TestSnarkjsPtau(t *testing.T) {
	if os.Getenv("LETHE_CAMPAIGN") == "" {
		t.Skip("LETHE_CAMPAIGN is not set: make campaign-ceremony")
	}
	if _, err := os.Stat(snarkjs); err != nil {
		t.Skip("snarkjs is not installed: npm ci in circuits/testdata/snarkjs")
	}
	power := os.Getenv("LETHE_PTAU")
	if power == "" {
		power = "12"
	}
	dir := t.TempDir()
	file := func(i int) string { return filepath.Join(dir, fmt.Sprint(i, ".ptau")) }
	run(t, "new", "bn128", power, file(0))
	names := []string{"ada", "grace", "hedy"}
	for i, name := range names {
		run(t, "contribute", file(i), file(i+1), "--name="+name, "-e=entropy of "+name)
	}
	run(t, "beacon", file(3), file(4), "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", "10", "--name=beacon")
	content, err := os.ReadFile(file(4))
	if err != nil {
		t.Fatal(err)
	}
	finish(t, content, names)

	content, err = os.ReadFile(file(3))
	if err != nil {
		t.Fatal(err)
	}
	tr, _, unfinished := ptauTranscript(t, content, names)
	_, err = tr.ImportPtau(t.Context(), unfinished)
	wantRefusal(t, err, Missing, "beacon")
}

func run(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "node", append([]string{snarkjs, "powersoftau"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
