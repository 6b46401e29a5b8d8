# A stand-in for nixpkgs, for the tests alone: the same shape, made of the tools that the machine already has
# (/usr/local/bin, /usr/bin, /bin), so that our flakes are evaluated, built and entered by a real Nix where no cache can
# be reached. It needs `sandbox = false`. Where it and nixpkgs differ, nixpkgs is right and this is a bug.
#
# `lib` is an input, so that a test can put the real one in its place:
#   --override-input nixpkgs/lib path:/where/nixpkgs/lib/is
{
  description = "nixpkgs-shaped stand-in made of this machine's own tools";

  inputs.lib = {
    url = "path:./lib";
    flake = false;
  };

  outputs =
    { lib, ... }:
    let
      # A checkout of nixpkgs (or of nixpkgs.lib) has it in `lib/`; ours is the directory itself.
      nixpkgsLib = import (
        if builtins.pathExists (lib + "/lib/default.nix") then lib + "/lib" else lib.outPath
      );
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      legacyPackages = nixpkgsLib.genAttrs systems (
        system:
        import ./pkgs {
          lib = nixpkgsLib;
          inherit system;
        }
      );
    in
    {
      lib = nixpkgsLib // {
        nixosSystem =
          args:
          import ./nixos/lib/eval-config.nix (
            args
            // {
              lib = nixpkgsLib;
              packages = system: legacyPackages.${system};
            }
          );
      };
      inherit legacyPackages;
    };
}
