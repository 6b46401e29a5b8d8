# Configurations for each form of the hook. hook-behaviour.sh uses these names.
{ pkgs }:
let
  # Does everything that a helper must not: writes to stdout, reads stdin, fails.
  rudeHelper = pkgs.writeShellScriptBin "sccache-shell" ''
    echo "helper on stdout: $*"
    while read -r line; do echo "$line"; done
    exit 3
  '';
  # A directory that does not exist yet, with a name that must be quoted.
  tmpDir = "/tmp/sccache-shell hook's test";
in
{
  normal = {
    helper = rudeHelper;
    inherit tmpDir;
    cacheSize = "24G";
  };
  caller = {
    helper = rudeHelper;
    tmpDir = null;
    check.ignore = [
      "config-missing"
      "incremental-on"
    ];
    incremental = true;
  };
  no-helper = {
    helper = null;
    inherit tmpDir;
  };
  no-check = {
    helper = rudeHelper;
    inherit tmpDir;
    check.enable = false;
  };
  bare = {
    helper = rudeHelper;
    inherit tmpDir;
    rustcWrapper = false;
    incremental = true;
    cmakeLauncher = false;
    initConfig = true;
  };
  off = {
    enable = false;
    helper = rudeHelper;
  };
}
