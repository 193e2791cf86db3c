//! What is known of programs: which run others, which have subcommands.

/// A program that runs another one, given as its arguments.
pub(super) struct Wrapper {
    pub(super) names: &'static [&'static str],
    /// Options that stand alone.
    pub(super) flags: &'static [&'static str],
    /// Options that take the next word.
    pub(super) valued: &'static [&'static str],
    /// Words between the options and the program.
    pub(super) skip: usize,
}

const fn wrapper(
    names: &'static [&'static str],
    flags: &'static [&'static str],
    valued: &'static [&'static str],
    skip: usize,
) -> Wrapper {
    Wrapper {
        names,
        flags,
        valued,
        skip,
    }
}

/// Wrappers. An option that is not listed ends the search: its value could
/// be anything.
#[rustfmt::skip]
pub(super) const WRAPPERS: &[Wrapper] = &[
    wrapper(
        &["env"],
        &["-", "-i", "--ignore-environment", "-v", "-0"],
        &["-u", "--unset", "-C", "--chdir"],
        0,
    ),
    wrapper(
        &["sudo", "doas"],
        &["-E", "-n", "-H", "-S", "-i", "-s", "-b", "-k", "-A", "-P", "--preserve-env", "--non-interactive", "--login"],
        &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-r", "-t", "--user", "--group"],
        0,
    ),
    wrapper(
        &["nohup", "setsid", "exec", "builtin", "unbuffer", "noglob", "winpty", "busybox"],
        &["-w", "-f", "-c", "-l"],
        &["-a"],
        0,
    ),
    wrapper(
        &["time"],
        &["-p", "-v", "-l"],
        &["-f", "-o", "--format", "--output"],
        0,
    ),
    wrapper(
        &["timeout", "gtimeout"],
        &["-v", "--foreground", "--preserve-status", "--verbose"],
        &["-s", "-k", "--signal", "--kill-after"],
        1,
    ),
    wrapper(&["nice"], &[], &["-n", "--adjustment"], 0),
    wrapper(&["ionice"], &["-t"], &["-c", "-n"], 0),
    wrapper(&["stdbuf"], &[], &["-i", "-o", "-e"], 0),
    wrapper(&["taskset"], &["-c"], &[], 1),
    wrapper(&["chrt"], &["-r", "-f", "-b", "-i", "-o"], &[], 1),
    wrapper(
        &["flock"],
        &["-n", "-x", "-s", "-e", "--nonblock"],
        &["-w", "-E"],
        1,
    ),
    wrapper(
        &["xargs"],
        &["-0", "-r", "-t", "-p", "-x", "--null", "--no-run-if-empty", "--verbose"],
        &["-n", "-I", "-P", "-L", "-d", "-a", "-s", "-E", "--max-args", "--max-procs", "--delimiter", "--replace"],
        0,
    ),
    wrapper(
        &["strace", "ltrace"],
        &["-f", "-ff", "-c", "-t", "-tt", "-T", "-y"],
        &["-e", "-o", "-s"],
        0,
    ),
    wrapper(&["watch"], &["-d", "-t", "-c", "-g"], &["-n"], 0),
    wrapper(&["caffeinate"], &["-i", "-d", "-m", "-s", "-u"], &["-t"], 0),
    wrapper(&["command"], &["-p"], &[], 0),
];

/// A program whose next word says what it does.
pub(super) struct Multi {
    pub(super) names: &'static [&'static str],
    /// Subcommands behind which one more word is taken; `*` is any.
    pub(super) nested: &'static [&'static str],
    /// Options before the subcommand that stand alone.
    pub(super) flags: &'static [&'static str],
    /// Options before the subcommand that take the next word.
    pub(super) valued: &'static [&'static str],
}

const fn multi(
    names: &'static [&'static str],
    nested: &'static [&'static str],
    flags: &'static [&'static str],
    valued: &'static [&'static str],
) -> Multi {
    Multi {
        names,
        nested,
        flags,
        valued,
    }
}

