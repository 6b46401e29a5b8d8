# Secrets of sccache's config file, where the file is made for one person: read from files of that person's, at activation.
{ lib, ... }:
let
  inherit (lib) literalExpression mkOption;
  ownTypes = import ../types.nix { inherit lib; };
in
{
  options.secretFiles = mkOption {
    type = ownTypes.secretFiles;
    default = { };
    example = literalExpression ''{ "cache.redis.password" = "/run/secrets/redis"; }'';
    description = ''
      Files that hold the secrets of sccache's config file, by the key that each is for. They are read when the
      configuration is activated, and the config file, which then is no link to the store, is readable by you alone.
    '';
  };
}
