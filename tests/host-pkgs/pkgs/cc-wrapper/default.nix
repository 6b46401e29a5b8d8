# nixpkgs' cc-wrapper around the machine's compiler: a stand-in (see cc-wrapper.sh).
{
  system,
  gcc-unwrapped,
}:
let
  # The target triple as nixpkgs writes it into the names of variables.
  salt =
    {
      x86_64-linux = "x86_64_unknown_linux_gnu";
      aarch64-linux = "aarch64_unknown_linux_gnu";
      aarch64-darwin = "arm64_apple_darwin";
    }
    .${system};
  fill =
    builtins.replaceStrings
      [
        "@salt@"
        "@minimumVariable@"
        "@minimumDefault@"
        "@minimumOption@"
      ]
      [
        salt
        ""
        ""
        ""
      ];
in
builtins.derivation {
  name = "gcc-wrapper-host";
  inherit system;
  builder = "/bin/bash";
  PATH = "/usr/bin:/bin";
  unwrapped = gcc-unwrapped;
  wrapper = fill (builtins.readFile ./cc-wrapper.sh);
  setupHook = fill (builtins.readFile ./setup-hook.sh);
  args = [
    "-euc"
    ''
      mkdir -p $out/bin $out/nix-support
      for program in "$unwrapped"/bin/*; do
        name=''${program##*/}
        case $name in
          cc | gcc | c++ | g++)
            text=''${wrapper//@out@/$out}
            printf '%s' "''${text//@compiler@/$program}" >"$out/bin/$name"
            chmod 555 "$out/bin/$name"
            ;;
          *) ln -s "$program" "$out/bin/$name" ;;
        esac
      done
      printf '%s' "''${setupHook//@out@/$out}" >$out/nix-support/setup-hook
    ''
  ];
}
// {
  pname = "gcc-wrapper";
  version = "host";
  meta.mainProgram = "gcc";
  cc = gcc-unwrapped;
  suffixSalt = salt;
}
