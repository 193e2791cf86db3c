//! OpenCode's plugin: one file that is ours, and says so in its first line.

use super::{Becomes, Refusal};

/// The first line of every form of the file.
const MARK: &str = "// live-status: tells how OpenCode stands.";

/// The rest of it; `PROGRAM` is where the program goes.
const BODY: &str = include_str!("plugin.js");

/// The file as it should be.
pub(super) fn install(program: &str, text: Option<&str>) -> Result<String, Refusal> {
    match text {
        Some(text) if !text.starts_with(MARK) => Err(Refusal::Shape(
            "a file of that name is there, and it is not ours".into(),
        )),
        _ => {
            // Without a shell nothing takes the quotes away.
            let program = program.trim_matches('\'');
            let program = serde_json::Value::from(program).to_string();
            Ok(format!("{MARK}\n{}", BODY.replace("\"PROGRAM\"", &program)))
        }
    }
}

/// The file goes, if it is ours.
pub(super) fn uninstall(text: &str) -> Result<Becomes, Refusal> {
    Ok(if text.starts_with(MARK) {
        Becomes::Gone
    } else {
        Becomes::Same
    })
}
