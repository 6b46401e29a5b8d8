# Makes the config file, packages and variables from the options of a user or a machine.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib) optional optionals;
  cfg = config;
  compile = import ./wrapper.nix { inherit lib pkgs cfg; };
  inherit (compile.at cfg.prefix) wrapper;
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

    links = if cfg.enable then compile.links else null;
    env = lib.optionalAttrs cfg.enable (compile.variables wrapper);
    packages = optionals cfg.enable (optional (cfg.helper != null) cfg.helper ++ [ cfg.package ]);

    contradictions =
      let
        without =
          condition: name: needs:
          optional condition "`${name}` does nothing with `${needs}`";
        orphan = key: !lib.hasAttrByPath (lib.init (lib.splitString "." key)) cfg.settings;
      in
      optionals cfg.enable (
        optionals (!cfg.sessionVariables) (
          without cfg.incremental "incremental" "sessionVariables = false"
          ++ without (!cfg.rustcWrapper) "rustcWrapper" "sessionVariables = false"
          ++ without (!cfg.cmakeLauncher) "cmakeLauncher" "sessionVariables = false"
          ++ without (!cfg.shareMembers) "shareMembers" "sessionVariables = false"
          ++ without (!cfg.incrementalEdits) "incrementalEdits" "sessionVariables = false"
          ++ without (cfg.tmpDir != options.tmpDir.default) "tmpDir" "sessionVariables = false"
        )
        ++ map (key: "`secretFiles.\"${key}\"` belongs to a table that `settings` does not have") (
          builtins.filter orphan (builtins.attrNames secrets)
        )
      );
  };
}
