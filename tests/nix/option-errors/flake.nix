# Invalid values, and the error that evaluation must give for each; tests/eval-options runs them.
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
          says = ''`sccache-shell.cacheSize' is not a size that sccache can read: write "24G"'';
        };
        size-in-words = {
          wrong.cacheSize = " 24 gib";
          says = ''`sccache-shell.cacheSize' is not a size that sccache can read: write "24G"'';
        };
        size-fraction = {
          wrong.cacheSize = "1.5G";
          says = "`sccache-shell.cacheSize' is not a size that sccache can read: write whole digits";
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
          says = "must be the id of a check, in lower case with dashes";
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
      }
      // builtins.mapAttrs (_: case: { front = "person"; } // case) {
        person-size-with-unit = {
          wrong.cacheSize = "24GB";
          says = ''`programs.sccache-shell.cacheSize' is not a size that sccache can read: write "24G"'';
        };
        person-unknown-key = {
          wrong.settings.cache.disc.size = "24G";
          says = "`programs.sccache-shell.settings.cache.disc' is not a key that sccache knows";
        };
        person-unknown-key-in-a-table = {
          wrong.settings.cache.disk.sise = "24G";
          says = "valid are dir, rw_mode, size, preprocessor_cache_mode";
        };
        person-size-in-settings = {
          wrong.settings.cache.disk.size = "1.5G";
          says = "`programs.sccache-shell.settings.cache.disk.size' is not a size that sccache can read";
        };
        person-relative-basedir = {
          wrong.settings.basedirs = [ "work" ];
          says = "`programs.sccache-shell.settings.basedirs' must be a list of absolute paths";
        };
        person-tilde-in-dir = {
          wrong.settings.cache.disk.dir = "/home/~/cache";
          says = "must be an absolute path without `~` and `$`";
        };
        person-missing-key = {
          wrong.settings.cache.s3.bucket = "b";
          says = "`programs.sccache-shell.settings.cache.s3' needs the key `no_credentials`";
        };
        person-two-sizes = {
          wrong = {
            cacheSize = "24G";
            settings.cache.disk.size = "48G";
          };
          says = "`programs.sccache-shell.settings.cache.disk.size' has conflicting definition values";
        };
        person-secret-in-settings = {
          wrong.settings.cache.redis.password = "p";
          says = "is a secret, and every user can read the Nix store: put it into a file, and name that in `secretFiles`";
        };
        person-secret-in-an-address = {
          wrong.settings.cache.redis.endpoint = "redis://me:p@host";
          says = "`programs.sccache-shell.settings.cache.redis.endpoint' contains a password";
        };
        person-secret-by-a-path-literal = {
          wrong.secretFiles."cache.redis.password" = ./flake.nix;
          says = ''must be a string, such as "/run/secrets/redis"'';
        };
        person-secret-in-the-store = {
          wrong.secretFiles."cache.redis.password" = "/nix/store/x";
          says = "is in the Nix store, which every user can read";
        };
        person-secret-that-is-none = {
          wrong.secretFiles."cache.redis.passwort" = "/run/x";
          says = "has no secret `cache.redis.passwort': there are ";
        };
        person-hook-option = {
          wrong.initConfig = true;
          says = "`programs.sccache-shell.initConfig' does not exist";
        };
        person-check-option = {
          wrong.check.enable = false;
          says = "`programs.sccache-shell.check' does not exist";
        };
        machine-secrets = {
          front = "user";
          wrong.secretFiles."cache.redis.password" = "/run/secrets/redis";
          says = "`programs.sccache-shell.secretFiles' does not exist";
        };
        machine-flag-as-string = {
          front = "user";
          wrong.sessionVariables = "yes";
          says = "`programs.sccache-shell.sessionVariables' is not of type `boolean'";
        };
        devenv-dev-shell = {
          front = "shell";
          wrong.devShell = "x";
          says = "devShell' does not exist";
        };
      };
      # The largest valid values.
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
        person-everything = {
          front = "person";
          right = {
            cacheSize = "48G";
            settings = {
              basedirs = [ "/home/me/work" ];
              cache.redis.endpoint = "redis://host:6379";
              dist.toolchains = [ ];
            };
            secretFiles."cache.redis.password" = "/run/secrets/redis";
          };
        };
        person-alias = {
          front = "person";
          right.settings.cache.memcached.endpoint = "tcp://host:1";
        };
      };

      # A front's set of modules, without the front.
      front =
        case: pkgs:
        let
          inherit
            (lib.evalModules {
              prefix = [
                "programs"
                "sccache-shell"
              ];
              modules =
                (import "${sccache-shell}/modules" pkgs).${case.front}
                ++ [
                  (case.wrong or case.right)
                  { helper = lib.mkDefault null; }
                ]
                ++ lib.optional (case.front != "shell") {
                  enable = true;
                  prefix = "/home/me/.local";
                };
            })
            config
            ;
        in
        builtins.deepSeq [ config.env config.contradictions ] (
          config.shellHook or (if config.configFile == null then "" else config.configFile.drvPath)
        );

      evaluate =
        case:
        if case ? front then
          front case nixpkgs.legacyPackages.x86_64-linux
        else
          (sccache-shell.lib.evalModule nixpkgs.legacyPackages.${case.system or "x86_64-linux"} {
            imports = [ (case.wrong or case.right) ];
            # No packages: an error message needs no build.
            helper = lib.mkDefault null;
          }).config.devShell.drvPath;
    in
    {
      says = builtins.mapAttrs (_: case: case.says or "") (wrong // right);
      result = builtins.mapAttrs (_: evaluate) (wrong // right);
    };
}
