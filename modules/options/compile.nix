# Options for compiles, in every front.
{
  config,
  lib,
  pkgs,
  ...
}:
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
      description = "The sccache to use. The default is the one of your own nixpkgs.";
    };

    helper = mkOption {
      type = types.nullOr types.package;
      default = pkgs.callPackage ../package.nix { };
      defaultText = literalExpression ''pkgs.callPackage "''${inputs.sccache-shell}/modules/package.nix" { }'';
      example = null;
      description = ''
        The program that checks the setup when the shell is entered, and that is the compiler wrapper. With `null` there
        is neither, only variables and packages, and nothing has to be compiled at the first entry.
      '';
    };

    incremental = mkFlag false ''
      Whether to keep cargo's incremental compilation for all compiles of your own crates. sccache cannot cache them, so by
      default `CARGO_INCREMENTAL=0` is set. With `true` only dependencies are cached.
    '';

    incrementalEdits = mkFlag true ''
      Whether to compile a workspace member incrementally, without the cache, when it is built again after an edit. This
      applies to the profiles that cargo compiles incrementally by default. With `false` these compiles use the cache too.
    '';

    rustcWrapper = mkFlag true ''
      Whether to set RUSTC_WRAPPER. A value that was set before the shell is kept either way.
    '';

    cmakeLauncher = mkFlag true ''
      Whether to set CMAKE_C_COMPILER_LAUNCHER and CMAKE_CXX_COMPILER_LAUNCHER to `sccache`, unless you have set them.
    '';

    shareMembers = mkFlag true ''
      Whether workspace members are shared between worktrees. With `false` they are left to plain sccache, which caches
      them for each worktree separately, and debug information contains their real directories.
    '';

    env = mkOutput {
      type = types.lazyAttrsOf types.str;
      description = "The variables with a fixed value, for programs that cannot run a hook.";
      example = literalExpression ''{ CARGO_INCREMENTAL = "0"; }'';
    };

    packages = mkOutput {
      type = types.listOf types.package;
      description = "The packages to put on PATH.";
      example = literalExpression "[ pkgs.sccache ]";
    };

    links = mkOption {
      type = types.nullOr types.package;
      internal = true;
      visible = false;
      readOnly = true;
      description = "The package with `libexec/sccache-shell`; `null` without the helper.";
    };

    # A front that installs the links sets a path that outlives a generation.
    prefix = mkOption {
      type = types.str;
      default = "${config.links}";
      internal = true;
      visible = false;
      description = "Where `libexec/sccache-shell` is.";
    };
  };
}
