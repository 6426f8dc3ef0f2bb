//! Compares the mirrors in `orchestron::sys` with what the C compiler makes of the headers.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// A struct: its tag, its size, and the name, offset and size of each field.
type Layout = (String, usize, Vec<(String, usize, usize)>);

macro_rules! members {
    ($($tag:ident { $($field:ident),* })*) => {
        fn rust_layouts() -> Vec<Layout> {
            vec![$({
                let value = std::mem::MaybeUninit::<orchestron::sys::$tag>::zeroed();
                let start = value.as_ptr();
                let fields = vec![$({
                    // SAFETY: only addresses are taken.
                    let field = unsafe { std::ptr::addr_of!((*start).$field) };
                    (c_name(stringify!($field)), field as usize - start as usize, size_of_target(field))
                }),*];
                (stringify!($tag).to_owned(), std::mem::size_of::<orchestron::sys::$tag>(), fields)
            }),*]
        }
    };
}

include!("layout/members.rs");

fn size_of_target<T>(_: *const T) -> usize {
    std::mem::size_of::<T>()
}

fn c_name(rust: &str) -> String {
    rust.trim_start_matches("r#").trim_end_matches('_').to_owned()
}

fn sdk() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Compiles a C program against the headers, runs it, and gives what it prints.
fn run_c(name: &str, program: &str) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (source, binary) = (folder.join(format!("{}.c", name)), folder.join(name));
    std::fs::write(&source, program).unwrap();
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
    let compiled = Command::new(compiler)
        .args(["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-o"])
        .arg(&binary)
        .arg(&source)
        .arg(format!("-I{}", sdk().join("include").display()))
        .status()
        .expect("a C compiler is there");
    assert!(compiled.success());
    let output = Command::new(binary).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_struct_is_laid_out_as_the_c_compiler_does_it() {
    let layouts = rust_layouts();
    let mut program = String::from("#include <orchestron/all.h>\n#include <stdio.h>\nint main(void) {\n");
    let mut expected = String::new();
    for (tag, size, fields) in &layouts {
        writeln!(program, "printf(\"{} %zu\\n\", sizeof(struct {}));", tag, tag).unwrap();
        writeln!(expected, "{} {}", tag, size).unwrap();
        for (field, offset, size) in fields {
            writeln!(program, "printf(\"{tag}.{field} %zu %zu\\n\", offsetof(struct {tag}, {field}),").unwrap();
            writeln!(program, "       sizeof(((struct {tag} *)0)->{field}));").unwrap();
            writeln!(expected, "{}.{} {} {}", tag, field, offset, size).unwrap();
        }
    }
    program.push_str("return 0;\n}\n");
    assert_eq!(run_c("layout", &program), expected);
}

#[test]
fn no_struct_of_the_baseline_is_left_out() {
    let baseline = std::fs::read_to_string(sdk().join("abi/baseline-1.0.txt")).unwrap();
    let mut wanted: Vec<String> = baseline
        .lines()
        .filter_map(|line| line.strip_prefix("struct ")?.split_once(": size "))
        .map(|(tag, size)| format!("{} {}", tag, size))
        .collect();
    let mut got: Vec<String> = rust_layouts().iter().map(|(tag, size, _)| format!("{} {}", tag, size)).collect();
    wanted.sort();
    got.sort();
    assert_eq!(got, wanted);
}

#[test]
fn constants_have_the_values_of_the_headers() {
    use orchestron::sys::*;
    let values: &[(&str, i64)] = &[
        ("ORCH_MAGIC", ORCH_MAGIC.into()),
        ("ORCH_ABI_MAJOR", ORCH_ABI_MAJOR.into()),
        ("ORCH_ABI_MINOR", ORCH_ABI_MINOR.into()),
        ("ORCH_UNAUTHENTICATED", ORCH_UNAUTHENTICATED.into()),
        ("ORCH_METHOD_IDEMPOTENT", ORCH_METHOD_IDEMPOTENT.into()),
        ("ORCH_METHOD_CREATES", ORCH_METHOD_CREATES.into()),
        ("ORCH_CALL_CREDIT", ORCH_CALL_CREDIT.into()),
        ("ORCH_COUNTER_IN_FLIGHT_MASK", ORCH_COUNTER_IN_FLIGHT_MASK.into()),
        ("ORCH_LOG_ERROR", ORCH_LOG_ERROR.into()),
    ];
    let mut program = String::from("#include <orchestron/all.h>\n#include <stdio.h>\nint main(void) {\n");
    let mut expected = String::new();
    for (name, value) in values {
        writeln!(program, "printf(\"{} %lld\\n\", (long long){});", name, name).unwrap();
        writeln!(expected, "{} {}", name, value).unwrap();
    }
    program.push_str("return 0;\n}\n");
    assert_eq!(run_c("constants", &program), expected);
}
