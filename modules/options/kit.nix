# Helpers for declaring and checking options.
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

  # For `contradictions`: the option does nothing, if the condition is true, because of a different setting.
  hasNoEffect =
    condition: option: setting:
    lib.optional condition "`${option}` does nothing with `${setting}`";

  # A read-only output of the modules.
  mkOutput = attrs: mkOption (attrs // { readOnly = true; });
}
