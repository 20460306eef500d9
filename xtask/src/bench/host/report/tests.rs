//! What the report makes of costs that are known.

use super::*;

fn cost(bench: &str, ns: f64, instructions: u64) -> Cost {
    Cost { bench: bench.to_owned(), ns, instructions: Some(instructions) }
}

#[test]
fn names_are_taken_apart_from_behind() {
    assert_eq!(parts("sign1/decode/hexad/20"), Some(("sign1/decode", "hexad", 20)));
    assert_eq!(parts("sign1/decode/hexad"), None);
}

#[test]
fn targets_say_what_was_reached() {
    let costs = [
        cost("sign1/decode/hexad/20", 10.0, 100),
        cost("sign1/decode/coset/20", 500.0, 4_900),
        cost("sign1/around-es256/hexad/20", 300.0, 19),
        cost("sign1/verify-es256/primitive/20", 10_000.0, 1_000),
    ];
    let text = targets(&costs);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].ends_with("50.0 times (reached); by instructions 49.0 times (not reached)"));
    assert!(lines[1].ends_with("3.00 % (not reached); by instructions 1.90 % (reached)"));
}

#[test]
fn the_table_holds_others_against_ours() {
    let costs = [cost("a/hexad/1", 2.0, 10), cost("a/coset/1", 5.0, 40)];
    let table = table(&costs);
    let last: Vec<&str> = table.lines().last().expect("a line").split_whitespace().collect();
    assert_eq!(last, ["a/coset/1", "5.0", "40", "2.50", "4.00"]);
}
