# With the overlay, if nixpkgs is configured in one place: it adds pkgs.sccache-shell.
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
