#include "io/store/broken_disk_fixture.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "base/core/assert.h"
#include "base/core/random.h"

namespace weft::store {

struct BrokenDisk::Vfs {
    sqlite3_vfs own{};
    sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
};

/// SQLite gives the memory; the real file stands behind this.
struct BrokenFile {
    sqlite3_file base;
    BrokenDisk* disk;
    BrokenDisk::Content* content;  // Null for files without a name.

    static BrokenFile& of(sqlite3_file* file) { return *reinterpret_cast<BrokenFile*>(file); }
    static sqlite3_file* real(sqlite3_file* file) {
        return reinterpret_cast<sqlite3_file*>(reinterpret_cast<BrokenFile*>(file) + 1);
    }
    static BrokenDisk& disk_of(sqlite3_vfs* vfs) {
        return *static_cast<BrokenDisk*>(vfs->pAppData);
    }
    static sqlite3_vfs* real(sqlite3_vfs* vfs) { return disk_of(vfs).vfs_->real; }

    static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out);
    static int remove(sqlite3_vfs* vfs, const char* path, int sync) {
        auto& disk = disk_of(vfs);
        const std::lock_guard lock(disk.mutex_);
        if (disk.is_cut_) return SQLITE_IOERR_DELETE;
        const int code = real(vfs)->xDelete(real(vfs), path, sync);
        // A file that is still open keeps its entry, empty.
        if (const auto found = disk.contents_.find(path); found != disk.contents_.end())
            found->second = {};
        return code;
    }
    static int write(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset) {
        auto& self = of(file);
        const std::lock_guard lock(self.disk->mutex_);
        if (self.disk->is_cut_) return SQLITE_IOERR_WRITE;
        const auto size = static_cast<std::uint64_t>(bytes);
        if (self.disk->space_ < size) return SQLITE_FULL;
        if (self.disk->space_ != BrokenDisk::unlimited) self.disk->space_ -= size;
        const auto* const begin = static_cast<const std::uint8_t*>(data);
        if (self.content != nullptr)
            self.content->unsynced.push_back(
                {static_cast<std::uint64_t>(offset), Bytes(begin, begin + bytes)});
        return real(file)->pMethods->xWrite(real(file), data, bytes, offset);
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        auto& self = of(file);
        const std::lock_guard lock(self.disk->mutex_);
        if (self.disk->is_cut_) return SQLITE_IOERR_TRUNCATE;
        if (self.content != nullptr)
            self.content->unsynced.push_back({static_cast<std::uint64_t>(size), {}, true});
        return real(file)->pMethods->xTruncate(real(file), size);
    }
    static int sync(sqlite3_file* file, int) {
        auto& self = of(file);
        const std::lock_guard lock(self.disk->mutex_);
        if (self.disk->is_cut_) return SQLITE_IOERR_FSYNC;
        ++self.disk->syncs_;
        if (self.content == nullptr) return SQLITE_OK;
        for (const auto& one : self.content->unsynced)
            BrokenDisk::apply(self.content->durable, one);
        self.content->unsynced.clear();
        return SQLITE_OK;
    }
    static const sqlite3_io_methods methods;
};

