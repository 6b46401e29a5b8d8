# The front for home-manager: `programs.sccache-shell`.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkIf;
  cfg = config.programs.sccache-shell;

  # The path where sccache looks for it.
  inHome =
    if pkgs.stdenv.hostPlatform.isDarwin then
      "Library/Application Support/Mozilla.sccache/config"
    else
      "${lib.removePrefix "${config.home.homeDirectory}/" config.xdg.configHome}/sccache/config";
  hasSecrets = cfg.secretFiles != { };

  activation = pkgs.writeShellScript "sccache-shell-activation" (
    builtins.readFile ./home-manager-config.sh
  );
  file = "${config.home.homeDirectory}/${inHome}";
  at = lib.escapeShellArg file;
  step = arguments: "run ${activation} ${arguments}";
in
{
  _file = ./home-manager.nix;
  _class = "homeManager";
  key = "sccache-shell/home-manager";

  options.programs.sccache-shell = lib.mkOption {
    type = lib.types.submoduleWith {
      modules = (import ../. pkgs).person ++ [
        # A link by home-manager, at the same path for all generations: a session outlives the generation it began with.
        { prefix = "${config.home.homeDirectory}/.local"; }
      ];
      description = "sccache-shell configuration";
    };
    default = { };
    description = "sccache, its config file and the helper, for one user.";
  };

  config = mkIf cfg.enable {
    assertions = map (message: {
      assertion = false;
      message = "programs.sccache-shell: ${message}";
    }) cfg.contradictions;

    home.packages = cfg.packages;

    home.file = lib.mkMerge [
      (mkIf (cfg.configFile != null && !hasSecrets) {
        ${inHome} = {
          source = cfg.configFile;
          # The step below moves an existing file away; without `force` home-manager would stop.
          force = true;
        };
      })
      (mkIf (cfg.links != null) {
        ".local/libexec/sccache-shell".source = "${cfg.links}/libexec/sccache-shell";
      })
    ];

    home.activation = mkIf (cfg.configFile != null) {
      sccacheShellKeep = lib.hm.dag.entryBetween [ "linkGeneration" ] [ "writeBoundary" ] (
        # Otherwise the link would replace a file that could not be moved.
        step "keep ${at} ${cfg.configFile}" + " || exit 1\n"
      );
      sccacheShellSecrets = mkIf hasSecrets (
        lib.hm.dag.entryAfter [ "linkGeneration" ] (
          # It prints what is missing; the rest is activated anyway.
          step
            "write ${at} ${cfg.configFile} ${
              lib.escapeShellArgs (
                lib.concatLists (
                  lib.mapAttrsToList (key: file: [
                    key
                    file
                  ]) cfg.secretFiles
                )
              )
            }"
          + " || :\n"
        )
      );
    };

    home.sessionVariables = lib.mkMerge [
      # Where it is anyway; but a system's front names another, and one's own goes before the machine's.
      (mkIf (cfg.configFile != null) { SCCACHE_CONF = lib.mkDefault file; })
      (mkIf cfg.sessionVariables cfg.env)
    ];
    home.sessionPath = mkIf (cfg.sessionVariables && cfg.links != null) [
      "${cfg.prefix}/libexec/sccache-shell"
    ];
  };
}
