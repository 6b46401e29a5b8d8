//! Does nothing. The benchmark compares with the time to start it.

fn main() {}
