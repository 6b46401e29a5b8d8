# crane's `devShell`.
pkgs:
{
  inputsFrom ? [ ],
  packages ? [ ],
  checks ? { },
  ...
}@args:
pkgs.mkShell (
  removeAttrs args [ "checks" ]
  // {
    inputsFrom = builtins.attrValues checks ++ inputsFrom;
    packages = [
      pkgs.rustc
      pkgs.cargo
      pkgs.clippy
      pkgs.rustfmt
    ]
    ++ packages;
  }
)
