# Options that only a shell has: the hook, and the check when it is entered.
{ lib, pkgs, ... }:
let
  inherit (lib) literalExpression mkOption types;
  inherit (import ./kit.nix { inherit lib; }) mkFlag mkOutput;
  ownTypes = import ../types.nix { inherit lib; };
in
{
  options = {
    enable = mkFlag true ''
      Whether to set up sccache. If off, the shell is unchanged, so shells that use it need no condition of their own.
    '';

    cacheSize = mkOption {
      type = types.nullOr ownTypes.cacheSize;
      default = null;
      example = "24G";
      description = ''
        The minimum cache size that this project wants, in sccache's syntax: digits and at most one of K, M, G, T. The
        check reports if sccache's own setting is smaller; the user's sccache config decides. `null` compares nothing.
      '';
    };

    tmpDir = mkOption {
      type = types.nullOr (ownTypes.tmpDir { isDarwin = pkgs.stdenv.hostPlatform.isDarwin; });
      default = "/var/tmp";
      example = null;
      description = ''
        The value of TMPDIR, TMP, TEMP and TEMPDIR, in place of the directory that Nix deletes with the shell: an sccache
        server outlives the shell that started it. An absolute path of at most 88 bytes (84 on macOS), so that the path of
        sccache's socket is not too long. `null` restores the TMPDIR from before the shell.
      '';
    };

    initConfig = mkFlag false ''
      Whether the shell creates the user's sccache config, with `cacheSize` in it, if there is none.
    '';

    check = {
      enable = mkFlag true "Whether to check, when the shell is entered, for problems that prevent cache hits.";

      ignore = mkOption {
        type = types.listOf ownTypes.checkId;
        default = [ ];
        example = [ "config-missing" ];
        description = "Checks to skip. `sccache-shell explain` lists all ids.";
      };
    };

    shellHook = mkOutput {
      type = types.str;
      description = "The hook, for shells that are not made with `mkShell`. It needs bash.";
      example = literalExpression "config.sccache-shell.shellHook";
    };

    contradictions = mkOutput {
      type = types.listOf types.str;
      description = "Contradictions between options: what is set, and why it has no effect.";
      example = literalExpression "[ ]";
    };
  };
}
