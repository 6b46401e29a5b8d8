# Helpers for declaring options.
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

  # A read-only output of the modules.
  mkOutput = attrs: mkOption (attrs // { readOnly = true; });
}
