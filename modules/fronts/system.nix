# Shared by NixOS and nix-darwin: `programs.sccache-shell` for all users of a machine.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkIf optional;
  cfg = config.programs.sccache-shell;
in
{
  _file = ./system.nix;
  key = "sccache-shell/system";

  options.programs.sccache-shell = lib.mkOption {
    type = lib.types.submoduleWith {
      modules = (import ../. pkgs).user ++ [ { prefix = "/run/current-system/sw"; } ];
      description = "sccache-shell configuration";
    };
    default = { };
    description = "sccache, its config file and the helper, for all users of this machine.";
  };

  config = mkIf cfg.enable {
    assertions =
      map
        (message: {
          assertion = false;
          message = "programs.sccache-shell: ${message}";
        })
        (
          cfg.contradictions
          ++
            optional (cfg.settings.cache.disk.dir or null != null)
              "`settings.cache.disk.dir` would be one directory for the servers of all users, which would delete each other's files: remove it, and each user has a cache in their own home"
        );

    environment = {
      systemPackages = cfg.packages ++ optional (cfg.links != null) cfg.links;
      pathsToLink = mkIf (cfg.links != null) [ "/libexec/sccache-shell" ];

      # sccache has no system-wide config file of its own: each front sets SCCACHE_CONF to this one.
      etc = mkIf (cfg.configFile != null) { "sccache/config".source = cfg.configFile; };
      extraInit = mkIf (cfg.sessionVariables && cfg.links != null) ''
        export PATH="${cfg.prefix}/libexec/sccache-shell:$PATH"
      '';
    };
  };
}
