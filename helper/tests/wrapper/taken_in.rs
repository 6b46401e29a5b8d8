//! Files that C sources and the assembler include without sccache's knowledge: an object must have their current
//! content.

use std::fs;

use crate::support::Sandbox;

/// Compiles twice through the wrapper, with a different file each time. The second object must be that of the compiler.
#[test]
fn what_the_assembler_takes_in_is_up_to_date() {
    let sandbox = Sandbox::new();
    let incbin = "__asm__(\".globl blob\\nblob:\\n.incbin \\\"blob\\\"\\n\");\n";
    sandbox.write("project/include/blob.h", incbin);
    sandbox.write("project/by_name.c", "#include \"include/blob.h\"\n");
    sandbox.write("project/by_flag.c", "#include <blob.h>\n");
    sandbox.write("project/by_macro.c", "#define BLOB \"include/blob.h\"\n#include BLOB\n");
    sandbox.write("project/includes.S", ".include \"part.s\"\n");
    sandbox.write("project/includes.c", "__asm__(\".include \\\"part.s\\\"\");\nint x;\n");
    for args in [
        &["by_name.c"][..],
        &["by_flag.c", "-Iinclude"],
        &["by_macro.c"],
        &["includes.S"],
        &["includes.c"],
    ] {
        for byte in ["1", "2"] {
            sandbox.write("project/blob", byte);
            sandbox.write("project/part.s", format!(".byte {byte}\n"));
            let compile = [args, &["-c", "-o", "x.o"]].concat();
            let output = sandbox.wrapper().arg("cc").args(&compile).output().unwrap();
            assert!(output.status.success(), "{args:?}: {output:?}");
        }
        sandbox.run("project", "cc", &[args, &["-c", "-o", "right.o"]].concat());
        let [made, right] = ["x.o", "right.o"].map(|name| fs::read(sandbox.path("project").join(name)).unwrap());
        assert!(made == right, "{args:?}: the object of the first file");
    }
    assert_eq!(sandbox.hits(), 0);
    // A source that includes no such file is cached.
    sandbox.write("project/plain.c", "#include \"plain.h\"\n");
    sandbox.write("project/plain.h", "int x;\n");
    for _ in 0..2 {
        let args = ["cc", "-c", "plain.c", "-o", "plain.o"];
        assert!(sandbox.wrapper().args(args).status().unwrap().success());
    }
    assert_eq!(sandbox.hits(), 1);
}
