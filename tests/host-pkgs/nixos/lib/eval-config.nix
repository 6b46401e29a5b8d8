# A stand-in for NixOS's module system: the options that our front sets, and a system that has them.
{
  lib,
  modules,
  packages,
}:
let
  inherit (lib) types;
  inherit (import ./checked.nix { inherit lib; }) option;
  system = lib.evalModules {
    class = "nixos";
    modules = modules ++ [
      (import ./system.nix { inherit lib; }).module
      (
        { config, ... }:
        {
          options = {
            boot.kernel.sysctl = option (types.lazyAttrsOf types.raw) { };
            environment.sessionVariables = option (types.attrsOf types.str) { };
            systemd.tmpfiles.rules = option (types.listOf types.str) [ ];
          };
          config = {
            _module.args.pkgs = packages config.nixpkgs.hostPlatform;
            environment.variables = config.environment.sessionVariables;
          };
        }
      )
    ];
  };
in
system
