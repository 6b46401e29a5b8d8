# The links that a compile goes through, and the variables that lead it there.
{
  lib,
  pkgs,
  cfg,
}:
let
  inherit (lib) getExe' optionalAttrs;
  sccache = getExe' cfg.package "sccache";

  # cc-rs and CMake go by the name `sccache`, and the helper finds the real one beside the link it was called by.
  links = pkgs.linkFarm "sccache-shell-wrapper" [
    {
      name = "libexec/sccache-shell/sccache";
      path = getExe' cfg.helper "sccache-shell";
    }
    {
      name = "libexec/sccache-shell/real";
      path = sccache;
    }
  ];
in
{
  # A package, for a profile that has it at a lasting path; null without the helper.
  links = if cfg.helper == null then null else links;

  # What RUSTC_WRAPPER is, and its directory for PATH, where the links are in `prefix`.
  at = prefix: {
    wrapperDir = if cfg.helper == null then null else "${prefix}/libexec/sccache-shell";
    wrapper = if cfg.helper == null then sccache else "${prefix}/libexec/sccache-shell/sccache";
  };

  # The variables with a fixed value, but for those that only a shell has.
  variables =
    wrapper:
    optionalAttrs (!cfg.incremental) { CARGO_INCREMENTAL = "0"; }
    // optionalAttrs cfg.rustcWrapper { RUSTC_WRAPPER = wrapper; }
    // optionalAttrs cfg.cmakeLauncher {
      CMAKE_C_COMPILER_LAUNCHER = "sccache";
      CMAKE_CXX_COMPILER_LAUNCHER = "sccache";
    }
    // optionalAttrs (cfg.tmpDir != null) { SCCACHE_SHELL_TMPDIR = cfg.tmpDir; }
    // optionalAttrs (!cfg.shareMembers) { SCCACHE_SHELL_SHARE_MEMBERS = "false"; }
    // optionalAttrs (!cfg.incrementalEdits) { SCCACHE_SHELL_INCREMENTAL_EDITS = "false"; };
}
