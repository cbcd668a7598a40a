//! Which of the ways a release has: one flag per change in Airflow's own history.

use super::Reader;
use crate::airflow::{Python, Runtime, Version};

/// How one reader goes about it.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag per change of Airflow"
)]
pub(super) struct Ways {
    pub(super) python: Python,
    /// 2.3.0: values are stripped, and `{` means JSON.
    pub(super) json: bool,
    /// 3.2.0, tasks: `airflow.sdk.Connection.from_uri`.
    pub(super) sdk_uri: bool,
    /// 3.1.0, tasks: `airflow.sdk.Connection.from_json`, also through core's `from_json`.
    pub(super) sdk_json: bool,
    /// 2.1.0: the query key `__extra__`.
    pub(super) extra_key: bool,
    /// Before 2.5.0 `urlparse`, which cuts `;params` off the path of some schemes.
    pub(super) urlparse: bool,
    /// 2.6.3: `scheme://protocol://host`.
    pub(super) inner_protocol: bool,
    /// 3.1.6, core: query values are decoded as JSON.
    pub(super) decode_query: bool,
    /// 2.3.0, core: `_validate_extra` parses extra, and from 3.0 raises.
    pub(super) extra_parsed: bool,
    /// 3.0.0, core: extra that is no JSON object raises `ValueError`.
    pub(super) extra_checked: bool,
    /// 2.7.0 core, Task SDK 1.1: `get_uri()` inside the lookup's `try`.
    pub(super) get_uri: bool,
    /// Before 3.0.0 the secrets masker encodes every text of the extra (`re2.escape`).
    pub(super) extra_encoded: bool,
    /// Task SDK 1.1.0 to 1.1.4: JSON without `conn_type` raises `ValueError`.
    pub(super) conn_type_required: bool,
    /// 3.1, core: `team_id`.
    pub(super) team_id: bool,
    /// 3.2, core: `team_name`.
    pub(super) team_name: bool,
    /// 3.0: `conn_id` given twice is a `TypeError`; a `KeyError` was seen with 2.11.
    pub(super) conn_id_type_error: bool,
}

impl Ways {
    pub(super) fn of(reader: &Reader) -> Self {
        let since = |major, minor, patch| reader.airflow >= Version::new(major, minor, patch);
        let task = reader.runtime == Runtime::Task;
        let sdk_uri = task && since(3, 2, 0);
        let sdk_json = task && since(3, 1, 0);
        Self {
            python: reader.python,
            json: since(2, 3, 0),
            sdk_uri,
            sdk_json,
            extra_key: since(2, 1, 0),
            urlparse: !since(2, 5, 0),
            inner_protocol: since(2, 6, 3),
            decode_query: !sdk_uri && since(3, 1, 6),
            extra_parsed: since(2, 3, 0),
            extra_checked: since(3, 0, 0),
            get_uri: since(2, 7, 0) && !(task && since(3, 0, 0) && !since(3, 1, 0)),
            extra_encoded: !since(3, 0, 0),
            conn_type_required: sdk_json && !since(3, 1, 5),
            team_id: since(3, 1, 0) && !since(3, 2, 0),
            team_name: since(3, 2, 0),
            conn_id_type_error: since(3, 0, 0),
        }
    }
}
