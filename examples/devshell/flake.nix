{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    devshell = {
      url = "github:numtide/devshell";
      inputs.nixpkgs.follows = "nixpkgs";
    };
    sccache-shell = {
      url = "github:sccache-shell/sccache-shell";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      nixpkgs,
      devshell,
      sccache-shell,
      ...
    }:
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
          default = devshell.legacyPackages.${system}.mkShell {
            # devshell does not take over other shells' hooks, so the hook is a start-up step.
            devshell = {
              packages = sccache.packages ++ [
                pkgs.cargo
                pkgs.rustc
                pkgs.gcc
              ];
              startup.sccache-shell.text = sccache.shellHook;
            };
          };
        }
      );
    };
}
