//! tmp
use serde_json::Value;
use crate::error::Result;
use crate::render::{self, Bounds, Templates};
use super::context::Context;
pub(super) fn render(_c: &Context, templates: &Templates, name: &str, value: &Value) -> Result<String> { render::render(templates, name, value, Bounds::Foreign) }
