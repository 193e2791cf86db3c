//! Text that means something to a parser, a chat client or a terminal.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Each of these is planted in every field of a transcript.
#[rustfmt::skip]
pub const PIECES: &[&str] = &[
    "@channel", "@all", "@here", "@user", "\\@user", "&#64;user", "&commat;all", "(@user)", "**@user**", "> @user",
    "npm i @user/pkg", "@\u{200B}user", "\u{FF20}all", "<!channel>", "<!here|x>", "<@U123>", "<#C1|general>",
    "<http://x.org|click>", "~town-square", "#hashtag", "# heading", "heading\n===", "heading\n---", "---", "***", "___",
    "- - -", "+++\na=1\n+++", "---\na: b\n---", "- item", "* item", "+ item", "1. item", "1) item", "- [ ] todo", "    code",
    "\tcode", "```", "```sh\nrm -rf\n```", "~~~", "~~~\nx\n~~~", "`", "``", "`a`", "``a`b``", "a`b", "> quote", ">>> x",
    "> [!NOTE]\n> x", "| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n--|--\n1 | 2", "|", "[a](http://x.org)",
    "[a](javascript:alert(1))", "[a][b]", "[a]: http://x.org", "![a](http://x.org/i.png)", "[![a](b)](c)", "[[wiki]]",
    "![[embed]]", "[^1]", "[^1]: note", "](", "![", "<http://x.org>", "<mailto:a@b.org>", "a@b.org", "http://x.org",
    "https://x.org/?q=%40", "ftp://x.org", "www.x.org", "WWW.X.ORG", "mailto:a@b.org", "mattermost://x", "//x.org",
    "<b>x</b>", "<img src=x onerror=alert(1)>", "<script>x</script>", "<!-- x -->", "<?x?>", "<![CDATA[x]]>", "</div>",
    "<div>", "<br/>", "<a\nhref=x>", "&lt;b&gt;", "&#x1F600;", "*em*", "_em_", "**st**", "__st__", "***x***", "~~del~~",
    "||spoiler||", "$x$", "$$x$$", ":smile:", ":+1:", "\\", "\\\\", "a\\\nb", "a  \nb", "\\`x`", "\n", "\r\n", "a\n\nb",
    "\u{85}", "\u{2028}", "\u{2029}", "\u{B}", "\0", "\u{7F}", "\u{9F}", "\u{1B}[31m", "\u{1B}[2J", "\u{9B}1m",
    "\u{1B}]0;t\u{7}", "\u{1B}]8;;http://x\u{1B}\\", "\u{1B}]52;c;eA==\u{7}", "\u{1B}P1\u{1B}\\", "\u{90}x\u{9C}", "\u{8}\u{8}",
    "\u{202E}", "\u{2066}x\u{2069}", "\u{61C}", "\u{200E}", "\u{200B}", "\u{200D}", "\u{FEFF}", "\u{AD}", "\u{34F}", "\u{3164}",
    "\u{E0041}", "\u{E0001}", "\u{FFF9}x\u{FFFA}y\u{FFFB}", "\u{FFFF}", "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "👩\u{200D}👩\u{200D}👧",
    "日本語", "عربى", "/command", "{{x}}", "{target}", "%s%n", "$(reboot)", "${HOME}", "'; DROP TABLE x; --", "[REDACTED:x](y)",
];

/// Several of them together, and anything else.
pub fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => select(PIECES).prop_map(str::to_owned),
        2 => "[ -~]{0,12}",
        1 => any::<String>(),
    ];
    vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}
