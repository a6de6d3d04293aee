//! Prepares `static/` for serving: hashed names, Brotli and gzip made once, at build time.

fn main() {
    memory_serve::load_directory("static");
}
