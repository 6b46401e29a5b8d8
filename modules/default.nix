# The modules that every front evaluates.
pkgs: [
  { _module.args.pkgs = pkgs; }
  ./options.nix
  ./shell.nix
]
