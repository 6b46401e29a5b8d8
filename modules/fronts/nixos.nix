# The front for NixOS: system.nix, and settings that only a Linux system has.
{ config, lib, ... }:
let
  inherit (lib) mkIf;
  cfg = config.programs.sccache-shell;
  scope = config.boot.kernel.sysctl."kernel.yama.ptrace_scope" or null;

  # What tmpfiles.d(5) would read as something else: a word's end, a quote, an escape, a specifier.
  inRule =
    builtins.replaceStrings
      [
        "\\"
        " "
        "\t"
        "\n"
        "\""
        "'"
        "%"
      ]
      [
        "\\x5c"
        "\\x20"
        "\\x09"
        "\\x0a"
        "\\x22"
        "\\x27"
        "%%"
      ];
in
{
  _file = ./nixos.nix;
  _class = "nixos";
  key = "sccache-shell/nixos";
  imports = [ ./system.nix ];

  config = mkIf cfg.enable {
    # By PAM, so that programs started by a desktop have them too; NixOS adds them to each shell's. A user who prefers
    # their own config file unsets SCCACHE_CONF.
    environment.sessionVariables = lib.mkMerge [
      (mkIf (cfg.configFile != null) { SCCACHE_CONF = lib.mkDefault "/etc/sccache/config"; })
      (mkIf cfg.sessionVariables cfg.env)
    ];

    # systemd creates /var/tmp itself, and deletes files there after 30 days without access. A rule of its own protects
    # any other directory from that. The colons keep the owner and mode of a directory that already exists.
    systemd.tmpfiles.rules = mkIf (
      cfg.tmpDir != null
      && !builtins.elem cfg.tmpDir [
        "/tmp"
        "/tmp/"
        "/var/tmp"
        "/var/tmp/"
      ]
    ) [ "d ${inRule cfg.tmpDir} :1777 :root :root -" ];

    # Not for us to loosen: the wrapper does without, and shares less.
    warnings =
      lib.optional (scope != null && lib.toInt (toString scope) >= 2)
        ''programs.sccache-shell: with `boot.kernel.sysctl."kernel.yama.ptrace_scope"` at ${toString scope}, users may not observe what a compile reads: programs, tests, build scripts and proc macros are then compiled in each worktree. With 1, the kernel's default, a process may observe what it starts, which is enough.'';
  };
}
