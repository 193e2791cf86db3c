//! The container: small, not root, watched, and without a secret in it.

use std::process::Command;

use super::{has, path, text};

const DOCKERFILE: &str = "examples/deploy/docker/Dockerfile";
const COMPOSE: &str = "examples/deploy/docker/compose.yaml";

/// The instructions of the Dockerfile: name and the rest, continued lines joined.
pub(super) fn instructions() -> Vec<(String, String)> {
    let joined = text(DOCKERFILE).replace("\\\n", " ");
    joined
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, rest)| (name.to_owned(), rest.trim().to_owned()))
        .collect()
}

/// The last of an instruction.
fn last(name: &str) -> String {
    let found = instructions().into_iter().rfind(|(known, _)| known == name);
    found
        .unwrap_or_else(|| unreachable!("there is no {name}"))
        .1
}

#[test]
fn the_image_is_made_in_stages_and_holds_what_it_needs_alone() {
    let instructions = instructions();
    let known = [
        "FROM",
        "RUN",
        "WORKDIR",
        "COPY",
        "USER",
        "ENV",
        "VOLUME",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    ];
    for (name, rest) in &instructions {
        assert!(known.contains(&name.as_str()), "{name} {rest}");
    }
    let bases: Vec<&String> = instructions
        .iter()
        .filter(|(name, _)| name == "FROM")
        .map(|(_, rest)| rest)
        .collect();
    let [build, run] = bases[..] else {
        unreachable!("two stages: {bases:?}");
    };
    assert!(build.contains("alpine"), "a static program: {build}");
    for base in [build, run] {
        let image = base.split(' ').next().unwrap_or_default();
        let tag = image.split_once(':').map(|(_, tag)| tag);
        assert!(tag.is_some_and(|tag| tag != "latest"), "{base}");
    }
    let build = instructions.iter().any(|(name, rest)| {
        name == "RUN" && rest.contains("cargo build") && rest.contains("--locked")
    });
    assert!(build, "the image is built from the lock file");
}

#[test]
fn the_container_is_not_root_and_its_health_is_asked() {
    let user = last("USER");
    let numbers: Vec<u32> = user.split(':').flat_map(str::parse).collect();
    assert!(
        numbers.len() == 2 && !numbers.contains(&0),
        "a number, so that Kubernetes sees that it is not root: {user}"
    );
    let health = last("HEALTHCHECK");
    assert!(
        health.contains("http://127.0.0.1:$HEALTH_PORT/health"),
        "{health}"
    );
    let env = last("ENV");
    for pair in ["HEALTH_PORT=9090", "STATE_DIRECTORY=/var/lib/live-status"] {
        assert!(env.contains(pair), "{env}");
    }
    assert!(!env.contains("TOKEN"), "{env}");
}

#[test]
fn the_compose_file_mounts_transcripts_read_only_and_holds_no_secret() {
    let compose = text(COMPOSE);
    let service = compose.split("\n  live-status:").nth(1);
    let service = service.and_then(|rest| rest.split("\n\n").next());
    let service = service.expect("a service");
    for line in [
        "dockerfile: examples/deploy/docker/Dockerfile",
        "- ${OPENCLAW_STATE:-openclaw-state}:/home/node/.openclaw:ro",
        "- live-status-state:/var/lib/live-status",
        "LIVE_STATUS_TOKEN_FILE: /run/secrets/mm-token",
        "HEALTH_PORT: \"9090\"",
        "user: \"1000:1000\"",
        "read_only: true",
        "cap_drop: [ALL]",
        "security_opt: [\"no-new-privileges:true\"]",
    ] {
        assert!(
            service.lines().any(|had| had.trim() == line),
            "the service does not say {line}"
        );
    }
    let secrets = compose.split("\nsecrets:\n").nth(1).expect("secrets");
    assert!(secrets.contains("    file: ./mm-token\n"), "{secrets}");
    for name in ["MM_TOKEN", "MM_BOT_TOKEN", "PASSWORD"] {
        assert!(!compose.contains(name), "{name} stands in the file");
    }
}

#[test]
fn hadolint_has_nothing_to_say() {
    if !has("hadolint", "the Dockerfile") {
        return;
    }
    let output = Command::new("hadolint").arg(path(DOCKERFILE)).output();
    let output = output.expect("hadolint runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
}
