{
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
    crane.url = "github:ipetkov/crane";
    sccache-shell = {
      url = "github:sccache-shell/sccache-shell";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      nixpkgs,
      crane,
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
          default = (crane.mkLib pkgs).devShell {
            # crane brings cargo, rustc, clippy and rustfmt.
            inputsFrom = [ sccache.devShell ];
          };
        }
      );
    };
}
