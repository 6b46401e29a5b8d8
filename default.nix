# For Nix without flakes: `import (fetchTarball "…/sccache-shell/archive/main.tar.gz")`. It fetches nothing;
# the packages are the caller's.
rec {
  # evalModule pkgs { cacheSize = "24G"; }: the options and outputs of a dev shell.
  evalModule =
    pkgs: configuration:
    pkgs.lib.evalModules {
      prefix = [ "sccache-shell" ];
      modules = (import ./modules pkgs).devShell ++ [
        (pkgs.lib.setDefaultModuleLocation "the argument of evalModule" configuration)
      ];
    };

  # pkgs.sccache-shell, with pkgs.sccache-shell.evalModule { … }.
  overlays.default = final: _: {
    sccache-shell = final.callPackage ./modules/package.nix { } // {
      evalModule = evalModule final;
    };
  };
}
