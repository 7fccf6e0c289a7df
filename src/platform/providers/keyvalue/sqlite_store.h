#pragma once

#include "base/obs/limited_log.h"
#include "io/store/writer.h"
#include "platform/providers/keyvalue/store.h"

namespace weft::providers::keyvalue {

/// Keeps values in one file. What fails in it is in the log, not in what components are told.
class SqliteStore final : public Store {
  public:
    struct Options {
        std::string provider;  ///< As the log names it.
        store::Options file;   ///< Without migrations.
        store::Writer::Limits limits = {};
        store::Probe probe = {};
        obs::LimitedLog* failures;  ///< Outlives the store.
    };

    /// Errors: those of `store::Database::open`.
    static rt::Task<std::shared_ptr<SqliteStore>> open(Options options);

    rt::Task<void> read(std::string bucket, Work work) override;
    rt::Task<void> change(std::string bucket, std::size_t bytes, Work work) override;
    void set_durability(store::Durability durability) override {
        writer_->set_durability(durability);
    }
    rt::Task<void> stop() override;

    /// Operations that are not answered yet. Any thread.
    std::size_t waiting() const { return writer_->waiting(); }

  private:
    SqliteStore(std::shared_ptr<store::Writer> writer, std::string provider,
                obs::LimitedLog* failures)
        : writer_(std::move(writer)), provider_(std::move(provider)), failures_(failures) {}
    Result<void> told(Result<void> result, TimePoint now) const;

    std::shared_ptr<store::Writer> writer_;
    std::string provider_;
    obs::LimitedLog* failures_;
};

}  // namespace weft::providers::keyvalue
