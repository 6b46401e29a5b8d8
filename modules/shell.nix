# Makes variables, packages and the hook from the options of a shell.
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
  compile = import ./wrapper.nix { inherit lib pkgs cfg; };
  inherit (compile.at "${compile.links}") wrapper wrapperDir;

  ignored = lib.unique (cfg.check.ignore ++ optional cfg.incremental "incremental-on");

  # Variables for the helper. Those that are not set here are unset, because an outer shell may have set them.
  told = {
    SCCACHE_SHELL_CACHE_SIZE = cfg.cacheSize;
    SCCACHE_SHELL_SHARE_MEMBERS = if cfg.shareMembers then null else "false";
    SCCACHE_SHELL_INCREMENTAL_EDITS = if cfg.incrementalEdits then null else "false";
    SCCACHE_SHELL_IGNORE = if ignored == [ ] then null else lib.concatStringsSep "," ignored;
  };
in
{
  # One definition each, not several with `mkIf`: they are read-only.
  config = {
    env = optionalAttrs cfg.enable (
      compile.variables wrapper // lib.filterAttrs (_: value: value != null) told
    );

    packages = optionals cfg.enable (optional (cfg.helper != null) cfg.helper ++ [ cfg.package ]);

    # Forces `env` too, so that a user's definition of this read-only option is an error.
    shellHook = builtins.seq cfg.env (
      optionalString cfg.enable (
        import ./hook.nix {
          inherit
            lib
            cfg
            told
            wrapper
            wrapperDir
            ;
          checks = cfg.helper != null && cfg.check.enable;
          helper = getExe' cfg.helper "sccache-shell";
        }
      )
    );

    # Settings that would silently have no effect.
    contradictions =
      let
        without =
          condition: name: needs:
          optional condition "`${name}` does nothing with `${needs}`";
      in
      optionals cfg.enable (
        optionals (cfg.helper == null) (
          without (cfg.cacheSize != null) "cacheSize" "helper = null"
          ++ without cfg.initConfig "initConfig" "helper = null"
          ++ without (cfg.check.ignore != [ ]) "check.ignore" "helper = null"
        )
        ++ optionals (cfg.helper == null || !cfg.rustcWrapper) (
          let
            needs = if cfg.helper == null then "helper = null" else "rustcWrapper = false";
          in
          without (!cfg.shareMembers) "shareMembers" needs
          ++ without (!cfg.incrementalEdits) "incrementalEdits" needs
        )
        ++ without (cfg.incremental && !cfg.incrementalEdits) "incrementalEdits" "incremental = true"
      );
  };
}
