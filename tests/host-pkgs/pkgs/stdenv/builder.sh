# shellcheck shell=bash disable=SC1091,SC2154 # $stdenv and the phases come from the derivation
# The one builder: a `buildCommand`, or the phases of a package. Sourced variables are the derivation's attributes.
set -eu -o pipefail
. "$stdenv/setup"
# As nixpkgs' own does at its end.
set +u

if [ -n "${buildCommand-}" ]; then
  eval "$buildCommand"
else
  cp -R "$src" source
  chmod -R u+w source
  cd source
  for phase in buildPhase checkPhase installPhase postInstall; do
    if [ "$phase" = checkPhase ] && [ -z "${doCheck-}" ]; then continue; fi
    eval "${!phase-}"
  done
fi
