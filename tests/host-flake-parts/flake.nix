# A stand-in for flake-parts, for the tests alone: `lib.mkFlake` with `systems`, `perSystem` and `flake`, as much as our
# front and our template need. The tests take the real one as well, by override. Where they differ, the real one is
# right.
{
  description = "flake-parts-shaped stand-in";

  inputs.nixpkgs-lib.url = "path:../host-pkgs";

  outputs =
    { nixpkgs-lib, ... }:
    let
      inherit (nixpkgs-lib) lib;
      inherit (lib) mkOption types;

      # What `perSystem` may define and a flake has by system.
      transposed = [
        "checks"
        "devShells"
        "packages"
      ];

      flake-parts-lib.mkPerSystemOption =
        module: mkOption { type = types.deferredModuleWith { staticModules = [ module ]; }; };

      core =
        { config, inputs, ... }:
        let
          bySystem = lib.genAttrs config.systems (
            system:
            (lib.evalModules {
              modules = [ config.perSystem ];
              prefix = [
                "perSystem"
                system
              ];
              specialArgs = {
                inherit system;
              };
            }).config
          );
        in
        {
          options = {
            systems = mkOption { type = types.listOf types.str; };
            flake = mkOption {
              type = types.lazyAttrsOf types.raw;
              default = { };
            };
            perSystem = flake-parts-lib.mkPerSystemOption (
              { system, ... }:
              {
                options = lib.genAttrs transposed (
                  _:
                  mkOption {
                    type = types.lazyAttrsOf types.package;
                    default = { };
                  }
                );
                config._module.args.pkgs = lib.mkOptionDefault inputs.nixpkgs.legacyPackages.${system};
              }
            );
          };
          config.flake = lib.genAttrs transposed (output: builtins.mapAttrs (_: own: own.${output}) bySystem);
        };
    in
    {
      lib = flake-parts-lib // {
        mkFlake =
          { inputs }:
          module:
          (lib.evalModules {
            modules = [
              core
              (lib.setDefaultModuleLocation (inputs.self.outPath + "/flake.nix") module)
            ];
            specialArgs = {
              inherit inputs flake-parts-lib;
              inherit (inputs) self;
            };
          }).config.flake;
      };
    };
}
