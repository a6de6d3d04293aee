//! Prepares `static/` for serving: hashed names, Brotli and gzip made once, at build time. Has the program built anew
//! when a migration comes or goes, because they are part of it.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    memory_serve::load_directory("static");
}
