//! A deployment, checked and told in every way.

use airvane::check;
use airvane::load;

use crate::bundle::Bundle;
use crate::laws;

/// Whatever is in it, it is checked to its end, what is found points at characters, and each format can be
/// read by whoever reads it.
pub fn run(data: &[u8]) {
    let Some(bundle) = Bundle::of(data) else {
        return;
    };
    let outcome = check::run(&bundle.request, &mut bundle.overlay(), false);
    laws::of_outcome(&outcome);
    let map = laws::map_of(&bundle.request.load, &mut bundle.overlay());
    laws::of_formats(&outcome.report, &map);
    let reveal = bundle.choice & 1 != 0;
    let (loaded, contents) = load::load(bundle.of_one_process(), &mut bundle.overlay());
    laws::of_inputs(&loaded);
    laws::of_views(
        &loaded,
        contents,
        &mut bundle.overlay(),
        &bundle.request.load,
        reveal,
    );
}
