{ runCommandLocal }:
runCommandLocal "install-shell-files" { } ''
  mkdir -p $out/nix-support
  cp ${./setup-hook.sh} $out/nix-support/setup-hook
''
