# The front for flake-parts: `perSystem.sccache-shell`.
{ flake-parts-lib, lib, ... }:
{
  _file = ./flake-parts.nix;
  _class = "flake";
  key = "sccache-shell/flake-parts";

  options.perSystem = flake-parts-lib.mkPerSystemOption (
    { config, pkgs, ... }:
    {
      _file = ./flake-parts.nix;

      options.sccache-shell = lib.mkOption {
        type = lib.types.submoduleWith {
          modules = (import ../. pkgs).devShell;
          description = "sccache-shell configuration";
        };
        default = { };
        description = "A dev shell in which sccache works.";
      };

      config.checks = lib.mkIf config.sccache-shell.enable {
        sccache-shell = config.sccache-shell.flakeCheck;
      };
    }
  );
}
