# Needs Go and nothing else. "make" lists the targets.
# Modules of their own: other people's Graph clients, which drive the simulator, and the
# tests of the samples for schedulers, which read other people's formats.
CLIENTS = internal/graphsim/clients
SAMPLES = internal/samples
# Another one: what builds archives and packages, and the libraries for that.
RELEASE = internal/release
# Another: report.html in a real browser. The rules of axe come from npm.
BROWSER = internal/report/browser
AXE = axe-core@4.14.1
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0

# Where a release will be found, for winget: make release URL=https://...
URL =

.PHONY: help build demo test torture check bench fuzz release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' Makefile

build: ## build bin/entraphone
	go build -o bin/entraphone ./cmd/entraphone

demo: build ## import the sample into the embedded simulator, with every outcome on purpose
	@bin/entraphone import samples/onboarding.csv --simulate --directory samples/directory.csv \
		--max-attempts 3 --state build/demo || [ $$? -eq 3 ]

test: ## run all tests, with the race detector and in random order
	go test -race -shuffle=on ./...
	ENTRAPHONE_COMPARISONS=1000000 go test -count=1 -run '^TestEqualToTheLibrary$$' ./internal/phonenumber/plans
	cd $(CLIENTS) && go test -race -shuffle=on ./...
	cd $(RELEASE) && go test -shuffle=on ./...
	cd $(SAMPLES) && go test -shuffle=on ./...
	@.ci/axe $(BROWSER)/node $(AXE)
	cd $(BROWSER) && go test -shuffle=on ./...

torture: ## 500 kills of runs and rollbacks, every dialect, and 100 million numbers against the library of plans: hours
	ENTRAPHONE_RACE=1 go test -count=1 -race -timeout 2h -run '^TestScripts$$' ./cmd/entraphone
	ENTRAPHONE_KILLS=500 go test -count=1 -timeout 24h -v -run '^TestKilledRunsResume$$' ./cmd/entraphone
	go test -count=1 -timeout 24h -v -run '^TestRunsAndRollbacksAreWhatTheyShouldBe$$' ./cmd/entraphone -rapid.checks=2000
	ENTRAPHONE_DIALECTS=10000 go test -count=1 -race -timeout 24h -v -run '^TestEveryDialectReadsAlike$$' ./internal/table ./internal/importfile
	ENTRAPHONE_COMPARISONS=100000000 go test -count=1 -timeout 24h -v -run '^TestEqualToTheLibrary$$' ./internal/phonenumber/plans

check: ## formatting, vet, tidiness, staticcheck, known vulnerabilities, and builds for Windows and macOS
	@unformatted=$$(gofmt -l cmd internal); [ -z "$$unformatted" ] || { echo "gofmt would change:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go mod tidy -diff
	cd $(CLIENTS) && go mod tidy -diff
	cd $(RELEASE) && go mod tidy -diff && go vet ./... && go run $(STATICCHECK) ./...
	cd $(SAMPLES) && go mod tidy -diff && go vet ./...
	cd $(BROWSER) && go mod tidy -diff && go vet ./...
	go run $(STATICCHECK) ./...
	GOOS=windows go build -o /dev/null ./cmd/entraphone
	GOOS=darwin go build -o /dev/null ./cmd/entraphone
	GOOS=windows go vet ./cmd/... ./internal/...
	@.ci/vulnerabilities $(GOVULNCHECK)

bench: build ## measure speed as ratios within one run
	ENTRAPHONE_BENCH=1 go test -count=1 -timeout 60m -run '^TestBench' -v -p 1 ./internal/importfile ./internal/ledger ./internal/pace ./internal/report ./cmd/entraphone

fuzz: ## fuzz the parsers for a minute each
	go test -run '^$$' -fuzz '^FuzzNormalize$$' -fuzztime 1m ./internal/phonenumber
	go test -run '^$$' -fuzz '^FuzzParse$$' -fuzztime 1m ./internal/phonenumber/plans
	go test -run '^$$' -fuzz '^FuzzRecords$$' -fuzztime 1m -fuzzminimizetime 5x ./internal/table
	go test -run '^$$' -fuzz '^FuzzWorkbook$$' -fuzztime 1m -fuzzminimizetime 5x ./internal/workbook
	go test -run '^$$' -fuzz '^FuzzCells$$' -fuzztime 1m -fuzzminimizetime 5x ./internal/importfile
	go test -run '^$$' -fuzz '^FuzzRead$$' -fuzztime 1m -fuzzminimizetime 5x ./internal/importfile
	go test -run '^$$' -fuzz '^FuzzFold$$' -fuzztime 1m -fuzzminimizetime 5x ./internal/journal
	go test -run '^$$' -fuzz '^FuzzQuickEntry$$' -fuzztime 1m ./internal/journal
	go test -run '^$$' -fuzz '^FuzzAnyAnswer$$' -fuzztime 1m -fuzzminimizetime 5x ./cmd/entraphone
	go test -run '^$$' -fuzz '^FuzzAnswer$$' -fuzztime 1m ./internal/graph
	go test -run '^$$' -fuzz '^FuzzClaims$$' -fuzztime 1m ./internal/graph
	go test -run '^$$' -fuzz '^FuzzPeer$$' -fuzztime 1m -fuzzminimizetime 5x ./internal/graph
	go test -run '^$$' -fuzz '^FuzzSignInPeer$$' -fuzztime 1m -fuzzminimizetime 5x ./internal/graph
	go test -run '^$$' -fuzz '^FuzzBatch$$' -fuzztime 1m ./internal/graphsim
	go test -run '^$$' -fuzz '^FuzzUsersQuery$$' -fuzztime 1m ./internal/graphsim
	go test -run '^$$' -fuzz '^FuzzReadScenario$$' -fuzztime 1m ./internal/graphsim
	go test -run '^$$' -fuzz '^FuzzServe$$' -fuzztime 1m ./internal/graphsim/login
	go test -run '^$$' -fuzz '^FuzzVerify$$' -fuzztime 1m ./internal/graphsim/login
	go test -run '^$$' -fuzz '^FuzzParseFilter$$' -fuzztime 1m ./internal/graphsim/odata
	go test -run '^$$' -fuzz '^FuzzNumber$$' -fuzztime 1m ./internal/graphsim/directory
	go test -run '^$$' -fuzz '^FuzzReadCSV$$' -fuzztime 1m ./internal/graphsim/directory
	go test -run '^$$' -fuzz '^FuzzReadState$$' -fuzztime 1m ./internal/graphsim/directory

release: ## build the commit for all platforms in build/release, and two of them again to compare
	rm -rf build/release
	cd $(RELEASE) && go run . -o ../../build/release $(if $(URL),-url '$(URL)')
	cd $(RELEASE) && ENTRAPHONE_RELEASE=1 go test -count=1 -timeout 60m -v -run '^TestSameCommitSameBytes$$' .

clean: ## remove what the targets made
	rm -rf bin build
