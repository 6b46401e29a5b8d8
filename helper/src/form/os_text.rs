//! Paths and arguments as JSON strings. serde's own form of them is a list of numbers, which takes as long to parse as
//! everything else that a hit costs the wrapper.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A string, or its bytes if it is not UTF-8.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Text<S, B> {
    Utf8(S),
    Bytes(B),
}

fn text(text: &OsStr) -> Text<&str, &[u8]> {
    text.to_str().map_or(Text::Bytes(text.as_bytes()), Text::Utf8)
}

fn os_string(text: Text<String, Vec<u8>>) -> OsString {
    match text {
        Text::Utf8(text) => text.into(),
        Text::Bytes(bytes) => OsString::from_vec(bytes),
    }
}

pub(crate) fn serialize<S: Serializer>(value: impl AsRef<OsStr>, serializer: S) -> Result<S::Ok, S::Error> {
    text(value.as_ref()).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OsString, D::Error> {
    Text::deserialize(deserializer).map(os_string)
}

/// The same for a list.
pub(crate) mod list {
    use super::{Deserialize, Deserializer, OsString, Serializer, Text, os_string, text};

    pub(crate) fn serialize<S: Serializer>(list: &[OsString], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(|value| text(value)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<OsString>, D::Error> {
        let list = Vec::<Text<String, Vec<u8>>>::deserialize(deserializer)?;
        Ok(list.into_iter().map(os_string).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Value {
        #[serde(with = "super")]
        one: OsString,
        #[serde(with = "super::list")]
        several: Vec<OsString>,
    }

    #[test]
    fn any_bytes_come_back() {
        let odd = OsString::from_vec(b"\0root\0/\xff\"".to_vec());
        let value = Value {
            one: "/a b".into(),
            several: vec![odd, OsString::new(), "é".into()],
        };
        let json = serde_json::to_string(&value).unwrap();
        assert!(json.starts_with(r#"{"one":"/a b","#), "{json}");
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value);
    }
}
