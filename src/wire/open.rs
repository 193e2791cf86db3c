//! Enumerations that are closed in the code and open on the wire.

/// Declares an enum whose known values have fixed spellings and whose unknown
/// ones are kept verbatim in `Other`.
///
/// Serialises as a plain string. Its JSON Schema names the known values and
/// allows any other string, since a later version may add one.
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $( $(#[$vmeta])* $variant, )+
            /// A value of a later version, kept as it came.
            Other(Box<str>),
        }

        impl $name {
            /// Every spelling this version knows, in the order of the declaration.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// The spelling on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$variant, )+
                    other => Self::Other(other.into()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize<'de>>::deserialize(deserializer)?;
                Ok(Self::from(&*text))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "anyOf": [
                        { "enum": [$($text),+] },
                        { "description": "a value of a later version" }
                    ]
                })
            }
        }
    };
}

#[cfg(test)]
mod tests {
    crate::open_enum! {
        /// A colour.
        pub enum Colour {
            /// Like a rose.
            Red = "red",
        }
    }

    #[test]
    fn an_unknown_value_survives_a_round_trip() {
        for text in ["\"red\"", "\"blue\""] {
            let colour: Colour = serde_json::from_str(text).expect("any string reads");
            assert_eq!(serde_json::to_string(&colour).expect("writes"), text);
        }
        assert_eq!(Colour::from("red"), Colour::Red);
        assert_eq!(Colour::KNOWN, ["red"]);
    }
}
