# Every variable that is set. `env` is made of this table, and so is the hook. Of each variable:
#   value     its value; null: it is not set
#   existing  what a hook does with a value that is there already:
#     replace   replaces it, if there is a value
#     remove    replaces it or, without a value, unsets it: only the helper reads it, so an outer shell has set it
#     keep      keeps it: it is the user's
#     wrapper   keeps it, unless it is a wrapper of ours from an outer shell
{ lib, cfg }:
let
  variable = existing: value: { inherit existing value; };
  replace = variable "replace";
  remove = variable "remove";
  keep = variable "keep";

  # The helper's own defaults are not set.
  unlessTrue = value: if value then null else "false";
  launcher = keep (if cfg.cmakeLauncher then "sccache" else null);
  ignored = lib.unique (cfg.check.ignore ++ lib.optional cfg.incremental "incremental-on");
in
rec {
  # Of a compile, in every front.
  compile = {
    CARGO_INCREMENTAL = replace (if cfg.incremental then null else "0");
    # The bare name: CMake stores it in its cache, where a store path would outlive the shell.
    CMAKE_C_COMPILER_LAUNCHER = launcher;
    CMAKE_CXX_COMPILER_LAUNCHER = launcher;
    RUSTC_WRAPPER = variable "wrapper" (
      if !cfg.rustcWrapper then
        null
      else if cfg.helper == null then
        lib.getExe' cfg.package "sccache"
      else
        "${cfg.prefix}/libexec/sccache-shell/sccache"
    );
    SCCACHE_SHELL_INCREMENTAL_EDITS = remove (unlessTrue cfg.incrementalEdits);
    SCCACHE_SHELL_SHARE_MEMBERS = remove (unlessTrue cfg.shareMembers);
    SCCACHE_SHELL_TMPDIR = remove cfg.tmpDir;
  };

  # Of a shell, which the helper checks.
  shell = compile // {
    SCCACHE_SHELL_CACHE_SIZE = remove cfg.cacheSize;
    SCCACHE_SHELL_IGNORE = remove (if ignored == [ ] then null else lib.concatStringsSep "," ignored);
  };

  # The names and values of those that have one.
  values = table: lib.filterAttrs (_: value: value != null) (lib.mapAttrs (_: it: it.value) table);
}
