# shellcheck shell=bash
# Programs from crates.io that Debian lacks, each built once and kept in the test cache. Their versions are pinned here
# only.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

sccache_version=0.19.0
nextest_version=0.9.143
cargo_fuzz_version=0.13.2
nixfmt_version=0.5.3
deadnix_version=1.3.1

tools_bin=$cache/tools/bin

# cargo_tool PROGRAM CRATE VERSION [ARGS…]: builds CRATE, and links PROGRAM into $tools_bin.
cargo_tool() {
  local program=$1 crate=$2 version=$3
  shift 3
  local dir=$cache/tools/$crate-$version
  [ -e "$dir" ] || say "building $program $version (once, some minutes)"
  make_once "$dir" build_tool "$crate" "$version" "$@"
  mkdir -p "$tools_bin"
  ln -sfn "../$crate-$version/bin/$program" "$tools_bin/$program"
}

build_tool() {
  local crate=$1 version=$2 dir=${!#}
  # Without the caller's wrapper, target directory and flags. And without link-time optimisation, which doubles the time
  # of sccache's build; what the tests do with it is bound by files and processes.
  env -u RUSTC_WRAPPER -u RUSTFLAGS -u CARGO_TARGET_DIR -u CARGO_BUILD_RUSTC_WRAPPER \
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install --locked --version "$version" --root "$dir" "${@:3:$#-3}" "$crate" >&2
}

# Programs that the tests need.
test_tools() {
  cargo_tool sccache sccache "$sccache_version" --no-default-features
  if command -v cargo-nextest >/dev/null; then
    # Copied: the Debian root does not see this machine's own /usr.
    make_once "$tools_bin/cargo-nextest" cp -L "$(command -v cargo-nextest)"
  else
    cargo_tool cargo-nextest cargo-nextest "$nextest_version" --no-default-features --features default-no-update
  fi
  cargo_tool nixfmt nixfmt_rs "$nixfmt_version"
  cargo_tool deadnix deadnix "$deadnix_version"
}

# Additional programs for tests/fuzz.
fuzz_tools() {
  command -v cargo-fuzz >/dev/null || cargo_tool cargo-fuzz cargo-fuzz "$cargo_fuzz_version"
}
