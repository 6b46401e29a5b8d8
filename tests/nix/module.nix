# The outputs of the option set for several configurations, by evaluation alone; nothing is built.
{ self, pkgs }:
let
  inherit (pkgs) lib;
  evaluate = pkgs: configuration: (self.lib.evalModule pkgs configuration).config;
  shell = evaluate pkgs;

  helper = pkgs.writeShellScriptBin "sccache-shell" "";
  normal = shell {
    inherit helper;
    cacheSize = "24G";
  };
  wrapper = "${normal.env.RUSTC_WRAPPER}";
  sccache = lib.getExe' pkgs.sccache "sccache";

  # The consumer's nixpkgs with an sccache of their own.
  otherSccache = pkgs.writeShellScriptBin "sccache" "exit 7";
  otherPkgs = pkgs.extend (_: _: { sccache = otherSccache; });
  withOverlay = pkgs.extend self.overlays.default;

  inputs = drv: map toString drv.nativeBuildInputs;
  user = pkgs.mkShell {
    inputsFrom = [ normal.devShell ];
    packages = [ pkgs.git ];
    shellHook = "echo mine";
  };

  cases = {
    every-variable = {
      is = normal.env;
      should = {
        CARGO_INCREMENTAL = "0";
        CMAKE_CXX_COMPILER_LAUNCHER = "sccache";
        CMAKE_C_COMPILER_LAUNCHER = "sccache";
        RUSTC_WRAPPER = wrapper;
        SCCACHE_SHELL_CACHE_SIZE = "24G";
        SCCACHE_SHELL_TMPDIR = "/var/tmp";
      };
    };
    the-wrapper-is-a-link-named-sccache = {
      is = lib.hasSuffix "-sccache-shell-wrapper/libexec/sccache-shell/sccache" wrapper;
      should = true;
    };
    the-links-are-a-package-of-their-own = {
      is = "${pkgs.callPackage ../../modules/wrapper.nix { }}/libexec/sccache-shell/sccache";
      should = (shell { }).env.RUSTC_WRAPPER;
    };
    without-helper-sccache-itself = {
      is = (shell { helper = null; }).env.RUSTC_WRAPPER;
      should = sccache;
    };
    incremental-is-left-to-cargo-and-not-complained-of = {
      is =
        (shell {
          inherit helper;
          incremental = true;
          rustcWrapper = false;
          cmakeLauncher = false;
          tmpDir = null;
          check.ignore = [ "config-missing" ];
        }).env;
      should.SCCACHE_SHELL_IGNORE = "config-missing,incremental-on";
    };
    off-is-empty = {
      is =
        let
          off = shell { enable = false; };
        in
        {
          inherit (off) env packages shellHook;
          inputs = inputs off.devShell;
        };
      should = {
        env = { };
        packages = [ ];
        shellHook = "";
        inputs = [ ];
      };
    };
    the-helper-is-built-by-the-consumers-nixpkgs = {
      is = [
        (shell { }).helper.drvPath
        withOverlay.sccache-shell.drvPath
      ];
      should = [
        self.packages.${pkgs.stdenv.hostPlatform.system}.default.drvPath
        self.packages.${pkgs.stdenv.hostPlatform.system}.sccache-shell.drvPath
      ];
    };
    sccache-is-the-consumers = {
      is = (evaluate otherPkgs { helper = null; }).env.RUSTC_WRAPPER;
      should = lib.getExe' otherSccache "sccache";
    };
    sccache-is-a-choice = {
      is =
        let
          chosen = shell {
            helper = null;
            package = otherSccache;
          };
        in
        map toString chosen.packages ++ [ chosen.env.RUSTC_WRAPPER ];
      should = [
        (toString otherSccache)
        (lib.getExe' otherSccache "sccache")
      ];
    };
    a-shell-takes-it-by-inputs-from = {
      is = {
        inputs = inputs user;
        ownHookLast = user.shellHook == normal.shellHook + "\necho mine";
      };
      should = {
        inputs = map toString [
          pkgs.git
          helper
          pkgs.sccache
        ];
        ownHookLast = true;
      };
    };
    # No other variable with this prefix may be set: each is part of every Rust key.
    one-variable-of-cargos = {
      is = builtins.filter (lib.hasPrefix "CARGO_") (builtins.attrNames normal.env);
      should = [ "CARGO_INCREMENTAL" ];
    };
    configurations-are-modules = {
      is =
        (shell (
          { lib, ... }:
          {
            imports = [ { cacheSize = lib.mkDefault "1G"; } ];
            helper = lib.mkForce null;
            cacheSize = "2G";
          }
        )).env.SCCACHE_SHELL_CACHE_SIZE;
      should = "2G";
    };
    two-names-for-one-module = {
      is = self.flakeModule == self.flakeModules.default;
      should = true;
    };
  };

  wrong = lib.filterAttrs (_: case: case.is != case.should) cases;
in
if wrong == { } then
  pkgs.writeText "module" "${toString (builtins.length (builtins.attrNames cases))} cases\n"
else
  throw "the module does not make what it should: ${builtins.toJSON wrong}"
