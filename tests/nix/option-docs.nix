# docs/options.md, made of the option set, and compared with what is committed. The options are read with a `pkgs` that
# throws: a default that needs it and has no `defaultText` fails here.
{ pkgs }:
let
  inherit (pkgs) lib;
  noPkgs = throw "the documentation of an option needs pkgs: give the option a defaultText";

  inherit
    (lib.evalModules {
      prefix = [ "sccache-shell" ];
      modules = (import ../../modules noPkgs).devShell;
    })
    options
    ;

  show =
    value:
    if value._type or null == "literalExpression" then
      value.text
    else if builtins.isList value then
      if value == [ ] then "[ ]" else "[ ${lib.concatMapStringsSep " " show value} ]"
    else
      builtins.toJSON value;

  section =
    option:
    "## `${lib.showOption option.loc}`\n\n"
    + lib.concatStringsSep " " (lib.splitString "\n" (trim option.description))
    + "\n\n- type: ${option.type.description}\n"
    + (
      if option.readOnly or false then
        "- made by the module, read only\n"
      else
        "- default: `${show (option.defaultText or option.default)}`\n"
    )
    + "- example: `${show option.example}`\n";

  trim =
    text:
    if lib.hasSuffix "\n" text then trim (lib.substring 0 (lib.stringLength text - 1) text) else text;

  settable = builtins.filter (option: !(option.readOnly or false));
  outputs = builtins.filter (option: option.readOnly or false);
  all = lib.collect lib.isOption (removeAttrs options [ "_module" ]);

  text = lib.concatStringsSep "\n" (
    [
      ''
        # Options

        With flake-parts they stand in `perSystem`; `lib.evalModule pkgs { … }` takes them without `sccache-shell.` before
        them. This file is made of the option set, and a test compares the two.
      ''
    ]
    ++ map section (settable all ++ outputs all)
  );
  committed = ../../docs/options.md;
in
pkgs.runCommandLocal "option-docs"
  {
    inherit text committed;
  }
  ''
    if ! printf %s "$text" | diff -u "$committed" -; then
      echo "docs/options.md is not what the options say; this writes it:" >&2
      echo "  nix eval --raw .#checks.${pkgs.stdenv.hostPlatform.system}.option-docs.text >docs/options.md" >&2
      exit 1
    fi
    touch $out
  ''
