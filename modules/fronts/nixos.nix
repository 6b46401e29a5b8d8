# The front for NixOS: system.nix, and settings that only a Linux system has.
{ config, lib, ... }:
let
  inherit (lib) mkIf;
  cfg = config.programs.sccache-shell;
  scope = config.boot.kernel.sysctl."kernel.yama.ptrace_scope" or null;
in
{
  _file = ./nixos.nix;
  _class = "nixos";
  key = "sccache-shell/nixos";
  imports = [ ./system.nix ];

  config = mkIf cfg.enable {
    # By PAM, so that programs started by a desktop have them too.
    environment.sessionVariables = mkIf cfg.sessionVariables cfg.env;

    # systemd creates /var/tmp itself, and deletes files there after 30 days without access. A rule of its own protects
    # any other directory from that.
    systemd.tmpfiles.rules = mkIf (
      cfg.tmpDir != null
      && !builtins.elem cfg.tmpDir [
        "/tmp"
        "/var/tmp"
      ]
    ) [ "d ${builtins.replaceStrings [ " " ] [ "\\x20" ] cfg.tmpDir} 1777 root root -" ];

    # Not for us to loosen: the wrapper does without, and shares less.
    warnings =
      lib.optional (scope != null && lib.toInt (toString scope) >= 2)
        ''programs.sccache-shell: `boot.kernel.sysctl."kernel.yama.ptrace_scope"` is ${toString scope}, and so nobody may look at what a compile reads. Crates that could load a macro are then kept for each worktree by itself, and what is linked is not shared. With 1, the kernel's own default, only a process's own children may be looked at, and that is enough.'';
  };
}
