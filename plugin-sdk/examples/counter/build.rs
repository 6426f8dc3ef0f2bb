//! The library is never unloaded, and every symbol that it uses must be there.

fn main() {
    println!("cargo:rustc-link-arg-cdylib=-Wl,-z,defs,-z,nodelete");
    println!("cargo:rerun-if-changed=build.rs");
}
