{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    sccache-shell = {
      url = "github:sccache-shell/sccache-shell";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    { nixpkgs, sccache-shell, ... }:
    let
      eachSystem = nixpkgs.lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
    in
    {
      devShells = eachSystem (
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
          sccache = (sccache-shell.lib.evalModule pkgs { cacheSize = "24G"; }).config;
        in
        {
          default = derivation {
            name = "shell";
            inherit system;
            builder = "${pkgs.bashInteractive}/bin/bash";
            # `nix develop` needs this name.
            outputs = [ "out" ];
            # `nix develop` runs the hook. Without mkShell, PATH must be set here.
            PATH = nixpkgs.lib.makeBinPath (
              sccache.packages
              ++ [
                pkgs.cargo
                pkgs.rustc
                pkgs.gcc
                pkgs.coreutils
              ]
            );
            inherit (sccache) shellHook;
          };
        }
      );
    };
}
