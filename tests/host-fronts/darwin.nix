# nix-darwin's `darwinSystem`.
{ nixpkgs }:
{ modules }:
let
  inherit (nixpkgs) lib;
  inherit (lib) types;
  parts = "${nixpkgs}/nixos/lib";
  inherit (import "${parts}/checked.nix" { inherit lib; }) option;
in
lib.evalModules {
  class = "darwin";
  modules = modules ++ [
    (import "${parts}/system.nix" { inherit lib; }).module
    (
      { config, ... }:
      {
        options.launchd.user.envVariables = option (types.attrsOf types.str) { };
        config._module.args.pkgs = nixpkgs.legacyPackages.${config.nixpkgs.hostPlatform};
      }
    )
  ];
}