/// Programs with subcommands. As above, an option not listed ends the search.
#[rustfmt::skip]
pub(super) const MULTIS: &[Multi] = &[
    multi(
        &["git"],
        &["stash", "remote", "worktree", "submodule", "bisect", "lfs"],
        &["--no-pager", "-P", "-p", "--bare", "--no-optional-locks"],
        &["-C", "-c", "--git-dir", "--work-tree", "--namespace"],
    ),
    multi(
        &["cargo"],
        &["nextest"],
        &["-q", "-v", "--quiet", "--verbose", "--locked", "--offline", "--frozen"],
        &["--manifest-path", "--config", "--color", "-Z", "-C"],
    ),
    multi(
        &["npm", "pnpm", "yarn", "bun", "npx", "bunx", "pnpx", "corepack", "turbo", "nx", "lerna"],
        &["run", "run-script", "exec", "dlx", "x", "workspaces"],
        &["-s", "-y", "--yes", "--silent", "-r", "--recursive", "-w", "--no-install", "-b", "--bun"],
        &["--prefix", "-C", "--dir", "-F", "--filter", "--cwd", "--workspace", "--package"],
    ),
    multi(
        &["docker", "podman", "docker-compose", "podman-compose", "nerdctl"],
        &["compose", "container", "image", "volume", "network", "buildx", "system", "builder"],
        &["-D", "--debug"],
        &["-H", "--host", "-c", "--context", "--config", "--log-level", "-f", "--file", "-p", "--project-name", "--project-directory", "--env-file", "--profile"],
    ),
    multi(
        &["kubectl", "oc", "k3s", "helm", "k9s", "minikube", "kind", "k3d", "argocd", "flux", "kustomize"],
        &["rollout", "repo"],
        &[],
        &["-n", "--namespace", "--context", "--kube-context", "--kubeconfig", "--cluster", "--user", "--token", "-s", "--server"],
    ),
    multi(
        &["systemctl", "loginctl", "launchctl", "supervisorctl", "pm2", "brew", "hostnamectl", "timedatectl"],
        &[],
        &["--user", "--system", "--no-pager", "-q", "--quiet", "--now"],
        &["-H", "-M", "-t", "-p", "-n", "-o"],
    ),
    multi(
        &["apt", "apt-get", "apt-cache", "dnf", "yum", "apk", "snap", "flatpak", "zypper", "dpkg", "winget", "choco"],
        &[],
        &["-y", "-q", "-qq", "-yq", "-yqq", "--yes", "--quiet", "--no-cache"],
        &["-o", "-c"],
    ),
    multi(
        &["pip", "pip3", "pipx", "conda", "mamba", "micromamba", "gem", "bundle", "composer", "hatch", "pdm"],
        &["exec", "env"],
        &["-q", "-v", "--quiet", "--no-cache-dir", "--isolated"],
        &[],
    ),
    multi(
        &["uv", "poetry", "rye", "mise", "asdf", "pixi", "uvx"],
        &["run", "pip", "tool", "python", "self"],
        &["-q", "-v", "--quiet", "-n", "--no-interaction"],
        &["--directory", "--project", "-C"],
    ),
    multi(&["go"], &["mod", "tool", "work"], &[], &["-C"]),
    multi(
        &["rustup"],
        &["target", "component", "toolchain", "override", "default"],
        &["-q", "-v"],
        &[],
    ),
    multi(
        &["make", "gmake", "just", "task", "rake", "ninja", "gradle", "gradlew", "mvn", "mvnw", "invoke", "mage"],
        &[],
        &["-s", "-k", "-B", "-j", "-n", "-i", "-q", "-B", "--silent", "--no-print-directory", "--always-make", "--no-daemon", "--keep-going"],
        &["-C", "-f", "-I", "-o", "-W", "--directory", "--file", "-d", "-p"],
    ),
    multi(
        &["gh", "glab", "aws", "az", "gcloud", "doctl", "openclaw", "wrangler", "railway", "stripe"],
        &["*"],
        &[],
        &["-R", "--repo", "--profile", "--region", "--endpoint-url", "--output", "--project"],
    ),
    multi(
        &["terraform", "tofu", "pulumi", "vagrant", "packer", "nomad", "consul", "ansible-galaxy"],
        &["workspace", "state"],
        &[],
        &[],
    ),
    multi(
        &["dotnet", "flutter", "dart", "swift", "bazel", "nix", "mix", "cabal", "stack", "zig", "deno", "sbt", "lein", "opam", "dune", "jj", "hg", "svn", "fly", "flyctl", "vercel", "netlify", "firebase", "heroku", "supabase", "prisma", "rails", "tmux", "openssl", "ip", "codex", "gemini", "pre-commit", "alembic", "dbt", "wasm-pack", "hugo", "ollama"],
        &["task"],
        &["-q", "-v"],
        &[],
    ),
];

