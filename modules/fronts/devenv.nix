# The front for devenv: `sccache-shell` in devenv.nix. Its name allows devenv.yaml to import this directory as well.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.sccache-shell;
in
{
  _file = ./devenv.nix;
  _class = "devenv";
  key = "sccache-shell/devenv";

  options.sccache-shell = lib.mkOption {
    type = lib.types.submoduleWith {
      modules = (import ../. pkgs).shell;
      description = "sccache-shell configuration";
    };
    default = { };
    description = "A shell in which sccache works.";
  };

  config = lib.mkIf cfg.enable {
    assertions = map (message: {
      assertion = false;
      message = "sccache-shell: ${message}";
    }) cfg.contradictions;

    inherit (cfg) packages;
    # After devenv's own start, which restores TMPDIR, and before the project's commands, which may compile.
    enterShell = lib.mkOrder 600 cfg.shellHook;
  };
}
