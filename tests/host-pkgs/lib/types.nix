# Option types: a description, a check of one definition, and a merge of them all.
{ lib }:
let
  inherit (lib) mergeEqualOption showOption;

  mkOptionType =
    attrs@{ name, ... }:
    {
      _type = "option-type";
      description = name;
      descriptionClass = null;
      check = _: true;
      merge = mergeEqualOption;
      typeMerge = _: null;
      functor = { inherit name; };
    }
    // attrs;

  # nixpkgs puts parentheses around descriptions that are not nouns.
  phrase =
    type: if type.descriptionClass == "noun" then type.description else "(${type.description})";

  simple =
    name: description: check:
    mkOptionType {
      inherit name description check;
      descriptionClass = "noun";
    };
  isModule = value: builtins.isAttrs value || builtins.isPath value || lib.isFunction value;
in
rec {
  inherit mkOptionType;
  raw = simple "raw" "raw value" (_: true);
  anything = raw;
  unspecified = raw;
  bool = simple "bool" "boolean" builtins.isBool;
  int = simple "int" "signed integer" builtins.isInt;
  str = simple "str" "string" builtins.isString;
  lines = str // {
    name = "separatedString";
    description = "strings concatenated with \"\\n\"";
    merge = _: defs: lib.concatMapStringsSep "\n" (def: def.value) defs;
  };
  package = simple "package" "package" (
    value: lib.isDerivation value || lib.hasPrefix "/nix/store/" "${value}"
  );
  strMatching =
    pattern:
    simple "strMatching" "string matching the pattern ${pattern}" (
      value: builtins.isString value && builtins.match pattern value != null
    );
  ints.unsigned = simple "unsignedInt" "unsigned integer, meaning >=0" (
    value: builtins.isInt value && value >= 0
  );
  addCheck = type: check: type // { check = value: type.check value && check value; };

  nullOr =
    element:
    mkOptionType {
      name = "nullOr";
      description = "null or ${phrase element}";
      descriptionClass = "conjunction";
      check = value: value == null || element.check value;
      merge =
        loc: defs:
        if builtins.all (def: def.value == null) defs then
          null
        else if builtins.any (def: def.value == null) defs then
          throw "The option `${showOption loc}' is defined both null and not null, in ${
            lib.concatMapStringsSep " and " (def: toString def.file) defs
          }."
        else
          element.merge loc defs;
    };

  listOf =
    element:
    mkOptionType {
      name = "listOf";
      description = "list of ${phrase element}";
      descriptionClass = "composite";
      check = builtins.isList;
      merge =
        loc: defs:
        builtins.concatLists (
          lib.imap1 (
            n: def:
            lib.imap1 (
              m: value:
              lib.mergeDefinitions (loc ++ [ "[definition ${toString n}-entry ${toString m}]" ]) element [
                {
                  inherit (def) file;
                  inherit value;
                }
              ]
            ) def.value
          ) defs
        );
    };

  # The definitions of each name; lazily: a name counts even if its condition is false.
  attrsOfNames =
    lazy: description: element:
    mkOptionType {
      name = if lazy then "lazyAttrsOf" else "attrsOf";
      description = "${description} of ${phrase element}";
      descriptionClass = "composite";
      check = builtins.isAttrs;
      merge =
        loc: defs:
        let
          of =
            name:
            lib.concatMap (
              def:
              lib.optional (def.value ? ${name}) {
                inherit (def) file;
                value = def.value.${name};
              }
            ) defs;
          names = builtins.attrNames (builtins.foldl' (all: def: all // def.value) { } defs);
        in
        lib.genAttrs (builtins.filter (name: lazy || lib.isDefined (of name)) names) (
          name: lib.mergeDefinitions (loc ++ [ name ]) element (of name)
        );
    };
  lazyAttrsOf = attrsOfNames true "lazy attribute set";
  attrsOf = attrsOfNames false "attribute set";

  submoduleWith =
    {
      modules,
      specialArgs ? { },
      description ? "submodule",
      ...
    }:
    mkOptionType {
      name = "submodule";
      inherit description;
      descriptionClass = "noun";
      check = isModule;
      merge =
        loc: defs:
        (lib.evalModules {
          modules = modules ++ map (def: lib.setDefaultModuleLocation def.file def.value) defs;
          inherit specialArgs;
          prefix = loc;
        }).config;
      getSubOptions =
        prefix:
        (lib.evalModules {
          inherit modules specialArgs prefix;
        }).options;
    };
  submodule = module: submoduleWith { modules = [ module ]; };

  # A module that is evaluated elsewhere: declarations and definitions are only collected.
  deferredModuleWith =
    { staticModules }:
    mkOptionType {
      name = "deferredModule";
      description = "module";
      descriptionClass = "noun";
      check = isModule;
      merge = loc: defs: {
        imports =
          staticModules
          ++ map (
            def: lib.setDefaultModuleLocation "${toString def.file}, via option ${showOption loc}" def.value
          ) defs;
      };
      functor = {
        name = "deferredModule";
        payload = { inherit staticModules; };
      };
      typeMerge =
        other:
        if other.name == "deferredModule" then
          deferredModuleWith { staticModules = staticModules ++ other.payload.staticModules; }
        else
          null;
    };
  deferredModule = deferredModuleWith { staticModules = [ ]; };
}
