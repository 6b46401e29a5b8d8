# The front for nix-darwin: system.nix, and variables for programs that no shell starts.
{ config, lib, ... }:
let
  cfg = config.programs.sccache-shell;
  # A user who prefers their own config file unsets SCCACHE_CONF.
  variables = lib.mkMerge [
    (lib.mkIf (cfg.configFile != null) { SCCACHE_CONF = lib.mkDefault "/etc/sccache/config"; })
    (lib.mkIf cfg.sessionVariables cfg.env)
  ];
in
{
  _file = ./darwin.nix;
  _class = "darwin";
  key = "sccache-shell/darwin";
  imports = [ ./system.nix ];

  config = lib.mkIf cfg.enable {
    environment = { inherit variables; };
    # For programs that no shell starts. nix-darwin needs to know the user of the session.
    launchd.user.envVariables = lib.mkIf (config.system.primaryUser != null) variables;
  };
}
