# Hamlet: make up | build | test | bench | check
#
# Everything that is fetched or built lies in the user's cache directory; the tree gets no more than the link ./hamlet.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CACHE := $(if $(XDG_CACHE_HOME),$(XDG_CACHE_HOME),$(HOME)/.cache)/hamlet
export CARGO_TARGET_DIR ?= $(CACHE)/target
export HAMLET_CACHE := $(CACHE)

# What `up` builds: the optimised program only for who has asked for it once, by `make build`.
FOR_UP := $(if $(wildcard $(CARGO_TARGET_DIR)/release/hamlet),release,quick)

.PHONY: help up build program test labs bench check clean

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 16

up: ## Install what is missing, build what is ready soonest, and start Hamlet in the foreground on 127.0.0.1:4566
	@tests/install run
	@$(MAKE) --no-print-directory program PROFILE=$(FOR_UP)
	@exec ./hamlet up --listen 127.0.0.1:4566

build: ## Build the program, optimised throughout, with its web console and leave it as ./hamlet
	@$(MAKE) --no-print-directory program PROFILE=release

program:
	@console/build
	cargo build --profile $(PROFILE) --locked --package cli
	@ln -sfn "$(CARGO_TARGET_DIR)/$(PROFILE)/hamlet" hamlet

test: ## Install what the tests need and run them all
	@tests/install test
	@tests/run

labs: ## The labs alone: real packets, real aws CLI. ONLY=lab5 picks by name
	@tests/install test
	@tests/run --labs $(ONLY)

bench: ## Measure, and print a table
	@tests/install test
	@$(MAKE) --no-print-directory build
	@benches/run

check: ## What CI asks of the code: formatting, lints, tests, docs, generated files, layers
	cargo xtask check

clean: ## Remove what was built; the data of Hamlets stays
	rm -rf "$(CARGO_TARGET_DIR)" hamlet
