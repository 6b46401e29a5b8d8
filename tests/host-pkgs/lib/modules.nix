# `evalModules`, small: modules with imports, options declared and defined in any of them, conditions, priorities, and
# errors that name the option and the file. Without freeform types, renamed options and classes.
{ lib }:
let
  inherit (lib)
    isFunction
    isOption
    isType
    showDefs
    showOption
    ;

  # Unwraps a definition: a list of plain values with their priorities.
  discharge =
    def:
    if isType "merge" def.value then
      lib.concatMap (value: discharge (def // { inherit value; })) def.value.contents
    else if isType "if" def.value then
      lib.optionals def.value.condition (discharge (def // { value = def.value.content; }))
    else if isType "override" def.value then
      discharge (
        def
        // {
          value = def.value.content;
          inherit (def.value) priority;
        }
      )
    else if isType "order" def.value then
      discharge (
        def
        // {
          value = def.value.content;
          order = def.value.priority;
        }
      )
    else
      [
        (
          {
            priority = lib.defaultPriority;
            order = lib.defaultOrderPriority;
          }
          // def
        )
      ];

  # The same for a set of definitions above an option: the wrapping moves to each member.
  pushDown =
    value:
    if isType "merge" value then
      lib.concatMap pushDown value.contents
    else if isType "if" value then
      map (builtins.mapAttrs (_: lib.mkIf value.condition)) (pushDown value.content)
    else if isType "override" value then
      map (builtins.mapAttrs (_: lib.mkOverride value.priority)) (pushDown value.content)
    else
      [ value ];

  mergeDeclarations =
    loc: declarations:
    builtins.foldl' (
      a: b:
      let
        type = if a ? type && b ? type then a.type.typeMerge b.type.functor else a.type or b.type or null;
      in
      if type == null then
        throw "The option `${showOption loc}' is already declared."
      else
        a // b // { inherit type; }
    ) (builtins.head declarations) (builtins.tail declarations);
in
rec {
  setDefaultModuleLocation = file: module: {
    _file = file;
    imports = [ module ];
  };

  # Whether any definition remains once conditions are evaluated.
  isDefined = definitions: lib.concatMap discharge definitions != [ ];

  mergeDefinitions =
    loc: type: definitions:
    let
      defs = lib.concatMap discharge definitions;
      strongest = builtins.foldl' (
        best: def: if def.priority < best then def.priority else best
      ) 9999 defs;
      winners = builtins.sort (a: b: a.order < b.order) (
        builtins.filter (def: def.priority == strongest) defs
      );
      wrong = builtins.filter (def: !type.check def.value) winners;
    in
    if winners == [ ] then
      throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option."
    else if wrong != [ ] then
      throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${showDefs wrong}"
    else
      type.merge loc winners;

  evalModules =
    {
      modules,
      specialArgs ? { },
      prefix ? [ ],
      ...
    }:
    let
      internal.options._module.args = lib.mkOption {
        type = lib.types.lazyAttrsOf lib.types.raw;
        default = { };
      };

      apply =
        f:
        let
          base = {
            inherit lib;
            inherit (tree) config options;
          }
          // specialArgs;
        in
        f (
          builtins.mapAttrs (name: _: tree.config._module.args.${name}) (
            removeAttrs (lib.functionArgs f) (builtins.attrNames base)
          )
          // base
        );

      # One module and all that it imports, flat. `key` keeps a module that is imported twice from counting twice.
      load =
        file: module:
        if builtins.isPath module || builtins.isString module then
          map (loaded: { key = toString module; } // loaded) (load module (import module))
        else if isFunction module then
          load file (apply module)
        else
          let
            own = module._file or file;
            structured = module ? config || module ? options;
          in
          [
            (
              {
                file = own;
                options = module.options or { };
                config =
                  if structured then
                    module.config or { }
                  else
                    removeAttrs module [
                      "_file"
                      "_class"
                      "key"
                      "imports"
                    ];
              }
              // lib.optionalAttrs (module ? key) { inherit (module) key; }
            )
          ]
          ++ lib.concatMap (load own) (module.imports or [ ]);

      loaded = builtins.foldl' (
        all: module:
        if module ? key && lib.any (other: other.key or null == module.key) all then
          all
        else
          all ++ [ module ]
      ) [ ] (lib.concatMap (load "<unknown-file>") ([ internal ] ++ modules));

      level =
        loc: declarations: definitions:
        let
          member =
            name:
            let
              here = loc ++ [ name ];
              pick = builtins.filter (entry: entry.value ? ${name});
              inner = map (entry: entry // { value = entry.value.${name}; });
              declared = inner (pick declarations);
              defined = inner (pick definitions);
            in
            if lib.any (entry: isOption entry.value) declared then
              leaf here declared defined
            else
              level here declared (
                lib.concatMap (entry: map (value: entry // { inherit value; }) (pushDown entry.value)) defined
              );
          members = builtins.mapAttrs (name: _: member name) (
            builtins.foldl' (all: entry: all // entry.value) { } declarations
          );
          unknown = lib.concatMap (
            entry:
            map (name: entry // { inherit name; }) (
              lib.subtractLists (builtins.attrNames members) (builtins.attrNames entry.value)
            )
          ) definitions;
        in
        {
          config = builtins.mapAttrs (_: it: it.config) members;
          options = builtins.mapAttrs (_: it: it.options) members;
          check =
            if unknown == [ ] then
              builtins.all (it: it.check) (builtins.attrValues members)
            else
              let
                first = builtins.head unknown;
              in
              throw "The option `${showOption (loc ++ [ first.name ])}' does not exist. Definition values:${
                showDefs [ (first // { value = first.value.${first.name}; }) ]
              }";
        };

      leaf =
        loc: declared: defined:
        let
          option = mergeDeclarations loc (map (entry: entry.value) declared);
          type = option.type or lib.types.raw;
          all =
            lib.optional (option ? default) {
              inherit (builtins.head declared) file;
              value = lib.mkOptionDefault option.default;
            }
            ++ defined;
          value =
            if option.readOnly or false && builtins.length all > 1 then
              throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${showDefs defined}"
            else
              (option.apply or lib.id) (mergeDefinitions loc type all);
        in
        {
          config = value;
          options = option // {
            inherit loc type value;
            isDefined = all != [ ];
          };
          check = true;
        };

      tree =
        level prefix
          (map (module: {
            inherit (module) file;
            value = module.options;
          }) loaded)
          (
            lib.concatMap (
              module:
              map (value: {
                inherit (module) file;
                inherit value;
              }) (pushDown module.config)
            ) loaded
          );
    in
    {
      config = builtins.seq tree.check (removeAttrs tree.config [ "_module" ]);
      options = builtins.seq tree.check (removeAttrs tree.options [ "_module" ]);
    };
}
