# nixpkgs' rustc wrapper around the machine's toolchain: a stand-in (see rustc-wrapper.sh).
{ system, rustc-unwrapped }:
builtins.derivation {
  name = "rustc-wrapper-host";
  inherit system;
  builder = "/bin/bash";
  PATH = "/usr/bin:/bin";
  unwrapped = rustc-unwrapped;
  wrapper = builtins.readFile ./rustc-wrapper.sh;
  args = [
    "-euc"
    ''
      mkdir -p $out/bin
      for pair in rustc:NIX_RUSTFLAGS rustdoc:NIX_RUSTDOCFLAGS; do
        name=''${pair%:*}
        text=''${wrapper//@compiler@/$unwrapped/bin/$name}
        printf '%s' "''${text//@flagsVariable@/''${pair#*:}}" >"$out/bin/$name"
        chmod 555 "$out/bin/$name"
      done
    ''
  ];
}
// {
  pname = "rustc-wrapper";
  version = "host";
  meta.mainProgram = "rustc";
  unwrapped = rustc-unwrapped;
}
