#pragma once

#include <functional>
#include <memory>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "io/code_cache/code_cache.h"

namespace weft::engine::wasmtime {

/// Gets the native code of a component: from the cache, or compiled and then kept there.
class CodeSource {
  public:
    using Compile = std::function<Result<code_cache::Entry>(BytesView wasm)>;
    /// Takes code into the engine. An `engine.code_unusable` says that the code is to blame.
    using Load = std::function<Result<void>(const code_cache::Entry& code)>;

    /// `cache` may be null. `fingerprint` says all that code depends on besides its component.
    CodeSource(std::unique_ptr<code_cache::CodeCache> cache, BytesView fingerprint,
               Compile compile);

    /// Blocks. A cache that fails is not an error: then the component is compiled. Errors: those of
    /// `compile` and `load`.
    Result<void> load(BytesView wasm, const Load& load) const;

  private:
    code_cache::CodeKey key_of(BytesView wasm) const;
    Result<void> compile_and_keep(BytesView wasm, const code_cache::CodeKey& key,
                                  const Load& load) const;

    std::unique_ptr<code_cache::CodeCache> cache_;
    crypto::Sha256Digest fingerprint_;
    Compile compile_;
};

}  // namespace weft::engine::wasmtime
