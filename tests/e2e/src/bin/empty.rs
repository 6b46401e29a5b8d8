//! Does nothing: what it costs to start any program at all. The benchmark measures against it.

fn main() {}
