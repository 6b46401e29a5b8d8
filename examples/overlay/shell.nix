# By the overlay, for a nixpkgs that is put together in one place: pkgs.sccache-shell and what comes with it.
{
  nixpkgs ? <nixpkgs>,
  sccache-shell ? fetchTarball "https://github.com/sccache-shell/sccache-shell/archive/main.tar.gz",
}:
let
  pkgs = import nixpkgs { overlays = [ (import sccache-shell).overlays.default ]; };
in
pkgs.mkShell {
  inputsFrom = [ (pkgs.sccache-shell.evalModule { cacheSize = "24G"; }).config.devShell ];
  packages = [
    pkgs.cargo
    pkgs.rustc
  ];
}