// All else goes to the real file.
const sqlite3_io_methods BrokenFile::methods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
    .xRead = [](sqlite3_file* f, void* to, int n,
                sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), to, n, at); },
    .xWrite = &BrokenFile::write,
    .xTruncate = &BrokenFile::truncate,
    .xSync = &BrokenFile::sync,
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); },
    .xLock = [](sqlite3_file* f, int how) { return real(f)->pMethods->xLock(real(f), how); },
    .xUnlock = [](sqlite3_file* f, int how) { return real(f)->pMethods->xUnlock(real(f), how); },
    .xCheckReservedLock =
        [](sqlite3_file* f, int* out) {
            return real(f)->pMethods->xCheckReservedLock(real(f), out);
        },
    .xFileControl =
        [](sqlite3_file* f, int what, void* value) {
            return real(f)->pMethods->xFileControl(real(f), what, value);
        },
    .xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    .xShmMap =
        [](sqlite3_file* f, int page, int bytes, int extend, void volatile** out) {
            return real(f)->pMethods->xShmMap(real(f), page, bytes, extend, out);
        },
    .xShmLock = [](sqlite3_file* f, int at, int n,
                   int flags) { return real(f)->pMethods->xShmLock(real(f), at, n, flags); },
    .xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    .xShmUnmap = [](sqlite3_file* f,
                    int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int BrokenFile::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    auto& self = of(file);
    self.base.pMethods = nullptr;
    auto& disk = disk_of(vfs);
    const std::lock_guard lock(disk.mutex_);
    if (disk.is_cut_ && (flags & SQLITE_OPEN_CREATE) != 0) return SQLITE_CANTOPEN;
    const int code = real(vfs)->xOpen(real(vfs), path, real(file), flags, out);
    if (code != SQLITE_OK) return code;
    self.disk = &disk;
    self.content = nullptr;
    if (path != nullptr) {
        const auto [entry, is_new] = disk.contents_.try_emplace(path);
        std::ifstream before(path, std::ios::binary);
        if (is_new)
            entry->second.durable.assign(std::istreambuf_iterator<char>(before),
                                         std::istreambuf_iterator<char>());
        self.content = &entry->second;
    }
    self.base.pMethods = &methods;
    return SQLITE_OK;
}

BrokenDisk::BrokenDisk()
    : name_(fmt::format("broken-disk-{}", static_cast<const void*>(this))),
      vfs_(std::make_unique<Vfs>()) {
    auto& own = vfs_->own;
    own = *vfs_->real;
    own.iVersion = 2;
    own.szOsFile = static_cast<int>(sizeof(BrokenFile)) + vfs_->real->szOsFile;
    own.pNext = nullptr;
    own.zName = name_.c_str();
    own.pAppData = this;
    own.xOpen = &BrokenFile::open;
    own.xDelete = &BrokenFile::remove;
    own.xAccess = [](sqlite3_vfs* vfs, const char* path, int flags, int* out) {
        return BrokenFile::real(vfs)->xAccess(BrokenFile::real(vfs), path, flags, out);
    };
    own.xFullPathname = [](sqlite3_vfs* vfs, const char* path, int bytes, char* out) {
        return BrokenFile::real(vfs)->xFullPathname(BrokenFile::real(vfs), path, bytes, out);
    };
    WEFT_ASSERT(sqlite3_vfs_register(&own, 0) == SQLITE_OK, "a file system can be registered");
}

BrokenDisk::~BrokenDisk() { sqlite3_vfs_unregister(&vfs_->own); }

void BrokenDisk::set_space(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    space_ = bytes;
}

void BrokenDisk::cut_power() {
    const std::lock_guard lock(mutex_);
    is_cut_ = true;
}

std::uint64_t BrokenDisk::syncs() const {
    const std::lock_guard lock(mutex_);
    return syncs_;
}

void BrokenDisk::apply(Bytes& content, const Write& write) {
    if (write.truncates) return content.resize(write.offset);
    content.resize(std::max<std::size_t>(content.size(), write.offset + write.bytes.size()));
    std::ranges::copy(write.bytes, content.begin() + static_cast<std::ptrdiff_t>(write.offset));
}

void BrokenDisk::restore_power(std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    SeededRandom random(seed);
    for (auto& [path, content] : contents_) {
        for (auto& write : content.unsynced) {
            const auto drawn = seed == 0 ? 0 : random.next() % 4;
            if (drawn == 0) continue;  // Lost.
            if (drawn == 1 && !write.truncates)
                write.bytes.resize(write.bytes.size() / 2);  // Torn.
            apply(content.durable, write);
        }
        content.unsynced.clear();
        std::ofstream(path, std::ios::binary | std::ios::trunc)
            .write(reinterpret_cast<const char*>(content.durable.data()),
                   static_cast<std::streamsize>(content.durable.size()));
        std::filesystem::remove(path + "-shm");
    }
    contents_.clear();
    is_cut_ = false;
}

}  // namespace weft::store
