# What a shell has beside: a hook, and a helper that looks at the door.
{ lib, pkgs, ... }:
let
  inherit (lib) literalExpression mkOption types;
  inherit (import ./kit.nix { inherit lib; }) mkFlag mkOutput;
  ownTypes = import ../types.nix { inherit lib; };
in
{
  options = {
    enable = mkFlag true ''
      Whether sccache is set up. When off, the shell is left as it is, so that whoever takes ours need not know.
    '';

    cacheSize = mkOption {
      type = types.nullOr ownTypes.cacheSize;
      default = null;
      example = "24G";
      description = ''
        The least size of the cache that this project wants, in sccache's own syntax: digits and at most one of K, M, G,
        T. It is compared with what sccache is set to, and said where that is less; the user's sccache config decides.
        `null` compares nothing.
      '';
    };

    tmpDir = mkOption {
      type = types.nullOr (ownTypes.tmpDir { isDarwin = pkgs.stdenv.hostPlatform.isDarwin; });
      default = "/var/tmp";
      example = null;
      description = ''
        Where TMPDIR, TMP, TEMP and TEMPDIR point instead of the directory that Nix throws away with the shell, since a
        sccache server outlives the shell that started it. An absolute path of at most 88 bytes (84 on macOS), so that
        sccache's socket fits. `null` is the TMPDIR that you had before the shell.
      '';
    };

    initConfig = mkFlag false ''
      Whether the shell creates the user's sccache config, with `cacheSize` in it, where there is none.
    '';

    check = {
      enable = mkFlag true "Whether what keeps sccache from working is looked for, and said, when the shell is entered.";

      ignore = mkOption {
        type = types.listOf ownTypes.checkId;
        default = [ ];
        example = [ "config-missing" ];
        description = "Checks that are left out. `sccache-shell explain` lists them.";
      };
    };

    shellHook = mkOutput {
      type = types.str;
      description = "The hook, for a shell that is not made by `mkShell`. It expects bash.";
      example = literalExpression "config.sccache-shell.shellHook";
    };

    contradictions = mkOutput {
      type = types.listOf types.str;
      description = "Where the options contradict each other: what is set, and why it cannot work.";
      example = literalExpression "[ ]";
    };
  };
}
