#!/usr/bin/env bash
# hook-behaviour.sh HOOKS: runs each hook as shells do, under `set -euo pipefail` and with an environment of its own,
# and checks the result. HOOKS is the directory that default.nix makes from hook-variants.nix.
set -uo pipefail
hooks=$1
bash=$BASH
tmp_dir="/tmp/sccache-shell hook's test"
work=$(mktemp -d)
trap 'rm -rf "$work" "$tmp_dir"' EXIT
passed=0 failed=0
as_user=()

# hook NAME VARIABLE=VALUE…: runs a hook; the environment after it is in $work/env, its stderr in $work/err, its stdout
# in $work/out. PATH has no programs, so that starting one fails visibly.
hook() {
  local name=$1
  shift
  # shellcheck disable=SC2016 # expanded by the inner shell
  "${as_user[@]}" env -i PATH=/nowhere "$@" "$bash" -euo pipefail -c '
    . "$1"
    declare -px >&3
    # None of the hook'"'"'s own variables may remain, except the mark that the check ran, which is not exported.
    unset _sccache_shell_checked
    left=$(compgen -v _sccache_shell) || left=
    [ -z "$left" ] || { echo "left: $left" >&2; exit 9; }
  ' hook "$hooks/$name.sh" <<<"the user's stdin" 3>"$work/env" >"$work/out" 2>"$work/err"
  status=$?
}

