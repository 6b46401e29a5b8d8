# Lists, attribute sets, functions.
_: rec {
  inherit (builtins)
    all
    any
    attrNames
    attrValues
    catAttrs
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isAttrs
    isBool
    isInt
    isList
    isString
    length
    listToAttrs
    mapAttrs
    tail
    ;

  isFunction =
    value: builtins.isFunction value || (value ? __functor && isFunction (value.__functor value));
  functionArgs =
    f:
    if f ? __functor then
      f.__functionArgs or (functionArgs (f.__functor f))
    else
      builtins.functionArgs f;
  id = value: value;
  const = value: _: value;

  last = list: elemAt list (length list - 1);
  init = list: genList (elemAt list) (length list - 1);
  flatten = value: if isList value then concatMap flatten value else [ value ];
  reverseList = list: genList (i: elemAt list (length list - 1 - i)) (length list);
  subtractLists = without: filter (value: !elem value without);
  unique = foldl' (seen: value: if elem value seen then seen else seen ++ [ value ]) [ ];
  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: values: if condition then values else [ ];
  imap1 = f: list: genList (i: f (i + 1) (elemAt list i)) (length list);

  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  mapAttrsToList = f: attrs: map (name: f name attrs.${name}) (attrNames attrs);
  filterAttrs =
    keep: attrs: removeAttrs attrs (filter (name: !keep name attrs.${name}) (attrNames attrs));
  optionalAttrs = condition: attrs: if condition then attrs else { };
  collect =
    wanted: value:
    if wanted value then
      [ value ]
    else if isAttrs value then
      concatMap (collect wanted) (attrValues value)
    else
      [ ];

  hasAttrByPath =
    path: set: path == [ ] || set ? ${head path} && hasAttrByPath (tail path) set.${head path};
  setAttrByPath =
    path: value: if path == [ ] then value else { ${head path} = setAttrByPath (tail path) value; };
  recursiveUpdate =
    a: b:
    a
    // mapAttrs (
      name: value:
      if isAttrs value && isAttrs (a.${name} or null) then recursiveUpdate a.${name} value else value
    ) b;

  isDerivation = value: value.type or null == "derivation";
  getBin = package: package.bin or package.out or package;
  getExe' = package: program: "${getBin package}/bin/${program}";
  makeBinPath =
    packages: builtins.concatStringsSep ":" (map (package: "${getBin package}/bin") packages);
  getExe =
    package:
    getExe' package (
      package.meta.mainProgram or (throw "getExe: ${package.name} has no meta.mainProgram")
    );

  getVersion = package: package.version or (builtins.parseDrvName package.name).version;
  versionOlder = a: b: builtins.compareVersions b a == 1;
}
