//! `tests/FAULTS.md` names every fault, and only tests that are there.

use std::path::Path;

#[test]
fn every_fault_has_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("tests/FAULTS.md")).expect("the page");
    let mut rows = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, what, tests] = cells[..] else {
            unreachable!("three cells: {line}");
        };
        if number == "fault" {
            continue;
        }
        rows.push(number.to_owned());
        assert!(!what.is_empty() && !tests.is_empty(), "{line}");
        for name in tests.split('`').skip(1).step_by(2) {
            let Some((path, function)) = name.split_once("::") else {
                // A flag or a word of a reason.
                continue;
            };
            let text = std::fs::read_to_string(root.join(path));
            let text = text.unwrap_or_else(|error| unreachable!("fault {number}: {path}: {error}"));
            let found = text
                .split("#[test]")
                .skip(1)
                .any(|after| after.contains(&format!("fn {function}(")));
            assert!(found, "fault {number}: there is no test {name}");
        }
    }
    let matrix = 1..=94;
    let matrix = matrix.map(|number: u32| number.to_string());
    let ported = (1..=25).map(|number| format!("P{number}"));
    let wanted: Vec<String> = matrix.chain(ported).collect();
    assert_eq!(rows, wanted);
}
