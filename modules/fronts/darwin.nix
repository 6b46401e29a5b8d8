# The front for nix-darwin: what system.nix has, and variables for what no shell starts.
{ config, lib, ... }:
let
  cfg = config.programs.sccache-shell;
in
{
  _file = ./darwin.nix;
  _class = "darwin";
  key = "sccache-shell/darwin";
  imports = [ ./system.nix ];

  # For what no shell starts. nix-darwin asks whose session it is.
  config = lib.mkIf (cfg.enable && config.system.primaryUser != null) {
    launchd.user.envVariables = lib.mkMerge [
      (lib.mkIf (cfg.configFile != null) { SCCACHE_CONF = "/etc/sccache/config"; })
      (lib.mkIf cfg.sessionVariables cfg.env)
    ];
  };
}
