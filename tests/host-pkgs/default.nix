# `import <nixpkgs> { }`, for shells without flakes.
{
  system ? builtins.currentSystem,
  lib ? import ./lib,
  overlays ? [ ],
  ...
}:
(import ./pkgs { inherit lib system; }).appendOverlays overlays
