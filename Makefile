# Every task of the repository. Bare "make" lists them; each does its own set-up.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

ROOT   := $(CURDIR)
TOOLS  := $(ROOT)/.tools
ASSETS := portal/ui/assets
KIT    := portal/portaltest/browser
RECEIVER := sync/webhook/testdata/receiver

GO_NEEDED   := $(shell sed -n 's/^go //p' go.mod)
NODE_NEEDED := 20
LINTER_VERSION := 2.15.0
LINTER := $(TOOLS)/golangci-lint-$(LINTER_VERSION)

VERSION  ?=
REVISION ?= $(shell git describe --always --dirty 2>/dev/null)
# No paths and no stamp of Go's own: the same source yields the same program.
BUILD := CGO_ENABLED=0 go build -trimpath -buildvcs=false \
	-ldflags '-s -w -X main.release=$(VERSION) -X main.revision=$(REVISION)'

.PHONY: help
help: ## list these tasks
	@echo "Portico: a client portal wired to your systems of record."
	@echo
	@echo "  make run    builds it and serves the demonstration on http://127.0.0.1:8080"
	@echo "  make test   runs every test that needs nothing but Go and Node"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | sort | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

# --- build ---------------------------------------------------------------

.PHONY: run
run: build ## build everything and serve the demonstration
	@exec bin/portico serve --demo

.PHONY: build
build: need-go assets ## build bin/portico
	@$(BUILD) -o bin/portico ./cmd/portico

# The second build has another folder and an empty cache: what is the same bytes
# then is made of the source alone.
TARGETS ?= linux/amd64 linux/arm64

.PHONY: release
release: need-go assets ## build artefacts/release twice, apart, and keep it only when equal
	@rm -rf artefacts/release; mkdir -p artefacts/release; other=$$(mktemp -d); trap 'rm -rf "$$other"' EXIT; mkdir "$$other/tree"; \
	{ git ls-files -z; find $(ASSETS)/dist -type f -print0; } | sort -zu | tar --null -T - -cf - | tar -xf - -C "$$other/tree"; \
	for target in $(TARGETS); do \
	export GOOS=$${target%/*} GOARCH=$${target#*/}; name=portico-$$GOOS-$$GOARCH; \
	$(BUILD) -o artefacts/release/$$name ./cmd/portico; \
	(cd "$$other/tree"; GOCACHE="$$other/cache" $(BUILD) -o "$$other/$$name" ./cmd/portico); \
	cmp artefacts/release/$$name "$$other/$$name" || { rm -rf artefacts/release; echo "two builds of $$name differ"; exit 1; }; \
	done; cd artefacts/release; sha256sum portico-* | tee SHA256SUMS

.PHONY: image
image: ## build the container image portico (needs docker)
	@docker build -f cmd/portico/container/Dockerfile --build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) -t portico .

.PHONY: assets
assets: $(ASSETS)/dist/manifest.json ## build styles, script and icons of the pages

# The style sheet is cut down to what the templates use, so they count as sources.
$(ASSETS)/dist/manifest.json: $(ASSETS)/package-lock.json $(ASSETS)/build.mjs $(shell find $(ASSETS)/src -type f) $(shell find portal -name '*.templ')
	@$(MAKE) --no-print-directory need-node
	@cd $(ASSETS) && npm ci --silent && npm run build --silent
	@touch $@

.PHONY: generate
generate: need-go ## generate Go from the templates (commit the result)
	@go tool templ generate

# --- test ----------------------------------------------------------------

.PHONY: test
test: need-go assets ## run every test that needs no other program
	@go vet ./...
	@go test -count=1 ./cmd/internal/arch
	@mkdir -p $(TOOLS); go test ./... 2>&1 | tee $(TOOLS)/test.log; \
	printf '\n%s packages passed, %s without tests\n' "$$(grep -c '^ok' $(TOOLS)/test.log || true)" "$$(grep -c 'no test files' $(TOOLS)/test.log || true)"

.PHONY: lint
lint: need-go $(LINTER) ## run the linters
	@$(LINTER) run ./...

$(LINTER):
	@echo "Building golangci-lint $(LINTER_VERSION); this takes a while, once."
	@mkdir -p $(TOOLS)
	@GOBIN=$(TOOLS) GOFLAGS= go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(LINTER_VERSION)
	@mv $(TOOLS)/golangci-lint $@

.PHONY: browser
browser: build $(KIT)/node_modules/.package-lock.json ## test the pages in a real Chromium
	@cd $(KIT) && npm test --silent

$(KIT)/node_modules/.package-lock.json: $(KIT)/package-lock.json
	@$(MAKE) --no-print-directory need-node
	@cd $(KIT) && npm ci --silent
	@touch $@

.PHONY: webhooks
webhooks: need-go $(RECEIVER)/node_modules/.package-lock.json ## have webhooks verified by the specification's library for Node
	@go test -count=1 -tags node -run Node -timeout 2m ./sync/webhook

$(RECEIVER)/node_modules/.package-lock.json: $(RECEIVER)/package-lock.json
	@$(MAKE) --no-print-directory need-node
	@cd $(RECEIVER) && npm ci --silent
	@touch $@

