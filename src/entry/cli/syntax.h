#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's.
class App;
}

namespace weft::cli {

enum class Need : std::uint8_t { optional, required };

/// What separates the values of an option that takes several.
enum class Separator : std::uint8_t { comma, none };

/// Hides a word from the parser, which would take `[1, 2]` for a list of its own and `-inf` for an
/// option. `word` and `words` below store it as it was.
std::string hide(std::string_view word);
/// The word as it was typed, hidden or not.
std::string reveal(std::string_view word);

/// A name of an option as the user types it ("-n,--name"), and what its value is called in the help
/// ("NAME").
struct OptionName {
    const char* name;
    const char* value;
};

/// The arguments of one command. Each function adds one; when the command line is read, its text
/// is stored in `to`, which outlives the parser. Commands use this rather than the parser itself,
/// so that its header, its exceptions and its conversions stay in two files.
class Syntax {
  public:
    /// `command` is borrowed.
    explicit Syntax(CLI::App& command) : command_(&command) {}

    /// A word by its position.
    void word(const char* name, Need need, std::string& to, const char* help);
    /// All further words, as they are.
    void words(const char* name, Need need, std::vector<std::string>& to, const char* help);
    /// The first word that is not an option of this command, and all that follows it, options too.
    void rest(const char* name, std::vector<std::string>& to, const char* help);

    void option(OptionName name, std::optional<std::string>& to, const char* help);
    void option(OptionName name, std::string& to, const char* help, Need need = Need::optional);
    /// May be given several times, with one value each time or, with commas, several.
    void list(OptionName name, std::vector<std::string>& to, const char* help,
              Separator separator = Separator::comma);
    void flag(const char* name, bool& to, const char* help);

  private:
    CLI::App* command_;
};

}  // namespace weft::cli
