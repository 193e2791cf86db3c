//! What happened: one body for each type, and the texts inside them.

use serde_json::Value;

use super::line::append;
use super::*;

/// Which kind of text a field holds; the reader decides by it how much to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// What the person asked.
    Request,
    /// What the agent said.
    Text,
    /// A string inside a tool's input.
    Input,
    /// A short one: a title, an error, a reason.
    Short,
}

macro_rules! bodies {
    ( $( $(#[$meta:meta])* $variant:ident($body:ty) = $text:literal, )+ ) => {
        /// What happened: the fields of the event's type.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Body {
            $( $(#[$meta])* $variant($body), )+
            /// A type of a later version; its fields are not read.
            Unknown(Box<str>),
        }

        impl Body {
            /// Every type this version knows, in the order of the man page.
            pub const KINDS: &'static [&'static str] = &[$($text),+];

            /// The type's name on the wire.
            #[must_use]
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $text, )+
                    Self::Unknown(kind) => kind,
                }
            }

            pub(super) fn read(kind: &str, line: &[u8]) -> Result<Self, serde_json::Error> {
                Ok(match kind {
                    $( $text => Self::$variant(serde_json::from_slice(line)?), )+
                    other => Self::Unknown(other.into()),
                })
            }

            pub(super) fn append(&self, out: &mut Vec<u8>) {
                match self {
                    $( Self::$variant(body) => append(out, body), )+
                    Self::Unknown(_) => out.extend_from_slice(b"{}"),
                }
            }

            /// The schema of each type's own fields.
            pub(super) fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
                vec![$( ($text, generator.subschema_for::<$body>()) ),+]
            }
        }

        $( impl From<$body> for Body {
            fn from(body: $body) -> Self {
                Self::$variant(body)
            }
        } )+
    };
}

bodies! {
    /// A session was seen for the first time.
    SessionStart(SessionStart) = "session.start",
    /// A request set off a run, or a turn without a request goes on with one.
    RunStart(RunStart) = "run.start",
    /// A run is over.
    RunEnd(RunEnd) = "run.end",
    /// Where the run's box belongs.
    Route(Box<Route>) = "route",
    /// The agent said something.
    Text(Text) = "text",
    /// Its runtime said how it stands.
    Progress(Progress) = "progress",
    /// A tool was called.
    ToolStart(ToolStart) = "tool.start",
    /// Something about a pending call changed.
    ToolUpdate(ToolUpdate) = "tool.update",
    /// A call came back.
    ToolEnd(ToolEnd) = "tool.end",
    /// A background job ended.
    JobEnd(JobEnd) = "job.end",
    /// The run waits for a person.
    Blocked(Blocked) = "blocked",
    /// It waits no longer.
    Unblocked(Unblocked) = "unblocked",
    /// A sub-agent was started.
    AgentStart(AgentStart) = "agent.start",
    /// A sub-agent is known to be over.
    AgentEnd(AgentEnd) = "agent.end",
    /// The agent's plan.
    Plan(Plan) = "plan",
    /// Tokens and cost.
    Usage(Usage) = "usage",
    /// The normalised agent status.
    Status(Status) = "status",
    /// The context was compacted.
    Compact(Compact) = "compact",
    /// The model changed.
    Model(Model) = "model",
    /// The model or the agent failed, perhaps to try again.
    Error(Error) = "error",
    /// The transcript was rewritten; what follows repeats it.
    Rewind(Rewind) = "rewind",
    /// The person began anew in the same session.
    Reset(Reset) = "reset",
    /// The follower has caught up with this session.
    Live(Live) = "live",
    /// Time passed while a run is open.
    Tick(Tick) = "tick",
    /// A record that this version does not know.
    Meta(Meta) = "meta",
}

impl Body {
    /// Calls `each` on every text that an agent, a person or a tool wrote.
    ///
    /// Ids are not texts. This is the one place that knows which fields are.
    pub fn each_text(&mut self, each: &mut dyn FnMut(Field, &mut String)) {
        let mut short = |texts: &mut [&mut Option<String>]| {
            for text in texts.iter_mut().filter_map(|text| text.as_mut()) {
                each(Field::Short, text);
            }
        };
        match self {
            Self::SessionStart(body) => {
                short(&mut [&mut body.cwd, &mut body.title, &mut body.model])
            }
            Self::RunStart(body) => {
                if let Some(by) = &mut body.by {
                    short(&mut [&mut by.name]);
                }
                if let Some(request) = &mut body.request {
                    each(Field::Request, request);
                }
            }
            Self::RunEnd(body) => short(&mut [&mut body.reason]),
            Self::Text(body) => each(Field::Text, &mut body.text),
            Self::Progress(body) => each(Field::Text, &mut body.text),
            Self::ToolStart(body) => {
                short(&mut [&mut body.name, &mut body.title, &mut body.kind]);
                each_string(&mut body.input, each);
            }
            Self::ToolUpdate(body) => {
                short(&mut [&mut body.name, &mut body.title, &mut body.kind]);
                each_string(&mut body.input, each);
            }
            Self::ToolEnd(body) => {
                short(&mut [&mut body.error]);
                for file in &mut body.files {
                    each(Field::Short, &mut file.path);
                }
            }
            Self::Blocked(body) => short(&mut [&mut body.what]),
            Self::Unblocked(body) => short(&mut [&mut body.decision]),
            Self::AgentStart(body) => short(&mut [&mut body.title]),
            Self::Plan(body) => {
                short(&mut [&mut body.current]);
                for item in &mut body.items {
                    each(Field::Short, &mut item.text);
                }
            }
            Self::Status(body) => short(&mut [&mut body.reason]),
            Self::Model(body) => each(Field::Short, &mut body.model),
            Self::Error(body) => each(Field::Short, &mut body.message),
            Self::Rewind(body) => short(&mut [&mut body.reason]),
            Self::Reset(body) => short(&mut [&mut body.reason]),
            Self::Route(_)
            | Self::JobEnd(_)
            | Self::AgentEnd(_)
            | Self::Usage(_)
            | Self::Compact(_)
            | Self::Live(_)
            | Self::Tick(_)
            | Self::Meta(_)
            | Self::Unknown(_) => {}
        }
    }
}

/// The strings inside `value`, keys of objects left alone unless they change.
fn each_string(value: &mut Value, each: &mut dyn FnMut(Field, &mut String)) {
    match value {
        Value::String(text) => each(Field::Input, text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_string(item, each)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| each_string(field, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
