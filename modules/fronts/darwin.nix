# The front for nix-darwin: system.nix, and variables for programs that no shell starts.
{ config, lib, ... }:
let
  cfg = config.programs.sccache-shell;
in
{
  _file = ./darwin.nix;
  _class = "darwin";
  key = "sccache-shell/darwin";
  imports = [ ./system.nix ];

  # For programs that no shell starts. nix-darwin needs to know the user of the session.
  config = lib.mkIf (cfg.enable && config.system.primaryUser != null) {
    launchd.user.envVariables = lib.mkMerge [
      (lib.mkIf (cfg.configFile != null) { SCCACHE_CONF = "/etc/sccache/config"; })
      (lib.mkIf cfg.sessionVariables cfg.env)
    ];
  };
}
