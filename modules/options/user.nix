# What a person or a machine has, whatever is entered: sccache's config file, programs, and, on request, variables.
{ lib, pkgs, ... }:
let
  inherit (lib) literalExpression mkOption types;
  inherit (import ./kit.nix { inherit lib; }) mkFlag mkOutput;
  ownTypes = import ../types.nix { inherit lib; };
in
{
  options = {
    enable = mkFlag false "Whether sccache and the helper are installed, and sccache's config file is made.";

    cacheSize = mkOption {
      type = types.nullOr ownTypes.cacheSize;
      default = null;
      example = "24G";
      description = ''
        The size of the cache, `[cache.disk] size` in sccache's config file: digits and at most one of K, M, G, T. What
        is above it is deleted, the oldest first. `null` leaves it to `settings`, or to sccache, which takes 10 GiB.
      '';
    };

    settings = mkOption {
      inherit (pkgs.formats.toml { }) type;
      default = { };
      example = literalExpression ''{ cache.disk.dir = "/home/me/.cache/sccache"; }'';
      description = ''
        Sccache's config file, as its own documentation names the keys. What sccache would refuse is refused here: a key
        that it does not know, a size that it cannot read, a base directory that is not absolute, a missing key. So are
        secrets, since everybody can read the Nix store.
      '';
    };

    sessionVariables = mkFlag false ''
      Whether what is started outside of a dev shell uses the cache too, an editor or a plain `cargo build`: `env` becomes
      part of every session. A dev shell's own values come before these.
    '';

    tmpDir = mkOption {
      type = types.nullOr (ownTypes.tmpDir { isDarwin = pkgs.stdenv.hostPlatform.isDarwin; });
      default = "/var/tmp";
      example = null;
      description = ''
        Where the wrapper lets sccache put its temporary files where TMPDIR is a directory that Nix throws away, is gone
        or cannot be written to. An absolute path of at most 88 bytes (84 on macOS). `null` leaves it to the wrapper.
      '';
    };

    configFile = mkOutput {
      type = types.nullOr types.package;
      description = "Sccache's config file; `null` where nothing is set.";
      example = literalExpression "config.programs.sccache-shell.configFile";
    };

    contradictions = mkOutput {
      type = types.listOf types.str;
      description = "Where the options contradict each other: what is set, and why it cannot work.";
      example = literalExpression "[ ]";
    };

    # The directory below which the links of the wrapper are found at a path that outlives a generation: the front's.
    prefix = mkOption {
      type = types.str;
      internal = true;
      visible = false;
      description = "Where `libexec/sccache-shell` is.";
      example = "/run/current-system/sw";
    };

    # The links, for the front to put there; `null` without the helper.
    links = mkOption {
      type = types.nullOr types.package;
      internal = true;
      visible = false;
      readOnly = true;
      description = "The package with `libexec/sccache-shell`.";
      example = null;
    };
  };
}
