#!/usr/bin/env bash
# A stand-in for nixpkgs' cc-wrapper, written from what it does and how it is documented, for tests: which variables
# it reads, in which roles and under which salt, and what each does to the compiler's command line. What it leaves out
# is what no test needs: its own libc and linker, several languages' front ends, rpaths.
# shellcheck disable=SC2206 # values of variables are split into words, as the real one does
set -euo pipefail

compiler=@compiler@
salt=@salt@
out=@out@
# On Darwin: the variable with the oldest system, what it is by default, and the option that it becomes. Else empty.
minimum_variable=@minimumVariable@
minimum_default=@minimumDefault@
minimum_option=@minimumOption@

# The variables with the salt, by short names: what the roles' variables come together in, and what wrappers that the
# compiler starts will read.
declare -n flags=NIX_CFLAGS_COMPILE_$salt flags_before=NIX_CFLAGS_COMPILE_BEFORE_$salt
declare -n cxx_flags=NIX_CXXSTDLIB_COMPILE_$salt hardening=NIX_HARDENING_ENABLE_$salt
declare -n no_native=NIX_ENFORCE_NO_NATIVE_$salt sdk=DEVELOPER_DIR_$salt minimum=${minimum_variable:-no}_$salt
declare -n link_flags=NIX_CFLAGS_LINK_$salt cxx_link_flags=NIX_CXXSTDLIB_LINK_$salt
declare -n linker_flags=NIX_LDFLAGS_$salt linker_flags_before=NIX_LDFLAGS_BEFORE_$salt
declare -n flags_set=NIX_CC_WRAPPER_FLAGS_SET_$salt bintools_flags_set=NIX_BINTOOLS_WRAPPER_FLAGS_SET_$salt

# read_arguments ARGS…: the caller's arguments into `arguments`, response files unfolded.
read_arguments() {
  local argument word
  arguments=()
  for argument; do
    if [[ $argument == @* && -f ${argument#@} ]]; then
      while IFS= read -r -d '' word; do arguments+=("$word"); done < <(xargs printf '%s\0' <"${argument#@}")
    else
      arguments+=("$argument")
    fi
  done
}

# Whether C++ is meant, whether anything is linked, and which of our own directories the caller does not want.
look_at_arguments() {
  local argument previous='' files=0
  links=1 cxx=0 std_include=1 frontend=0
  if [[ $compiler == *++ ]]; then cxx=1; fi
  for argument in "${arguments[@]}"; do
    case $previous$argument in
      -c | -S | -E | -M | -MM | -x*-header) links=0 ;;
      -xc++*) cxx=1 ;;
      -nostdinc | -nostdinc++) std_include=0 ;;
      -cc1) frontend=1 ;;
      -?*) ;;
      *) files=1 ;;
    esac
    if [[ $argument == -x ]]; then previous=-x; else previous=; fi
  done
  # Without an input there is nothing to link: `cc -Wl,…`, `cc -v`.
  if [ $files = 0 ]; then links=0; fi
}

