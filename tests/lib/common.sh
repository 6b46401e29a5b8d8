# shellcheck shell=bash
# Shared by all scripts: paths, messages, and making a file or directory once.

tests_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
tree=$(dirname "$tests_dir")
# Cargo's, for all workspaces.
# shellcheck disable=SC2034 # for those who source this
target=${CARGO_TARGET_DIR:-$tree/target}

# Some CI runners have no HOME.
HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
export HOME
SCCACHE_SHELL_TEST_CACHE=${SCCACHE_SHELL_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sccache-shell-tests}
export SCCACHE_SHELL_TEST_CACHE
cache=$SCCACHE_SHELL_TEST_CACHE

# url_path PATH: as it stands in a URL, in which a flake is named.
url_path() {
  local path=${1//%/%25}
  path=${path// /%20}
  path=${path//\#/%23}
  printf '%s' "${path//\?/%3F}"
}

# Messages go to stderr: the stdout of `with-nix CMD` is CMD's own.
say() { printf '%s\n' "$*" >&2; }
heading() { printf '\n== %s\n' "$*" >&2; }

# die WHAT FIX: exits with an error; FIX is the command that fixes it.
die() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  fix: %s\n' "$2" >&2
  exit 2
}

# make_once PATH COMMAND…: creates PATH with `COMMAND… PATH.part`, unless it exists. It is renamed last, so PATH is
# never incomplete; a lock prevents two runs from creating it at the same time.
make_once() {
  local path=$1 lock
  shift
  [ ! -e "$path" ] || return 0
  mkdir -p "$(dirname "$path")"
  # Without flock (macOS) nothing slow is made: there Nix provides the tools.
  if command -v flock >/dev/null; then
    mkdir -p "$cache/locks"
    exec {lock}>"$cache/locks/${path##*/}"
    flock --nonblock "$lock" || {
      say "waiting for another run, which is making $path"
      flock "$lock"
    }
  fi
  if [ ! -e "$path" ]; then
    # A remaining part was left by a killed run: with the lock held, no other run is working on it.
    rm -rf --one-file-system -- "$path.part"
    (
      trap 'rm -rf --one-file-system -- "$path.part"' EXIT
      trap 'exit 130' INT TERM
      "$@" "$path.part" || exit
      mv -- "$path.part" "$path"
    ) || die "creating $path failed; the incomplete part was removed" "read the lines above, then run this again"
  fi
  [ -z "${lock-}" ] || exec {lock}>&-
}

# apt_install PROGRAM PACKAGE: installs a missing program with apt, if that is possible without asking.
apt_install() {
  ! command -v "$1" >/dev/null || return 0
  command -v apt-get >/dev/null ||
    die "$1 is missing, and this is not Debian" "install $1, or install Nix: the tests then use that"
  [ "$(id -u)" = 0 ] ||
    die "$1 is missing" "sudo apt-get install $2   (or install Nix: the tests then use that)"
  say "installing $2 (once)"
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >&2
}
