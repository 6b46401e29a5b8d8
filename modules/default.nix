# The sets of modules that the fronts evaluate, over the packages of whoever uses them.
pkgs:
let
  compile = [
    { _module.args.pkgs = pkgs; }
    ./options/compile.nix
  ];
in
rec {
  # A shell that runs a hook.
  shell = compile ++ [
    ./options/shell.nix
    ./shell.nix
  ];

  # The same, for a flake.
  devShell = shell ++ [ ./dev-shell.nix ];

  # What a person or a machine has, whatever is entered.
  user = compile ++ [
    ./options/user.nix
    ./user.nix
  ];

  # The same for one person.
  person = user ++ [ ./options/secrets.nix ];
}
