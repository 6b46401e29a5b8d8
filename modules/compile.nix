# What a shell and a user have in common: packages, and the links that a compile goes through.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) optional optionals;
  cfg = config;
in
{
  config = {
    links =
      if cfg.enable && cfg.helper != null then
        pkgs.callPackage ./wrapper.nix {
          sccache = cfg.package;
          sccache-shell = cfg.helper;
        }
      else
        null;

    packages = optionals cfg.enable (optional (cfg.helper != null) cfg.helper ++ [ cfg.package ]);
  };
}
