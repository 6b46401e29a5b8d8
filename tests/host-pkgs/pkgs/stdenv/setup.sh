# shellcheck shell=bash disable=SC2123,SC2154 # PATH is meant; initialPath, defaultCC and the inputs are from outside
# Sourced by builder.sh, and by `nix develop` and `nix-shell` to make the environment of a shell.

PATH=
for input in ${nativeBuildInputs-} ${propagatedNativeBuildInputs-} ${buildInputs-} ${propagatedBuildInputs-}; do
  if [ -d "$input/bin" ]; then PATH=$PATH${PATH:+:}$input/bin; fi
done
PATH=$PATH${PATH:+:}${defaultCC:+$defaultCC:}$initialPath
export PATH

if [ -n "$defaultCC" ]; then
  # shellcheck disable=SC1091 # a file of the store
  . "${defaultCC%/bin}/nix-support/setup-hook"
fi

for input in ${nativeBuildInputs-} ${buildInputs-}; do
  if [ -f "$input/nix-support/setup-hook" ]; then
    # shellcheck disable=SC1091 # a file of the store
    . "$input/nix-support/setup-hook"
  fi
done
unset input initialPath defaultCC

# As far as `nix-shell` needs it, which runs `shellHook` through it (NixOS/nix src/nix/nix-build/nix-build.cc).
runHook() {
  local hookName=$1
  if declare -F "$hookName" >/dev/null; then
    "$hookName"
  elif [ -n "${!hookName-}" ]; then
    eval "${!hookName}"
  fi
}
