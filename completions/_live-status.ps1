
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'live-status' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'live-status'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'live-status' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('tail', 'tail', [CompletionResultType]::ParameterValue, 'Emit events from the transcripts of AI agents')
            [CompletionResult]::new('label', 'label', [CompletionResultType]::ParameterValue, 'Add the phrase a person reads to every tool call')
            [CompletionResult]::new('render', 'render', [CompletionResultType]::ParameterValue, 'Fold events into frames: the status box of each run')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say whenever an agent''s status changes: working, blocked, idle or error')
            [CompletionResult]::new('hook', 'hook', [CompletionResultType]::ParameterValue, 'Take note of what an agent''s hook says; always ends well and silently')
            [CompletionResult]::new('hooks', 'hooks', [CompletionResultType]::ParameterValue, 'Set up the hooks of agents, take them away, or list them')
            [CompletionResult]::new('post', 'post', [CompletionResultType]::ParameterValue, 'Bring frames to a place that shows them')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Watch every agent and show its runs live')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Post a text and print the post''s id (kept for compatibility)')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Edit a post of the same account (kept for compatibility)')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check what live-status finds here, and say what to do')
            [CompletionResult]::new('ps', 'ps', [CompletionResultType]::ParameterValue, 'List the boxes of runs: state, since when, agent, channel, last update and why')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say what is remembered of a box, and what it waits for')
            [CompletionResult]::new('finish', 'finish', [CompletionResultType]::ParameterValue, 'Close boxes by hand')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show settings and where each comes from')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of a wire format')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell''s completions')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print a man page, or write all of them')
            break
        }
        'live-status;tail' {
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Only transcripts of this agent, which a SOURCE is taken for; auto goes by what is there')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Only this agent')
            [CompletionResult]::new('--session', '--session', [CompletionResultType]::ParameterName, 'Only sessions whose key or UUID matches GLOB')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only what happened since TIME (RFC 3339) or within AGE (2h, 3d)')
            [CompletionResult]::new('--max-line-bytes', '--max-line-bytes', [CompletionResultType]::ParameterName, 'Skip longer lines')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Where following begins: at the open runs (end) or with everything (start)')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Keep the place under NAME, and go on there next time')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Emit only events of KIND: a type (tool.start, tool.*) or a cause (user, cron)')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Emit no events of KIND')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'End with a tick at TIME for every open run: its state as of then')
            [CompletionResult]::new('--secrets-file', '--secrets-file', [CompletionResultType]::ParameterName, 'Also take out every line of FILE, as [REDACTED:own]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--full', '--full', [CompletionResultType]::ParameterName, 'Keep texts and inputs whole')
            [CompletionResult]::new('--poll', '--poll', [CompletionResultType]::ParameterName, 'Look once a second instead of being woken by the system')
            [CompletionResult]::new('--follow-links', '--follow-links', [CompletionResultType]::ParameterName, 'Read transcripts that are symbolic links')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Stay, and emit what happens from now on')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Stay, and emit what happens from now on')
            [CompletionResult]::new('--no-redact', '--no-redact', [CompletionResultType]::ParameterName, 'Leave secrets in: for your own eyes only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;label' {
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Take phrases from FILE (JSON or TOML) before the built-in ones')
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'How much of a tool''s input a phrase shows')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Print, instead of the events, which rule won for each call and why')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;render' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Frames as JSON lines, or the text of the newest frame of each run; default: frames into a pipe, text on a terminal')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Frames as JSON lines, or the text of the newest frame of each run; default: frames into a pipe, text on a terminal')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Also make boxes for runs of CAUSE: cron, hook, heartbeat, system')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Take phrases from FILE (JSON or TOML) before the built-in ones')
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'How much of a tool''s input a phrase shows')
            [CompletionResult]::new('--markup', '--markup', [CompletionResultType]::ParameterName, 'Markup of the text')
            [CompletionResult]::new('--max-lines', '--max-lines', [CompletionResultType]::ParameterName, 'Step lines at most')
            [CompletionResult]::new('--max-chars', '--max-chars', [CompletionResultType]::ParameterName, 'Characters at most')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'No box before a run has worked for TIME or used a tool')
            [CompletionResult]::new('--commentary', '--commentary', [CompletionResultType]::ParameterName, 'What the agent says on its way, never its answer and never its reasoning')
            [CompletionResult]::new('--status-tags', '--status-tags', [CompletionResultType]::ParameterName, 'Kinds of ACP progress that commentary includes, as plan,usage_update; default: none')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Time zone of the times people read, as Europe/Vienna; default: this machine''s')
            [CompletionResult]::new('--idle-timeout', '--idle-timeout', [CompletionResultType]::ParameterName, 'Nothing pending and nothing new for TIME: the run is over')
            [CompletionResult]::new('--max-duration', '--max-duration', [CompletionResultType]::ParameterName, 'A turn that stopped between two steps is given up after TIME')
            [CompletionResult]::new('--secrets-file', '--secrets-file', [CompletionResultType]::ParameterName, 'Also take out every line of FILE, as [REDACTED:own]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--trail', '--trail', [CompletionResultType]::ParameterName, 'Keep the steps in the box of a run that is over; else they are summed up')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Add which rule gave a run its state, and the evidence')
            [CompletionResult]::new('--no-redact', '--no-redact', [CompletionResultType]::ParameterName, 'Leave secrets in: for your own eyes only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;status' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'What is written: updates with the session''s UUID, or events of type status')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'What is written: updates with the session''s UUID, or events of type status')
            [CompletionResult]::new('--idle-timeout', '--idle-timeout', [CompletionResultType]::ParameterName, 'Nothing pending and nothing new for TIME: the agent is idle')
            [CompletionResult]::new('--max-duration', '--max-duration', [CompletionResultType]::ParameterName, 'A turn that stopped between two steps is an error after TIME')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;hook' {
            [CompletionResult]::new('--event', '--event', [CompletionResultType]::ParameterName, 'The event, for agents whose payload does not name it')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--print', '--print', [CompletionResultType]::ParameterName, 'Print what it means as an event, and leave the spool alone')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;hooks' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Put hooks into the configurations of agents, after showing what changes')
            [CompletionResult]::new('uninstall', 'uninstall', [CompletionResultType]::ParameterValue, 'Take them out again, and remember that they are not wanted')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Say for each agent whether hooks are set up, where, and what silences them')
            break
        }
        'live-status;hooks;install' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every agent that is found here and not opted out')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;hooks;uninstall' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every agent that is found here and not opted out')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;hooks;list' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object a line')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;post' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Where to show the boxes; may be given more than once. Default: mattermost; for run, terminal where no server is set and for --replay')
            [CompletionResult]::new('--throttle', '--throttle', [CompletionResultType]::ParameterName, 'Least time between two edits of one box')
            [CompletionResult]::new('--max-active-sessions', '--max-active-sessions', [CompletionResultType]::ParameterName, 'Runs that have a live box at once, the others wait; 0 is no limit')
            [CompletionResult]::new('--circuit-breaker-threshold', '--circuit-breaker-threshold', [CompletionResultType]::ParameterName, 'Failures of the server in a row after which nothing is sent for a while; 0 never stops')
            [CompletionResult]::new('--circuit-breaker-cooldown', '--circuit-breaker-cooldown', [CompletionResultType]::ParameterName, 'How long that while is; then one request finds out')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of the Mattermost server, as https://chat.example.org')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE (PEM) instead of the built-in ones')
            [CompletionResult]::new('--channel', '--channel', [CompletionResultType]::ParameterName, 'Channel, by its id or as TEAM/NAME; a run that came through the server goes where it was asked instead')
            [CompletionResult]::new('--root', '--root', [CompletionResultType]::ParameterName, 'Reply in that channel to the post of this id')
            [CompletionResult]::new('--catch-up', '--catch-up', [CompletionResultType]::ParameterName, 'Make no box for a run that has been quiet for longer than TIME; boxes that exist are brought up to date')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Requests a second that the server is asked for at most, over all boxes; 0 is no limit')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Make or edit the post of this name, instead of reading frames; the name is yours, and the same name in the same place is the same post')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'What the post says, as it is; - or nothing reads standard input')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'How it stands; done, error and interrupted close the post')
            [CompletionResult]::new('--secrets-file', '--secrets-file', [CompletionResultType]::ParameterName, 'Also take out every line of FILE, as [REDACTED:own]')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Time zone of the times people read, as Europe/Vienna; default: this machine''s')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'Log what is at least so important: off, error, warn, info, debug or trace; default: info')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How lines of the log are written')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append the log to FILE, made with mode 600 and opened again on SIGHUP; default: standard error')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--brief', '--brief', [CompletionResultType]::ParameterName, 'Show runs that are over in one line, without their steps')
            [CompletionResult]::new('--allow-plain-http', '--allow-plain-http', [CompletionResultType]::ParameterName, 'Send the token in the clear, to a server that is not on this machine')
            [CompletionResult]::new('--allow-user-token', '--allow-user-token', [CompletionResultType]::ParameterName, 'Post as a person; their edits push messages out of a free edition''s history')
            [CompletionResult]::new('--recreate', '--recreate', [CompletionResultType]::ParameterName, 'Make a box again that somebody deleted')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would be sent, one JSON object for each request, and send nothing; needs no account')
            [CompletionResult]::new('--receipts', '--receipts', [CompletionResultType]::ParameterName, 'Write receipts even where a board owns standard output; the board then goes to standard error')
            [CompletionResult]::new('--no-redact', '--no-redact', [CompletionResultType]::ParameterName, 'Leave secrets in: for your own eyes only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;run' {
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Only transcripts of this agent, which a SOURCE is taken for; auto goes by what is there')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Only this agent')
            [CompletionResult]::new('--session', '--session', [CompletionResultType]::ParameterName, 'Only sessions whose key or UUID matches GLOB')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only what happened since TIME (RFC 3339) or within AGE (2h, 3d)')
            [CompletionResult]::new('--max-line-bytes', '--max-line-bytes', [CompletionResultType]::ParameterName, 'Skip longer lines')
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Play the recorded transcripts of FILE or DIR, at the pace at which they happened')
            [CompletionResult]::new('--speed', '--speed', [CompletionResultType]::ParameterName, 'Play N times as fast, or without any pause (max)')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'With --once: the time that silence is judged by; default: now')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'Also make boxes for runs of CAUSE: cron, hook, heartbeat, system')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave out events of KIND: a type (usage, tool.*) or a cause (subagent)')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Keep the place under NAME, and go on there next time')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Where to show the boxes; may be given more than once. Default: mattermost; for run, terminal where no server is set and for --replay')
            [CompletionResult]::new('--throttle', '--throttle', [CompletionResultType]::ParameterName, 'Least time between two edits of one box')
            [CompletionResult]::new('--max-active-sessions', '--max-active-sessions', [CompletionResultType]::ParameterName, 'Runs that have a live box at once, the others wait; 0 is no limit')
            [CompletionResult]::new('--circuit-breaker-threshold', '--circuit-breaker-threshold', [CompletionResultType]::ParameterName, 'Failures of the server in a row after which nothing is sent for a while; 0 never stops')
            [CompletionResult]::new('--circuit-breaker-cooldown', '--circuit-breaker-cooldown', [CompletionResultType]::ParameterName, 'How long that while is; then one request finds out')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of the Mattermost server, as https://chat.example.org')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE (PEM) instead of the built-in ones')
            [CompletionResult]::new('--channel', '--channel', [CompletionResultType]::ParameterName, 'Channel, by its id or as TEAM/NAME; a run that came through the server goes where it was asked instead')
            [CompletionResult]::new('--root', '--root', [CompletionResultType]::ParameterName, 'Reply in that channel to the post of this id')
            [CompletionResult]::new('--catch-up', '--catch-up', [CompletionResultType]::ParameterName, 'Make no box for a run that has been quiet for longer than TIME; boxes that exist are brought up to date')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Requests a second that the server is asked for at most, over all boxes; 0 is no limit')
            [CompletionResult]::new('--labels', '--labels', [CompletionResultType]::ParameterName, 'Take phrases from FILE (JSON or TOML) before the built-in ones')
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'How much of a tool''s input a phrase shows')
            [CompletionResult]::new('--markup', '--markup', [CompletionResultType]::ParameterName, 'Markup of the text')
            [CompletionResult]::new('--max-lines', '--max-lines', [CompletionResultType]::ParameterName, 'Step lines at most')
            [CompletionResult]::new('--max-chars', '--max-chars', [CompletionResultType]::ParameterName, 'Characters at most')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'No box before a run has worked for TIME or used a tool')
            [CompletionResult]::new('--commentary', '--commentary', [CompletionResultType]::ParameterName, 'What the agent says on its way, never its answer and never its reasoning')
            [CompletionResult]::new('--status-tags', '--status-tags', [CompletionResultType]::ParameterName, 'Kinds of ACP progress that commentary includes, as plan,usage_update; default: none')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Time zone of the times people read, as Europe/Vienna; default: this machine''s')
            [CompletionResult]::new('--idle-timeout', '--idle-timeout', [CompletionResultType]::ParameterName, 'Nothing pending and nothing new for TIME: the run is over')
            [CompletionResult]::new('--max-duration', '--max-duration', [CompletionResultType]::ParameterName, 'A turn that stopped between two steps is given up after TIME')
            [CompletionResult]::new('--secrets-file', '--secrets-file', [CompletionResultType]::ParameterName, 'Also take out every line of FILE, as [REDACTED:own]')
            [CompletionResult]::new('--log-level', '--log-level', [CompletionResultType]::ParameterName, 'Log what is at least so important: off, error, warn, info, debug or trace; default: info')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How lines of the log are written')
            [CompletionResult]::new('--log-file', '--log-file', [CompletionResultType]::ParameterName, 'Append the log to FILE, made with mode 600 and opened again on SIGHUP; default: standard error')
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Answer /health, /ready and /metrics on ADDRESS: a port of this machine, 127.0.0.1:PORT, [::1]:PORT or unix:PATH')
            [CompletionResult]::new('--health-token-file', '--health-token-file', [CompletionResultType]::ParameterName, 'Answer only who brings the token in FILE, which nobody else may read')
            [CompletionResult]::new('--health-host', '--health-host', [CompletionResultType]::ParameterName, 'Answer under this name too; addresses and localhost need not be named')
            [CompletionResult]::new('--pid-file', '--pid-file', [CompletionResultType]::ParameterName, 'Write our process number into FILE, in a directory that is ours alone')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--full', '--full', [CompletionResultType]::ParameterName, 'Keep texts and inputs whole')
            [CompletionResult]::new('--poll', '--poll', [CompletionResultType]::ParameterName, 'Look once a second instead of being woken by the system')
            [CompletionResult]::new('--follow-links', '--follow-links', [CompletionResultType]::ParameterName, 'Read transcripts that are symbolic links')
            [CompletionResult]::new('--once', '--once', [CompletionResultType]::ParameterName, 'Bring every box up to date and exit')
            [CompletionResult]::new('--brief', '--brief', [CompletionResultType]::ParameterName, 'Show runs that are over in one line, without their steps')
            [CompletionResult]::new('--allow-plain-http', '--allow-plain-http', [CompletionResultType]::ParameterName, 'Send the token in the clear, to a server that is not on this machine')
            [CompletionResult]::new('--allow-user-token', '--allow-user-token', [CompletionResultType]::ParameterName, 'Post as a person; their edits push messages out of a free edition''s history')
            [CompletionResult]::new('--recreate', '--recreate', [CompletionResultType]::ParameterName, 'Make a box again that somebody deleted')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would be sent, one JSON object for each request, and send nothing; needs no account')
            [CompletionResult]::new('--trail', '--trail', [CompletionResultType]::ParameterName, 'Keep the steps in the box of a run that is over; else they are summed up')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Add which rule gave a run its state, and the evidence')
            [CompletionResult]::new('--no-redact', '--no-redact', [CompletionResultType]::ParameterName, 'Leave secrets in: for your own eyes only')
            [CompletionResult]::new('--health-allow-remote', '--health-allow-remote', [CompletionResultType]::ParameterName, 'Let other machines ask too; they have to bring the token of --health-token-file')
            [CompletionResult]::new('--daemon', '--daemon', [CompletionResultType]::ParameterName, 'Go on without a terminal; ends with 0 once the process in the background is up')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;create' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of the Mattermost server, as https://chat.example.org')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE (PEM) instead of the built-in ones')
            [CompletionResult]::new('--channel', '--channel', [CompletionResultType]::ParameterName, 'The channel''s id')
            [CompletionResult]::new('--reply-to', '--reply-to', [CompletionResultType]::ParameterName, 'Reply to the post of this id')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--allow-plain-http', '--allow-plain-http', [CompletionResultType]::ParameterName, 'Send the token in the clear, to a server that is not on this machine')
            [CompletionResult]::new('--allow-user-token', '--allow-user-token', [CompletionResultType]::ParameterName, 'Post as a person; their edits push messages out of a free edition''s history')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;update' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of the Mattermost server, as https://chat.example.org')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE (PEM) instead of the built-in ones')
            [CompletionResult]::new('--channel', '--channel', [CompletionResultType]::ParameterName, 'Taken as the first version took it; a post knows its channel')
            [CompletionResult]::new('--reply-to', '--reply-to', [CompletionResultType]::ParameterName, 'Taken as the first version took it; a post knows its thread')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--allow-plain-http', '--allow-plain-http', [CompletionResultType]::ParameterName, 'Send the token in the clear, to a server that is not on this machine')
            [CompletionResult]::new('--allow-user-token', '--allow-user-token', [CompletionResultType]::ParameterName, 'Post as a person; their edits push messages out of a free edition''s history')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;doctor' {
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of the Mattermost server, as https://chat.example.org')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE (PEM) instead of the built-in ones')
            [CompletionResult]::new('--channel', '--channel', [CompletionResultType]::ParameterName, 'See whether we may post in this channel: its id, or TEAM/NAME')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--allow-plain-http', '--allow-plain-http', [CompletionResultType]::ParameterName, 'Send the token in the clear, to a server that is not on this machine')
            [CompletionResult]::new('--allow-user-token', '--allow-user-token', [CompletionResultType]::ParameterName, 'Post as a person; their edits push messages out of a free edition''s history')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;ps' {
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Only boxes of this agent; may be given more than once')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only boxes in this state; may be given more than once')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'List boxes that ended earlier too')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON object for each box')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;explain' {
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Time zone of the times people read, as Europe/Vienna; default: this machine''s')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON object for each box that matches; what run told stands in its field run')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;finish' {
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'With --all-stale: how long ago the newest record of its run has to be, or the last update of a post that shows none')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Time zone of the time in the post, as Europe/Vienna; default: this machine''s')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Address of the Mattermost server, as https://chat.example.org')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in FILE (PEM) instead of the built-in ones')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--all-stale', '--all-stale', [CompletionResultType]::ParameterName, 'Close every box that is not over and of whose run nothing came for long')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be closed, and close nothing; needs no account')
            [CompletionResult]::new('--allow-plain-http', '--allow-plain-http', [CompletionResultType]::ParameterName, 'Send the token in the clear, to a server that is not on this machine')
            [CompletionResult]::new('--allow-user-token', '--allow-user-token', [CompletionResultType]::ParameterName, 'Post as a person; their edits push messages out of a free edition''s history')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;config' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print every setting as `run` would have it')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check the settings files and name what is wrong with them')
            break
        }
        'live-status;config;show' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--origin', '--origin', [CompletionResultType]::ParameterName, 'Add where each value comes from: environment, file or default')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;config;check' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;schema' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;completions' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'live-status;man' {
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Write every page into DIR instead')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read settings from FILE instead of the usual places')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only what went wrong')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
