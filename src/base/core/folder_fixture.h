#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace weft {

/// A test with a temporary folder of its own, `home`, which is removed at the end.
class FolderTest : public ::testing::Test {
  protected:
    FolderTest() {
        std::string form = ::testing::TempDir() + "weft_test_XXXXXX";
        if (::mkdtemp(form.data()) == nullptr) throw std::runtime_error("no temporary folder");
        home = form;
    }
    ~FolderTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(home, ignored);
    }

    std::string path(const std::string& name) const { return home + "/" + name; }
    void write(const std::string& name, std::string_view content) const {
        std::ofstream(path(name), std::ios::binary) << content;
    }
    std::string read(const std::string& name) const {
        std::ostringstream content;
        content << std::ifstream(path(name), std::ios::binary).rdbuf();
        return content.str();
    }
    bool exists(const std::string& name) const { return std::filesystem::exists(path(name)); }
    /// The permission bits, as in chmod.
    unsigned mode(const std::string& name) const {
        return static_cast<unsigned>(std::filesystem::status(path(name)).permissions());
    }

    std::string home;  // NOLINT(readability-identifier-naming): tests read it.
};

}  // namespace weft
