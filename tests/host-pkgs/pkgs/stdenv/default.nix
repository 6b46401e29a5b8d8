# As much of stdenv as shells and small packages need: `mkDerivation` over one builder, and a `setup` for
# `nix develop` (NixOS/nix src/nix/get-env.sh) and `nix-shell` to source.
{
  pkgs,
  withCC ? true,
}:
let
  inherit (pkgs) lib system;

  # Nothing but what every nixpkgs shell has: with all of /usr/bin on PATH a missing package would go unseen.
  initialPath = import ./initial-path.nix { inherit pkgs; };

  setup = builtins.derivation {
    name = if withCC then "stdenv-host" else "stdenv-no-cc-host";
    inherit system;
    builder = "/bin/bash";
    PATH = "/usr/bin:/bin";
    initialPath = "${initialPath}/bin";
    cc = if withCC then "${pkgs.gcc}/bin" else "";
    args = [
      "-euc"
      ''
        mkdir $out
        {
          echo "initialPath=$initialPath"
          echo "defaultCC=$cc"
          cat ${./setup.sh}
        } >$out/setup
      ''
    ];
  };

  platform = {
    inherit system;
    isDarwin = lib.hasSuffix "-darwin" system;
    isLinux = lib.hasSuffix "-linux" system;
    canExecute = other: other.system == system;
  };

  mkDerivation =
    args:
    let
      attrs = if lib.isFunction args then args attrs else args;
      name = attrs.name or "${attrs.pname}-${attrs.version}";
      environment =
        removeAttrs attrs [
          "meta"
          "passthru"
          "env"
        ]
        // attrs.env or { }
        // {
          inherit name system;
          outputs = [ "out" ];
          stdenv = setup;
          builder = "/bin/bash";
          args = [ ./builder.sh ];
        };
    in
    builtins.derivation environment
    // {
      inherit name;
      meta = attrs.meta or { };
      passthru = attrs.passthru or { };
    }
    // attrs.passthru or { };
in
{
  inherit mkDerivation initialPath;
  shell = "/bin/bash";
  hostPlatform = platform;
  buildPlatform = platform;
  targetPlatform = platform;
}
// lib.optionalAttrs withCC { cc = pkgs.gcc; }
