use super::*;

#[test]
fn a_command_line_becomes_the_program_that_matters() {
    let cases = [
        // plain programs and subcommands
        ("", ""),
        ("   ", ""),
        ("# only a comment", ""),
        ("ls", "ls"),
        ("ls -la /home/ann", "ls"),
        ("cargo test -p api", "cargo test"),
        ("cargo +nightly fmt --all", "cargo fmt"),
        ("cargo --locked nextest run", "cargo nextest run"),
        ("git status --short", "git status"),
        (
            "git -C /srv/x -c user.name=ann commit -m 'secret'",
            "git commit",
        ),
        ("git --no-pager log -5", "git log"),
        ("git stash pop", "git stash pop"),
        ("git 'status'", "git"),
        ("git $cmd", "git"),
        ("git --odd hunter2", "git"),
        ("npm run build", "npm run build"),
        ("npm --prefix web run build:prod", "npm run build:prod"),
        ("npm test", "npm test"),
        ("npx tsc --noEmit", "npx tsc"),
        ("pnpm -r exec vitest", "pnpm exec vitest"),
        ("yarn", "yarn"),
        ("docker compose -f a.yml up -d", "docker compose up"),
        ("docker run -e TOKEN=hunter2 image", "docker run"),
        ("kubectl -n prod --token hunter2 get pods", "kubectl get"),
        ("kubectl --unknown hunter2 get pods", "kubectl"),
        ("systemctl --user restart x", "systemctl restart"),
        ("pip3 install -q requests", "pip3 install"),
        ("apt-get -y install curl", "apt-get install"),
        ("go test ./...", "go test"),
        ("go mod tidy", "go mod tidy"),
        ("make", "make"),
        ("make -j4 -C sub release", "make release"),
        ("make PASSWORD=hunter2 install", "make install"),
        ("gh pr create --title 'words'", "gh pr create"),
        ("uv run pytest -k words", "uv run pytest"),
        ("git averyveryverylongsubcommandname", "git"),
        // scripts
        ("python3 /opt/app/run.py --token hunter2", "python3 run.py"),
        ("python3.12 -u tool.py", "python3.12 tool.py"),
        ("python -m pytest tests", "python -m pytest"),
        ("python -m http.server 8000", "python -m http.server"),
        ("python -c 'print(1)' a.py", "python"),
        ("python - <<'EOF'\nimport os; os.x()\nEOF", "python"),
        ("node dist/server.mjs", "node server.mjs"),
        ("node hunter2", "node"),
        ("./scripts/deploy.sh prod", "deploy.sh"),
        ("bash deploy.sh prod", "bash deploy.sh"),
        // wrappers
        ("cd /x && cargo test -p api | tail -5", "cargo test"),
        ("FOO=1 sudo -E npm run build", "npm run build"),
        ("env -u HOME A=b B='c d' git push", "git push"),
        ("sudo -u postgres psql -c 'select 1'", "psql"),
        ("sudo --user=ann -- git pull", "git pull"),
        ("sudo --odd hunter2 git pull", "sudo"),
        ("nohup ./server &", "server"),
        ("time -p make test", "make test"),
        ("timeout -k 5 30s cargo bench", "cargo bench"),
        ("nice -n 10 ionice -c3 rsync a b", "rsync"),
        ("stdbuf -oL tail -f x", "tail"),
        ("xargs -0 -n1 -I{} rm {}", "rm"),
        ("bash -lc 'cd /x && cargo test'", "cargo test"),
        (r#"bash -c "sh -c 'git fetch'""#, "git fetch"),
        ("bash -euo pipefail -c 'go build'", "bash"),
        ("sh -c \"cd $DIR && npm ci\"", "npm ci"),
        ("su - ann -c 'git pull'", "git pull"),
        ("env -S 'git gc'", "git gc"),
        ("watch -n 2 'kubectl get pods'", "kubectl get"),
        ("cmd /c dir", "dir"),
        (
            r#"powershell -NoProfile -Command "Get-Process | Sort CPU""#,
            "Get-Process",
        ),
        ("command -v git", "command"),
        // lists and pipes
        ("exec > log 2>&1; git pull", "git pull"),
        ("eval \"$(ssh-agent -s)\" && git fetch", "git fetch"),
        (
            ". venv/bin/activate && python -m pytest -q",
            "python -m pytest",
        ),
        ("echo hunter2 | sudo -S apt install -y x", "apt install"),
        ("cat a | grep b", "grep"),
        ("cat a.txt", "cat"),
        ("cat a | head -3", "cat"),
        ("sleep 2; echo slow", "sleep"),
        ("echo start && sleep 5", "sleep"),
        ("echo hi", "echo"),
        ("cd /x", "cd"),
        ("mkdir -p out && cp a out && tsc -b", "tsc"),
        ("rm -rf target; cargo build", "cargo build"),
        (
            "set -euo pipefail\nexport A=b\n./gradlew build",
            "gradlew build",
        ),
        ("false || git log", "git log"),
        ("test -f x && terraform plan", "terraform plan"),
        ("git add -A && git commit -m wip", "git add"),
        ("ls 2>&1 >/dev/null | rg hunter2 &> log", "rg"),
        ("> out.txt git diff", "git diff"),
        ("<in.txt sort", "sort"),
        // grammar
        ("if [ -f x ]; then cargo run; fi", "cargo run"),
        ("for f in hunter2 b; do rustfmt $f; done", "rustfmt"),
        ("for ((i=0;i<3;i++)); do curl x; done", "curl"),
        ("while true; do ping x; done", "ping"),
        (
            "case $x in a) hunter2;; b|hunter3) y;; esac; git gc",
            "git gc",
        ),
        ("(cd sub && make lint)", "make lint"),
        ("{ git status; }", "git status"),
        ("! grep -q x y", "grep"),
        (
            "[[ $a == hunter2 && hunter3 < 4 ]] && cargo doc",
            "cargo doc",
        ),
        ("deploy() { kubectl apply; }", "kubectl apply"),
        ("A=(hunter2 b) git log", "git log"),
        // substitutions, quotes, here documents
        ("echo $(hunter2 | x)", "echo"),
        ("X=$(cargo metadata) ; echo $X", "cargo metadata"),
        ("X=`git rev-parse HEAD`", "git rev-parse"),
        (
            "TOKEN=$(cat t) curl -H \"Authorization: $TOKEN\" https://h/x",
            "curl",
        ),
        ("$CMD hunter2", ""),
        ("\"$BIN\"/tool", ""),
        ("'my tool' x", ""),
        ("'git' push", "git push"),
        ("g\\it push", "git push"),
        ("diff <(sort a) <(sort b)", "diff"),
        (
            "cat > f <<EOF && cargo check\nhunter2; hunter3\nEOF\n",
            "cargo check",
        ),
        ("cat <<-'E' | psql\n\tselect hunter2;\n\tE\n", "psql"),
        ("cat <<EOF\nhunter2\nnever closed", "cat"),
        (
            "cd \"/x y\" && git commit -m \"$(cat <<'EOF'\nit's; hunter2\nEOF\n)\"",
            "git commit",
        ),
        ("echo \"a; hunter2\" ; git log", "git log"),
        ("echo a\\;hunter2", "echo"),
        ("git log --format='%h; rm x'", "git log"),
        // what never closes
        ("git -C a '')hunter2;'", "git"),
        ("git commit -m 'it", "git commit"),
        ("echo it's; git commit -m 'don; hunter2'", "echo"),
        ("git com'mit", "git"),
        ("'", ""),
        ("cargo build $(", "cargo build"),
        ("( git log", ""),
        ("git log '')hunter2;", "git log"),
        ("git log ) hunter2", "git log"),
        // other worlds
        (r"C:\tools\git.exe status", "git status"),
        (r".\build.cmd x", "build"),
        (
            r#""C:\Program Files\nodejs\node.exe" app.js"#,
            "node app.js",
        ),
        (r"type C:\x\y.txt", "type"),
        ("$env:TOKEN=\"hunter2\"; npm ci", "npm ci"),
        ("git\u{a0}status", "git status"),
        ("🦀 test", ""),
        ("1234 5", ""),
        ("AKIAIOSFODNN7EXAMPLEAKIAIOSFODNN7EXAMPLE", ""),
        ("https://u:p@h/x", ""),
        ("a=b=c", ""),
        (";;;&&||", ""),
        (")", ""),
    ];
    for (command, want) in cases {
        let got = of_text(command).map(|program| program.target);
        assert_eq!(got.as_deref().unwrap_or(""), want, "command: {command:?}");
    }
}

#[test]
fn an_argument_list_is_no_script() {
    let cases: [(&[&str], &str); 8] = [
        (&["bash", "-lc", "cd x && git pull"], "git pull"),
        (&["git", "commit", "-m", "it's; a"], "git commit"),
        (&["/usr/bin/python3", "a/b.py"], "python3 b.py"),
        (&["env", "A=b", "cargo", "doc"], "cargo doc"),
        (&["zsh", "-lc", "it's"], "zsh"),
        (&["a b c"], ""),
        (&["bash", "-lc"], "bash"),
        (&[], ""),
    ];
    for (words, want) in cases {
        let got = of_words(words.iter().copied()).map(|program| program.target);
        assert_eq!(got.as_deref().unwrap_or(""), want, "words: {words:?}");
    }
}

#[test]
fn a_huge_or_deep_command_is_looked_at_only_as_far_as_it_pays() {
    let huge = format!("cargo test {}", "x ".repeat(200_000));
    assert_eq!(of_text(&huge).expect("a program").target, "cargo test");
    for piece in [
        "$(",
        "(",
        "\"$(",
        "`",
        "${",
        "<(",
        "bash -c '",
        "sudo ",
        "A=",
        "<<E\n",
    ] {
        of_text(&piece.repeat(100_000));
    }
}
