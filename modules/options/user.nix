# Options of a user or a machine: sccache's config file, programs, and optionally variables.
{ lib, pkgs, ... }:
let
  inherit (lib) literalExpression mkOption types;
  inherit (import ./kit.nix { inherit lib; }) mkFlag mkOutput;
  ownTypes = import ../types.nix { inherit lib; };
in
{
  options = {
    enable = mkFlag false "Whether to install sccache and the helper, and to write sccache's config file.";

    cacheSize = mkOption {
      type = types.nullOr ownTypes.cacheSize;
      default = null;
      example = "24G";
      description = ''
        The size of the cache, `[cache.disk] size` in sccache's config file: digits and at most one of K, M, G, T. Above
        it sccache deletes the oldest entries. `null` leaves it to `settings`, or to sccache's default of 10 GiB.
      '';
    };

    settings = mkOption {
      inherit (pkgs.formats.toml { }) type;
      default = { };
      example = literalExpression ''{ cache.disk.dir = "/home/me/.cache/sccache"; }'';
      description = ''
        sccache's config file, with the keys of sccache's documentation. Anything that sccache would reject is an error
        here: an unknown key, an invalid size, a base directory that is not absolute, a missing key. So are secrets,
        because every user can read the Nix store.
      '';
    };

    sessionVariables = mkFlag false ''
      Whether programs started outside a dev shell use the cache too, such as an editor or a plain `cargo build`: `env` is
      set in every session. The values of a dev shell take precedence.
    '';

    tmpDir = mkOption {
      type = types.nullOr (ownTypes.tmpDir { isDarwin = pkgs.stdenv.hostPlatform.isDarwin; });
      default = "/var/tmp";
      example = null;
      description = ''
        The directory for sccache's temporary files, used by the wrapper if TMPDIR is a directory that Nix deletes with
        the shell, does not exist or is not writable. An absolute path of at most 88 bytes (84 on macOS). `null` leaves it
        to the wrapper.
      '';
    };

    configFile = mkOutput {
      type = types.nullOr types.package;
      description = "sccache's config file; `null` if nothing is set.";
      example = literalExpression "config.programs.sccache-shell.configFile";
    };

    contradictions = mkOutput {
      type = types.listOf types.str;
      description = "Contradictions between options: what is set, and why it has no effect.";
      example = literalExpression "[ ]";
    };
  };
}
