#include "io/engine/wasmtime/compile/code_source.h"

#include "base/crypto/sha256.h"

namespace weft::engine::wasmtime {

CodeSource::CodeSource(std::unique_ptr<code_cache::CodeCache> cache, BytesView fingerprint,
                       Compile compile)
    : cache_(std::move(cache)),
      fingerprint_(crypto::sha256(fingerprint)),
      compile_(std::move(compile)) {}

Result<void> CodeSource::load(BytesView wasm, const Load& load) const {
    if (!cache_) {
        TRY(const auto code, compile_(wasm));
        return load(code);
    }
    const auto key = key_of(wasm);
    if (const auto entry = cache_->find(key)) {
        auto loaded = load(*entry);
        if (loaded || loaded.error().slug != Slug("engine.code_unusable")) return loaded;
        cache_->reject(key, loaded.error().message);
    }
    return compile_and_keep(wasm, key, load);
}

// What is kept is loaded from the disk, whose pages the kernel may drop and read again; code that
// could not be kept is loaded from memory.
Result<void> CodeSource::compile_and_keep(BytesView wasm, const code_cache::CodeKey& key,
                                          const Load& load) const {
    TRY(const auto code, compile_(wasm));
    const auto kept = cache_->put(key, code.file.get(), code.bytes);
    return load(kept ? *kept : code);
}

code_cache::CodeKey CodeSource::key_of(BytesView wasm) const {
    crypto::Sha256 digest;
    digest.update(crypto::sha256(wasm));
    digest.update(fingerprint_);
    return digest.finish();
}

}  // namespace weft::engine::wasmtime
