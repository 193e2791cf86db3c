//! What a name promises: `DB_PASSWORD` a password, `api_key_id` nothing secret.

/// How much a name promises, and so how little the value must prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Promise {
    /// A key of some sort, access, API: the value must look drawn at random.
    Weak,
    /// A token, a secret, a credential, an API key.
    Fair,
    /// A password: people choose those, so nearly anything.
    Strong,
}

/// What the name `name` promises, and the kind to show; `None` if nothing.
pub(super) fn promise(name: &[u8]) -> Option<(Promise, &'static str)> {
    let words = words(name);
    let nouns = words.iter().enumerate().filter_map(|(at, word)| {
        let before = at.checked_sub(1).map(|at| words[at].as_str());
        noun(word, before).map(|found| (at, found))
    });
    // A `password_token` may hold either: the value must prove the less.
    let (at, found) = nouns.reduce(|one, two| match one.1.0 > two.1.0 {
        true => (two.0, one.1),
        false => two,
    })?;
    let denied = words[at + 1..]
        .iter()
        .any(|word| AFTER.contains(&word.as_str()))
        || words[..at]
            .iter()
            .any(|word| BEFORE.contains(&word.as_str()));
    (!denied).then_some(found)
}

fn noun(word: &str, before: Option<&str>) -> Option<(Promise, &'static str)> {
    let ends = |tails: &[&str]| tails.iter().any(|tail| word.ends_with(tail));
    if ends(&[
        "password",
        "passwd",
        "passphrase",
        "passwort",
        "passw0rd",
        "pwd",
        "passcode",
    ]) || matches!(
        word,
        "pass" | "passwords" | "dbpass" | "userpass" | "sshpass"
    ) {
        return Some((Promise::Strong, "password"));
    }
    if ends(&["secret"]) || word == "secrets" {
        return Some((Promise::Fair, "secret"));
    }
    if (ends(&["token"]) && !ends(&["publickeytoken"])) || word == "tokens" || word == "jwt" {
        return Some((Promise::Fair, "token"));
    }
    if matches!(
        word,
        "credential" | "credentials" | "creds" | "cred" | "apicredentials"
    ) {
        return Some((Promise::Fair, "credential"));
    }
    if matches!(
        word,
        "authorization" | "auth" | "oauth" | "bearer" | "authkey"
    ) {
        return Some((Promise::Fair, "auth"));
    }
    if matches!(word, "key" | "keys") {
        let qualified = before.is_some_and(|before| QUALIFIERS.contains(&before));
        let promise = if qualified {
            Promise::Fair
        } else {
            Promise::Weak
        };
        return Some((promise, "key"));
    }
    if let Some(head) = word
        .strip_suffix("key")
        .or_else(|| word.strip_suffix("keys"))
    {
        return QUALIFIERS
            .iter()
            .any(|qualifier| head.ends_with(qualifier))
            .then_some((Promise::Fair, "key"));
    }
    match word {
        "signature" | "sig" => Some((Promise::Weak, "signature")),
        "access" | "api" => Some((Promise::Weak, "key")),
        _ => None,
    }
}

/// What makes a key a secret one.
const QUALIFIERS: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "priv",
    "auth",
    "account",
    "app",
    "application",
    "service",
    "master",
    "encryption",
    "encrypt",
    "enc",
    "signing",
    "sign",
    "ssh",
    "license",
    "licence",
    "client",
    "admin",
    "webhook",
    "session",
    "security",
    "shared",
    "server",
    "deploy",
    "project",
    "jwt",
    "hmac",
    "aes",
    "subscription",
    "integration",
    "consumer",
    "storage",
    "crypto",
    "root",
    "rsa",
];

