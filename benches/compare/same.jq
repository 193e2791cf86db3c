# What a reader of transcripts has to do at least: an event per header, text, call, result and usage.
def clip: if length > 200 then .[0:200] else . end;
def txt: if type == "string" then . else ([.[]? | select(.type == "text") | .text] | join("")) end;
if .type == "session" then {ev:"session", id, ts:.timestamp, cwd}
elif .type == "model_change" then {ev:"model", id, ts:.timestamp, model:.modelId}
elif .type == "compaction" then {ev:"compaction", id, ts:.timestamp, before:.tokensBefore}
elif .type == "message" then . as $e | .message as $m | {id:$e.id, ts:$e.timestamp} as $h
  | if $m.role == "user" then {ev:"user"} + $h + {text:($m.content|txt|clip)}
    elif $m.role == "toolResult" then {ev:"tool_end"} + $h + {call:$m.toolCallId, tool:$m.toolName, err:$m.isError}
    elif $m.role == "assistant" then
      ($m.content[] | if .type == "toolCall" then {ev:"tool_start"} + $h + {call:.id, tool:.name,
           arg:((.arguments | .path // .command // .query // .url // "")|clip)}
         elif .type == "text" then {ev:"text"} + $h + {text:(.text|clip)} else empty end),
      {ev:"usage"} + $h + {stop:$m.stopReason, in:$m.usage.input, out:$m.usage.output, cost:$m.usage.cost.total}
    else empty end
else empty end
