# shellcheck shell=bash
# Steps of home-manager's activation for sccache's config file, in addition to linking it.
#   keep FILE NEW                       moves FILE away, unless home-manager made it or it equals NEW
#   write FILE TEMPLATE [KEY SECRET]…   writes FILE from TEMPLATE, with each @KEY@ replaced by the content of
#                                       file SECRET
set -euo pipefail

# The first line of a file written here, by which `sccache-shell init` recognises it.
mark='# Written by home-manager'

say() { printf 'sccache-shell: %s\n' "$*" >&2; }

# is_ours FILE: whether home-manager made it, as a link into the store or as a file.
is_ours() {
  local target first=''
  if target=$(readlink "$1") && [[ $target == /nix/store/* ]]; then return 0; fi
  [ ! -f "$1" ] || IFS= read -r first <"$1" || :
  [[ $first == "$mark"* ]]
}

keep() {
  local file=$1 new=$2 kept=$1.before-home-manager n=1
  [ -e "$file" ] || [ -L "$file" ] || return 0
  if is_ours "$file" || cmp -s "$file" "$new"; then return 0; fi
  while [ -e "$kept" ] || [ -L "$kept" ]; do
    n=$((n + 1))
    kept=$file.before-home-manager.$n
  done
  mv -n -- "$file" "$kept"
  say "$file is now managed by home-manager; the previous file is kept as $kept"
  say "its settings are no longer in effect, unless programs.sccache-shell has them"
}

# as_toml TEXT: TEXT, escaped for a TOML string.
as_toml() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  printf '%s' "$text"
}

write() {
  local file=$1 text secret value
  text=$(<"$2")
  shift 2
  while [ $# -gt 0 ]; do
    if ! secret=$(cat -- "$2" 2>/dev/null) || [ -z "$secret" ]; then
      say "$2 (programs.sccache-shell.secretFiles.\"$1\") cannot be read or is empty; $file is unchanged"
      say "create the file, then switch again"
      return 1
    fi
    if [[ $secret == *[[:cntrl:]]* ]]; then
      say "$2 (programs.sccache-shell.secretFiles.\"$1\") has more than one line, or a control character; $file is unchanged"
      return 1
    fi
    value=$(as_toml "$secret")
    text=${text//"@$1@"/"$value"}
    shift 2
  done
  mkdir -p "$(dirname "$file")"
  umask 077
  local part=$file.home-manager-part
  printf '%s (programs.sccache-shell): a change here is lost at the next switch.\n%s\n' "$mark" "$text" >"$part"
  mv -f -- "$part" "$file"
}

"$@"
