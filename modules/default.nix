# The sets of modules that the fronts evaluate, with the consumer's packages.
pkgs:
let
  compile = [
    { _module.args.pkgs = pkgs; }
    ./options/compile.nix
    ./compile.nix
  ];
in
rec {
  # A shell with a hook.
  shell = compile ++ [
    ./options/shell.nix
    ./shell.nix
  ];

  # The same, with the outputs for a flake.
  devShell = shell ++ [ ./dev-shell.nix ];

  # A machine.
  user = compile ++ [
    ./options/user.nix
    ./user.nix
  ];

  # A user: the same, with secrets.
  person = user ++ [ ./options/secrets.nix ];
}
