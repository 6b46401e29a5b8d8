# For Nix without flakes: `import (fetchTarball "…/sccache-shell/archive/main.tar.gz")`. It takes nothing and fetches
# nothing; the packages are those of whoever calls it.
rec {
  # evalModule pkgs { cacheSize = "24G"; }: the options of a dev shell, and what is made of them.
  evalModule =
    pkgs: configuration:
    pkgs.lib.evalModules {
      prefix = [ "sccache-shell" ];
      modules = (import ./modules pkgs).devShell ++ [
        (pkgs.lib.setDefaultModuleLocation "the argument of evalModule" configuration)
      ];
    };

  # pkgs.sccache-shell, and with it pkgs.sccache-shell.evalModule { … }.
  overlays.default = final: _: {
    sccache-shell = final.callPackage ./modules/package.nix { } // {
      evalModule = evalModule final;
    };
  };
}
