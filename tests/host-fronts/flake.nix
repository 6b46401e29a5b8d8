# Stand-ins, for tests only, for the tools that the fronts support: home-manager, nix-darwin, devenv, numtide/devshell
# and crane, each as much as our modules and examples need. The tests take the real ones as well, by override. Where
# they differ, the real one is right. NixOS's is in tests/host-pkgs/nixos, where nixpkgs has it.
{
  description = "home-manager-, nix-darwin-, devenv-, devshell- and crane-shaped stand-ins";

  inputs.nixpkgs.url = "path:../host-pkgs";

  outputs =
    { nixpkgs, ... }:
    let
      inherit (nixpkgs) lib;
      devshell = import ./devshell.nix;
    in
    {
      lib = {
        homeManagerConfiguration = import ./home-manager.nix;
        darwinSystem = import ./darwin.nix { inherit nixpkgs; };
        mkShell = import ./devenv.nix;
      };
      mkLib = pkgs: { devShell = import ./crane.nix pkgs; };
      legacyPackages = lib.mapAttrs (_: pkgs: { mkShell = devshell pkgs; }) nixpkgs.legacyPackages;
    };
}
