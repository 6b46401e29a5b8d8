# Wrong values, and what evaluation must say to each; tests/eval-options runs them.
{
  inputs = {
    nixpkgs.follows = "sccache-shell/nixpkgs";
    sccache-shell.url = "path:../../..";
  };

  outputs =
    { nixpkgs, sccache-shell, ... }:
    let
      inherit (nixpkgs) lib;
      long = length: "/" + lib.concatStrings (builtins.genList (_: "x") (length - 1));

      wrong = {
        size-with-unit = {
          wrong.cacheSize = "24GB";
          says = ''`sccache-shell.cacheSize' is no size that sccache can read: write "24G"'';
        };
        size-in-words = {
          wrong.cacheSize = " 24 gib";
          says = ''`sccache-shell.cacheSize' is no size that sccache can read: write "24G"'';
        };
        size-fraction = {
          wrong.cacheSize = "1.5G";
          says = "`sccache-shell.cacheSize' is no size that sccache can read: write whole digits";
        };
        size-float = {
          wrong.cacheSize = 1.5;
          says = ''`sccache-shell.cacheSize' must be a size in sccache's syntax: write a string such as "24G"'';
        };
        size-negative = {
          wrong.cacheSize = -1;
          says = "`sccache-shell.cacheSize' must be a size in sccache's syntax";
        };
        tmp-relative = {
          wrong.tmpDir = "tmp";
          says = ''`sccache-shell.tmpDir' must be an absolute path, such as "/var/tmp"'';
        };
        tmp-path = {
          wrong.tmpDir = ./.;
          says = ''`sccache-shell.tmpDir' must be a string, such as "/var/tmp"'';
        };
        tmp-long = {
          wrong.tmpDir = long 89;
          says = "`sccache-shell.tmpDir' has 89 bytes";
        };
        tmp-long-on-macos = {
          system = "aarch64-darwin";
          wrong.tmpDir = long 85;
          says = "`sccache-shell.tmpDir' has 85 bytes";
        };
        ignore-not-an-id = {
          wrong.check.ignore = [ "Config_Missing" ];
          says = "must be the id of a check, in small letters with dashes";
        };
        ignore-no-list = {
          wrong.check.ignore = "config-missing";
          says = "`sccache-shell.check.ignore' is not of type";
        };
        flag-as-string = {
          wrong.incremental = "yes";
          says = "`sccache-shell.incremental' is not of type `boolean'";
        };
        helper-as-string = {
          wrong.helper = "sccache-shell";
          says = "`sccache-shell.helper' is not of type `null or package'";
        };
        unknown-option = {
          wrong.cachesize = "24G";
          says = "`sccache-shell.cachesize' does not exist";
        };
        output-as-input = {
          wrong.env.FOO = "1";
          says = "`sccache-shell.env' is read-only";
        };
      };
      # Just inside what is allowed.
      right = {
        size-zero.right.cacheSize = 0;
        size-small-letter.right.cacheSize = "24g";
        size-bare.right.cacheSize = "1024";
        size-none.right.cacheSize = null;
        tmp-longest.right.tmpDir = long 88;
        tmp-longest-on-macos = {
          system = "aarch64-darwin";
          right.tmpDir = long 84;
        };
        tmp-quoted.right.tmpDir = "/with space's";
        ignore.right.check.ignore = [ "config-missing" ];
      };

      evaluate =
        case:
        (sccache-shell.lib.evalModule nixpkgs.legacyPackages.${case.system or "x86_64-linux"} {
          imports = [ (case.wrong or case.right) ];
          # Nothing is built for an error message.
          helper = lib.mkDefault null;
        }).config.devShell.drvPath;
    in
    {
      says = builtins.mapAttrs (_: case: case.says or "") (wrong // right);
      result = builtins.mapAttrs (_: evaluate) (wrong // right);
    };
}
