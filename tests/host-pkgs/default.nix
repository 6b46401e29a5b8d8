# What `import <nixpkgs> { }` is for the real one: for shells that know no flakes.
{
  system ? builtins.currentSystem,
  lib ? import ./lib,
  overlays ? [ ],
  ...
}:
(import ./pkgs { inherit lib system; }).appendOverlays overlays
