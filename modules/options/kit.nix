# How options are written here.
{ lib }:
let
  inherit (lib) mkOption types;
in
{
  mkFlag =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
      example = !default;
    };

  # Made by the modules, for whoever takes it.
  mkOutput = attrs: mkOption (attrs // { readOnly = true; });
}
