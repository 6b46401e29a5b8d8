# shellcheck shell=bash disable=SC2154 # the inputs and $out come from the derivation
# What a shell gets from nixpkgs' cc-wrapper and bintools-wrapper: who the compiler is and in which role, the headers
# and libraries of all inputs, the default hardening, the derivation's seed, and an rpath to its output, which
# `nix develop` turns into one below the working directory.
export NIX_CC=@out@ NIX_BINTOOLS=@out@ CC=gcc CXX=g++ AR=ar RANLIB=ranlib STRIP=strip
export NIX_CC_WRAPPER_TARGET_HOST_@salt@=1 NIX_BINTOOLS_WRAPPER_TARGET_HOST_@salt@=1
export NIX_STORE=${NIX_STORE:-/nix/store}
export NIX_HARDENING_ENABLE="${NIX_HARDENING_ENABLE-fortify fortify3 pic stackprotector strictoverflow format zerocallusedregs}"

NIX_CFLAGS_COMPILE="${NIX_CFLAGS_COMPILE-} -frandom-seed=$(seed=${out##*/} && printf '%.10s' "$seed")"
NIX_LDFLAGS="-rpath $out/lib ${NIX_LDFLAGS-}"
for cc_wrapper_input in ${nativeBuildInputs-} ${propagatedNativeBuildInputs-} ${buildInputs-} ${propagatedBuildInputs-}; do
  if [ -d "$cc_wrapper_input/include" ]; then
    NIX_CFLAGS_COMPILE="$NIX_CFLAGS_COMPILE -isystem $cc_wrapper_input/include"
  fi
  if [ -d "$cc_wrapper_input/lib" ]; then NIX_LDFLAGS="$NIX_LDFLAGS -L$cc_wrapper_input/lib"; fi
done
unset cc_wrapper_input
export NIX_CFLAGS_COMPILE NIX_LDFLAGS
