# Makes variables and the hook from the options of a shell.
{ config, lib, ... }:
let
  inherit (lib) optionalAttrs optionals optionalString;
  inherit (import ./options/kit.nix { inherit lib; }) hasNoEffect;
  variables = import ./variables.nix { inherit lib cfg; };
  cfg = config;
in
{
  # One definition each, not several with `mkIf`: they are read-only.
  config = {
    env = optionalAttrs cfg.enable (variables.values variables.shell);

    # Forces `env` too, so that a user's definition of this read-only option is an error.
    shellHook = builtins.seq cfg.env (
      optionalString cfg.enable (
        import ./hook.nix {
          inherit lib cfg;
          variables = variables.shell;
        }
      )
    );

    # Settings that would silently have no effect.
    contradictions = optionals cfg.enable (
      optionals (cfg.helper == null) (
        hasNoEffect (cfg.cacheSize != null) "cacheSize" "helper = null"
        ++ hasNoEffect cfg.initConfig "initConfig" "helper = null"
        ++ hasNoEffect (cfg.check.ignore != [ ]) "check.ignore" "helper = null"
      )
      ++ optionals (cfg.helper == null || !cfg.rustcWrapper) (
        let
          needs = if cfg.helper == null then "helper = null" else "rustcWrapper = false";
        in
        hasNoEffect (!cfg.shareMembers) "shareMembers" needs
        ++ hasNoEffect (!cfg.incrementalEdits) "incrementalEdits" needs
      )
      ++ hasNoEffect (cfg.incremental && !cfg.incrementalEdits) "incrementalEdits" "incremental = true"
    );
  };
}
