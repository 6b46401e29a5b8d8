# shellcheck shell=bash
# A real Nix for a machine without one: creates and enters a Debian root in the test cache.

. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Contents of the root. Debian forky is the first release with a Nix that evaluates today's flakes.
debian_suite=forky
debian_packages=nix-bin,direnv,sccache,git,mount,ca-certificates,gcc,g++,make,cmake,curl,jq,man-db,shellcheck,systemd-standalone-tmpfiles

make_debian_root() {
  local root=$1
  say "setting up a real Nix in $cache (once; about a minute, 800 MB)"
  mmdebstrap --quiet --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' \
    --include="$debian_packages" "$debian_suite" "$root" >&2 || return
  mkdir -p "$root/etc/nix" || return
  # No build users and no sandbox: the tests are root in a root of their own, and host-pkgs is made of its programs.
  # No substitutes and no registry: nothing is asked of a server that the tests did not name.
  cat >"$root/etc/nix/nix.conf" <<'CONF'
experimental-features = nix-command flakes
sandbox = false
build-users-group =
substitute = false
flake-registry =
warn-dirty = false
CONF
}

# The name contains a checksum of the recipe: a changed recipe makes a new root.
debian_root_path() {
  local recipe
  recipe=$(declare -p debian_suite debian_packages; declare -f make_debian_root)
  printf '%s/debian-%s\n' "$cache" "$(cksum <<<"$recipe" | cut -d' ' -f1)"
}

# debian_root: creates the root unless it exists, and prints its path.
debian_root() {
  local root
  root=$(debian_root_path)
  if [ ! -e "$root" ]; then
    [ "$(uname -s)" = Linux ] || die "no nix on PATH" "install Nix: https://nixos.org/download"
    [ "$(id -u)" = 0 ] ||
      die "there is no nix on PATH, and setting one up needs root rights" "sudo -E $tests_dir/with-nix …   (or install Nix)"
    apt_install mmdebstrap mmdebstrap
    make_once "$root" make_debian_root
  fi
  printf '%s\n' "$root"
}

# enter_debian_root ROOT TOOLCHAIN COMMAND…: does not return. Processes that COMMAND leaves behind, such as an sccache
# server, end with the process namespace.
enter_debian_root() {
  [ "$(id -u)" = 0 ] || die "entering $1 needs root rights" "sudo -E $tests_dir/with-nix …"
  exec unshare --mount --pid --fork --kill-child --propagation private -- \
    bash "$tests_dir/lib/inside-debian-root.sh" "$@"
}
