//! Programs between cargo, CMake or cc and the compiler.

mod program;
mod shadowed;
