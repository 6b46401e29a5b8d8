# For Nix without flakes: `nix-shell`. Pin both with a commit and a hash, or with npins or niv.
{
  pkgs ? import <nixpkgs> { },
  sccache-shell ? fetchTarball "https://github.com/sccache-shell/sccache-shell/archive/main.tar.gz",
}:
let
  sccache = ((import sccache-shell).evalModule pkgs { cacheSize = "24G"; }).config;
in
pkgs.mkShell {
  inputsFrom = [ sccache.devShell ];
  packages = [
    pkgs.cargo
    pkgs.rustc
  ];
}