result() {
  if [ "$1" = 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED line %s: %s\n' "${BASH_LINENO[-2]}" "$2"
    sed 's/^/  | /' "$work/err" "$work/env"
  fi
}

value() (
  eval "$(grep -E "^declare -x $1(=|\$)" "$work/env" || echo "$1=<unset>")" 2>/dev/null || exit
  printf '%s' "${!1-}"
)
is() {
  local failure=0
  [ "$(value "$1")" = "$2" ] || failure=1
  result $failure "$1 is '$(value "$1")', not '$2'"
}
unset_is() { ! grep -qE "^declare -x $1(=|\$)" "$work/env"; result $? "$1 is set"; }
# yes WHAT COMMAND…: the command must succeed; WHAT is printed if it does not.
yes() {
  local what=$1 failure=0
  shift
  "$@" || failure=1
  result $failure "$what"
}
quiet() { [ "$status" = 0 ] && ! [ -s "$work/out" ] && ! [ -s "$work/err" ]; result $? "status $status, or it spoke"; }
says() { grep -qF -- "$1" "$work/err"; result $? "it does not say '$1'"; }
says_not() { ! grep -qF -- "$1" "$work/err"; result $? "it says '$1'"; }
fine() { [ "$status" = 0 ] && ! [ -s "$work/out" ]; result $? "status $status, or stdout is not empty"; }

ours=$(grep -oE '/[^ "]*/libexec/sccache-shell' "$hooks/normal.sh" | head -1)
old=/nix/store/00000000000000000000000000000000-older/libexec/sccache-shell/sccache
real=$(grep -oE '/[^ ]*/bin/sccache' "$hooks/no-helper.sh" | head -1)
mkdir -p "$tmp_dir"

# A shell with no variables set.
hook normal
fine
is CARGO_INCREMENTAL 0
is RUSTC_WRAPPER "$ours/sccache"
is PATH "$ours:/nowhere"
is CMAKE_C_COMPILER_LAUNCHER sccache
is CMAKE_CXX_COMPILER_LAUNCHER sccache
is SCCACHE_SHELL_CACHE_SIZE 24G
is SCCACHE_SHELL_TMPDIR "$tmp_dir"
unset_is SCCACHE_SHELL_IGNORE
unset_is TMPDIR
unset_is SCCACHE_CACHE_SIZE
says 'helper on stdout: check --quiet'
says_not "the user's stdin"
says_not 'not found'
# Each CARGO_ variable is part of every Rust key.
more=$(grep '^declare -x CARGO_' "$work/env" | grep -cv '^declare -x CARGO_INCREMENTAL=' || :)
result "$more" "more than CARGO_INCREMENTAL"

# The four TMP variables, with the directory names of each version of Nix.
for top in /x/nix-shell.aBc123 /x/nix-shell-77-0 /x/nix-shell.a/nix-shell.b; do
  hook normal NIX_BUILD_TOP=$top TMPDIR=$top TMP=$top TEMP=/mine TEMPDIR=$top
  for name in TMPDIR TMP TEMPDIR; do is $name "$tmp_dir"; done
  is TEMP /mine
  is NIX_BUILD_TOP $top
done
for top in /build /x/nix-shell.a/build /home/me/nix-shell; do
  hook normal NIX_BUILD_TOP=$top TMPDIR=$top
  is TMPDIR $top
done
# Created if it is missing, which is the only program that a hook may need; unchanged if it cannot be created.
rmdir "$tmp_dir"
hook normal PATH="$PATH" NIX_BUILD_TOP=/x/nix-shell.a TMPDIR=/x/nix-shell.a
is TMPDIR "$tmp_dir"
rmdir "$tmp_dir"
hook no-check NIX_BUILD_TOP=/x/nix-shell.a TMPDIR=/x/nix-shell.a
quiet
is TMPDIR /x/nix-shell.a
touch "$tmp_dir"
hook no-check PATH="$PATH" NIX_BUILD_TOP=/x/nix-shell.a TMPDIR=/x/nix-shell.a
quiet
is TMPDIR /x/nix-shell.a
is SCCACHE_SHELL_TMPDIR "$tmp_dir"
rm "$tmp_dir"
# Unchanged too if it is not writable; root can write everywhere, so this runs as a different user.
mkdir "$tmp_dir"
chmod 755 "$tmp_dir"
[ "$(id -u)" != 0 ] || as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
[ "$(id -u)" = 0 ] || chmod 555 "$tmp_dir"
hook no-check NIX_BUILD_TOP=/x/nix-shell.a TMPDIR=/x/nix-shell.a
quiet
is TMPDIR /x/nix-shell.a
as_user=()
chmod 755 "$tmp_dir"

# tmpDir = null: the caller's own, however shells are nested.
hook caller NIX_BUILD_TOP="$work/nix-shell.a/nix-shell-1-0/nix-shell.b" TMPDIR="$work/nix-shell.a/nix-shell-1-0/nix-shell.b"
fine
is TMPDIR "$work"
is SCCACHE_SHELL_TMPDIR "$work"
is SCCACHE_SHELL_IGNORE config-missing,incremental-on
unset_is CARGO_INCREMENTAL
fine
hook caller NIX_BUILD_TOP=/nix-shell.a TMPDIR=/nix-shell.a
is SCCACHE_SHELL_TMPDIR /
hook caller NIX_BUILD_TOP=/build TMPDIR=/build SCCACHE_SHELL_TMPDIR=/outer CARGO_INCREMENTAL=1
unset_is SCCACHE_SHELL_TMPDIR
is TMPDIR /build
is CARGO_INCREMENTAL 1

# RUSTC_WRAPPER: ours is replaced, a user's is kept; the hook reports it only if the helper does not.
for name in normal no-check; do
  hook $name RUSTC_WRAPPER=$old
  is RUSTC_WRAPPER "$ours/sccache"
  for wrapper in sccache /opt/other ''; do
    hook $name RUSTC_WRAPPER=$wrapper
    is RUSTC_WRAPPER "$wrapper"
    says_not "$([ $name = normal ] && echo 'was set before' || echo '=sccache was set')"
  done
done
says 'RUSTC_WRAPPER= was set before this shell and is kept'
hook no-helper RUSTC_WRAPPER=$old
quiet
is RUSTC_WRAPPER "$real"
is PATH /nowhere
hook no-helper RUSTC_WRAPPER="$real"
quiet
hook no-helper RUSTC_WRAPPER=/opt/other
fine
says 'RUSTC_WRAPPER=/opt/other was set before this shell and is kept'
hook bare RUSTC_WRAPPER=$old
unset_is RUSTC_WRAPPER
hook bare RUSTC_WRAPPER=/opt/other
is RUSTC_WRAPPER /opt/other
unset_is CMAKE_C_COMPILER_LAUNCHER
unset_is SCCACHE_SHELL_CACHE_SIZE
unset_is CARGO_INCREMENTAL
is SCCACHE_SHELL_IGNORE incremental-on
says 'helper on stdout: init --if-missing --check'

# One process at most: one call of the helper, and no subshell. (PATH has no programs.)
for name in normal caller bare no-check no-helper; do
  hook $name
  calls=1
  case $name in no-*) calls=0 ;; esac
  yes "$name calls the helper a different number of times" [ "$(grep -c 'helper on stdout' "$work/err")" = $calls ]
  says_not 'not found'
  yes "$name has a subshell" [ "$(grep -cE '[$<>]\(|`' "$hooks/$name.sh")" = 0 ]
