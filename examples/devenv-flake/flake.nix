{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    devenv = {
      url = "github:cachix/devenv";
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
      devenv,
      sccache-shell,
      ...
    }@inputs:
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
        in
        {
          # devenv needs `nix develop --impure`.
          default = devenv.lib.mkShell {
            inherit inputs pkgs;
            modules = [
              sccache-shell.devenvModules.default
              {
                sccache-shell.cacheSize = "24G";
                packages = [
                  pkgs.cargo
                  pkgs.rustc
                ];
              }
            ];
          };
        }
      );
    };
}