.PHONY: services
services: ## start a Redis and a PostgreSQL of Debian for tests, on loopback
	@.ci/services up redis postgres

.PHONY: services-stop
services-stop: ## stop them and remove their data
	@.ci/services down

.PHONY: test-services
test-services: need-go assets ## run every test with a real Redis and PostgreSQL in place of what is inside the program
	@.ci/services up redis postgres >/dev/null; trap '.ci/services down redis postgres' EXIT; \
	eval "$$(.ci/services env redis postgres)"; mkdir -p $(TOOLS); \
	go test -count=1 -vet=off -v ./... >$(TOOLS)/services.log 2>&1 || { grep -vE '^(=== | *--- (PASS|SKIP)|ok |\?)' $(TOOLS)/services.log; exit 1; }; \
	awk -f .ci/told.awk $(TOOLS)/services.log

.PHONY: faults
faults: need-go assets ## kill, starve and mislead the whole program (SHORT=1: minutes; without: hours)
	@command -v redis-server >/dev/null || { echo "redis-server is needed and was not found (Debian: redis-server)"; exit 1; }
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { echo "PostgreSQL's server is needed and was not found (Debian: postgresql)"; exit 1; }
	@mkdir -p $(TOOLS); PORTICO_FAULT_ROUNDS=$(if $(SHORT),,100) \
	go test -tags faults -count=1 -parallel $(if $(SHORT),10,4) -timeout 8h -v ./cmd/internal/faults >$(TOOLS)/faults.log 2>&1 || { cat $(TOOLS)/faults.log; exit 1; }; \
	sed -n '/^number/,/^took/p' $(TOOLS)/faults.log

.PHONY: test-live
test-live: need-go ## run the tests against real systems that you name; all three, and the browser too
	@if [ -z "$${PORTICO_TEST_RT:-}$${PORTICO_TEST_CALDAV:-}$${PORTICO_TEST_TRYTON:-}" ]; then \
	echo "Name systems that may be written to, one or more:"; \
	echo "  PORTICO_TEST_RT=http://…/REST/2.0 PORTICO_TEST_RT_TOKEN=…"; \
	echo "  PORTICO_TEST_CALDAV=http://…/user/ PORTICO_TEST_CALDAV_USER=… PORTICO_TEST_CALDAV_PASSWORD=…"; \
	echo "  PORTICO_TEST_TRYTON=http://… PORTICO_TEST_TRYTON_PASSWORD=…"; exit 1; fi; \
	go test -tags faults -count=1 -v -run 'Live|Real' ./...
	@if [ -n "$${PORTICO_TEST_RT:-}" ] && [ -n "$${PORTICO_TEST_CALDAV:-}" ] && [ -n "$${PORTICO_TEST_TRYTON:-}" ]; then $(MAKE) --no-print-directory walk; \
	else echo "All three named, one deployment is walked through in the browser, too; this was left out."; fi

.PHONY: walk
walk: build $(KIT)/node_modules/.package-lock.json ## connect three real systems to one deployment in the browser (see test-live)
	@cd $(KIT) && npm run --silent live

.PHONY: bench
bench: build ## measure the program against bare floors (BENCH="-only P2,S1")
	@if [ -z "$${PORTICO_TEST_POSTGRES:-}$${PORTICO_TEST_REDIS:-}" ]; then \
	export PORTICO_TEST_STATE="$${TMPDIR:-/tmp}/portico-bench-services" PORTICO_TEST_REDIS_PORT=16479 PORTICO_TEST_POSTGRES_PORT=15532 PORTICO_TEST_FSYNC=on; \
	trap '.ci/services down redis postgres' EXIT; \
	for service in redis postgres; do \
	if .ci/services up $$service >/dev/null; then eval "$$(.ci/services env $$service)"; fi; done; fi; \
	go run ./cmd/bench $(BENCH)

.PHONY: clean
clean: ## remove what was built (not your data)
	@rm -rf bin $(TOOLS) artefacts $(ASSETS)/node_modules $(KIT)/node_modules $(RECEIVER)/node_modules
	@find $(ASSETS)/dist -mindepth 1 ! -name placeholder.txt -delete

# --- what must be installed ----------------------------------------------

.PHONY: need-go need-node
need-go:
	@have=$$(go env GOVERSION 2>/dev/null | sed 's/^go//; s/ .*//') || true; \
	if [ -z "$$have" ]; then echo "Go $(GO_NEEDED) or newer is needed and was not found: https://go.dev/dl/"; exit 1; fi; \
	if [ "$$(printf '%s\n' "$(GO_NEEDED)" "$$have" | sort -V | head -1)" != "$(GO_NEEDED)" ]; then \
	echo "Go $(GO_NEEDED) or newer is needed; this is $$have: https://go.dev/dl/"; exit 1; fi

need-node:
	@have=$$(node --version 2>/dev/null | sed 's/^v//') || true; \
	if [ -z "$$have" ] || ! command -v npm >/dev/null; then echo "Node $(NODE_NEEDED) or newer with npm is needed and was not found: https://nodejs.org/"; exit 1; fi; \
	if [ "$${have%%.*}" -lt $(NODE_NEEDED) ]; then echo "Node $(NODE_NEEDED) or newer is needed; this is $$have: https://nodejs.org/"; exit 1; fi
