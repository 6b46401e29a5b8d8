# Options, and the wrappers of definitions.
{ lib }:
rec {
  mkOption = attrs: attrs // { _type = "option"; };
  isOption = value: value._type or null == "option";
  literalExpression = text: {
    _type = "literalExpression";
    inherit text;
  };

  isType = type: value: value._type or null == type;
  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkForce = mkOverride 50;
  defaultPriority = 100;
  mkDefault = mkOverride 1000;
  mkOptionDefault = mkOverride 1500;
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  defaultOrderPriority = 1000;
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  showOption = lib.concatMapStringsSep "." (
    part: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" part != null then part else ''"${part}"''
  );
  showDefs = lib.concatMapStrings (def: "\n- In `${toString def.file}': ${showValue def.value}");
  showValue =
    value:
    if builtins.isFunction value then
      "<function>"
    else if lib.isDerivation value then
      "<derivation ${value.name}>"
    else if builtins.isAttrs value then
      "{ ${lib.concatMapStrings (name: "${name} = …; ") (builtins.attrNames value)}}"
    else if builtins.isList value then
      "[ ${lib.concatMapStrings (element: "${showValue element} ") value}]"
    else if builtins.isPath value then
      toString value
    else
      builtins.toJSON value;

  # For options with a single value: several definitions must be equal.
  mergeEqualOption =
    loc: defs:
    let
      first = builtins.head defs;
    in
    if builtins.all (def: def.value == first.value) defs then
      first.value
    else
      throw "The option `${showOption loc}' has conflicting definition values:${showDefs defs}";
}
