# From the options to what a shell is made of: variables, packages, the hook.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib)
    getExe'
    optional
    optionalAttrs
    optionals
    optionalString
    ;
  cfg = config;

  sccache = getExe' cfg.package "sccache";
  helper = getExe' cfg.helper "sccache-shell";

  # cc-rs and CMake go by the name `sccache`, and the helper finds the real one beside the link it was called by.
  wrapperDir = "${
    pkgs.linkFarm "sccache-shell-wrapper" (
      [
        {
          name = "libexec/sccache-shell/sccache";
          path = helper;
        }
        {
          name = "libexec/sccache-shell/real";
          path = sccache;
        }
      ]
      # It sees what a compile reads.
      ++ optional pkgs.stdenv.hostPlatform.isLinux {
        name = "libexec/sccache-shell/strace";
        path = getExe' pkgs.strace "strace";
      }
    )
  }/libexec/sccache-shell";

  wrapper = if cfg.helper == null then sccache else "${wrapperDir}/sccache";
  checks = cfg.helper != null && cfg.check.enable;
  ignored = lib.unique (cfg.check.ignore ++ optional cfg.incremental "incremental-on");

  # What the helper is told; a variable of these that is not set here may be an outer shell's and goes.
  told = {
    SCCACHE_SHELL_CACHE_SIZE = cfg.cacheSize;
    SCCACHE_SHELL_SHARE_MEMBERS = if cfg.shareMembers then null else "false";
    SCCACHE_SHELL_IGNORE = if ignored == [ ] then null else lib.concatStringsSep "," ignored;
  };
in
{
  # One definition each, not several under `mkIf`: they are read-only.
  config = {
    env = optionalAttrs cfg.enable (
      optionalAttrs (!cfg.incremental) { CARGO_INCREMENTAL = "0"; }
      // optionalAttrs cfg.rustcWrapper { RUSTC_WRAPPER = wrapper; }
      // optionalAttrs cfg.cmakeLauncher {
        CMAKE_C_COMPILER_LAUNCHER = "sccache";
        CMAKE_CXX_COMPILER_LAUNCHER = "sccache";
      }
      // optionalAttrs (cfg.tmpDir != null) { SCCACHE_SHELL_TMPDIR = cfg.tmpDir; }
      // lib.filterAttrs (_: value: value != null) told
    );

    packages = optionals cfg.enable (optional (cfg.helper != null) cfg.helper ++ [ cfg.package ]);

    shellHook = optionalString cfg.enable (
      import ./hook.nix {
        inherit
          lib
          cfg
          told
          wrapper
          checks
          helper
          ;
        wrapperDir = if cfg.helper == null then null else wrapperDir;
      }
    );

    devShell = pkgs.mkShellNoCC {
      name = "sccache-shell";
      inherit (cfg) packages;
      # `env` too, or a definition of it would go unread instead of failing as read-only.
      shellHook = builtins.seq cfg.env cfg.shellHook;
    };
  };
}
