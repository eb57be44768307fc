package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/params"

	"lethe/api"
	"lethe/circuits/field"
	"lethe/vault/fhir/synthetic"
	"lethe/vault/party"
)

// extent is how large a whole trial is.
type extent struct {
	participants, sites int
	large               bool // proven by the large statements too
	enrols, records     int  // events of a batch
	safety              int  // serious events until a flag
	few                 int  // participants of each kind of exception
	lateness            time.Duration
	claims              int
}

// course is a whole trial that a test runs as its users do, with a count of its own of what must come of it.
type course struct {
	*clinic
	extent
	program *program
	house   *trialHouse       // while the folder is open
	keys    map[string]string // files with the keys of the sponsor, the board and the sequencer, on a chain that is not the folder's own
	rpc     string            // of such a chain
	chain   string            // in words
	id      field.Element
	commit  string // that the program is of
	amended time.Time
	people  []*member
	others  []string // patients whose records were attested, and who may not take part
	tally   *trialTally
	figures *figures
	done    map[string]int // events of a batch, by its transaction
	paid    []string       // addresses
	erased  *member
}

// member is somebody who takes part, as the test knows them.
type member struct {
	name, patient string
	generated     bool
	site          int
	tag           string // as enrolment printed it
	consented     time.Time
	version       int
	phase, rounds uint8
	gone          bool // takes part no more
	entry         string
}

const courseTrial = "PREVENT-256"

var courseTerms = []string{"what the participants consent to", "what they consent to once it is amended"}

// newCourse makes a state folder with the records of real patients, where there are some, and of generated ones; their chain is the folder's own, or a geth.
func newCourse(t *testing.T, size extent, geth bool) *course {
	t.Helper()
	home := t.TempDir()
	c := &course{
		clinic: &clinic{t: t, files: filepath.Join(home, "parties"), config: filepath.Join(home, "lethe.yaml")}, extent: size,
		id: trialID(courseTrial), tally: newTally(), figures: newFigures(), done: map[string]int{}, chain: "the chain of the state folder", commit: commit(t),
	}
	noError(t, os.MkdirAll(c.files, 0o700))
	c.folder = folder{dir: filepath.Join(home, "state")}
	settings := "api: {rate: 0}\nproving:\n  publish_every: 200ms\n  anonymity_threshold: 2\n"
	if geth {
		settings += c.startGeth()
	}
	noError(t, os.WriteFile(c.config, []byte(settings), 0o600))
	if geth {
		c.deploy()
	}
	c.takeInAll()
	for _, k := range []string{"accreditor", "auditor", "registrar"} {
		c.run("party", "new", k, "--name", k, "--output", c.file(k))
	}
	c.run("registry", "init", "--accreditor", c.public("accreditor"), "--auditor", c.public("auditor"))
	c.run("issuer", "enrol", c.public("registrar"), "--accreditor", c.file("accreditor"))
	c.attester("attester")
	c.run("party", "new", "trial", "--name", courseTrial, "--output", c.file("trial"))
	for i := range size.sites {
		c.run("party", "new", "site", "--name", c.site(i), "--output", c.file(c.site(i)))
	}
	c.program = &program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, configFile: c.config, dir: c.dir}
	noError(t, c.program.configure())
	return c
}

func (c *course) site(i int) string { return fmt.Sprintf("site%d", i) }

// startGeth starts a chain by the rules that networks have now, on which four parties have ether, and gives what the configuration says of it. The rules of geth's own
// development chain are those of later forks.
func (c *course) startGeth() (settings string) {
	c.t.Helper()
	n, funded := newNode(c.t), types.GenesisAlloc{}
	account := func(name string) (file string) {
		key, err := crypto.GenerateKey()
		noError(c.t, err)
		funded[crypto.PubkeyToAddress(key.PublicKey)] = types.Account{Balance: big.NewInt(params.Ether)}
		file = c.in(name + ".key")
		noError(c.t, os.WriteFile(file, fmt.Appendf(nil, "%x", crypto.FromECDSA(key)), 0o600))
		return file
	}
	c.keys = map[string]string{}
	settings = "trials:\n"
	for _, who := range []string{"sponsor", "board", "sequencer"} {
		c.keys[who] = account(who)
		settings += fmt.Sprintf("  %s_key: %q\n", who, c.keys[who])
	}
	submitter := account("submitter")
	n.begin(funded)
	n.start()
	c.t.Cleanup(n.stop)
	c.rpc, c.chain = "http://127.0.0.1:"+n.ports[0], "geth, with a block a second"
	return settings + fmt.Sprintf("anchor:\n  confirmations: 2\n  max_delay: 30s\n  rpc: [%q, %q]\n  submitter_key: {file: %q}\n", c.rpc, "ws://127.0.0.1:"+n.ports[1], submitter)
}

