# Everything that is done to this repository. `make` alone lists it.

GO      ?= go
TOOLS   := bin/tools-$(shell sha256sum tools/go.sum | cut -c1-12)
FUZZ    ?= 20s
ATONCE  ?= 4
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

.DEFAULT_GOAL := help
.PHONY: help build demo test race lint contracts peers generate drift vuln fuzz bench bench-peers campaign-anonymity campaign-servers campaign-soundness campaign-ceremony campaign-contracts campaign-trial bench-trials backends up down status test-backends clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/lethe
	$(GO) build -trimpath -ldflags "-X main.release=$(VERSION)" -o bin/lethe ./cmd/lethe

demo: build ## the main story, on synthetic patients (or DATA=folder of FHIR bundles)
	bin/lethe demo $(if $(DATA),--data $(DATA))

test: ## all tests, ATONCE (default 4) packages at once; LETHE_FHIR_DATA=folder adds those on real bundles, LETHE_EVERY=1 what takes minutes
	GOGC=400 $(GO) test -timeout 35m -p $(ATONCE) ./cmd/lethe ./vault ./... # the longest first; they wait for disks more than they compute

race: ## all tests under the race detector (minutes)
	$(GO) test -race -short -timeout 30m ./...

lint: $(TOOLS)/golangci-lint ## style, import rules, static analysis
	$(TOOLS)/golangci-lint run ./...
	cd tools/peers && $(CURDIR)/$(TOOLS)/golangci-lint run ./...

contracts: ## format, lint and tests of the Solidity contracts (Foundry, by npm)
	contracts/check

peers: ## what tests compare with other implementations need, by npm (snarkjs)
	cd circuits/testdata/snarkjs && npm ci --no-audit --no-fund --loglevel=error

generate: $(TOOLS)/abigen $(TOOLS)/oapi-codegen ## make generated files again
	cd keys/testdata && node vectors.mjs > vectors.json.new && mv vectors.json.new vectors.json
	cd anchor/testdata && node vectors.mjs > vectors.json.new && mv vectors.json.new vectors.json
	cd circuits/field/testdata && node vectors.mjs > vectors.json.new && mv vectors.json.new vectors.json
	cd circuits/identity/testdata && node vectors.mjs > vectors.json.new && mv vectors.json.new vectors.json
	cd circuits/trial/testdata && node vectors.mjs > vectors.json.new && mv vectors.json.new vectors.json
	cd vault/testdata && node canonical.mjs > canonical.json.new && mv canonical.json.new canonical.json
	ABIGEN=$(CURDIR)/$(TOOLS)/abigen contracts/generate
	OAPI_CODEGEN=$(CURDIR)/$(TOOLS)/oapi-codegen api/generate
	$(GO) mod tidy
	gofmt -w anchor api circuits cmd contracts/*.go keys offchain vault

drift: generate ## fail when generating again changes anything
	@git diff --exit-code --stat || (echo "generated files are out of date: run make generate and commit"; exit 1)

vuln: $(TOOLS)/govulncheck ## known vulnerabilities (needs the database at GOVULNDB, default vuln.go.dev)
	@tools/vuln $(TOOLS)/govulncheck

fuzz: ## every fuzz target for FUZZ (default 20s) each
	@tools/fuzz $(FUZZ)

bench: ## the figures of docs/performance.md (ten minutes)
	$(GO) test -run '^$$' -bench . -benchtime 1s -count 5 ./keys ./keys/local ./vault/fhir ./anchor/tlog ./anchor/evm ./circuits/... \
	  ./vault/registry ./cmd/lethe

campaign-anonymity: ## 240 whole readings by two of a thousand providers against a classifier (two minutes)
	LETHE_CAMPAIGN=1 $(GO) test -timeout 30m ./vault -run 'Distinguisher|TwoReaders' -v

backends: ## build or install the servers that users run: Vault, MinIO, versitygw, PostgreSQL, geth (minutes, once)
	tools/backends/backends install

up: ## start them on loopback ports, with their data in .backends
	tools/backends/backends up

down: ## stop those that `make up` started
	tools/backends/backends down

status: ## what runs where
	tools/backends/backends status

test-backends: ## the conformance suites, and the demo, on the servers that are up (three minutes)
	vars=$$(tools/backends/backends env) && eval "$$vars" && \
	$(GO) test -timeout 20m -count 1 ./keys/transit ./offchain/object ./offchain/index && \
	$(GO) test -timeout 20m -count 1 ./anchor/evm -run Geth && \
	LETHE_EVERY=1 $(GO) test -timeout 20m -count 1 ./cmd/lethe -run 'DemoOnServers|ProcessesApartOnServers|OthersObjectsOnServers|ServingProcessesAreKilledOnServers'

campaign-servers: ## every store put back at every moment, faults of every server, residue in their files; tables to bin/ (an hour or two)
	vars=$$(tools/backends/backends env) && eval "$$vars" && \
	LETHE_CAMPAIGN=1 LETHE_REPORT=$$PWD/bin $(GO) test -timeout 4h -count 1 ./cmd/lethe -run 'RestoreMatrixOnServers|FaultsOnServers|ResidueOnServers|ServingProcessesAreKilled|KeptOutlives|LogIsTakenOver' -v

campaign-trial: ## a whole trial of 256 participants on both chains; what it took to bin/ (LETHE_FHIR_DATA=folder adds real patients; geth by `make backends`; half an hour each)
	@mkdir -p bin
	LETHE_CAMPAIGN=1 LETHE_REPORT=$$PWD/bin $(GO) test -timeout 3h -count 1 ./cmd/lethe -run TestTrialOf256 -v

campaign-soundness: ## every input of every statement changed, every group of constraints left out; tables to bin/ (minutes a statement)
	rm -f bin/soundness-*.md
	LETHE_CAMPAIGN=1 LETHE_REPORT=$$PWD/bin $(GO) test -count 1 -p 1 -timeout 3h -run EveryConstraintIsNeeded -v \
	  ./circuits/authorization ./circuits/consent ./circuits/eligibility \
	  ./circuits/enrolment ./circuits/visits ./circuits/compliance ./circuits/compensation

bench-trials: ## proving the large batches of trials, and a cohort of 256 (keys of 2^19 the first time: many minutes)
	LETHE_CAMPAIGN=1 $(GO) test -timeout 2h -run '^$$' -bench Prove -benchtime 3x -p 1 \
	  ./circuits/enrolment ./circuits/visits ./circuits/compliance ./circuits/compensation

campaign-contracts: ## 2,000 random histories of trials against a model of the contract (a minute)
	LETHE_CAMPAIGN=1 $(GO) test -timeout 30m -count 1 ./contracts -run TestTrialsAgreeWithModel -v

campaign-ceremony: ## a .ptau of 2^12 by snarkjs taken in, and phase 2 of authorization begun beside gnark (ten minutes)
	LETHE_CAMPAIGN=1 $(GO) test -count 1 -timeout 1h -run SnarkjsPtau -bench Initialise -benchtime 1x -v ./circuits/ceremony

bench-peers: ## two statements in our gadgets beside rapidsnark and snarkjs, in one run: Semaphore v4, and eligibility in circomlib (needs npm; five minutes)
	tools/peers/run

$(TOOLS)/%: tools/go.mod tools/go.sum
	@mkdir -p $(TOOLS)
	cd tools && $(GO) build -o ../$@ $$($(GO) list -f '{{.ImportPath}}' tool | grep '/$*$$')

clean: ## remove what was built
	rm -rf bin
