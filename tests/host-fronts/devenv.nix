# devenv's `lib.mkShell`: what it does to TMPDIR before the shell's own lines; only assertions print something.
{
  pkgs,
  modules,
  inputs ? { },
}:
let
  inherit (pkgs) lib;
  inherit (lib) types;
  inherit (import ../host-pkgs/nixos/lib/checked.nix { inherit lib; }) option module checked;

  inherit
    (lib.evalModules {
      class = "devenv";
      specialArgs = { inherit inputs; };
      modules = modules ++ [
        module
        {
          options = {
            packages = option (types.listOf types.package) [ ];
            inputsFrom = option (types.listOf types.package) [ ];
            env = option (types.lazyAttrsOf types.raw) { };
            enterShell = option types.lines "";
          };
          config = {
            _module.args.pkgs = pkgs;
            enterShell = lib.mkBefore ''
              for var in TMP TMPDIR TEMP TEMPDIR; do
                if [ -n "''${!var-}" ] && [ "''${!var}" = "''${NIX_BUILD_TOP-}" ]; then
                  export "$var"=${
                    if builtins.getEnv "TMPDIR" == "" then "/tmp" else lib.escapeShellArg (builtins.getEnv "TMPDIR")
                  }
                fi
              done
              unset NIX_BUILD_TOP
            '';
          };
        }
      ];
    })
    config
    ;
in
checked config (
  pkgs.mkShell (
    {
      name = "devenv-shell";
      inherit (config) packages inputsFrom;
      shellHook = config.enterShell;
    }
    // config.env
  )
)
// {
  inherit config;
}