# is_outside DIR: whether DIR is none of the places that purity allows.
is_outside() {
  local root
  [[ $1 == /* && $1 != /dev/null ]] || return 1
  for root in "$NIX_STORE" "${NIX_BUILD_TOP-}" /tmp "${TMP-}" "${TMPDIR-}" "${TEMP-}" "${TEMPDIR-}"; do
    if [[ -n $root && $1 == "$root"* ]]; then return 1; fi
  done
}

# Takes search directories outside the store away.
purify() {
  local kept=() at argument
  for ((at = 0; at < ${#arguments[@]}; at++)); do
    argument=${arguments[at]}
    case $argument in
      -[IL]/*) if is_outside "${argument:2}"; then continue; fi ;;
      -[IL] | -isystem)
        if is_outside "${arguments[at + 1]-}"; then
          at=$((at + 1))
          continue
        fi
        ;;
    esac
    kept+=("$argument")
  done
  arguments=("${kept[@]}")
}

# The suffixes of the variables that this compiler reads here: it may serve the build's, the host's, the target's
# platform, or several of them.
find_roles() {
  local pair mark
  roles=()
  for pair in BUILD:_FOR_BUILD HOST: TARGET:_FOR_TARGET; do
    mark=NIX_CC_WRAPPER_TARGET_${pair%:*}_$salt
    if [ -n "${!mark-}" ]; then roles+=("${pair#*:}"); fi
  done
}

# gather HOW NAME…: takes the variables of all roles into the one with the salt.
gather() {
  local how=$1 name role from
  shift
  for name; do
    local -n to=${name}_$salt
    if [ "$how" != single ]; then export "${name}_$salt=${to-}"; fi
    for role in "${roles[@]}"; do
      from=$name$role
      [ -n "${!from+set}" ] || continue
      case $how in
        words) to="$to${to:+ }${!from}" ;;
        any) to=$((${to:-0} | ${!from:-0})) ;;
        single)
          if [ "${to-"${!from}"}" != "${!from}" ]; then
            echo "$from=${!from} contradicts $to" >&2
            exit 1
          fi
          export "${name}_$salt=${!from}"
          ;;
      esac
    done
  done
}

# Unless an outer wrapper did: it left its mark.
read_environment() {
  if [ -z "${bintools_flags_set-}" ]; then
    gather words NIX_HARDENING_ENABLE NIX_LDFLAGS NIX_LDFLAGS_BEFORE
    export "NIX_BINTOOLS_WRAPPER_FLAGS_SET_$salt=1"
  fi
  if [ -z "${flags_set-}" ]; then
    gather words NIX_CFLAGS_COMPILE NIX_CFLAGS_COMPILE_BEFORE NIX_CFLAGS_LINK NIX_CXXSTDLIB_COMPILE NIX_CXXSTDLIB_LINK
    gather any NIX_ENFORCE_NO_NATIVE
    if [ -e "$out/nix-support/cc-cflags" ]; then flags="$(<"$out/nix-support/cc-cflags") $flags"; fi
    if [ -n "$minimum_variable" ]; then
      gather single "$minimum_variable"
      flags_before="$minimum_option${minimum:-$minimum_default} $flags_before"
    fi
    export "NIX_CC_WRAPPER_FLAGS_SET_$salt=1"
  fi
}

# Darwin: the SDK. Apple's compiler goes by SDKROOT; the machine's, whichever it is, by an option.
find_sdk() {
  gather single DEVELOPER_DIR
  export SDKROOT=${sdk:-/nonexistent}/Platforms/MacOSX.platform/Developer/SDKs/MacOSX.sdk
  after+=(-isystem "$SDKROOT/usr/include")
}

drop_native() {
  local kept=() argument
  for argument in "${arguments[@]}"; do
    if [[ $argument != -m*=native ]]; then kept+=("$argument"); fi
  done
  arguments=("${kept[@]}")
}

# fortify LEVEL: over any level of the caller's.
fortify() {
  before+=(-O2 -U_FORTIFY_SOURCE)
  after+=(-U_FORTIFY_SOURCE "-D_FORTIFY_SOURCE=$1")
}

harden() {
  local what
  for what in ${hardening-}; do
    case $what in
      # One of the two: the third level takes the second's place.
      fortify) if [[ " $hardening " != *" fortify3 "* ]]; then fortify 2; fi ;;
      fortify3) fortify 3 ;;
      stackprotector) before+=(-fstack-protector-strong --param ssp-buffer-size=4) ;;
      stackclashprotection) before+=(-fstack-clash-protection) ;;
      pic) before+=(-fPIC) ;;
      strictoverflow) before+=(-fno-strict-overflow) ;;
      zerocallusedregs) before+=(-fzero-call-used-regs=used-gpr) ;;
      format) before+=(-Wformat -Wformat-security -Werror=format-security) ;;
    esac
  done
}

for_linking() {
  local flag
  after+=(${link_flags-})
  if [ $cxx = 1 ]; then after+=(${cxx_link_flags-}); fi
  for flag in ${linker_flags_before-}; do before+=("-Wl,$flag"); done
  for flag in ${linker_flags-}; do
    if [[ $flag == -L/* ]]; then after+=("$flag"); else after+=("-Wl,$flag"); fi
  done
}

read_arguments "$@"
look_at_arguments
if [ "${NIX_ENFORCE_PURITY-}" = 1 ] && [ -n "${NIX_STORE-}" ]; then purify; fi
find_roles
read_environment
if [ "${no_native-}" = 1 ]; then drop_native; fi

before=() after=()
harden
before+=(${flags_before-})
after+=(${flags-})
if [ $cxx = 1 ] && [ $std_include = 1 ]; then after+=(${cxx_flags-}); fi
if [ -n "$minimum_variable" ]; then find_sdk; fi
if [ $links = 1 ]; then for_linking; fi
# `cc -v` asks for the version alone, and the front end takes no driver's options.
if [ "$*" = -v ] || [ $frontend = 1 ]; then before=() after=(); fi

if [ "${NIX_DEBUG:-0}" -ge 1 ]; then
  printf 'extra flags before to %s:\n' "$compiler" >&2
  printf '  %q\n' "${before[@]}" >&2
  printf 'extra flags after:\n' >&2
  printf '  %q\n' "${after[@]}" >&2
fi

all=("${before[@]}" "${arguments[@]}" "${after[@]}")
if [ "${NIX_CC_USE_RESPONSE_FILE:-0}" -ge 1 ]; then
  response_file=$(mktemp "${TMPDIR:-/tmp}/cc-params.XXXXXX")
  trap 'rm -f -- "$response_file"' EXIT
  printf '%q\n' "${all[@]}" >"$response_file"
  "$compiler" "@$response_file"
else
  exec "$compiler" "${all[@]}"
fi