/// Programs that run the script file they are given.
#[rustfmt::skip]
pub(super) const INTERPRETERS: &[&str] = &[
    "python",
    "python2",
    "python3",
    "pypy3",
    "node",
    "nodejs",
    "ruby",
    "perl",
    "php",
    "lua",
    "Rscript",
    "julia",
    "tsx",
    "ts-node",
    "bun",
    "deno",
    "bash",
    "sh",
    "zsh",
    "dash",
    "ksh",
    "fish",
    "pwsh",
    "powershell",
    "osascript",
    "groovy",
    "elixir",
    "source",
    ".",
];

/// Programs that read a script from an argument.
pub(super) const SHELLS: &[&str] = &["bash", "sh", "zsh", "dash", "ksh", "ash", "fish", "su"];

/// Endings of script files.
#[rustfmt::skip]
pub(super) const SCRIPTS: &[&str] = &[
    "py",
    "js",
    "mjs",
    "cjs",
    "ts",
    "mts",
    "cts",
    "tsx",
    "jsx",
    "rb",
    "pl",
    "php",
    "lua",
    "r",
    "R",
    "jl",
    "sh",
    "bash",
    "zsh",
    "fish",
    "ps1",
    "groovy",
    "exs",
    "applescript",
];

/// How little a program says of the work: 0 is work itself, 3 mere set-up.
///
/// 1 prepares or shows (`mkdir`, `cat`, `sleep`), 2 talks or asks (`echo`,
/// `test`), 3 sets the stage (`cd`, `export`).
#[rustfmt::skip]
pub(super) fn lightness(name: &str) -> u8 {
    match name {
        "cat" | "head" | "tail" | "less" | "more" | "wc" | "sort" | "uniq" | "tee" | "cut"
        | "tr" | "ls" | "dir" | "mkdir" | "rm" | "cp" | "mv" | "touch" | "ln" | "chmod"
        | "chown" | "sleep" | "date" | "kill" | "pkill" | "killall" | "yes" | "seq" | "clear"
        | "rmdir" | "column" | "nl" | "rev" | "tac" | "fold" | "fmt" | "basename" | "dirname"
        | "realpath" | "readlink" | "mktemp" => 1,
        "echo" | "printf" | "test" | "[" | "[[" | "pwd" | "which" | "type" | "command"
        | "whoami" | "hostname" | "id" | "uname" | "wait" | "read" | "hash" | "jobs" | "disown"
        | "env" | "printenv" | "expr" | "let" => 2,
        "cd" | "pushd" | "popd" | "export" | "set" | "unset" | "source" | "." | "alias"
        | "unalias" | "shopt" | "trap" | "ulimit" | "umask" | "true" | "false" | ":" | "local"
        | "declare" | "typeset" | "readonly" | "return" | "exit" | "break" | "continue"
        | "shift" | "setopt" | "nvm" | "eval" | "exec" => 3,
        _ => 0,
    }
}
