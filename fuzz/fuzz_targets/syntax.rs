#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| airvane_fuzz::syntax::run(data));
