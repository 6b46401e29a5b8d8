# A stand-in for nixpkgs' `lib`: the functions that our modules, examples and packages use, under the same names and
# with the same meaning. The tests run against the real one too; see ../flake.nix.
let
  lib =
    builtins.foldl' (all: file: all // import file { inherit lib; }) { version = "26.11pre-host"; } [
      ./attrsets.nix
      ./strings.nix
      ./options.nix
      ./modules.nix
    ]
    // {
      types = import ./types.nix { inherit lib; };
      inherit (lib.types) mkOptionType;
      options = import ./options.nix { inherit lib; };
      fileset = import ./fileset.nix { inherit lib; };

      licenses = {
        mit.spdxId = "MIT";
        asl20.spdxId = "Apache-2.0";
      };
      platforms.unix = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
    };
in
lib
