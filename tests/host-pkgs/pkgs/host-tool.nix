# A package whose programs are links to the machine's own. The links are not resolved, so that a program that looks at
# the name it was called by still works.
{
  system,
  name,
  programs,
  # Leave out what the machine does not have, instead of failing.
  optional ? false,
}:
builtins.derivation {
  name = "${name}-host";
  inherit system;
  package = name;
  builder = "/bin/bash";
  PATH = "/usr/local/bin:/usr/bin:/bin";
  inherit programs;
  optional = if optional then "1" else "";
  args = [
    "-euc"
    ''
      mkdir -p $out/bin
      for program in $programs; do
        if path=$(type -P "$program"); then
          ln -s "$path" "$out/bin/$program"
        elif [ -z "$optional" ]; then
          echo "host-pkgs: the package '$package' needs the program '$program', which this machine does not have" >&2
          exit 1
        fi
      done
    ''
  ];
}
// {
  pname = name;
  version = "host";
  meta.mainProgram = builtins.head programs;
}
