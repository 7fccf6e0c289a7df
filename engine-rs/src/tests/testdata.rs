//! Components in text form that the C++ tests need as binaries.

use std::path::Path;

#[test]
fn the_binaries_are_what_their_texts_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/io/engine/testdata");
    for name in ["calculator", "doubling", "passing", "resources", "streaming", "waiting"] {
        let binary = wat::parse_file(folder.join(name).with_extension("wat")).unwrap();
        let path = folder.join(name).with_extension("wasm");
        if std::env::var_os("WEFT_UPDATE_TESTDATA").is_some() {
            std::fs::write(&path, &binary).unwrap();
        }
        assert!(std::fs::read(path).unwrap() == binary, "run src/io/engine/testdata/build.sh");
    }
}
