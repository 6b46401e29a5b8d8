#!/usr/bin/env bash
# A stand-in for nixpkgs' rustc wrapper, for tests: NIX_RUSTFLAGS (for rustdoc NIX_RUSTDOCFLAGS) goes behind the
# caller's arguments, split into words.
# shellcheck disable=SC2206 # it is split into words, as the real one does
set -euo pipefail

compiler=@compiler@
after=(${@flagsVariable@-})

if [ "${NIX_DEBUG:-0}" -ge 1 ]; then
  printf 'extra flags after to %s:\n' "$compiler" >&2
  printf '  %q\n' "${after[@]}" >&2
fi

exec "$compiler" "$@" "${after[@]}"
