# shellcheck shell=bash
# The Rust toolchain itself. rustup's `cargo` is a proxy: it needs rustup's own directories, sets variables of its own
# that sccache puts into its keys, and no Nix shell has it. The tests run the programs behind it.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# toolchain_dir: prints the directory that holds bin/cargo, bin/rustc, lib.
toolchain_dir() {
  local proxy dir
  proxy=$(command -v rustc) ||
    die "no Rust toolchain on PATH" "install one by rustup, or put its bin directory on PATH"
  if ! dir=$(cd "$tree" && rustc --print sysroot 2>/dev/null); then
    # With an empty HOME a proxy finds no toolchain, although its owner's are beside it.
    dir=$(cd "$tree" && RUSTUP_HOME=$(dirname "$proxy")/../../.rustup rustc --print sysroot) ||
      die "$proxy does not run" "rustup toolchain install stable"
  fi
  [ -x "$dir/bin/cargo" ] || die "$dir/bin has no cargo" "rustup toolchain install stable"
  printf '%s\n' "$dir"
}

# release_helper: builds the helper of this tree and prints its path.
release_helper() {
  (cd "$tree" && cargo build --quiet --locked --release) || return
  printf '%s\n' "$target/release/sccache-shell"
}
