# nixpkgs' `formats`, as much as we use: TOML. nixpkgs has a program write it; here Nix does, for what our tests write.
{ lib, writeText }:
let
  inherit (lib) types;

  value = lib.mkOptionType {
    name = "TOML value";
    descriptionClass = "noun";
    merge =
      loc: defs:
      let
        all = check: builtins.all (def: check def.value) defs;
      in
      if all builtins.isAttrs then
        (types.lazyAttrsOf value).merge loc defs
      else if all builtins.isList then
        lib.concatMap (def: def.value) defs
      else
        lib.mergeEqualOption loc defs;
  };

  scalar =
    item:
    if builtins.isAttrs item then
      "{ ${
        lib.concatStringsSep ", " (lib.mapAttrsToList (name: inner: "${name} = ${scalar inner}") item)
      } }"
    else if builtins.isList item then
      "[${lib.concatMapStringsSep ", " scalar item}]"
    else
      # TOML's strings, numbers and booleans are JSON's.
      builtins.toJSON item;

  table =
    path: attrs:
    let
      isTable = name: builtins.isAttrs attrs.${name};
      names = builtins.attrNames attrs;
      lines = map (name: "${name} = ${scalar attrs.${name}}\n") (
        builtins.filter (name: !isTable name) names
      );
      inner = map (name: table (path ++ [ name ]) attrs.${name}) (builtins.filter isTable names);
    in
    lib.optionalString (path != [ ] && lines != [ ]) "[${lib.concatStringsSep "." path}]\n"
    + lib.concatStrings (lines ++ inner);
in
{
  toml = _: {
    type = value;
    generate = name: attrs: writeText name (table [ ] attrs);
  };
}
