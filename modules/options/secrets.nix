# Secrets in sccache's config file, if the file is for one user: they are read from that user's files at activation.
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
      Files that contain the secrets of sccache's config file, by key. They are read when the configuration is
      activated. The config file is then not a link to the Nix store, and only you can read it.
    '';
  };
}
