# Every target installs what it needs, without asking, and says what and how.
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

# Checked SQL is checked against .sqlx, and not against whatever database DATABASE_URL may name.
export SQLX_OFFLINE := true

# What `make run` builds: the first build takes some minutes so, and with PROFILE=release more than twice as long.
PROFILE := dev

TARGET := $(or $(CARGO_TARGET_DIR),target)
USHER := $(TARGET)/$(patsubst dev,debug,$(PROFILE))/usher
WITH_POSTGRES := $(TARGET)/debug/with-postgres

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: rust ## start the server, with a Postgres of its own (or yours: DATABASE_URL=…) and demo data
	@[ -n "$$DATABASE_URL" ] || scripts/postgres.sh
	@[ -x $(USHER) ] || echo "==> building: the first time this takes some minutes" >&2
	@cargo build --profile $(PROFILE) -p usher
	@exec $(USHER) serve --demo $(ARGS)

test: test-tools ## every test, on a Postgres of its own; ARGS goes to nextest
	@cargo nextest run --workspace --no-run
	@$(WITH_POSTGRES) -- cargo nextest run --workspace $(ARGS)

test-deep: test-tools ## the same with many more generated cases, and what is too slow for every day
	@cargo nextest run --workspace --no-run
	@PROPTEST_CASES=20000 LAW_CASES=1000000 $(WITH_POSTGRES) -- cargo nextest run --workspace --run-ignored all --no-fail-fast $(ARGS)

# The tests come last: their summary is what one wants to read at the end.
check: rust ## all that must hold before a change is handed in, which is what CI runs
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --quiet --workspace --no-deps
	scripts/tool.sh cargo-deny 0.20.2
	cargo deny --log-level error check bans licenses sources
	scripts/unchanged.sh $(MAKE) --no-print-directory sqlx openapi docs golden
	scripts/contract.sh
	cargo test --quiet --workspace --doc
	$(MAKE) --no-print-directory test

openapi: rust ## write openapi/openapi.json anew
	@mkdir -p openapi
	@cargo run --quiet -p usher -- openapi > $(TARGET)/openapi.json && mv $(TARGET)/openapi.json openapi/openapi.json

golden: test-tools ## accept what the golden files' tests find now; read the diff before you keep it
	@cargo nextest run --workspace --no-run --cargo-quiet
	@INSTA_UPDATE=always $(WITH_POSTGRES) -- cargo nextest run --workspace --cargo-quiet --no-tests=pass -E 'test(golden)'

sqlx: rust ## write .sqlx anew, from which the checked SQL builds without a database
	@scripts/postgres.sh
	@cargo build --quiet -p usher-postgres --bins --examples
	@$(WITH_POSTGRES) --env SQLX_SERVER -- scripts/sqlx.sh

contract: ## lint openapi/openapi.json with Spectral and Redocly
	@scripts/contract.sh

bench: rust ## measure: a decision, a request
	@scripts/postgres.sh
	@cargo build --quiet -p usher-postgres --bins
	@$(WITH_POSTGRES) --durable -- scripts/bench.sh $(ARGS)

docs: rust ## write docs/permissions.html anew: the access models, drawn for people
	@mkdir -p docs
	@cargo run --quiet -p usher -- permissions > $(TARGET)/permissions.html && mv $(TARGET)/permissions.html docs/permissions.html

rustdoc: rust ## the code's documentation
	@cargo doc --workspace --no-deps
	@echo "open $(TARGET)/doc/usher/index.html"

rust:
	@scripts/rust.sh

test-tools: rust
	@scripts/postgres.sh
	@scripts/tool.sh cargo-nextest 0.9.143

# The steps build on each other, and cargo uses all cores by itself.
.NOTPARALLEL:
.PHONY: help run test test-deep check openapi golden sqlx contract bench docs rustdoc rust test-tools
