//! What counts as going up.

use super::Baseline;
use crate::bench::cortex_m::result::{Cost, Line};

fn cost(instructions: u64) -> Cost {
    let line = Line {
        bench: "sign1/decode/hexad/20".into(),
        target: "thumbv7em-none-eabi".into(),
        instructions,
        stack: 100,
        bytes: None,
    };
    Cost { line, flash: 1000, ram: 0 }
}

fn baseline() -> Baseline {
    Baseline { compiler: "rustc 1".into(), costs: vec![cost(1000)] }
}

#[test]
fn two_percent_are_allowed_and_no_more() {
    assert_eq!(baseline().require("rustc 1", &[cost(1020)]), Ok(()));
    let error = baseline().require("rustc 1", &[cost(1021)]).expect_err("it went up");
    assert!(error.to_string().contains("instructions 1000 -> 1021"), "{error}");
}

#[test]
fn flash_and_stack_may_not_grow_either() {
    let mut grown = cost(1000);
    grown.flash = 1021;
    assert!(baseline().require("rustc 1", &[grown]).is_err());
    let mut grown = cost(1000);
    grown.line.stack = 103;
    assert!(baseline().require("rustc 1", &[grown]).is_err());
}

#[test]
fn what_is_not_in_the_baseline_fails() {
    let mut new = cost(1000);
    new.line.bench = "sign1/decode/hexad/21".into();
    assert!(baseline().require("rustc 1", &[new]).is_err());
}

#[test]
fn another_compiler_is_not_compared() {
    assert_eq!(baseline().require("rustc 2", &[cost(5000)]), Ok(()));
}
