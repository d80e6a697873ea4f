//! `sfu._native`: the packet path as a Python module. Typed by `sfu/_native.pyi`, which stubtest holds it to.

use pyo3::prelude::*;

mod arguments;
mod events;
mod load_pool;
mod worker;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("KIND_AUDIO", arguments::KIND_AUDIO)?;
    module.add("KIND_VIDEO", arguments::KIND_VIDEO)?;
    module.add("PROFILE_AES128_CM_SHA1_80", arguments::PROFILE_AES128_CM_SHA1_80)?;
    module.add("PROFILE_AEAD_AES_128_GCM", arguments::PROFILE_AEAD_AES_128_GCM)?;
    events::register(module)?;
    module.add_class::<worker::Worker>()?;
    module.add_class::<load_pool::LoadPool>()
}
