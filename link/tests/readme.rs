//! What the READMEs show of the firmware is what the firmware does.

const SOURCE: &str = include_str!("../../firmware/src/device.rs");
const PAGES: [&str; 2] =
    [include_str!("../../README.md"), include_str!("../../firmware/README.md")];

/// Every function of the example stands in the source, line by line, but for its indentation.
#[test]
fn the_example_is_the_source() {
    for page in PAGES {
        let example = page.split("```rust,ignore\n").nth(1).expect("an example");
        let example = example.split("```").next().expect("its end");
        let functions: Vec<_> = example.split("\n\n").filter(|it| it.contains("fn ")).collect();
        assert_eq!(functions.len(), 2);
        for function in functions {
            let shown: Vec<_> = function.lines().map(str::trim).collect();
            let source: Vec<_> = SOURCE.lines().map(str::trim).collect();
            assert!(source.windows(shown.len()).any(|lines| lines == shown), "{function}");
        }
    }
}
