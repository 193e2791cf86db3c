//! `tests/FAULTS.md` names every fault, and only tests that are there and bear its number.

use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn every_fault_has_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("tests/FAULTS.md")).expect("the page");
    let mut rows = Vec::new();
    let mut numbers: BTreeMap<String, Vec<String>> = BTreeMap::new();
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
            // Others are a flag or a word of a reason.
            if name.contains("::") {
                let own = numbers.entry(name.to_owned()).or_default();
                own.push(number.to_owned());
            }
        }
    }
    for (name, numbers) in &numbers {
        let (path, function) = name.split_once("::").expect("file and function");
        let text = std::fs::read_to_string(root.join(path));
        let text = text.unwrap_or_else(|error| unreachable!("{name}: {error}"));
        let parts: Vec<&str> = text.split("#[test]").collect();
        let is_it = |pair: &&[&str]| pair[1].contains(&format!("fn {function}("));
        let before = parts.windows(2).find(is_it).map(|pair| pair[0]);
        let before = before.unwrap_or_else(|| unreachable!("there is no test {name}"));
        let faults = if numbers.len() == 1 {
            "Fault"
        } else {
            "Faults"
        };
        let borne = format!("// {faults} {}.", numbers.join(", "));
        let line = before.lines().map(str::trim).rfind(|line| !line.is_empty());
        assert_eq!(line, Some(&*borne), "above {name}");
    }
    let matrix = 1..=94;
    let matrix = matrix.map(|number: u32| number.to_string());
    let ported = (1..=25).map(|number| format!("P{number}"));
    let wanted: Vec<String> = matrix.chain(ported).collect();
    assert_eq!(rows, wanted);
}
