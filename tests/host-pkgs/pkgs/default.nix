# The package set: a fixed point, so that overlays work as they do in nixpkgs.
{ lib, system }:
let
  packages =
    pkgs:
    let
      inherit (pkgs) callPackage;
      tools = import ./tools.nix { inherit lib pkgs; };
    in
    {
      inherit lib system pkgs;

      # Where module systems look for nixos/.
      path = ../.;
      config = { };
      overlays = [ ];

      callPackage =
        fn: args:
        let
          f = if lib.isFunction fn then fn else import fn;
        in
        f (builtins.intersectAttrs (builtins.functionArgs f) pkgs // args);

      stdenv = import ./stdenv { inherit pkgs; };
      stdenvNoCC = import ./stdenv {
        inherit pkgs;
        withCC = false;
      };

      mkShell = callPackage ./mkshell.nix { };
      mkShellNoCC = callPackage ./mkshell.nix { stdenv = pkgs.stdenvNoCC; };

      # The programs of stdenv's are all in one package here.
      coreutils = pkgs.stdenv.initialPath;

      gcc = callPackage ./cc-wrapper { };
      rustc = callPackage ./rustc-wrapper { };
      formats = callPackage ./formats.nix { };
      rustPlatform = callPackage ./rust-platform.nix { };
      installShellFiles = callPackage ./install-shell-files { };
    }
    // import ./trivial-builders.nix { inherit pkgs; }
    // tools;

  # nixpkgs' own name and meaning: the same set with one more overlay on top.
  extensible =
    overlays:
    let
      self =
        builtins.foldl' (previous: overlay: previous // overlay self previous) (packages self) overlays
        // {
          extend = overlay: extensible (overlays ++ [ overlay ]);
          appendOverlays = more: extensible (overlays ++ more);
        };
    in
    self;
in
extensible [ ]
