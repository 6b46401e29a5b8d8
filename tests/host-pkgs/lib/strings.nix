# Strings.
{ lib }:
rec {
  inherit (builtins)
    concatStringsSep
    match
    replaceStrings
    stringLength
    substring
    ;

  concatStrings = concatStringsSep "";
  concatMapStrings = f: list: concatStrings (map f list);
  concatMapStringsSep =
    separator: f: list:
    concatStringsSep separator (map f list);
  optionalString = condition: string: if condition then string else "";
  hasPrefix = prefix: string: substring 0 (stringLength prefix) string == prefix;
  hasSuffix =
    suffix: string:
    let
      start = stringLength string - stringLength suffix;
    in
    start >= 0 && substring start (-1) string == suffix;
  hasInfix = infix: string: builtins.length (builtins.split (escapeRegex infix) string) > 1;
  removePrefix =
    prefix: string:
    if hasPrefix prefix string then substring (stringLength prefix) (-1) string else string;
  splitString =
    separator: string:
    builtins.filter builtins.isString (builtins.split (escapeRegex separator) string);
  toInt = builtins.fromJSON;
  toUpper = replaceStrings (lib.genList (i: substring i 1 lower) 26) (
    lib.genList (i: substring i 1 upper) 26
  );
  escapeRegex = replaceStrings special (map (character: "\\${character}") special);

  # Words that need no quotes stay as they are, as in nixpkgs: hooks are read by people.
  escapeShellArg =
    argument:
    let
      string = toString argument;
    in
    if match "[[:alnum:],._+:@%/-]+" string == null then
      "'${replaceStrings [ "'" ] [ "'\\''" ] string}'"
    else
      string;
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;

  lower = "abcdefghijklmnopqrstuvwxyz";
  upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  special = [
    "\\"
    "["
    "{"
    "("
    ")"
    "^"
    "$"
    "?"
    "*"
    "+"
    "|"
    "."
  ];
}