done

# A user's own CMake launchers, also an empty one; values from an outer shell of ours.
hook normal CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER= SCCACHE_SHELL_IGNORE=left
is CMAKE_C_COMPILER_LAUNCHER ccache
is CMAKE_CXX_COMPILER_LAUNCHER ''
hook normal CMAKE_C_COMPILER_LAUNCHER= CMAKE_CXX_COMPILER_LAUNCHER=ccache SCCACHE_SHELL_IGNORE=left
is CMAKE_C_COMPILER_LAUNCHER ''
is CMAKE_CXX_COMPILER_LAUNCHER ccache
unset_is SCCACHE_SHELL_IGNORE
hook no-helper SCCACHE_SHELL_CACHE_SIZE=left SCCACHE_SHELL_IGNORE=left
unset_is SCCACHE_SHELL_CACHE_SIZE

# PATH: with spaces, already first, not first.
hook normal PATH='/with space:/b'
is PATH "$ours:/with space:/b"
hook normal PATH="$ours:/b"
is PATH "$ours:/b"
hook normal PATH="$ours"
is PATH "$ours"
hook normal PATH="/b:$ours"
is PATH "$ours:/b:$ours"

# A HOME that does not exist, as under lorri: no effect.
hook normal HOME=/homeless-shelter
yes "something is made of HOME" [ "$(grep -c homeless-shelter "$work/env")" = 1 ]

# Off: an empty hook.
yes "the hook of a shell that is off is not empty" [ ! -s "$hooks/off.sh" ]

# A second run, as direnv may do, changes nothing.
# shellcheck disable=SC2016 # expanded by the inner shell
env -i PATH=/a NIX_BUILD_TOP=/x/nix-shell.a TMPDIR=/x/nix-shell.a "$bash" -euo pipefail -c '
  . "$1"; declare -px >"$2.1"
  . "$1"; declare -px >"$2.2"
' hook "$hooks/no-check.sh" "$work/env" && cmp -s "$work/env.1" "$work/env.2"
result $? "a second run changes the environment"

# Two fronts in one shell check once if they are configured in the same way, and each shell checks for itself.
# shellcheck disable=SC2016 # expanded by the inner shell
twice() { env -i "$bash" -euo pipefail -c '. "$1" 2>&1; . "$2" 2>&1; export' twice "$hooks/$1.sh" "$hooks/$2.sh" >"$work/err"; }
twice normal normal
yes "it does not look once" [ "$(grep -c 'check --quiet' "$work/err")" = 1 ]
says_not _sccache_shell_checked
twice normal caller
yes "what another front asks for is not looked at" [ "$(grep -c 'check --quiet' "$work/err")" = 2 ]

# A closed stderr must not make the hook fail.
# shellcheck disable=SC2016
env -i RUSTC_WRAPPER=/opt/other "$bash" -euo pipefail -c '. "$1" 2>&-' hook "$hooks/no-helper.sh"
result $? "it fails without a stderr"
# shellcheck disable=SC2016
env -i "$bash" -euo pipefail -c 'exec 2>&-; . "$1"' hook "$hooks/normal.sh" >"$work/out"
result $? "it fails without a stderr"

printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
