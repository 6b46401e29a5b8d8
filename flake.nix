{
  description = "A dev shell in which sccache works: across shells, worktrees and projects";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      eachSystem =
        perSystem:
        lib.genAttrs [
          "x86_64-linux"
          "aarch64-linux"
          "aarch64-darwin"
        ] (system: perSystem nixpkgs.legacyPackages.${system});
    in
    {
      flakeModules.default = ./modules/fronts/flake-parts.nix;
      flakeModule = self.flakeModules.default;

      homeModules.default = ./modules/fronts/home-manager.nix;
      nixosModules.default = ./modules/fronts/nixos.nix;
      darwinModules.default = ./modules/fronts/darwin.nix;
      # Not a standard output, so `nix flake check` warns; devenv's users look for this name.
      devenvModules.default = ./modules/fronts/devenv.nix;

      # lib.evalModule pkgs { cacheSize = "24G"; }: the same options without flake-parts.
      lib = { inherit (import ./.) evalModule; };

      inherit (import ./.) overlays;

      packages = eachSystem (pkgs: rec {
        sccache-shell = pkgs.callPackage ./modules/package.nix { };
        default = sccache-shell;
      });

      # The template is the example that the tests enter.
      templates.default = {
        path = ./examples/flake-parts;
        description = "A Rust crate and a dev shell in which sccache works, with flake-parts";
        welcomeText = ''
          Enter the shell with `nix develop`, or with `direnv allow`, and build.

          `sccache-shell check` reports problems that prevent cache hits.
        '';
      };

      checks = eachSystem (pkgs: import ./tests/nix { inherit self pkgs; });
      formatter = eachSystem (pkgs: pkgs.nixfmt-tree);
      devShells = eachSystem (pkgs: {
        default = pkgs.mkShell {
          name = "sccache-shell-dev";
          meta.description = "For work on sccache-shell itself: its tools, in its own shell";
          inputsFrom = [ (self.lib.evalModule pkgs { }).config.devShell ];
          packages = [
            pkgs.cargo
            pkgs.cargo-nextest
            pkgs.clippy
            pkgs.cmake
            pkgs.deadnix
            pkgs.nixfmt
            pkgs.rustc
            pkgs.rustfmt
            pkgs.shellcheck
          ];
        };
      });
    };
}
