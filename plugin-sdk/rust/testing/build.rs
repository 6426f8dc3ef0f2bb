//! Compiles the fake host, which is C: the same one that tests of plugins in C and C++ use. Needs `cc` (or `CC`) and
//! `ar` (or `AR`), which a Rust tool chain on Linux has beside it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let sdk = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("../..");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let library = out.join("liborchestron_fake_host.a");
    let _ = std::fs::remove_file(&library);

    let mut archive = Command::new(tool("AR", "ar"));
    archive.arg("crs").arg(&library);
    for entry in std::fs::read_dir(sdk.join("testing")).expect("the SDK has a folder testing") {
        let source = entry.expect("the folder can be read").path();
        println!("cargo:rerun-if-changed={}", source.display());
        if source.extension().map_or(false, |extension| extension == "c") {
            let object = out.join(source.file_stem().unwrap()).with_extension("o");
            run(Command::new(tool("CC", "cc"))
                .args(["-std=c11", "-O1", "-g", "-fPIC", "-c", "-o"])
                .arg(&object)
                .arg(&source)
                .arg(include(&sdk.join("include"))));
            archive.arg(object);
        }
    }
    run(&mut archive);
    println!("cargo:rerun-if-changed={}", sdk.join("include").display());
    println!("cargo:rerun-if-env-changed=CC");
    println!("cargo:rerun-if-env-changed=AR");
    println!("cargo:rustc-link-search=native={}", out.display());
    println!("cargo:rustc-link-lib=static=orchestron_fake_host");
}

fn tool(variable: &str, usual: &str) -> String {
    env::var(variable).unwrap_or_else(|_| usual.into())
}

fn include(folder: &Path) -> String {
    format!("-I{}", folder.display())
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{:?} does not start: {}", command, error));
    assert!(status.success(), "{:?} failed", command);
}
