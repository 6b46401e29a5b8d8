# shellcheck shell=bash
# What every script here shares: where things are, how to speak, and how to make a thing once.

tests_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck disable=SC2034 # for those who source this
tree=$(dirname "$tests_dir")

# Some CI runners have no HOME at all.
HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
export HOME
SCCACHE_SHELL_TEST_CACHE=${SCCACHE_SHELL_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sccache-shell-tests}
export SCCACHE_SHELL_TEST_CACHE
cache=$SCCACHE_SHELL_TEST_CACHE

# Everything a person reads goes to stderr: the stdout of `with-nix CMD` is CMD's own.
say() { printf '%s\n' "$*" >&2; }
heading() { printf '\n== %s\n' "$*" >&2; }

# die WHAT MEND: the second line is the command that mends it.
die() {
  printf 'error: %s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  mend it: %s\n' "$2" >&2
  exit 2
}

# make_once PATH COMMAND…: makes PATH by `COMMAND… PATH.part`, unless it is there already. The rename comes last, so
# whatever bears the final name is whole; a lock keeps two runs from making it at once.
make_once() {
  local path=$1 lock
  shift
  [ ! -e "$path" ] || return 0
  mkdir -p "$(dirname "$path")"
  # Where there is no flock (macOS) nothing slow is made: Nix brings the tools there.
  if command -v flock >/dev/null; then
    mkdir -p "$cache/locks"
    exec {lock}>"$cache/locks/${path##*/}"
    flock --nonblock "$lock" || {
      say "waiting for another run, which is making $path"
      flock "$lock"
    }
  fi
  if [ ! -e "$path" ]; then
    # A part that is still here was left by a run that was killed; the lock says that nobody works on it.
    rm -rf --one-file-system -- "$path.part"
    (
      trap 'rm -rf --one-file-system -- "$path.part"' EXIT
      trap 'exit 130' INT TERM
      "$@" "$path.part" || exit
      mv -- "$path.part" "$path"
    ) || die "making $path failed; nothing of it was left behind" "read the lines above, then run this again"
  fi
  [ -z "${lock-}" ] || exec {lock}>&-
}

# apt_install PROGRAM PACKAGE: a program of this machine, by Debian's package where that is possible without asking.
apt_install() {
  ! command -v "$1" >/dev/null || return 0
  command -v apt-get >/dev/null ||
    die "$1 is missing, and this is no Debian" "install $1, or install Nix: the tests then use that"
  [ "$(id -u)" = 0 ] ||
    die "$1 is missing" "sudo apt-get install $2   (or install Nix: the tests then use that)"
  say "installing $2 (once)"
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >&2
}