/// Behind the noun, these say that the value is about the secret.
const AFTER: &[&str] = &[
    "id",
    "ids",
    "name",
    "names",
    "url",
    "uri",
    "urls",
    "file",
    "files",
    "path",
    "paths",
    "dir",
    "type",
    "types",
    "version",
    "source",
    "results",
    "length",
    "len",
    "size",
    "count",
    "limit",
    "limits",
    "host",
    "endpoint",
    "expiry",
    "expires",
    "expiration",
    "ttl",
    "at",
    "in",
    "ref",
    "refs",
    "arn",
    "field",
    "column",
    "label",
    "policy",
    "hint",
    "rotation",
    "status",
    "state",
    "class",
    "store",
    "vault",
    "ring",
    "space",
    "word",
    "board",
    "code",
    "codes",
    "press",
    "down",
    "up",
    "prefix",
    "suffix",
    "header",
    "param",
    "format",
    "algorithm",
    "alg",
    "method",
    "provider",
    "manager",
    "service",
    "handler",
    "exists",
    "required",
    "enabled",
    "disabled",
    "valid",
    "regex",
    "pattern",
    "usage",
    "budget",
    "index",
    "pos",
    "timeout",
    "lifetime",
    "duration",
    "mode",
    "scope",
    "scopes",
    "kind",
    "created",
    "updated",
    "fingerprint",
    "thumbprint",
    "domain",
    "realm",
    "username",
    "user",
    "email",
    "location",
    "region",
    "bits",
    "spec",
    "pair",
    "map",
    "list",
    "cache",
    "generator",
    "checksum",
    "digest",
    "alias",
    "page",
    "link",
    "title",
    "description",
    "message",
    "error",
    "var",
    "env",
    "variable",
    "placeholder",
    "input",
    "output",
    "group",
    "role",
    "audience",
    "issuer",
    "per",
    "used",
    "total",
    "max",
    "min",
    "options",
    "config",
    "settings",
    "helper",
    "loader",
    "reader",
    "writer",
    "parser",
    "factory",
    "builder",
    "bindings",
];

/// Before the noun, these say that it is no secret.
const BEFORE: &[&str] = &[
    "public",
    "pub",
    "csrf",
    "xsrf",
    "next",
    "continuation",
    "sync",
    "cursor",
    "max",
    "min",
    "num",
    "total",
    "input",
    "output",
    "prompt",
    "completion",
    "count",
    "cancellation",
    "syntax",
    "cache",
    "primary",
    "foreign",
    "sort",
    "partition",
    "idempotency",
    "object",
    "lookup",
    "row",
    "index",
    "group",
    "map",
    "hash",
    "dict",
    "translation",
    "message",
    "routing",
    "route",
    "registry",
    "config",
    "event",
    "unique",
    "arrow",
    "hot",
    "short",
    "issue",
    "react",
    "dedupe",
    "composite",
    "natural",
    "surrogate",
    "field",
    "property",
    "header",
    "column",
    "node",
    "item",
    "component",
    "locale",
    "i18n",
    "json",
    "yaml",
    "yml",
    "tree",
    "state",
    "feature",
    "flag",
    "query",
    "parent",
    "child",
    "list",
    "menu",
    "tab",
    "section",
    "author",
    "random",
    "s3",
    "no",
    "without",
    "missing",
    "invalid",
    "has",
    "is",
    "use",
    "verify",
    "forgot",
    "reset",
    "change",
];

/// The words of a name in snake, kebab, dotted or camel case, lower-case.
fn words(name: &[u8]) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = [0u8; 2];
    for (at, &b) in name.iter().enumerate() {
        let next_lower = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let starts = b.is_ascii_uppercase()
            && (before[1].is_ascii_lowercase() || (before[1].is_ascii_uppercase() && next_lower));
        if !b.is_ascii_alphanumeric() || starts {
            words.push(String::new());
        }
        if b.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(char::from(b.to_ascii_lowercase()));
        }
        before = [before[1], b];
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_promises_by_its_nouns() {
        let cases = [
            ("DB_PASSWORD", Some(Promise::Strong)),
            ("mysqlpwd", Some(Promise::Strong)),
            ("githubToken", Some(Promise::Fair)),
            ("client_secret", Some(Promise::Fair)),
            ("mySecretString", Some(Promise::Fair)),
            ("X-Api-Key", Some(Promise::Fair)),
            ("apikey", Some(Promise::Fair)),
            ("_authToken", Some(Promise::Fair)),
            ("key", Some(Promise::Weak)),
            ("monkey", None),
            ("author", None),
            ("api_key_id", None),
            ("credentialsId", None),
            ("AuthSource", None),
            ("csrf-token", None),
            ("max_tokens", None),
            ("publicKey", None),
            ("keyword", None),
            ("access_token_url", None),
            ("bypass", None),
        ];
        for (name, want) in cases {
            assert_eq!(
                promise(name.as_bytes()).map(|found| found.0),
                want,
                "{name}"
            );
        }
    }
}
