.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# `make demo KUBECONFIG=...` uses that cluster. One that is only in the environment of the shell is not meant.
ifneq ($(origin KUBECONFIG),command line)
unexport KUBECONFIG
endif

.PHONY: help demo test test-full lint unit integration e2e bench testenv crds bundle image clean install debian

help: ## show this
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null \
	  || sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  make \1  \2/p' Makefile

demo: install ## watch a release go from a Git commit to a healthy workload (KUBECONFIG=... on your cluster, KEEP=1 to keep it)
	@npm run -s demo

test: install debian ## everything that must pass: lint, unit, integration and end-to-end tests
	@npm run -s test -- lint unit integration e2e

test-full: install debian ## the same with the full number of rounds of the long tests, and with the image
	@hack/debian.sh image
	@TEST_FULL=1 npm run -s test -- lint unit integration e2e

lint: install ## types, style, layers, unused code, generated files
	@npm run -s lint

unit: install debian ## tests of single parts, without a cluster
	@npm run -s test -- unit

integration: install debian ## tests of one part against the real thing
	@npm run -s test -- integration

e2e: install debian ## tests of the whole operator
	@npm run -s test -- e2e

bench: bundle ## measure what many releases cost (ARGS="many -n 5000"; docs/benchmark.md)
	@npm run -s bench -- $(ARGS)

testenv: install ## get the control plane, helm and kubectl that demo and tests stand on
	@npm run -s testenv -- which kube-apiserver
	@for name in etcd kube-controller-manager kube-scheduler kwok kubectl helm helm3; do \
	  npm run -s testenv -- which $$name || exit 1; done

crds: install ## generate crds/ and docs/reference/ from src/api
	@npm run -s crds

bundle: install ## build the operator as one file, dist/main.mjs
	@npm run -s bundle

image: install ## build the image with docker or buildah (ARCH="amd64 arm64", TAG=NAME:TAG; docs/install.md)
	@docker info >/dev/null 2>&1 || hack/debian.sh image
	@npm run -s image -- $(ARCH:%=--arch %) $(TAG:%=--tag %)

clean: ## remove what was built and installed here (tools in the user's cache stay)
	rm -rf node_modules dist coverage

install:
	@hack/install.sh

debian:
	@hack/debian.sh