// begin makes the chain's first block, by the rules of Osaka.
func (n *node) begin(funded types.GenesisAlloc) {
	n.t.Helper()
	genesis := core.DeveloperGenesisBlock(ethconfig.Defaults.Miner.GasCeil, nil)
	rules := *genesis.Config
	rules.AmsterdamTime, rules.BogotaTime = nil, nil
	genesis.Config = &rules
	maps.Copy(genesis.Alloc, funded)
	text, err := json.Marshal(genesis)
	noError(n.t, err)
	noError(n.t, os.WriteFile(n.data+".json", text, 0o600))
	out, err := exec.CommandContext(n.t.Context(), n.program, "init", "--datadir", n.data, "--state.scheme", "hash", n.data+".json").CombinedOutput()
	if err != nil {
		n.t.Fatalf("geth init: %v\n%s", err, out)
	}
}

func (c *course) deploy() {
	c.t.Helper()
	address := func(file string) string {
		key, err := secret{File: file}.account()
		noError(c.t, err)
		return crypto.PubkeyToAddress(key.PublicKey).Hex()
	}
	c.run("chain", "deploy", "--deployer-key", c.keys["sponsor"], "--recovery", "0x1111111111111111111111111111111111111111", "--guardian", address(c.keys["board"]),
		"--registrar", address(c.keys["sequencer"]))
}

// takeInAll imports the real bundles and more generated ones than take part, since some of them have what excludes them.
func (c *course) takeInAll() {
	c.t.Helper()
	known := map[string]bool{}
	take := func(from string, generated bool) {
		c.run("import", from)
		for _, p := range must[[]struct{ ID string }](c.t, c.args("patients")...) {
			if !known[p.ID] {
				c.people = append(c.people, &member{name: fmt.Sprintf("person%d", len(c.people)), patient: p.ID, generated: generated})
				known[p.ID] = true
			}
		}
	}
	if from := os.Getenv("LETHE_FHIR_DATA"); from != "" && c.large {
		take(from, false)
	}
	from, cohort := c.in("bundles"), synthetic.Cohort(256)
	noError(c.t, os.Mkdir(from, 0o700))
	for i := range c.participants * 3 / 2 {
		noError(c.t, os.WriteFile(filepath.Join(from, fmt.Sprintf("%d.json", i)), cohort.Bundle(i), 0o600))
	}
	take(from, true)
}

// The protocol asks of people what does not grow old, so that real records of any year can be attested.
const courseSchema = `format: lethe/schema/v1
name: prevention
version: 1
attributes:
  - {name: age, kind: age}
  - {name: sex, kind: category, element: Patient.gender, categories: [{name: female, number: 1, code: female}, {name: male, number: 2, code: male}]}
  - {name: diabetes, kind: condition, codes: [{system: http://snomed.info/sct, code: "44054006"}], pick: any, absent: no}
  - {name: pregnant, kind: condition, codes: [{system: http://snomed.info/sct, code: "72892002"}], pick: latest, absent: no}
`

var courseAges = []string{"18..80", "18..85"}

// plan writes the protocol with so many versions, and the files that it names.
func (c *course) plan(versions int) string {
	c.t.Helper()
	write := func(name, text string) { noError(c.t, os.WriteFile(c.in(name), []byte(text), 0o600)) }
	write("schema.yaml", courseSchema)
	text := "format: lethe/trial/v1\nname: " + courseTrial + "\nversions:\n"
	for i := range versions {
		write(fmt.Sprintf("criteria%d.yaml", i), fmt.Sprintf("format: lethe/criteria/v1\nname: version %d\nfor: %s\nschema: schema.yaml\nall:\n"+
			"  - age: %s\n  - diabetes: no\n  - any: [{sex: male}, {pregnant: no}]\n", i+1, courseTrial, courseAges[i]))
		from, by := "2020-01-01T00:00:00Z", ""
		if i > 0 {
			from, by = c.amended.Format(time.RFC3339), ", reconsent_by: "+c.amended.Add(time.Second).Format(time.RFC3339)
		}
		text += fmt.Sprintf("  - {terms: %s, criteria: criteria%d.yaml, from: %s%s}\n", courseTerms[i], i, from, by)
	}
	text += "phases: [screening, treatment, follow-up, closing]\nsites:\n"
	for i := range c.sites {
		site, err := party.ReadPublic(c.public(c.site(i)), party.Site)
		noError(c.t, err)
		text += fmt.Sprintf("  - {name: Hospital %d, key: %x}\n", i, []byte(site.Key))
	}
	text += fmt.Sprintf("safety_threshold: %d\nrecorded_late_after: %s\nthresholds: {version superseded: 60, phase out of order: 60, recorded late: 60}\n", c.safety, c.lateness) +
		`compensation: ["1000", "2000", "3000"]` + "\n"
	write("plan.yaml", text)
	return c.in("plan.yaml")
}

// trial runs one of the commands about trials.
func (c *course) trial(args ...string) string {
	c.t.Helper()
	return c.run(append([]string{"trial"}, args...)...)
}

// open opens the folder, as commands do, for many batches.
func (c *course) open(do func(d *trialDesk)) {
	c.t.Helper()
	noError(c.t, c.program.withState(c.t.Context(), func(st *state) error {
		door, err := c.program.frontDoor(st, localURL, custodian().Actor)
		if err != nil {
			return err
		}
		c.house = st.trials
		r := &remote{}
		return r.through(c.t.Context(), localURL, api.InProcess(door), func(r *remote) error {
			do(&trialDesk{c.program, r})
			return nil
		})
	}))
}
