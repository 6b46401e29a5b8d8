# Makes the config file and variables from the options of a user or a machine.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib) optionalAttrs optionals;
  inherit (import ./options/kit.nix { inherit lib; }) hasNoEffect;
  cfg = config;
  variables = import ./variables.nix { inherit lib cfg; };
  schema = import ./sccache-config/check.nix { inherit lib; };

  # Placeholders for secrets until the file is activated.
  secrets = cfg.secretFiles or { };
  placeholders = lib.mapAttrsToList (
    key: _: lib.setAttrByPath (lib.splitString "." key) "@${key}@"
  ) secrets;
  content = builtins.foldl' lib.recursiveUpdate cfg.settings placeholders;
  problems = schema.problems (lib.getVersion cfg.package) cfg.settings;
  say =
    problem: "The option `${lib.showOption (options.settings.loc ++ problem.path)}' ${problem.what}.";
in
{
  config = {
    settings = lib.mkIf (cfg.cacheSize != null) { cache.disk.size = cfg.cacheSize; };

    configFile =
      if !cfg.enable || content == { } then
        null
      else if problems != [ ] then
        throw (lib.concatMapStringsSep "\n" say problems)
      else
        # The content does not depend on the files' names; force them so that a wrong one is an error.
        builtins.deepSeq secrets ((pkgs.formats.toml { }).generate "sccache-config" content);

    env = optionalAttrs cfg.enable (variables.values variables.compile);

    contradictions =
      let
        orphan = key: !lib.hasAttrByPath (lib.init (lib.splitString "." key)) cfg.settings;
      in
      optionals cfg.enable (
        optionals (!cfg.sessionVariables) (
          hasNoEffect cfg.incremental "incremental" "sessionVariables = false"
          ++ hasNoEffect (!cfg.rustcWrapper) "rustcWrapper" "sessionVariables = false"
          ++ hasNoEffect (!cfg.cmakeLauncher) "cmakeLauncher" "sessionVariables = false"
          ++ hasNoEffect (!cfg.shareMembers) "shareMembers" "sessionVariables = false"
          ++ hasNoEffect (!cfg.incrementalEdits) "incrementalEdits" "sessionVariables = false"
          ++ hasNoEffect (cfg.tmpDir != options.tmpDir.default) "tmpDir" "sessionVariables = false"
        )
        ++ map (key: "`secretFiles.\"${key}\"` belongs to a table that `settings` does not have") (
          builtins.filter orphan (builtins.attrNames secrets)
        )
      );
  };
}
