#!/usr/bin/env bash
# Run by debian-root.sh as the first process of its own mount and process namespaces: mounts what the tests need into
# the Debian root, at the same paths as outside, and runs the command there.
set -euo pipefail
. "$(dirname "$0")/tools.sh"

root=$1
toolchain=$2
shift 2
cwd=$(pwd -P)

# in_root PATH…: the same file or directory, at the same path, in the root.
in_root() {
  local path
  for path; do
    [ -e "$path" ] || continue
    if [ -d "$path" ]; then
      mkdir -p "$root$path"
    elif [ ! -e "$root$path" ]; then
      mkdir -p "$(dirname "$root$path")"
      # A dangling link, as resolv.conf often is, cannot be a mount point.
      rm -f "$root$path"
      touch "$root$path"
    fi
    mount --rbind "$path" "$root$path"
  done
}

# A mount of its own, so that the root is a mount point for the kernel too (`unshare --mount` needs that).
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
in_root /dev /sys
# New each time, so that no run sees files of an earlier one.
for dir in /tmp /usr/local/bin; do
  mount -t tmpfs -o mode=1777 tmpfs "$root$dir"
done
# On a disk, as on a real machine: a cache in memory is a finding.
mkdir -p "$cache/scratch"
var_tmp=$(mktemp -d "$cache/scratch/var-tmp.XXXXXX")
chmod 1777 "$var_tmp"
mount --bind "$var_tmp" "$root/var/tmp"

in_root /etc/resolv.conf /etc/hosts /etc/ssl/certs ${SSL_CERT_FILE:+"$SSL_CERT_FILE"}
# Programs built in the root need its libc, which may be newer than the machine's: the two must not share a target
# directory.
export CARGO_TARGET_DIR=$target/debian-root
mkdir -p "$cache/home" "$cache/cargo-home" "$cache/scratch" "$CARGO_TARGET_DIR"
# Files of runs that were killed.
find "$cache/scratch" -mindepth 1 -maxdepth 1 -mtime +0 -exec rm -rf --one-file-system {} +
in_root "$tree" "$toolchain" "$cache"
# A linked worktree keeps its git directory elsewhere.
in_root "$(git -C "$tree" rev-parse --path-format=absolute --git-common-dir 2>/dev/null || true)"
# Inputs that the caller chose for the tests.
for input in "${!SCCACHE_SHELL_TEST_@}" CARGO_TARGET_DIR; do
  case ${!input#path:} in /*) in_root "${!input#path:}" ;; esac
done
[ -d "$root$cwd" ] || in_root "$cwd"

ln -s "$toolchain"/bin/* "$tools_bin"/* "$root/usr/local/bin"

export CARGO_HOME=$cache/cargo-home HOME=$cache/home
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8
export SSL_CERT_FILE=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
export SCCACHE_SHELL_TEST_NIXPKGS=${SCCACHE_SHELL_TEST_NIXPKGS:-path:$(url_path "$tests_dir/host-pkgs")}
# `nix-shell` takes its bash from there. A search path cannot have a space, which the clone's may.
mkdir -p "$root/opt/host-pkgs"
mount --bind "$tests_dir/host-pkgs" "$root/opt/host-pkgs"
export NIX_PATH=nixpkgs=/opt/host-pkgs
unset TMPDIR TMP TEMP TEMPDIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR

# Not exec: the first process of a process namespace ignores Ctrl-C, and must reap the others.
status=0
# shellcheck disable=SC2016 # expanded inside
chroot "$root" /bin/bash -c 'cd "$0" && exec "$@"' "$cwd" "$@" || status=$?
rm -rf --one-file-system "$var_tmp"
exit "$status"
