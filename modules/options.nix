# The one option set, whichever front it is set through. What is made of it is in shell.nix.
{ lib, pkgs, ... }:
let
  inherit (lib) literalExpression mkOption types;
  ownTypes = import ./types.nix { inherit lib; };

  mkFlag =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
      example = !default;
    };
  mkOutput =
    attrs:
    mkOption (
      attrs
      // {
        readOnly = true;
      }
    );
in
{
  options = {
    enable = mkFlag true ''
      Whether sccache is set up. When off, `devShell` is an empty shell, so that whoever takes it by `inputsFrom` need
      not know.
    '';

    package = mkOption {
      type = types.package;
      default = pkgs.sccache;
      defaultText = literalExpression "pkgs.sccache";
      example = literalExpression "inputs.nixpkgs-unstable.legacyPackages.\${system}.sccache";
      description = "The sccache that compiles; from your own nixpkgs if you do not say otherwise.";
    };

    helper = mkOption {
      type = types.nullOr types.package;
      default = pkgs.callPackage ./package.nix { };
      defaultText = literalExpression ''pkgs.callPackage "''${inputs.sccache-shell}/modules/package.nix" { }'';
      example = null;
      description = ''
        The program that looks at the door for what would keep sccache from working, and that keeps every compile right.
        `null` leaves it out: nothing to compile at the first entry, and variables and packages only.
      '';
    };

    cacheSize = mkOption {
      type = types.nullOr ownTypes.cacheSize;
      default = null;
      example = "24G";
      description = ''
        The least size of the cache that this project wants, in sccache's own syntax: digits and at most one of K, M, G,
        T. It is compared with what sccache is set to, and said where that is less; the user's sccache config decides.
        `null` compares nothing.
      '';
    };

    tmpDir = mkOption {
      type = types.nullOr (ownTypes.tmpDir { isDarwin = pkgs.stdenv.hostPlatform.isDarwin; });
      default = "/var/tmp";
      example = null;
      description = ''
        Where TMPDIR, TMP, TEMP and TEMPDIR point instead of the directory that Nix throws away with the shell, since a
        sccache server outlives the shell that started it. An absolute path of at most 88 bytes (84 on macOS), so that
        sccache's socket fits. `null` is the TMPDIR that you had before the shell.
      '';
    };

    incremental = mkFlag false ''
      Whether cargo's incremental compilation is left as it is. sccache cannot cache what is compiled incrementally, so
      the shell sets `CARGO_INCREMENTAL=0`. With `true` only dependencies come from the cache, and edits to your own
      crates build faster.
    '';

    rustcWrapper = mkFlag true ''
      Whether RUSTC_WRAPPER is set. One of your own, set before the shell, is kept either way.
    '';

    cmakeLauncher = mkFlag true ''
      Whether CMAKE_C_COMPILER_LAUNCHER and CMAKE_CXX_COMPILER_LAUNCHER are `sccache`, where you have not set them.
    '';

    initConfig = mkFlag false ''
      Whether the shell creates the user's sccache config, with `cacheSize` in it, where there is none.
    '';

    shareMembers = mkFlag true ''
      Whether the workspace's own crates come from the cache in every worktree. With `false` they are left to sccache
      alone, which keeps them for each worktree by itself, and debug information names their directories.
    '';

    check = {
      enable = mkFlag true "Whether what keeps sccache from working is looked for, and said, when the shell is entered.";

      ignore = mkOption {
        type = types.listOf ownTypes.checkId;
        default = [ ];
        example = [ "config-missing" ];
        description = "Checks that are left out. `sccache-shell explain` lists them.";
      };
    };

    env = mkOutput {
      type = types.lazyAttrsOf types.str;
      description = "The variables that the hook sets to a fixed value, for what cannot run a hook.";
      example = literalExpression ''{ CARGO_INCREMENTAL = "0"; }'';
    };

    shellHook = mkOutput {
      type = types.str;
      description = "The hook, for a shell that is not made by `mkShell`. It expects bash.";
      example = literalExpression "config.sccache-shell.shellHook";
    };

    packages = mkOutput {
      type = types.listOf types.package;
      description = "What the shell has on PATH.";
      example = literalExpression "[ pkgs.sccache ]";
    };

    devShell = mkOutput {
      type = types.package;
      description = "The shell. Others take it by `inputsFrom = [ config.sccache-shell.devShell ]`.";
      example = literalExpression "pkgs.mkShell { inputsFrom = [ config.sccache-shell.devShell ]; }";
    };
  };
}
