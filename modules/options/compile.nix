# What a compile goes by, in every front.
{ lib, pkgs, ... }:
let
  inherit (lib) literalExpression mkOption types;
  inherit (import ./kit.nix { inherit lib; }) mkFlag mkOutput;
in
{
  options = {
    package = mkOption {
      type = types.package;
      default = pkgs.sccache;
      defaultText = literalExpression "pkgs.sccache";
      example = literalExpression "inputs.nixpkgs-unstable.legacyPackages.\${system}.sccache";
      description = "The sccache that compiles; from your own nixpkgs if you do not say otherwise.";
    };

    helper = mkOption {
      type = types.nullOr types.package;
      default = pkgs.callPackage ../package.nix { };
      defaultText = literalExpression ''pkgs.callPackage "''${inputs.sccache-shell}/modules/package.nix" { }'';
      example = null;
      description = ''
        The program that looks at the door for what would keep sccache from working, and that keeps every compile right.
        `null` leaves it out: nothing to compile at the first entry, and variables and packages only.
      '';
    };

    incremental = mkFlag false ''
      Whether cargo's incremental compilation is left as it is. sccache cannot cache what is compiled incrementally, so
      `CARGO_INCREMENTAL=0` is set. With `true` only dependencies come from the cache, and edits to your own crates
      build faster.
    '';

    incrementalEdits = mkFlag true ''
      Whether a crate of the workspace that is built again, after an edit, is compiled incrementally and without the cache, in
      the profiles that cargo would compile so. All else comes from the cache as before. With `false` it goes through the cache.
    '';

    rustcWrapper = mkFlag true ''
      Whether RUSTC_WRAPPER is set. One of your own, set before the shell, is kept either way.
    '';

    cmakeLauncher = mkFlag true ''
      Whether CMAKE_C_COMPILER_LAUNCHER and CMAKE_CXX_COMPILER_LAUNCHER are `sccache`, where you have not set them.
    '';

    shareMembers = mkFlag true ''
      Whether the workspace's own crates come from the cache in every worktree. With `false` they are left to sccache
      alone, which keeps them for each worktree by itself, and debug information names their directories.
    '';

    env = mkOutput {
      type = types.lazyAttrsOf types.str;
      description = "The variables that are set to a fixed value, for what cannot run a hook.";
      example = literalExpression ''{ CARGO_INCREMENTAL = "0"; }'';
    };

    packages = mkOutput {
      type = types.listOf types.package;
      description = "What is put on PATH.";
      example = literalExpression "[ pkgs.sccache ]";
    };
  };
}
