# What NixOS and nix-darwin have in common, as far as our fronts go: packages, files below /etc, variables.
{ lib }:
let
  inherit (lib) types;
  inherit (import ./checked.nix { inherit lib; }) option module checked;
in
{
  module =
    { config, pkgs, ... }:
    {
      imports = [ module ];
      options = {
        environment = {
          systemPackages = option (types.listOf types.package) [ ];
          pathsToLink = option (types.listOf types.str) [ ];
          variables = option (types.attrsOf types.str) { };
          extraInit = option types.lines "";
          etc = option (types.attrsOf (
            types.submodule { options.source = lib.mkOption { type = types.raw; }; }
          )) { };
        };
        nixpkgs.hostPlatform = lib.mkOption { type = types.str; };
        system = {
          stateVersion = lib.mkOption { type = types.raw; };
          build = option (types.lazyAttrsOf types.raw) { };
        };
      };
      # `sw` and `etc`, as /run/current-system has them.
      config.system.build.toplevel = checked config (
        pkgs.runCommandLocal "system" { packages = map toString config.environment.systemPackages; } (
          ''
            mkdir -p $out/sw/bin $out/etc
            for package in $packages; do
              for path in bin ${toString config.environment.pathsToLink}; do
                if [ -d "$package/$path" ]; then
                  mkdir -p "$out/sw/$path"
                  ln -sf "$package/$path"/* "$out/sw/$path"
                fi
              done
            done
          ''
          + lib.concatStrings (
            lib.mapAttrsToList (name: file: ''
              mkdir -p "$(dirname "$out/etc/${name}")"
              ln -s ${file.source} "$out/etc/${name}"
            '') config.environment.etc
          )
        )
      );
    };
}
