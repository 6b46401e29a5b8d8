# nix-darwin's `darwinSystem`.
{ nixpkgs }:
{ modules }:
let
  inherit (nixpkgs) lib;
  inherit (lib) types;
  inherit (import ../host-pkgs/nixos/lib/checked.nix { inherit lib; }) option;
in
lib.evalModules {
  class = "darwin";
  modules = modules ++ [
    (import ../host-pkgs/nixos/lib/system.nix { inherit lib; }).module
    (
      { config, ... }:
      {
        options = {
          launchd.user.envVariables = option (types.attrsOf types.str) { };
          system.primaryUser = option (types.nullOr types.str) null;
        };
        config._module.args.pkgs = nixpkgs.legacyPackages.${config.nixpkgs.hostPlatform};
      }
    )
  ];
}
