# A page of docs/, generated from an option set and compared with the committed one. The options are evaluated without
# packages: a default that needs them and has no `defaultText` fails here.
{
  pkgs,
  # The set in modules/, the prefix of its options, and the page.
  set,
  prefix,
  page,
  head,
  # Options of one front only: name and remark.
  only ? { },
}:
let
  inherit (pkgs) lib;
  # Only the types of nixpkgs.
  noPkgs = { inherit (pkgs) formats; };

  inherit
    (lib.evalModules {
      inherit prefix;
      modules = (import ../../modules noPkgs).${set};
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
        "- output of the module, read-only\n"
      else
        "- default: `${show (option.defaultText or option.default)}`\n"
    )
    + "- example: `${show option.example}`\n"
    + lib.concatStrings (
      lib.mapAttrsToList (
        name: where: lib.optionalString (lib.last option.loc == name) "- ${where}\n"
      ) only
    );

  trim =
    text:
    if lib.hasSuffix "\n" text then trim (lib.substring 0 (lib.stringLength text - 1) text) else text;

  settable = builtins.filter (option: !(option.readOnly or false));
  outputs = builtins.filter (option: option.readOnly or false);
  all = builtins.filter (option: option.visible or true) (
    lib.collect lib.isOption (removeAttrs options [ "_module" ])
  );

  text = lib.concatStringsSep "\n" (
    [
      head
    ]
    ++ map section (settable all ++ outputs all)
  );
  committed = ../../docs + "/${page}.md";
in
pkgs.runCommandLocal "${page}-docs"
  {
    inherit text committed;
  }
  ''
    if ! printf %s "$text" | diff -u "$committed" -; then
      echo "docs/${page}.md differs from the options; this command writes it:" >&2
      echo "  nix eval --raw .#checks.${pkgs.stdenv.hostPlatform.system}.${page}-docs.text >docs/${page}.md" >&2
      exit 1
    fi
    touch $out
  ''
