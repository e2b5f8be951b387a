# Each target is a module of cinfactors/dev, which prints what it does.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	echo $$python && break; done)

.PHONY: run build test check bench lock

run build test check bench lock:
	@'$(subst ','\'',$(or $(PYTHON),$(error Python 3.11 or newer is needed; install it, or name \
	it: make $@ PYTHON=/path/to/python3)))' -m cinfactors.dev $@
