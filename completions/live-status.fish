# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_live_status_global_optspecs
    string join \n config= v/verbose q/quiet color= h/help V/version
end

function __fish_live_status_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_live_status_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_live_status_using_subcommand
    set -l cmd (__fish_live_status_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c live-status -n "__fish_live_status_needs_command" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_needs_command" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_needs_command" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_needs_command" -s V -l version -d 'Print version'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "tail" -d 'Emit events from the transcripts of AI agents'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "label" -d 'Add the phrase a person reads to every tool call'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "render" -d 'Fold events into frames: the status box of each run'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "status" -d 'Say whenever an agent\'s status changes: working, blocked, idle or error'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "hook" -d 'Take note of what an agent\'s hook says; always ends well and silently'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "hooks" -d 'Set up the hooks of agents, take them away, or list them'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "post" -d 'Bring frames to a place that shows them'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "run" -d 'Watch every agent and show its runs live'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "create" -d 'Post a text and print the post\'s id (kept for compatibility)'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "update" -d 'Edit a post of the same account (kept for compatibility)'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "doctor" -d 'Check what live-status finds here, and say what to do'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "ps" -d 'List the boxes of runs: state, since when, agent, channel, last update and why'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "explain" -d 'Say what is remembered of a box, and what it waits for'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "finish" -d 'Close boxes by hand'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "config" -d 'Show settings and where each comes from'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "schema" -d 'Print the JSON Schema of a wire format'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "completions" -d 'Print a shell\'s completions'
complete -c live-status -n "__fish_live_status_needs_command" -f -a "man" -d 'Print a man page, or write all of them'
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l source -d 'Only transcripts of this agent, which a SOURCE is taken for; auto goes by what is there' -r -f -a "auto\t''
openclaw\t''
claude\t''
codex\t''
acp\t''
copilot\t''
gemini\t''
kimi\t''
qwen\t''
cursor\t''
droid\t''
grok\t''
opencode\t''
pi\t''"
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l agent -d 'Only this agent' -r
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l session -d 'Only sessions whose key or UUID matches GLOB' -r
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l since -d 'Only what happened since TIME (RFC 3339) or within AGE (2h, 3d)' -r
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l max-line-bytes -d 'Skip longer lines' -r
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l from -d 'Where following begins: at the open runs (end) or with everything (start)' -r -f -a "start\t'With everything there is'
end\t'At the end, open runs from their start'"
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l resume -d 'Keep the place under NAME, and go on there next time' -r
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l include -d 'Emit only events of KIND: a type (tool.start, tool.*) or a cause (user, cron)' -r
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l exclude -d 'Emit no events of KIND' -r
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l now -d 'End with a tick at TIME for every open run: its state as of then' -r
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l secrets-file -d 'Also take out every line of FILE, as [REDACTED:own]' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l full -d 'Keep texts and inputs whole'
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l poll -d 'Look once a second instead of being woken by the system'
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l follow-links -d 'Read transcripts that are symbolic links'
complete -c live-status -n "__fish_live_status_using_subcommand tail" -s f -l follow -d 'Stay, and emit what happens from now on'
complete -c live-status -n "__fish_live_status_using_subcommand tail" -l no-redact -d 'Leave secrets in: for your own eyes only'
complete -c live-status -n "__fish_live_status_using_subcommand tail" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand tail" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand tail" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand label" -l labels -d 'Take phrases from FILE (JSON or TOML) before the built-in ones' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand label" -l detail -d 'How much of a tool\'s input a phrase shows' -r -f -a "target\t'A safe target: program and subcommand, base name, host'
args\t'The arguments on one line, clipped'
none\t'Nothing'"
complete -c live-status -n "__fish_live_status_using_subcommand label" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand label" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand label" -l explain -d 'Print, instead of the events, which rule won for each call and why'
complete -c live-status -n "__fish_live_status_using_subcommand label" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand label" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand label" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand render" -s o -l output -d 'Frames as JSON lines, or the text of the newest frame of each run, once that is over where `tail -f` is followed, else once all is read; default: frames into a pipe, text on a terminal' -r -f -a "frames\t'JSON lines'
text\t'The newest text of each run'"
complete -c live-status -n "__fish_live_status_using_subcommand render" -l include -d 'Also make boxes for runs of CAUSE: cron, hook, heartbeat, system' -r
complete -c live-status -n "__fish_live_status_using_subcommand render" -l labels -d 'Take phrases from FILE (JSON or TOML) before the built-in ones' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand render" -l detail -d 'How much of a tool\'s input a phrase shows' -r -f -a "target\t'A safe target: program and subcommand, base name, host'
args\t'The arguments on one line, clipped'
none\t'Nothing'"
complete -c live-status -n "__fish_live_status_using_subcommand render" -l markup -d 'Markup of the text' -r -f -a "markdown\t'Mattermost, and other readers of `CommonMark`'
mrkdwn\t'Slack'
plain\t'Terminals, logs and mail: no symbol of ours beyond ASCII'"
complete -c live-status -n "__fish_live_status_using_subcommand render" -l max-lines -d 'Step lines at most' -r
complete -c live-status -n "__fish_live_status_using_subcommand render" -l max-chars -d 'Characters at most' -r
complete -c live-status -n "__fish_live_status_using_subcommand render" -l after -d 'No box before a run has worked for TIME or used a tool' -r
complete -c live-status -n "__fish_live_status_using_subcommand render" -l commentary -d 'What the agent says on its way, never its answer and never its reasoning' -r -f -a "off\t'Nothing'
latest\t'The newest line'
all\t'The newest lines, 1,000 characters in all'"
complete -c live-status -n "__fish_live_status_using_subcommand render" -l status-tags -d 'Kinds of ACP progress that commentary includes, as plan,usage_update; default: none' -r
complete -c live-status -n "__fish_live_status_using_subcommand render" -l tz -d 'Time zone of the times people read, as Europe/Vienna; default: this machine\'s' -r
complete -c live-status -n "__fish_live_status_using_subcommand render" -l idle-timeout -d 'Nothing pending and nothing new for TIME: the run is over' -r
complete -c live-status -n "__fish_live_status_using_subcommand render" -l max-duration -d 'A turn that stopped between two steps is given up after TIME' -r
complete -c live-status -n "__fish_live_status_using_subcommand render" -l secrets-file -d 'Also take out every line of FILE, as [REDACTED:own]' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand render" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand render" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand render" -l trail -d 'Keep the steps in the box of a run that is over; else they are summed up'
complete -c live-status -n "__fish_live_status_using_subcommand render" -l explain -d 'Add which rule gave a run its state, and the evidence'
complete -c live-status -n "__fish_live_status_using_subcommand render" -l no-redact -d 'Leave secrets in: for your own eyes only'
complete -c live-status -n "__fish_live_status_using_subcommand render" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand render" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand render" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand status" -s o -l output -d 'What is written: updates with the session\'s UUID, or events of type status' -r -f -a "updates\t'Objects of type agent_status_updated; see live-status schema status'
events\t'Events of type status, as the other filters read them'"
complete -c live-status -n "__fish_live_status_using_subcommand status" -l idle-timeout -d 'Nothing pending and nothing new for TIME: the agent is idle' -r
complete -c live-status -n "__fish_live_status_using_subcommand status" -l max-duration -d 'A turn that stopped between two steps is an error after TIME' -r
complete -c live-status -n "__fish_live_status_using_subcommand status" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand status" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand status" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand status" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand hook" -l event -d 'The event, for agents whose payload does not name it' -r
complete -c live-status -n "__fish_live_status_using_subcommand hook" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand hook" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand hook" -l print -d 'Print what it means as an event, and leave the spool alone'
complete -c live-status -n "__fish_live_status_using_subcommand hook" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand hook" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand hook" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and not __fish_seen_subcommand_from install uninstall list" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and not __fish_seen_subcommand_from install uninstall list" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and not __fish_seen_subcommand_from install uninstall list" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and not __fish_seen_subcommand_from install uninstall list" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and not __fish_seen_subcommand_from install uninstall list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and not __fish_seen_subcommand_from install uninstall list" -f -a "install" -d 'Put hooks into the configurations of agents, after showing what changes'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and not __fish_seen_subcommand_from install uninstall list" -f -a "uninstall" -d 'Take them out again, and remember that they are not wanted'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and not __fish_seen_subcommand_from install uninstall list" -f -a "list" -d 'Say for each agent whether hooks are set up, where, and what silences them'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from install" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from install" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from install" -l all -d 'Every agent that is found here and not opted out'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from install" -l dry-run -d 'Show what would change, and change nothing'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from install" -s y -l yes -d 'Do not ask'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from uninstall" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from uninstall" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from uninstall" -l all -d 'Every agent that is found here and not opted out'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from uninstall" -l dry-run -d 'Show what would change, and change nothing'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from uninstall" -s y -l yes -d 'Do not ask'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from uninstall" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from uninstall" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from list" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from list" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from list" -l json -d 'One JSON object a line'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand hooks; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand post" -l to -d 'Where to show the boxes; may be given more than once. Default: mattermost; for run, terminal where no server is set and for --replay' -r -f -a "terminal\t'A live board on a terminal; elsewhere one line for each change of state'
stdout\t'Every frame as a JSON line, unpaced'
mattermost\t'One post for each run, edited in place, in the thread where it was asked for'"
complete -c live-status -n "__fish_live_status_using_subcommand post" -l throttle -d 'Least time between two edits of one box; an end waits half a second at most' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l max-active-sessions -d 'Runs that have a live box at once, the others wait; 0 is no limit' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l circuit-breaker-threshold -d 'Failures of the server in a row after which nothing is sent for a while; 0 never stops' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l circuit-breaker-cooldown -d 'How long that while is; then one request finds out' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l url -d 'Address of the Mattermost server, as https://chat.example.org' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l token-file -d 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand post" -l ca-file -d 'Trust the certificates in FILE (PEM) instead of the built-in ones' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand post" -l channel -d 'Channel, by its id or as TEAM/NAME; a run that came through the server goes where it was asked instead' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l root -d 'Reply in that channel to the post of this id' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l catch-up -d 'Make no box for a run that has been quiet for longer than TIME; boxes that exist are brought up to date' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l rate -d 'Requests a second that the server is asked for at most, over all boxes; 0 is no limit' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l key -d 'Make or edit the post of this name, instead of reading frames; the name is yours, and the same name in the same place is the same post' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l text -d 'What the post says, as it is; - or nothing reads standard input' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l state -d 'How it stands; done, error and interrupted close the post' -r -f -a "active\t'It goes on'
blocked\t'It waits for somebody'
done\t'It did what it should'
error\t'It failed'
interrupted\t'It was stopped, or nobody knows how it ended'"
complete -c live-status -n "__fish_live_status_using_subcommand post" -l secrets-file -d 'Also take out every line of FILE, as [REDACTED:own]' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand post" -l tz -d 'Time zone of the times people read, as Europe/Vienna; default: this machine\'s' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l log-level -d 'Log what is at least so important: off, error, warn, info, debug or trace; default: info' -r
complete -c live-status -n "__fish_live_status_using_subcommand post" -l log-format -d 'How lines of the log are written' -r -f -a "text\t'For people: time, level, message and what goes with it'
json\t'For programs: one JSON object a line'"
complete -c live-status -n "__fish_live_status_using_subcommand post" -l log-file -d 'Append the log to FILE, made with mode 600 and opened again on SIGHUP; default: standard error' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand post" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand post" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand post" -l brief -d 'Show runs that are over in one line, without their steps'
complete -c live-status -n "__fish_live_status_using_subcommand post" -l allow-plain-http -d 'Send the token in the clear, to a server that is not on this machine'
complete -c live-status -n "__fish_live_status_using_subcommand post" -l allow-user-token -d 'Post as a person; their edits push messages out of a free edition\'s history'
complete -c live-status -n "__fish_live_status_using_subcommand post" -l recreate -d 'Make a box again that somebody deleted'
complete -c live-status -n "__fish_live_status_using_subcommand post" -l dry-run -d 'Print what would be sent, one JSON object for each request, and send nothing; needs no account'
complete -c live-status -n "__fish_live_status_using_subcommand post" -l receipts -d 'Write receipts even where a board owns standard output; the board then goes to standard error'
complete -c live-status -n "__fish_live_status_using_subcommand post" -l no-redact -d 'Leave secrets in: for your own eyes only'
complete -c live-status -n "__fish_live_status_using_subcommand post" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand post" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand post" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l source -d 'Only transcripts of this agent, which a SOURCE is taken for; auto goes by what is there' -r -f -a "auto\t''
openclaw\t''
claude\t''
codex\t''
acp\t''
copilot\t''
gemini\t''
kimi\t''
qwen\t''
cursor\t''
droid\t''
grok\t''
opencode\t''
pi\t''"
complete -c live-status -n "__fish_live_status_using_subcommand run" -l agent -d 'Only this agent' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l session -d 'Only sessions whose key or UUID matches GLOB' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l since -d 'Only what happened since TIME (RFC 3339) or within AGE (2h, 3d)' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l max-line-bytes -d 'Skip longer lines' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l replay -d 'Play the recorded transcripts of FILE or DIR, at the pace at which they happened' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand run" -l speed -d 'Play N times as fast, or without any pause (max)' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l now -d 'With --once: the time that silence is judged by; default: now' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l include -d 'Also make boxes for runs of CAUSE: cron, hook, heartbeat, system' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l exclude -d 'Leave out events of KIND: a type (usage, tool.*) or a cause (subagent)' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l resume -d 'Keep the place under NAME, and go on there next time' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l to -d 'Where to show the boxes; may be given more than once. Default: mattermost; for run, terminal where no server is set and for --replay' -r -f -a "terminal\t'A live board on a terminal; elsewhere one line for each change of state'
stdout\t'Every frame as a JSON line, unpaced'
mattermost\t'One post for each run, edited in place, in the thread where it was asked for'"
complete -c live-status -n "__fish_live_status_using_subcommand run" -l throttle -d 'Least time between two edits of one box; an end waits half a second at most' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l max-active-sessions -d 'Runs that have a live box at once, the others wait; 0 is no limit' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l circuit-breaker-threshold -d 'Failures of the server in a row after which nothing is sent for a while; 0 never stops' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l circuit-breaker-cooldown -d 'How long that while is; then one request finds out' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l url -d 'Address of the Mattermost server, as https://chat.example.org' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l token-file -d 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand run" -l ca-file -d 'Trust the certificates in FILE (PEM) instead of the built-in ones' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand run" -l channel -d 'Channel, by its id or as TEAM/NAME; a run that came through the server goes where it was asked instead' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l root -d 'Reply in that channel to the post of this id' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l catch-up -d 'Make no box for a run that has been quiet for longer than TIME; boxes that exist are brought up to date' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l rate -d 'Requests a second that the server is asked for at most, over all boxes; 0 is no limit' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l labels -d 'Take phrases from FILE (JSON or TOML) before the built-in ones' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand run" -l detail -d 'How much of a tool\'s input a phrase shows' -r -f -a "target\t'A safe target: program and subcommand, base name, host'
args\t'The arguments on one line, clipped'
none\t'Nothing'"
complete -c live-status -n "__fish_live_status_using_subcommand run" -l markup -d 'Markup of the text' -r -f -a "markdown\t'Mattermost, and other readers of `CommonMark`'
mrkdwn\t'Slack'
plain\t'Terminals, logs and mail: no symbol of ours beyond ASCII'"
complete -c live-status -n "__fish_live_status_using_subcommand run" -l max-lines -d 'Step lines at most' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l max-chars -d 'Characters at most' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l after -d 'No box before a run has worked for TIME or used a tool' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l commentary -d 'What the agent says on its way, never its answer and never its reasoning' -r -f -a "off\t'Nothing'
latest\t'The newest line'
all\t'The newest lines, 1,000 characters in all'"
complete -c live-status -n "__fish_live_status_using_subcommand run" -l status-tags -d 'Kinds of ACP progress that commentary includes, as plan,usage_update; default: none' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l tz -d 'Time zone of the times people read, as Europe/Vienna; default: this machine\'s' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l idle-timeout -d 'Nothing pending and nothing new for TIME: the run is over' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l max-duration -d 'A turn that stopped between two steps is given up after TIME' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l secrets-file -d 'Also take out every line of FILE, as [REDACTED:own]' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand run" -l log-level -d 'Log what is at least so important: off, error, warn, info, debug or trace; default: info' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l log-format -d 'How lines of the log are written' -r -f -a "text\t'For people: time, level, message and what goes with it'
json\t'For programs: one JSON object a line'"
complete -c live-status -n "__fish_live_status_using_subcommand run" -l log-file -d 'Append the log to FILE, made with mode 600 and opened again on SIGHUP; default: standard error' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand run" -l listen -d 'Answer /health, /ready and /metrics on ADDRESS: a port of this machine, 127.0.0.1:PORT, [::1]:PORT or unix:PATH' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l health-token-file -d 'Answer only who brings the token in FILE, which nobody else may read' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand run" -l health-host -d 'Answer under this name too; addresses and localhost need not be named' -r
complete -c live-status -n "__fish_live_status_using_subcommand run" -l pid-file -d 'Write our process number into FILE, in a directory that is ours alone' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand run" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand run" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand run" -l full -d 'Keep texts and inputs whole'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l poll -d 'Look once a second instead of being woken by the system'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l follow-links -d 'Read transcripts that are symbolic links'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l once -d 'Bring every box up to date and exit'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l brief -d 'Show runs that are over in one line, without their steps'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l allow-plain-http -d 'Send the token in the clear, to a server that is not on this machine'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l allow-user-token -d 'Post as a person; their edits push messages out of a free edition\'s history'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l recreate -d 'Make a box again that somebody deleted'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l dry-run -d 'Print what would be sent, one JSON object for each request, and send nothing; needs no account'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l trail -d 'Keep the steps in the box of a run that is over; else they are summed up'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l explain -d 'Add which rule gave a run its state, and the evidence'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l no-redact -d 'Leave secrets in: for your own eyes only'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l health-allow-remote -d 'Let other machines ask too; they have to bring the token of --health-token-file'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l allow-remote-state -d 'Keep state on a network file system all the same, where locks and what is synced may not hold'
complete -c live-status -n "__fish_live_status_using_subcommand run" -l daemon -d 'Go on without a terminal; ends with 0 once the process in the background is up'
complete -c live-status -n "__fish_live_status_using_subcommand run" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand run" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand create" -l url -d 'Address of the Mattermost server, as https://chat.example.org' -r
complete -c live-status -n "__fish_live_status_using_subcommand create" -l token-file -d 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand create" -l ca-file -d 'Trust the certificates in FILE (PEM) instead of the built-in ones' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand create" -l channel -d 'The channel\'s id' -r
complete -c live-status -n "__fish_live_status_using_subcommand create" -l reply-to -d 'Reply to the post of this id' -r
complete -c live-status -n "__fish_live_status_using_subcommand create" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand create" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand create" -l allow-plain-http -d 'Send the token in the clear, to a server that is not on this machine'
complete -c live-status -n "__fish_live_status_using_subcommand create" -l allow-user-token -d 'Post as a person; their edits push messages out of a free edition\'s history'
complete -c live-status -n "__fish_live_status_using_subcommand create" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand create" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand update" -l url -d 'Address of the Mattermost server, as https://chat.example.org' -r
complete -c live-status -n "__fish_live_status_using_subcommand update" -l token-file -d 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand update" -l ca-file -d 'Trust the certificates in FILE (PEM) instead of the built-in ones' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand update" -l channel -d 'Taken as the first version took it; a post knows its channel' -r
complete -c live-status -n "__fish_live_status_using_subcommand update" -l reply-to -d 'Taken as the first version took it; a post knows its thread' -r
complete -c live-status -n "__fish_live_status_using_subcommand update" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand update" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand update" -l allow-plain-http -d 'Send the token in the clear, to a server that is not on this machine'
complete -c live-status -n "__fish_live_status_using_subcommand update" -l allow-user-token -d 'Post as a person; their edits push messages out of a free edition\'s history'
complete -c live-status -n "__fish_live_status_using_subcommand update" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand update" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -l url -d 'Address of the Mattermost server, as https://chat.example.org' -r
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -l token-file -d 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -l ca-file -d 'Trust the certificates in FILE (PEM) instead of the built-in ones' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -l channel -d 'See whether we may post in this channel: its id, or TEAM/NAME' -r
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -l allow-plain-http -d 'Send the token in the clear, to a server that is not on this machine'
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -l allow-user-token -d 'Post as a person; their edits push messages out of a free edition\'s history'
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand ps" -l agent -d 'Only boxes of this agent; may be given more than once' -r
complete -c live-status -n "__fish_live_status_using_subcommand ps" -l state -d 'Only boxes in this state; may be given more than once' -r -f -a "active\t'It goes on'
blocked\t'It waits for somebody'
done\t'It did what it should'
error\t'It failed'
interrupted\t'It was stopped, or nobody knows how it ended'"
complete -c live-status -n "__fish_live_status_using_subcommand ps" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand ps" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand ps" -l all -d 'List boxes that ended earlier too'
complete -c live-status -n "__fish_live_status_using_subcommand ps" -l json -d 'Write one JSON object for each box'
complete -c live-status -n "__fish_live_status_using_subcommand ps" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand ps" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand ps" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand explain" -l tz -d 'Time zone of the times people read, as Europe/Vienna; default: this machine\'s' -r
complete -c live-status -n "__fish_live_status_using_subcommand explain" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand explain" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand explain" -l json -d 'Write one JSON object for each box that matches; what run told stands in its field run'
complete -c live-status -n "__fish_live_status_using_subcommand explain" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand explain" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l older-than -d 'With --all-stale: how long ago the newest record of its run has to be, or the last update of a post that shows none' -r
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l tz -d 'Time zone of the time in the post, as Europe/Vienna; default: this machine\'s' -r
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l url -d 'Address of the Mattermost server, as https://chat.example.org' -r
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l token-file -d 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l ca-file -d 'Trust the certificates in FILE (PEM) instead of the built-in ones' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l all-stale -d 'Close every box that is not over and of whose run nothing came for long'
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l dry-run -d 'Say what would be closed, and close nothing; needs no account'
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l allow-plain-http -d 'Send the token in the clear, to a server that is not on this machine'
complete -c live-status -n "__fish_live_status_using_subcommand finish" -l allow-user-token -d 'Post as a person; their edits push messages out of a free edition\'s history'
complete -c live-status -n "__fish_live_status_using_subcommand finish" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand finish" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand finish" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand config; and not __fish_seen_subcommand_from show check" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand config; and not __fish_seen_subcommand_from show check" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand config; and not __fish_seen_subcommand_from show check" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand config; and not __fish_seen_subcommand_from show check" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand config; and not __fish_seen_subcommand_from show check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand config; and not __fish_seen_subcommand_from show check" -f -a "show" -d 'Print every setting as `run` would have it'
complete -c live-status -n "__fish_live_status_using_subcommand config; and not __fish_seen_subcommand_from show check" -f -a "check" -d 'Check the settings files and name what is wrong with them'
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from show" -l origin -d 'Add where each value comes from: environment, file or default'
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand schema" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand schema" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand schema" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand schema" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand completions" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand completions" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand completions" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand completions" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c live-status -n "__fish_live_status_using_subcommand man" -l all -d 'Write every page into DIR instead' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand man" -l config -d 'Read settings from FILE instead of the usual places' -r -F
complete -c live-status -n "__fish_live_status_using_subcommand man" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c live-status -n "__fish_live_status_using_subcommand man" -s v -l verbose -d 'Say more on standard error'
complete -c live-status -n "__fish_live_status_using_subcommand man" -s q -l quiet -d 'Say only what went wrong'
complete -c live-status -n "__fish_live_status_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
