# What NixOS, home-manager, nix-darwin and devenv have in common: assertions that must hold for anything to be built.
{ lib }:
{
  module.options = {
    assertions = lib.mkOption {
      type = lib.types.listOf lib.types.raw;
      default = [ ];
    };
    warnings = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
    };
  };

  # `value`, unless an assertion of `config` fails.
  checked =
    config: value:
    let
      failed = builtins.filter (it: !it.assertion) config.assertions;
    in
    if failed == [ ] then
      value
    else
      throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (it: "- ${it.message}") failed}";

  # An option that accepts any value.
  option =
    type: default:
    lib.mkOption {
      inherit type default;
    };
}
